"""Signing in with a real browser: passkeys of a virtual authenticator, a codes app, recovery codes, waits."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from kitclinic.access import SIGNED_IN_AT
from kitclinic.models import AuditEvent, Site, StaffUser
from tests.browser.conftest import TABLET
from tests.browser.live import SECRET, Live, noon_site
from tests.browser.walk import Walk
from tests.factories import people, tablets
from tests.kitclinic.sign_in.steps import code_at

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def serving() -> dict[str, str]:
    return {"KITCLINIC_SECOND_STEP": "nurse"}  # nurses must have a second step; others may


@pytest.fixture(scope="module")
def clinic(live: Live) -> Site:
    return noon_site()


@pytest.fixture
def keys(walk: Walk) -> Any:
    """A device that makes and keeps passkeys, as long as the page's window."""
    session = walk.context.new_cdp_session(walk.page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return lambda verified: session.send(
        "WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": verified}
    )


def type_password(walk: Walk, person: StaffUser, password: str = people.PASSWORD) -> None:
    walk.page.get_by_label("Username").fill(person.username)
    walk.page.get_by_label("Password").fill(password)
    walk.page.keyboard.press("Enter")


def is_in(walk: Walk, person: StaffUser) -> None:
    expect(walk.page.locator(".bar-user")).to_contain_text(person.short_name)


def leave(walk: Walk) -> None:
    walk.page.locator(".bar-user summary").click()
    walk.page.get_by_role("button", name="Sign out").first.click()
    expect(walk.page.get_by_role("heading", name="Sign in to the clinic")).to_be_visible()


def test_sin_04_a_nurse_sets_up_a_passkey_first_and_then_comes_in_by_it_alone(
    walk: Walk, clinic: Site, keys: Any
) -> None:
    nurse = people.staff("nurse", site=clinic)
    walk.open("/board/")
    type_password(walk, nurse)
    walk.says("Set up a second step first", where="main")
    walk.inspect()
    walk.press("Add a passkey")
    walk.inspect()
    walk.fill(name="My phone").press("Make the passkey")
    expect(walk.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    walk.inspect()
    walk.press("Make ten codes")
    expect(walk.page.locator("[data-kc-text] li")).to_have_count(10)
    walk.inspect()
    with walk.page.expect_download() as download:
        walk.page.get_by_role("button", name="Save as a file").click()
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 10
    walk.press("I have kept them")
    walk.says("My phone", where="main").says("10 of 10 left", where="main")
    walk.inspect()
    walk.open("/board/")
    expect(walk.page).to_have_url(f"{walk.home}/board/")
    leave(walk)
    walk.inspect()
    walk.press("Sign in with a passkey")
    is_in(walk, nurse)
    said = AuditEvent.objects.filter(event="signed in", by=nurse).order_by("pk").last()
    assert said is not None
    assert said.detail["how"] == "passkey"


def test_after_the_password_the_passkey_is_the_second_step(walk: Walk, clinic: Site, keys: Any) -> None:
    lead = people.staff("clinic_lead", site=clinic)
    walk.open(reverse("account"))
    type_password(walk, lead)
    walk.press("Add a passkey").press("Make the passkey")
    expect(walk.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    leave(walk)
    type_password(walk, lead)
    expect(walk.page.get_by_role("heading", name="One more step")).to_be_visible()
    walk.inspect()
    walk.press("Use your passkey")
    is_in(walk, lead)
    walk.expected |= {422}
    keys(False)  # somebody else holds the device: it does not know the finger
    leave(walk)
    walk.press("Sign in with a passkey")
    walk.says("No passkey was used", where="main")
    keys(True)


def test_a_codes_app_is_set_up_and_its_code_and_a_recovery_code_open_the_account(walk: Walk, clinic: Site) -> None:
    scheduler = people.staff("scheduler", site=clinic)
    walk.open(reverse("account"))
    type_password(walk, scheduler)
    walk.press("Set up a codes app")
    expect(walk.page.locator(".account-qr svg")).to_be_visible()
    walk.inspect()
    secret = walk.page.locator(".account-secret").inner_text().replace(" ", "")
    walk.fill(code=code_at(timezone.now() - timedelta(seconds=30), secret)).press("Set it up")
    walk.press("Make ten codes")
    recovery = walk.page.locator("[data-kc-text] li").first.inner_text()
    walk.press("I have kept them")
    leave(walk)
    type_password(walk, scheduler)
    walk.fill(code="000000").press("Go on")
    walk.says("That code is wrong", where="main")
    walk.inspect()
    walk.fill(code=code_at(timezone.now(), secret)).press("Go on")
    is_in(walk, scheduler)
    leave(walk)
    type_password(walk, scheduler)
    walk.fill(code=recovery).press("Go on")
    is_in(walk, scheduler)
    assert Authenticator.objects.filter(user=scheduler).count() == 2


def test_sin_01_the_page_says_how_long_a_name_waits(walk: Walk, clinic: Site) -> None:
    physician = people.staff("physician", site=clinic)
    walk.expected |= {429}
    walk.open(reverse("login"))
    for _ in range(10):
        type_password(walk, physician, "wrong")
        walk.says("User name or password is wrong", where="main")
        walk.page.get_by_label("Username").fill("")
    type_password(walk, physician)
    walk.says("Wait 15 minutes, then try again. Nobody else has to wait.", where="main")
    walk.inspect()
    type_password(walk, people.staff("scheduler", site=clinic))
    expect(walk.page.locator(".bar-user")).to_be_visible()


def test_sin_03_after_twelve_hours_the_next_page_is_the_sign_in_page(walk: Walk, clinic: Site) -> None:
    lead = people.staff("clinic_lead", site=clinic)
    walk.sign_in(lead)
    cookie = next(one["value"] for one in walk.context.cookies() if one["name"] == "kitclinic_session")
    with override_settings(SECRET_KEY=SECRET):
        session = SessionStore(cookie)
        session[SIGNED_IN_AT] -= 12 * 3600
        session.save()
    walk.open(reverse("account"))
    expect(walk.page).to_have_url(f"{walk.home}/sign-in/?next=/account/")


def test_a_session_ended_on_one_device_is_out_on_the_other(
    walk: Walk, clinic: Site, chromium: Browser, live: Live
) -> None:
    lead = people.staff("clinic_lead", site=clinic)
    walk.open(reverse("account"))
    type_password(walk, lead)
    other = Walk(chromium, live.address, size=TABLET)
    other.open(reverse("account"))
    type_password(other, lead)
    is_in(other, lead)
    walk.open(reverse("account"))
    walk.page.get_by_role("button", name="Sign out Chrome on Linux").click()
    walk.says("Chrome on Linux is signed out.", where="#kc-toasts")
    other.open(reverse("account"))
    expect(other.page.get_by_role("heading", name="Sign in to the clinic")).to_be_visible()
    other.close()
    assert other.complaints == []


def test_at_the_lock_of_a_shared_tablet_a_tap_on_the_name_and_a_passkey_open_it(
    walk: Walk, clinic: Site, keys: Any
) -> None:
    lead = people.staff("clinic_lead", site=clinic)
    walk.open(reverse("account"))
    type_password(walk, lead)
    walk.press("Add a passkey").press("Make the passkey")
    expect(walk.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    _, token = tablets.tablet(clinic, timezone.now())
    cookie = {"name": settings.TABLET_COOKIE_NAME, "value": token, "url": walk.home}
    walk.context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Strict"}])  # type: ignore[list-item]
    leave(walk)
    type_password(walk, lead)
    is_in(walk, lead)
    walk.page.get_by_role("button", name="Lock", exact=True).click()
    walk.page.locator(f"#kc-lock [data-kc-face='{lead.pk}'][data-kc-has-passkey]").click()
    walk.inspect()
    walk.page.get_by_role("button", name="Use a passkey").click()
    expect(walk.page.locator("#kc-lock")).not_to_be_visible()
    said = AuditEvent.objects.filter(event="tablet unlocked", by=lead).order_by("pk").last()
    assert said is not None
    assert said.detail["how"] == "passkey"

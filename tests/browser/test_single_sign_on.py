"""Single sign-on with a real browser and a real provider: the way in, the refusal, and back at the lock."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from kitclinic.models import AuditEvent, Site, StaffUser
from tests.browser.live import Live, noon_site
from tests.browser.walk import Walk
from tests.factories import people
from tests.single_sign_on.provider import CLIENT, SECRET, running

pytestmark = pytest.mark.browser
BUTTON = "Sign in with the hospital"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture(scope="module")
def serving(issuer: str) -> dict[str, str]:
    return {
        "KITCLINIC_SECOND_STEP": "nurse",
        "KITCLINIC_OWN_DEVICES_LOCK": "1",
        "KITCLINIC_SSO": "work",
        "KITCLINIC_SSO_WORK_ISSUER": issuer,
        "KITCLINIC_SSO_WORK_CLIENT": CLIENT,
        "KITCLINIC_SSO_WORK_SECRET": SECRET,
        "KITCLINIC_SSO_WORK_BUTTON": BUTTON,
    }


@pytest.fixture(scope="module")
def clinic(live: Live) -> Site:
    return noon_site()


def invited(role: str, username: str, site: Site) -> StaffUser:
    person = people.staff(role, site=site, username=username)
    person.set_unusable_password()
    person.save()
    return person


def says_who(page: Page, who: str) -> None:
    """At the provider."""
    expect(page.get_by_role("heading", name="Who are you")).to_be_visible()
    page.get_by_label("Name").fill(who)
    page.get_by_role("button", name="That is me").click()


def test_sin_04_a_nurse_comes_by_one_step_and_sets_up_the_second(walk: Walk, clinic: Site) -> None:
    nurse = invited("nurse", "ines", clinic)
    walk.open("/board/")
    walk.inspect()
    walk.press(BUTTON)
    says_who(walk.page, "sub-1")
    walk.says("Set up a second step first", where="main")
    walk.says("You sign in through your organisation", where="main")
    expect(walk.page.locator(".bar-user")).to_contain_text(nurse.short_name)
    assert "code=" not in walk.page.url
    walk.inspect()


def test_acc_07_a_stranger_reads_why_and_finds_the_way_back(walk: Walk, clinic: Site) -> None:
    walk.expected |= {403}
    walk.open(reverse("login"))
    walk.press(BUTTON)
    says_who(walk.page, "sub-2")
    walk.says("no open account here belongs to that name", where="main")
    walk.inspect()
    walk.press("To the sign-in page").says("Sign in to the clinic", where="main")


def test_sin_08_at_the_lock_of_one_s_own_device_another_tab_opens_it(walk: Walk, clinic: Site) -> None:
    admin = invited("administrator", "wim", clinic)
    walk.open(reverse("people_invite"))
    walk.press(BUTTON)
    says_who(walk.page, "sub-6")
    walk.says("Send the invitation", where="main")
    walk.fill(name="Tove Lind")
    walk.page.evaluate("window.kc.lock()")
    lock = walk.page.locator("#kc-lock")
    expect(lock).to_be_visible()
    walk.inspect()
    with walk.context.expect_page() as opened:
        lock.get_by_role("button", name=BUTTON).click()
    other = opened.value
    says_who(other, "sub-6")
    expect(other.get_by_role("heading", name="You are signed in")).to_be_visible()
    expect(lock).not_to_be_visible()
    expect(walk.page.locator("main [name=name]")).to_have_value("Tove Lind")
    walk.fill(username="tove", to="tove@example.org").press("Send the invitation")
    walk.says("is invited", where="#kc-toasts")
    assert AuditEvent.objects.filter(event="signed in", by=admin).count() == 2

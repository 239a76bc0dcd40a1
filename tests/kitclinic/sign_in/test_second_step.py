"""Setting up second steps, who must, and showing again who one is before anything of it changes."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.actions import new_recovery_codes
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from tests.factories import people, tablets
from tests.kitclinic.sign_in.steps import code_at, events, signed_in, with_app

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
CHANGES = ("account_password", "codes_app", "passkey_add", "recovery_codes")


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as made:
        yield made


@pytest.fixture
def required(settings: Any) -> None:
    settings.SECOND_STEP_ROLES = frozenset(Role.values)


def passkey(person: StaffUser, name: str = "My phone") -> Authenticator:
    row: Authenticator = WebAuthn.add(person, name, {"id": "nothing"}).instance
    return row


def words_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# -- who must


def test_sin_04_who_must_and_has_none_sees_only_the_pages_that_set_it_up(required: None, nurse: StaffUser) -> None:
    client = signed_in(nurse)
    for address in (reverse("home"), reverse("infusions:board"), reverse("pin")):
        assert client.get(address)["Location"] == reverse("account")
    assert client.post(reverse("pin"), {"pin": "5839"})["Location"] == reverse("account")
    assert client.get(reverse("infusions:board"), headers={"HX-Request": "true"})["HX-Redirect"] == reverse(
        "account"
    )
    part = {"HX-Request": "true", "HX-Current-URL": "http://testserver/account/"}  # a part of the page itself
    assert client.get(reverse("outcomes:safety_banner"), headers=part).status_code == 204
    assert "Set up a second step first" in words_of(client.get(reverse("account")))
    for name in CHANGES[:3]:
        assert client.get(reverse(name)).status_code == 200
    assert client.post(reverse("logout")).status_code == 302
    with_app(nurse)
    assert signed_in_with_app(nurse).get(reverse("infusions:board")).status_code == 200


def signed_in_with_app(person: StaffUser) -> Client:
    client = signed_in(person)
    assert client.post(reverse("mfa_authenticate"), {"code": code_at(timezone.now())}).status_code == 302
    return client


def test_sin_04_which_roles_is_a_setting(settings: Any, nurse: StaffUser, physician: StaffUser) -> None:
    settings.SECOND_STEP_ROLES = frozenset({Role.PHYSICIAN})
    assert signed_in(nurse).get(reverse("infusions:board")).status_code == 200
    assert signed_in(physician).get(reverse("infusions:board")).status_code == 302


def test_sin_04_a_demonstration_asks_nobody_and_says_so(required: None, site: Site, nurse: StaffUser) -> None:
    site.is_demo = True
    site.save()
    client = signed_in(nurse)
    assert client.get(reverse("infusions:board")).status_code == 200
    assert "This is a demonstration: nobody needs a second step here." in words_of(client.get(reverse("account")))


def test_sin_04_on_the_clinic_s_own_tablet_its_token_is_the_second_step(
    required: None, clock: Any, site: Site, nurse: StaffUser
) -> None:
    _, token = tablets.tablet(site, NOON)
    browser = tablets.device(token)
    tablets.sign_in(browser, with_app(nurse))
    assert browser.get(reverse("infusions:board")).status_code == 200


def test_sin_04_a_tablet_of_another_clinic_is_none(
    required: None, clock: Any, other_site: Site, nurse: StaffUser
) -> None:
    _, token = tablets.tablet(other_site, NOON)
    browser = tablets.device(token)
    tablets.sign_in(browser, with_app(nurse))
    assert browser.get(reverse("infusions:board"))["Location"].startswith(reverse("login"))


@pytest.mark.parametrize(
    ("said", "opens"), [({"second_step": True}, True), ({"second_step": False}, False), ({}, False)]
)
def test_sin_04_the_clinic_s_own_provider_counts_as_one_where_it_asked_for_one(
    required: None, nurse: StaffUser, said: dict[str, bool], opens: bool
) -> None:
    client = signed_in(nurse)
    session = client.session
    record = {"method": "socialaccount", "at": 0, "provider": "clinic"}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [record | said]
    session.save()
    answer = client.get(reverse("infusions:board"))
    assert answer.status_code == (200 if opens else 302)
    assert opens or answer["Location"] == reverse("account")


def test_sin_04_the_only_one_is_not_removed_where_the_role_needs_it(required: None, nurse: StaffUser) -> None:
    client = signed_in_with_app(with_app(nurse))
    app = Authenticator.objects.get(user=nurse)
    answer = client.post(reverse("step_remove", args=[app.pk]))
    assert (answer.status_code, "This is your only second step" in words_of(answer)) == (422, True)
    passkey(nurse)
    assert client.post(reverse("step_remove", args=[app.pk])).status_code == 302
    assert Authenticator.objects.get(user=nurse).type == "webauthn"


# -- setting up


def test_a_codes_app_is_set_up_with_the_code_it_shows_and_recovery_codes_follow(nurse: StaffUser) -> None:
    client = signed_in(nurse)
    page = client.get(reverse("codes_app"))
    secret = client.session["kc_codes_app"]
    assert re.sub(r"(.{4})(?!$)", r"\1 ", secret) in words_of(page)
    assert "<svg" in page.content.decode()
    assert "data:" not in page.content.decode()
    answer = client.post(reverse("codes_app"), {"code": "000000"})
    assert (answer.status_code, "not the code the app shows now" in words_of(answer)) == (422, True)
    assert client.session["kc_codes_app"] == secret
    answer = client.post(reverse("codes_app"), {"code": code_at(timezone.now(), secret)})
    assert answer["Location"] == reverse("recovery_codes")
    assert [said.detail["kind"] for said in events("second step added")] == ["totp"]


def test_sin_06_the_code_that_set_the_app_up_opens_nothing(clock: Any, nurse: StaffUser) -> None:
    client = signed_in(nurse)
    client.get(reverse("codes_app"))
    code = code_at(NOON, client.session["kc_codes_app"])
    client.post(reverse("codes_app"), {"code": code})
    other = signed_in(nurse)
    assert other.post(reverse("mfa_authenticate"), {"code": code}).status_code == 422


def test_recovery_codes_are_shown_once_and_new_ones_replace_them(nurse: StaffUser) -> None:
    client = signed_in_with_app(with_app(nurse))
    shown = re.findall(r"\b(\d{5} \d{5})\b", words_of(client.post(reverse("recovery_codes"))))
    assert len(shown) == 10
    assert not re.findall(r"\d{5} \d{5}", words_of(client.get(reverse("recovery_codes"))))
    assert "You have 10 of 10 left" in words_of(client.get(reverse("recovery_codes")))
    client.post(reverse("recovery_codes"))
    other = signed_in(nurse)
    assert other.post(reverse("mfa_authenticate"), {"code": shown[0]}).status_code == 422


def test_without_a_second_step_there_are_no_recovery_codes(nurse: StaffUser) -> None:
    assert signed_in(nurse).post(reverse("recovery_codes"))["Location"] == reverse("account")
    assert not Authenticator.objects.exists()


def test_a_passkey_is_renamed_and_removed_and_the_last_one_takes_the_codes_with_it(nurse: StaffUser) -> None:
    client = signed_in(nurse)
    row = passkey(nurse)
    new_recovery_codes(person=nurse, at=timezone.now())
    client.post(reverse("passkey_name", args=[row.pk]), {"name": "  Blue   key "})
    row.refresh_from_db()
    assert row.data["name"] == "Blue key"
    client.post(reverse("step_remove", args=[row.pk]))
    assert not Authenticator.objects.exists()
    assert [said.detail["kind"] for said in events("second step removed")] == ["webauthn"]


def test_what_belongs_to_somebody_else_is_not_there(nurse: StaffUser, physician: StaffUser) -> None:
    client, row = signed_in(nurse), passkey(physician)
    for name in ("passkey_name", "step_remove"):
        assert client.post(reverse(name, args=[row.pk]), {"name": "mine"}).status_code == 404
    row.refresh_from_db()
    assert row.data["name"] == "My phone"


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"id":"YQ","rawId":"YQ","response":{}}'])
def test_what_is_no_new_passkey_is_refused_in_words(nurse: StaffUser, text: str) -> None:
    client = signed_in(nurse)
    assert client.post(reverse("passkey_new_options")).json()["publicKey"]["user"]["name"] == nurse.username
    answer = client.post(reverse("passkey_add"), {"credential": text, "name": "x"})
    assert (answer.status_code, "The passkey was not made" in words_of(answer)) == (422, True)
    assert not Authenticator.objects.exists()


# -- showing again who one is


@pytest.mark.parametrize(("seconds", "asked"), [(600, False), (601, True)])
@pytest.mark.parametrize("name", CHANGES)
def test_sin_07_after_ten_minutes_one_shows_again_who_one_is(
    clock: Any, nurse: StaffUser, name: str, seconds: int, asked: bool
) -> None:
    client = signed_in(nurse)
    passkey(nurse)
    clock.shift(seconds)
    answer = client.get(reverse(name))
    assert (answer.status_code == 302) is asked


def test_sin_07_a_change_sent_too_late_is_asked_for_again_and_not_made(clock: Any, nurse: StaffUser) -> None:
    client, row = signed_in(nurse), passkey(nurse)
    clock.shift(601)
    answer = client.post(reverse("step_remove", args=[row.pk]))
    assert answer["Location"] == f"{reverse('account_confirm')}?next=%2Faccount%2F"
    assert Authenticator.objects.filter(pk=row.pk).exists()


def test_sin_07_the_password_opens_it_and_one_comes_back(clock: Any, nurse: StaffUser) -> None:
    client = signed_in(nurse)
    clock.shift(601)
    address = client.get(reverse("codes_app"))["Location"]
    answer = client.post(address, {"password": "wrong"})
    assert (answer.status_code, "That is not your password" in words_of(answer)) == (422, True)
    assert client.post(address, {"password": people.PASSWORD})["Location"] == reverse("codes_app")
    assert client.get(reverse("codes_app")).status_code == 200


def test_who_has_no_password_is_told_what_to_do(clock: Any, nurse: StaffUser) -> None:
    client = signed_in(nurse)
    nurse.set_unusable_password()
    nurse.save()
    client = Client()
    client.force_login(nurse)
    said = words_of(client.get(reverse("account_confirm")))
    assert "sign out, sign in through your organisation again" in said
    assert "To sign an order or to witness waste you need a password" in words_of(client.get(reverse("account")))

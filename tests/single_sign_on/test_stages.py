"""Who comes by a provider goes the way of every sign-in: second step, waits, sessions, shift, lock."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.access import SIGNED_IN_AT
from kitclinic.actions import begin_try, give_place, recognise
from kitclinic.models import AuditEvent, StaffUser
from kitclinic.problems import Refused
from kitclinic.roles import Role
from kitclinic.second_step import PROVEN_AT
from kitclinic.signing import reauthenticate
from tests.factories import people, tablets
from tests.kitclinic.sign_in.steps import code_at, sign_in, with_app
from tests.single_sign_on.here import LANDED, Here, refused, words
from tests.single_sign_on.provider import Person

BOARD = "/board/"
PASSWORD_ONLY, WITH_MFA = "sub-1", "sub-4"  # what the provider's token says of them


@pytest.fixture
def strict(here: Here) -> Here:
    """A clinic that is none of a demonstration, where every role needs a second step."""
    here.settings.SECOND_STEP_ROLES = frozenset(Role.values)
    here.site.is_demo = False
    here.site.save()
    return here


def opens(here: Here, address: str = BOARD) -> Any:
    return here.client.get(address)


def last(event: str, person: StaffUser) -> AuditEvent:
    found = AuditEvent.objects.filter(event=event, by=person).order_by("pk").last()
    assert found is not None
    return found


# -- the second step


def test_sin_04_a_token_that_says_it_was_asked_for_is_the_second_step(strict: Here) -> None:
    ines = with_app(strict.invited())
    assert strict.comes(WITH_MFA)["Location"] == LANDED
    assert strict.is_in == str(ines.pk)
    assert opens(strict).status_code == 200
    assert last("signed in", ines).detail["how"] == "provider"


def test_sin_04_without_it_our_own_second_step_follows(strict: Here) -> None:
    ines = with_app(strict.invited())
    assert strict.comes(PASSWORD_ONLY)["Location"] == reverse("mfa_authenticate")
    assert strict.is_in == ""
    assert opens(strict)["Location"].startswith(reverse("login"))
    assert not AuditEvent.objects.filter(event="signed in", subject_id=ines.pk).exists()
    assert strict.client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 422
    answer = strict.client.post(reverse("mfa_authenticate"), {"code": code_at(timezone.now())})
    assert answer["Location"] == LANDED
    assert opens(strict).status_code == 200
    assert last("signed in", ines).detail["how"] == "provider and code"


def test_sin_04_without_it_who_has_none_sets_one_up_before_anything_opens(strict: Here) -> None:
    strict.invited()
    assert strict.comes(PASSWORD_ONLY).status_code == 302
    for address in (BOARD, LANDED, reverse("home")):
        assert opens(strict, address)["Location"] == reverse("account")
    assert "Set up a second step first" in words(opens(strict, reverse("account")))
    assert opens(strict, reverse("codes_app")).status_code == 200


def test_sin_04_a_provider_whose_word_is_not_taken_is_one_step(strict: Here) -> None:
    strict.uses(second_step=frozenset())
    with_app(strict.invited())
    assert strict.comes(WITH_MFA)["Location"] == reverse("mfa_authenticate")


def test_sin_04_the_second_step_of_an_earlier_sign_in_does_not_count_for_the_next(strict: Here) -> None:
    ines = with_app(strict.invited())
    strict.comes(WITH_MFA)
    assert opens(strict).status_code == 200
    strict.uses(second_step=frozenset({"acr:another"}))
    assert strict.comes(WITH_MFA)["Location"] == reverse("mfa_authenticate")
    Authenticator.objects.filter(user=ines).delete()
    assert strict.comes(WITH_MFA)["Location"] == LANDED
    assert opens(strict)["Location"] == reverse("account")


def test_sin_04_a_password_afterwards_needs_our_own(strict: Here) -> None:
    ines = with_app(strict.invited())
    strict.comes(WITH_MFA)
    ines.set_password(people.PASSWORD)
    ines.save()
    assert sign_in(Client(), ines)["Location"] == reverse("mfa_authenticate")


def test_sin_01_wrong_codes_wait_after_a_provider_too(strict: Here) -> None:
    with_app(strict.invited())
    strict.comes(PASSWORD_ONLY)
    for _ in range(5):
        assert strict.client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 422
    answer = strict.client.post(reverse("mfa_authenticate"), {"code": code_at(timezone.now())})
    assert (answer.status_code, "Wait 15 minutes" in words(answer)) == (429, True)
    assert strict.is_in == ""


# -- waits


def test_sin_01_a_name_that_is_refused_ten_times_waits_and_nobody_else_does(here: Here) -> None:
    ines = here.invited()
    for _ in range(10):
        begin_try(way="provider", name="work sub-2", address="127.0.0.1", at=timezone.now())
    answer = here.comes("sub-2")
    refused(here, answer, "Too many wrong tries for this name. Wait 15 minutes", status=429)
    assert 0 < int(answer["Retry-After"]) <= 900
    here.browser = Person()
    here.comes("sub-1")
    assert here.is_in == str(ines.pk)


def test_sin_01_a_refusal_is_counted_and_who_comes_in_is_not_slowed(here: Here) -> None:
    here.invited()
    for _ in range(9):
        begin_try(way="provider", name="work sub-2", address="127.0.0.1", at=timezone.now())
        begin_try(way="provider", name="work sub-1", address="127.0.0.1", at=timezone.now())
    assert here.comes("sub-2").status_code == 403
    here.browser = Person()
    assert here.comes("sub-2").status_code == 429
    here.browser = Person()
    for _ in range(3):
        here.client = Client()
        assert here.comes("sub-1").status_code == 302


# -- the session


def test_the_session_is_listed_proven_and_under_a_new_key(here: Here) -> None:
    ines = here.invited()
    given = here.answered()
    before = here.client.session.session_key
    here.hands_in(given)
    session = here.client.session
    assert session.session_key != before
    assert UserSession.objects.get(user=ines).session_key == session.session_key
    assert session[SIGNED_IN_AT] == session[PROVEN_AT] == pytest.approx(timezone.now().timestamp(), abs=120)
    page = words(opens(here, reverse("account")))
    assert "this device" in page
    assert "you need a password of this clinic as well" in page
    assert opens(here, reverse("account_password")).status_code == 200


def test_sin_03_it_ends_after_twelve_hours(here: Here) -> None:
    here.invited()
    here.comes()
    begun = here.client.session[SIGNED_IN_AT]
    with time_machine.travel(begun + 12 * 3600 - 1, tick=False):
        assert opens(here).status_code == 200
    with time_machine.travel(begun + 12 * 3600, tick=False):
        assert opens(here)["Location"].startswith(reverse("login"))


def test_sin_08_a_device_of_one_s_own_locks_and_the_provider_opens_it(strict: Here) -> None:
    strict.settings.OWN_DEVICES_LOCK = True
    ines = strict.invited()
    strict.comes(WITH_MFA)
    with time_machine.travel(timezone.now() + timedelta(seconds=400), tick=False):
        assert opens(strict)["Location"] == "/lock/?next=%2Fboard%2F"
    strict.client.post(reverse("lock"))
    assert opens(strict).status_code == 302
    said = words(opens(strict, reverse("lock")))
    assert "You have no password of this clinic: come back through your organisation. Sign in with Work" in said
    strict.comes(WITH_MFA)
    assert strict.is_in == str(ines.pk)
    assert opens(strict).status_code == 200


def test_somebody_else_on_the_same_device_is_in_alone_and_with_their_own_second_step(strict: Here) -> None:
    wim = people.staff("nurse", site=strict.site)
    strict.settings.SECOND_STEP_ROLES = frozenset()
    sign_in(strict.client, wim)
    strict.settings.SECOND_STEP_ROLES = frozenset(Role.values)
    key = strict.client.session.session_key
    ines = strict.invited()
    strict.comes(WITH_MFA)
    assert strict.is_in == str(ines.pk)
    assert opens(strict).status_code == 200
    assert not strict.client.session.exists(key)


def test_a_tablet_of_the_clinic_holds_who_came_by_a_provider(strict: Here) -> None:
    ines = strict.invited()
    _, token = tablets.tablet(strict.site, timezone.now())
    strict.client = tablets.device(token)
    assert "Sign in with Work" in words(opens(strict, reverse("lock")))
    strict.comes(PASSWORD_ONLY)  # its token is the second step
    assert opens(strict).status_code == 200
    assert last("tablet unlocked", ines).detail["how"] == "provider"
    with time_machine.travel(timezone.now() + timedelta(seconds=400), tick=False):
        assert opens(strict)["Location"].startswith(reverse("lock"))
    strict.uses(sites=frozenset({"another-clinic"}))
    assert "Sign in with Work" not in words(opens(strict, reverse("lock")))


def test_acc_34_on_a_tablet_of_another_place_the_session_stands_for_that_place(strict: Here) -> None:
    ines = strict.invited()
    there = people.site(slug=f"{strict.site.slug}-west", name="West")
    lead = people.staff("clinic_lead", site=there)
    role = {"username": ines.username, "role": Role.SCHEDULER, "is_ketamine_trained": False}
    give_place(site=there, by=lead, at=timezone.now(), **role)
    _, token = tablets.tablet(there, timezone.now())
    strict.client = tablets.device(token)
    strict.comes(PASSWORD_ONLY)
    assert "Ines Varga" in words(opens(strict, reverse("account")))
    assert "scheduler at West" in words(opens(strict, reverse("account")))


# -- whom the claims mean


def test_acc_07_of_two_names_that_differ_in_case_only_the_exact_one_is_meant(here: Here) -> None:
    ines, other = here.invited("ines"), here.invited("Ines")
    provider = here.uses()
    claims = {"sub": "a", "preferred_username": "INES"}
    assert recognise(provider=provider, claims=claims, at=timezone.now()).person is None
    for name, person in (("ines", ines), ("Ines", other)):
        claims = {"sub": f"of {name}", "preferred_username": name}
        assert recognise(provider=provider, claims=claims, at=timezone.now()).person == person
    StaffUser.objects.filter(pk=other.pk).update(username=f"was-{other.pk}")
    assert SocialAccount.objects.count() == 2


@pytest.mark.parametrize("name", [None, "", "  ", 7, ["ines"], "ines\0", "a" * 5000])
def test_acc_07_a_claim_that_is_no_name_means_nobody(here: Here, name: object) -> None:
    here.invited()
    claims = {"sub": "a", "preferred_username": name}
    assert recognise(provider=here.uses(), claims=claims, at=timezone.now()).person is None


# -- the password that signatures ask for


def test_acc_09_signing_and_a_pin_ask_for_a_password_of_the_clinic(here: Here) -> None:
    ines = here.invited()
    with pytest.raises(Refused, match="set it on the page “Your account”") as found:
        reauthenticate(user=ines, password="whatever it is", at=timezone.now())
    assert found.value.problems[0].rule == "ACC-09"
    here.comes()
    asked = {"pin": tablets.PIN, "again": tablets.PIN, "password": "whatever it is"}
    answer = here.client.post(reverse("pin"), asked)
    assert (answer.status_code, "set it on the page “Your account”" in answer.content.decode()) == (422, True)
    fields = {"password": "a phrase for signing", "again": "a phrase for signing"}
    assert here.client.post(reverse("account_password"), fields).status_code == 302
    ines.refresh_from_db()
    assert reauthenticate(user=ines, password="a phrase for signing", at=timezone.now()).user_id == ines.pk


def test_acc_09_a_leaver_is_told_nothing_of_it(here: Here) -> None:
    ines = here.invited()
    ines.is_active = False
    with pytest.raises(Refused, match="That is not your password"):
        reauthenticate(user=ines, password="whatever it is", at=timezone.now())

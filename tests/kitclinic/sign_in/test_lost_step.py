"""ACC-08: somebody lost the phone; another person who runs the clinic takes the second step away."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from kitclinic.actions import new_recovery_codes
from kitclinic.models import Site, StaffChange, StaffUser
from kitclinic.roles import Role
from tests.factories import people
from tests.kitclinic.sign_in.steps import events, sign_in, with_app
from tests.kitclinic.sign_in.test_second_step import NOON, clock, passkey

__all__ = ["clock"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
AsUser = Callable[[StaffUser], Client]


@pytest.fixture
def admin(site: Site) -> StaffUser:
    return people.staff("administrator", site=site)


@pytest.fixture
def lost(site: Site) -> StaffUser:
    person = with_app(people.staff("nurse", site=site))
    passkey(person)
    new_recovery_codes(person=person, at=NOON)
    return person


def take_away(client: Client, person: StaffUser, reason: str = "Her phone fell into the lake") -> Any:
    return client.post(reverse("person_steps", args=[person.pk]), {"reason": reason})


def test_acc_08_every_step_and_every_session_ends_and_the_password_stays(
    lost: StaffUser, admin: StaffUser, as_user: AsUser, settings: Any
) -> None:
    open_still = as_user(lost)
    assert open_still.get("/", follow=True).status_code == 200
    page = as_user(admin).get(reverse("person", args=[lost.pk])).content.decode()
    assert "A codes app, 1 passkey." in page
    assert take_away(as_user(admin), lost).status_code == 302
    assert not Authenticator.objects.filter(user=lost).exists()
    assert StaffChange.objects.get(user=lost, what="steps_ended").reason == "Her phone fell into the lake"
    assert [event.subject_id for event in events("staff second step taken away")] == [lost.pk]
    settings.SECOND_STEP_ROLES = frozenset(Role.values)
    client = Client()
    assert sign_in(client, lost).status_code == 302
    assert client.get(reverse("infusions:board"), follow=True).redirect_chain[-1][0].startswith(reverse("account"))


def test_acc_08_sessions_that_were_signed_in_are_nobodys(
    lost: StaffUser, admin: StaffUser, as_user: AsUser
) -> None:
    other = people.staff("nurse", site=lost.site)
    client, colleague = Client(), Client()
    sign_in(colleague, other)
    Authenticator.objects.filter(user=lost).delete()
    sign_in(client, lost)
    with_app(lost)
    assert client.get(reverse("account")).status_code == 200
    take_away(as_user(admin), lost)
    assert client.get(reverse("account")).status_code == 302
    assert colleague.get(reverse("account")).status_code == 200


@pytest.mark.parametrize(
    ("who", "reason", "said"),
    [("own", "Mine", "Nobody takes away their own"), ("lost", "", ""), ("without", "Lost", "has no second step")],
)
def test_acc_08_not_ones_own_not_without_a_reason_and_not_from_nobody(
    site: Site, lost: StaffUser, admin: StaffUser, as_user: AsUser, who: str, reason: str, said: str
) -> None:
    whose = {"own": with_app(admin), "lost": lost, "without": people.staff("nurse", site=site)}[who]
    before = Authenticator.objects.count()
    answer = take_away(as_user(admin), whose, reason)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert Authenticator.objects.count() == before
    assert not StaffChange.objects.filter(what="steps_ended").exists()


def test_the_page_offers_it_for_others_and_says_who_does_it_for_oneself(
    site: Site, lost: StaffUser, admin: StaffUser, as_user: AsUser
) -> None:
    with_app(admin)
    client = as_user(admin)
    for person, offered in ((lost, True), (admin, False), (people.staff("nurse", site=site), False)):
        page = client.get(reverse("person", args=[person.pk])).content.decode()
        assert (reverse("person_steps", args=[person.pk]) in page) is offered
        assert ("Second step</h2>" in page) is (person != StaffUser.objects.latest("pk"))

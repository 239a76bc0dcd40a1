"""The pages of staff accounts: who opens them, what their forms do, what a link shows and uses up."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from kitclinic.actions import disable_person
from kitclinic.models import OutboxMessage, Site, StaffChange, StaffInvitation, StaffUser
from kitclinic.roles import ROLES, Permission
from tests.factories import people
from tests.factories.invited import invited

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
AsUser = Callable[[StaffUser], Client]
GOOD = "a long enough phrase"
TOKEN = "a-code-of-256-bits"
NEW = {"name": "Wim Aarts", "credentials": "MD", "role": "physician", "username": "wim", "to": "wim@example.org"}
OTHERS = sorted(role for role, may in ROLES.items() if Permission.RUN_CLINIC not in may)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def admin(site: Site) -> StaffUser:
    return people.staff("administrator", site=site)


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def acts(person: StaffUser) -> dict[str, dict[str, str]]:
    """Every address that changes something, with a body that would do it."""
    change = {"name": "Else", "role": "nurse", "reason": "So"}
    return {
        reverse("people_invite"): NEW,
        reverse("person", args=[person.pk]): change,
        reverse("person_disable", args=[person.pk]): {"reason": "So"},
        reverse("person_enable", args=[person.pk]): {"reason": "So", "to": "x@example.org"},
        reverse("person_link", args=[person.pk]): {"to": "x@example.org"},
        reverse("person_withdraw", args=[person.pk]): {},
        reverse("person_steps", args=[person.pk]): {"reason": "So"},
    }


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_opens_the_list_or_changes_an_account(site: Site, as_user: AsUser, role: str) -> None:
    nurse = people.staff("nurse", site=site)
    client = as_user(people.staff(role, site=site))
    assert client.get(reverse("people")).status_code == 403
    assert {client.post(address, body).status_code for address, body in acts(nurse).items()} == {403}
    assert not StaffChange.objects.exists()


def test_somebody_of_another_clinic_is_not_there(
    site: Site, other_site: Site, admin: StaffUser, as_user: AsUser
) -> None:
    theirs = people.staff("nurse", site=other_site, name="Zuri Elsewhere")
    client = as_user(admin)
    assert "Zuri" not in words(client.get(reverse("people")))
    assert client.get(reverse("person", args=[theirs.pk])).status_code == 404
    del_invite = {address: body for address, body in acts(theirs).items() if str(theirs.pk) in address}
    assert {client.post(address, body).status_code for address, body in del_invite.items()} == {404}
    assert not StaffChange.objects.exists()


def test_the_list_says_role_training_last_sign_in_and_state(site: Site, admin: StaffUser, as_user: AsUser) -> None:
    people.staff("nurse", site=site, name="Ines Varga", last_login=NOW - timedelta(days=1))
    people.staff("nurse", site=site, name="Kim Left", is_active=False, is_ketamine_trained=False)
    invited(site, at=NOW, by=admin, token=TOKEN, role="physician")
    page = words(as_user(admin).get(reverse("people")))
    assert "Ines Varga, RN" in page
    assert "Sun 8 Mar" in page
    assert "signs orders, given" in page
    assert f"by {admin.name}" in page
    assert "not trained" in page
    for state in ("active", "invited", "closed"):
        assert state in page


def test_the_list_asks_the_database_as_often_for_one_as_for_twenty(
    site: Site, admin: StaffUser, as_user: AsUser, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        people.staff("nurse", site=site)
    client = as_user(admin)
    with django_assert_max_num_queries(12):
        client.get(reverse("people"))


def test_an_invitation_goes_out_and_the_invited_person_comes_in(
    site: Site, admin: StaffUser, as_user: AsUser
) -> None:
    answer = as_user(admin).post(reverse("people_invite"), NEW)
    wim = StaffUser.objects.get(username="wim")
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("person", args=[wim.pk]))
    (code,) = re.findall(r"/welcome/#(\S+)", OutboxMessage.objects.get().text)
    assert code not in words(as_user(admin).get(answer.headers["Location"]))
    browser = Client()
    for _ in range(3):
        assert browser.get(reverse("welcome")).status_code == 200  # a mail scanner uses nothing up
    shown = browser.post(reverse("welcome"), {"token": code})
    assert "Wim Aarts, MD , your user name at Juniper Street Infusion is wim" in words(shown)
    assert (shown["Cache-Control"].find("no-store") >= 0, StaffInvitation.objects.get().used_at) == (True, None)
    weak = browser.post(reverse("welcome"), {"token": code, "step": "password", "password": "x", "again": "y"})
    assert weak.status_code == 422
    assert "too short" in words(weak)
    done = browser.post(reverse("welcome"), {"token": code, "step": "password", "password": GOOD, "again": GOOD})
    assert (done.status_code, done.headers["Location"]) == (302, reverse("login"))
    assert "_auth_user_id" not in browser.session  # set, and signed in to nothing
    assert browser.get(reverse("home")).status_code == 302
    again = browser.post(reverse("welcome"), {"token": code})
    assert again.status_code == 422
    assert "was used already" in words(again)
    entry = browser.post(reverse("login"), {"username": "wim", "password": GOOD})
    assert entry.status_code == 302


def test_a_whole_address_may_be_pasted(site: Site, admin: StaffUser) -> None:
    invited(site, at=NOW, by=admin, token=TOKEN)
    shown = Client().post(reverse("welcome"), {"token": f" http://testserver/welcome/#{TOKEN} "})
    assert "Set your password" in words(shown)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("to", "nobody", "Type an e-mail address"),
        ("to", "a@b", "valid email"),
        ("username", "No Spaces", "small letters"),
        ("role", "superuser", "valid choice"),
        ("name", "", "required"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_at_its_field(
    admin: StaffUser, as_user: AsUser, field: str, value: str, says: str
) -> None:
    answer = as_user(admin).post(reverse("people_invite"), NEW | {field: value})
    assert answer.status_code == 422
    assert says in words(answer)
    assert not OutboxMessage.objects.exists()


def test_acc_04_extra_fields_change_nothing(admin: StaffUser, as_user: AsUser, nurse: StaffUser) -> None:
    body = {"name": nurse.name, "credentials": "BSN", "role": "nurse", "trained": "on", "reason": "Degree"}
    extra = {"is_superuser": "on", "site": "99", "password": "x", "username": "root", "is_active": ""}
    assert as_user(admin).post(reverse("person", args=[nurse.pk]), body | extra).status_code == 302
    before = (nurse.username, nurse.password, nurse.site_id)
    nurse.refresh_from_db()
    assert nurse.credentials == "BSN"
    assert (nurse.username, nurse.password, nurse.site_id) == before
    assert (nurse.is_superuser, nurse.is_active) == (False, True)


def test_acc_03_the_refusal_of_ones_own_role_is_said_on_the_page(admin: StaffUser, as_user: AsUser) -> None:
    body = {"name": admin.name, "role": "physician", "reason": "Me"}
    answer = as_user(admin).post(reverse("person", args=[admin.pk]), body)
    assert answer.status_code == 422
    assert "Nobody changes their own role" in words(answer)
    assert "Nobody closes their own account" in words(answer)


def test_acc_05_closed_and_opened_again_over_the_pages(
    site: Site, admin: StaffUser, as_user: AsUser, nurse: StaffUser
) -> None:
    client = as_user(admin)
    assert client.post(reverse("person_disable", args=[nurse.pk]), {"reason": ""}).status_code == 422
    assert client.post(reverse("person_disable", args=[nurse.pk]), {"reason": "Last day"}).status_code == 302
    page = words(client.get(reverse("person", args=[nurse.pk])))
    assert "Nothing is left open" in page
    assert "Last day" in page
    address = reverse("person_enable", args=[nurse.pk])
    assert client.post(address, {"reason": "Back", "to": "ines@example.org"}).status_code == 302
    page = words(client.get(reverse("person", args=[nurse.pk])))
    assert "A link waits until" in page
    assert client.post(reverse("person_withdraw", args=[nurse.pk])).status_code == 302


def test_a_closed_account_gets_no_link(admin: StaffUser, as_user: AsUser, nurse: StaffUser) -> None:
    disable_person(person=nurse, reason="Left", by=admin, at=NOW)
    answer = as_user(admin).post(reverse("person_link", args=[nurse.pk]), {"to": "x@example.org"})
    assert answer.status_code == 422
    assert not StaffInvitation.objects.exists()


# -- the first administrator, on the command line


def _first(*more: str) -> str:
    out = StringIO()
    call_command("first_administrator", "mira", "--name", "Mira Oyelaran", *more, stdout=out)
    return out.getvalue()


def test_acc_01_the_first_administrator_gets_a_link_and_no_password(site: Site) -> None:
    (code,) = re.findall(r"/welcome/#(\S+)", _first())
    mira = StaffUser.objects.get(username="mira")
    assert (mira.role, mira.site, mira.has_usable_password()) == ("administrator", site, False)
    assert not OutboxMessage.objects.exists()
    done = Client().post(reverse("welcome"), {"token": code, "step": "password", "password": GOOD, "again": GOOD})
    assert done.status_code == 302
    mira.refresh_from_db()
    assert mira.check_password(GOOD)


def test_where_somebody_runs_the_clinic_already_the_command_says_so(site: Site, admin: StaffUser) -> None:
    with pytest.raises(CommandError, match="can invite others"):
        _first()
    assert "/welcome/#" in _first("--another")
    with pytest.raises(CommandError, match="is taken"):
        _first("--another")


def test_the_first_administrator_of_no_clinic_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="make one first"):
        _first()

"""The pages of shared tablets and of one's own PIN: who sends their forms, what is refused, what counts after."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kitclinic.actions import end_tablet
from kitclinic.models import AuditEvent, PinTry, Site, StaffPin, StaffUser, Tablet
from kitclinic.tokens import token_digest
from tests.factories import people, tablets
from tests.factories.tablets import PIN
from tests.kitclinic.test_pins import EASY

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
AsUser = Callable[[StaffUser], Client]
MINE = {"pin": PIN, "again": PIN, "password": people.PASSWORD}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# -- the list of tablets


@pytest.mark.parametrize("role", ["clinic_lead", "administrator"])
def test_tab_01_who_runs_the_clinic_enrols_the_device_in_hand(site: Site, as_user: AsUser, role: str) -> None:
    person = people.staff(role, site=site)
    browser = Client()
    tablets.sign_in(browser, person)
    assert "No tablet is enrolled" in words(browser.get(reverse("tablets")))
    answer = browser.post(reverse("tablets"), {"name": " Chairside  1 "})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("tablets"))
    row = Tablet.objects.get()
    assert (row.site, row.name, row.enrolled_by) == (site, "Chairside 1", person)
    cookie = answer.cookies[settings.TABLET_COOKIE_NAME]
    assert token_digest(cookie.value) == row.token_digest  # the token is in this browser, its digest in the clinic
    assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Strict")
    page = words(browser.get(reverse("tablets")))
    assert "This device is enrolled as Chairside 1" in page
    assert "This device is <b>Chairside 1</b>" in page
    assert cookie.value not in page


@pytest.mark.parametrize("role", ["nurse", "physician", "psychologist", "scheduler"])
def test_nobody_else_sees_enrols_or_ends_a_tablet(site: Site, as_user: AsUser, role: str) -> None:
    made, _ = tablets.tablet(site, NOW)
    client = as_user(people.staff(role, site=site))
    assert client.get(reverse("tablets")).status_code == 403
    assert client.post(reverse("tablets"), {"name": "Mine"}).status_code == 403
    assert client.post(reverse("tablet_end", args=[made.pk])).status_code == 403
    assert [(row.name, row.ended_at) for row in Tablet.objects.all()] == [(made.name, None)]


def test_nobody_signed_in_is_asked_to_sign_in(site: Site) -> None:
    made, _ = tablets.tablet(site, NOW)
    for address in (reverse("tablets"), reverse("tablet_end", args=[made.pk]), reverse("pin")):
        assert Client().post(address, MINE).headers["Location"].startswith(reverse("login"))
    assert Tablet.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "This field is required"),
        ("   ", "This field is required"),
        ("x" * 61, "60"),
        ("CHAIRSIDE 1", "Another tablet in use has this name"),
    ],
)
def test_tab_01_a_name_that_cannot_be_is_refused_on_the_page(
    site: Site, lead: StaffUser, as_user: AsUser, name: str, said: str
) -> None:
    client = as_user(lead)
    client.post(reverse("tablets"), {"name": "Chairside 1"})
    elsewhere = as_user(lead)  # another device
    answer = elsewhere.post(reverse("tablets"), {"name": name})
    assert answer.status_code == 422
    assert said in words(answer)
    assert settings.TABLET_COOKIE_NAME not in answer.cookies
    assert Tablet.objects.count() == 1


def in_hand(site: Site, nurse: StaffUser) -> tuple[Tablet, Client]:
    """A tablet that this nurse, who has a PIN, is signed in on; and its browser."""
    made, token = tablets.tablet(site, NOW)
    tablets.give_pin(nurse, NOW)
    client = tablets.device(token)
    tablets.sign_in(client, nurse)
    return made, client


def test_a_tablet_that_is_ended_signs_out_whoever_is_on_it_and_its_name_is_free(
    site: Site, lead: StaffUser, nurse: StaffUser, as_user: AsUser
) -> None:
    made, chairside = in_hand(site, nurse)
    assert chairside.get(reverse("pin")).status_code == 200
    office = as_user(lead)
    assert office.get(reverse("tablet_end", args=[made.pk])).status_code == 405
    for _ in range(2):  # a second tap changes nothing
        answer = office.post(reverse("tablet_end", args=[made.pk]), follow=True)
        assert f"{made.name} is ended" in words(answer)
    assert AuditEvent.objects.filter(event="tablet ended", subject_id=made.pk).count() == 1
    assert chairside.get(reverse("pin")).headers["Location"].startswith(reverse("login"))
    assert office.post(reverse("tablets"), {"name": made.name}).status_code == 302


def test_who_ends_the_device_in_hand_stays_signed_in_on_it(lead: StaffUser) -> None:
    browser = Client()
    tablets.sign_in(browser, lead)
    browser.post(reverse("tablets"), {"name": "Chairside 1"})
    answer = browser.post(reverse("tablet_end", args=[Tablet.objects.get().pk]))
    assert answer.cookies[settings.TABLET_COOKIE_NAME].value == ""
    assert "No tablet" not in words(browser.get(reverse("tablets")))
    assert "Enrol this device" in words(browser.get(reverse("tablets")))


def test_the_tablets_of_another_clinic_are_not_there(other_site: Site, lead: StaffUser, as_user: AsUser) -> None:
    theirs, token = tablets.tablet(other_site, NOW)
    client = as_user(lead)
    assert client.post(reverse("tablet_end", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("tablet_end", args=[theirs.pk + 1000])).status_code == 404
    assert theirs.name not in words(client.get(reverse("tablets")))
    theirs.refresh_from_db()
    assert theirs.ended_at is None
    client.cookies[settings.TABLET_COOKIE_NAME] = token
    page = words(client.get(reverse("tablets")))
    assert theirs.name not in page  # not even on that device, which locks for its own clinic only
    assert reverse("lock") not in page
    assert "Enrol this device" in page


# -- one's own PIN


@pytest.mark.parametrize("role", list(people.NAMES))
def test_everybody_sets_their_own_pin_and_opens_a_tablet_with_it(site: Site, as_user: AsUser, role: str) -> None:
    person = people.staff(role, site=site)
    client = as_user(person)
    assert "You have no PIN yet" in words(client.get(reverse("pin")))
    answer = client.post(reverse("pin"), MINE, follow=True)
    assert "Your PIN is set" in words(answer)
    row = StaffPin.objects.get()
    assert (row.user, row.site) == (person, site)
    assert PIN not in row.pin
    _, token = tablets.tablet(site, NOW)
    tablet = tablets.device(token)
    tablets.sign_in(tablet, person)
    tablet.post(reverse("lock"))
    opened = tablet.post(reverse("unlock"), {"user": person.pk, "pin": PIN}, headers={"KC-Lock": "1"})
    assert opened.status_code == 204


@pytest.mark.parametrize("pin", EASY)
def test_tab_03_an_easy_pin_is_refused_in_words_and_the_old_one_stays(
    nurse: StaffUser, as_user: AsUser, pin: str
) -> None:
    tablets.give_pin(nurse, NOW)
    before = StaffPin.objects.get().pin
    answer = as_user(nurse).post(reverse("pin"), MINE | {"pin": pin, "again": pin})
    assert answer.status_code == 422
    assert "This PIN is easy to guess" in words(answer)
    assert StaffPin.objects.get().pin == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"again": "5893"}, "The two PINs differ"),
        ({"pin": "583", "again": "583"}, "A PIN has 4 to 8 digits"),
        ({"pin": "583920174", "again": "583920174"}, "8 characters"),
        ({"pin": "58a3", "again": "58a3"}, "A PIN has 4 to 8 digits"),
        ({"pin": "５８３９", "again": "５８３９"}, "A PIN has 4 to 8 digits"),
        ({"pin": " 5839", "again": " 5839"}, "A PIN has 4 to 8 digits"),
        ({"pin": "", "again": ""}, "This field is required"),
        ({"password": "not mine"}, "That is not your password"),
        ({"password": ""}, "This field is required"),
    ],
)
def test_tab_03_what_is_wrong_is_said_on_the_page_and_nothing_typed_comes_back(
    nurse: StaffUser, as_user: AsUser, typed: dict[str, str], said: str
) -> None:
    answer = as_user(nurse).post(reverse("pin"), MINE | typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not StaffPin.objects.exists()
    assert people.PASSWORD not in words(answer)
    assert f'value="{PIN}"' not in words(answer)


def test_a_new_pin_counts_at_once_and_the_old_one_no_more(site: Site, nurse: StaffUser) -> None:
    tablet = in_hand(site, nurse)[1]
    assert tablet.post(reverse("pin"), MINE | {"pin": "7302", "again": "7302"}).status_code == 302
    tablet.post(reverse("lock"))
    try_it = {"user": nurse.pk, "pin": PIN}
    assert tablet.post(reverse("unlock"), try_it, headers={"KC-Lock": "1"}).status_code == 422
    assert tablet.post(reverse("unlock"), try_it | {"pin": "7302"}, headers={"KC-Lock": "1"}).status_code == 204


def test_tab_04_a_new_pin_does_not_reopen_what_five_wrong_ones_closed(
    site: Site, nurse: StaffUser, as_user: AsUser, clock: Any
) -> None:
    """On another device a new PIN is set; on the tablet the password is asked all the same."""
    tablet = in_hand(site, nurse)[1]
    tablet.post(reverse("lock"))
    send = {"path": reverse("unlock"), "headers": {"KC-Lock": "1"}}
    for _ in range(7):
        assert tablet.post(**send, data={"user": nurse.pk, "pin": "0007"}).status_code == 422
    assert PinTry.objects.count() == 5
    assert as_user(nurse).post(reverse("pin"), MINE | {"pin": "7302", "again": "7302"}).status_code == 302
    closed = tablet.post(**send, data={"user": nurse.pk, "pin": "7302"})
    assert (closed.status_code, "5 wrong PINs in a row" in words(closed)) == (422, True)
    clock.shift(timedelta(seconds=1))
    by_password = {"user": nurse.pk, "password": people.PASSWORD}
    assert tablet.post(**send, data=by_password).status_code == 204


def test_the_pin_page_on_a_locked_or_ended_tablet_sets_nothing(site: Site, nurse: StaffUser) -> None:
    made, token = tablets.tablet(site, NOW)
    tablet = tablets.device(token)
    tablets.sign_in(tablet, nurse)
    tablet.post(reverse("lock"))
    assert tablet.post(reverse("pin"), MINE).status_code == 423
    end_tablet(tablet=made, by=nurse, at=NOW)
    assert tablet.post(reverse("pin"), MINE).headers["Location"].startswith(reverse("login"))
    assert not StaffPin.objects.exists()

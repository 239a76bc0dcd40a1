"""How a session ends: after a shift, by its owner from elsewhere, with a new password."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from kitclinic.account import device_in_words
from kitclinic.models import Site, StaffUser
from kitclinic.tasks import forget_sign_ins
from tests.factories import people, tablets
from tests.kitclinic.sign_in.steps import events, sign_in, signed_in

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 9, 11, 0, tzinfo=UTC)
HOURS = 3600
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(MORNING, tick=False) as made:
        yield made


def is_in(client: Client) -> bool:
    return client.get(reverse("infusions:board")).status_code == 200


@pytest.mark.parametrize(("seconds", "inside"), [(12 * HOURS - 1, True), (12 * HOURS, False)])
def test_sin_03_a_session_ends_twelve_hours_after_the_sign_in_though_it_was_used_all_day(
    clock: Any, nurse: StaffUser, seconds: int, inside: bool
) -> None:
    client = signed_in(nurse)
    for hour in range(12):
        clock.move_to(MORNING.timestamp() + hour * HOURS)
        assert is_in(client)
    clock.move_to(MORNING.timestamp() + seconds)
    assert is_in(client) is inside
    if not inside:
        answer = client.post(reverse("touched"), headers={"KC-Form": "1"})
        assert answer.status_code == 401  # the page says: sign in again; what was typed stays on it


def test_sin_03_neither_a_pin_nor_showing_again_who_one_is_makes_a_shift_longer(
    clock: Any, site: Site, nurse: StaffUser
) -> None:
    _, token = tablets.tablet(site, MORNING)
    tablets.give_pin(nurse, MORNING)
    browser, desk = tablets.device(token), signed_in(nurse)
    tablets.sign_in(browser, nurse)
    clock.shift(11 * HOURS)
    browser.post(reverse("unlock"), {"user": nurse.pk, "pin": tablets.PIN})
    desk.post(reverse("account_confirm"), {"password": people.PASSWORD})
    assert is_in(browser)
    assert is_in(desk)
    clock.shift(1 * HOURS)
    assert browser.get(reverse("infusions:board"))["Location"].startswith(reverse("lock"))
    assert not is_in(desk)


def test_every_session_is_listed_with_its_device_and_when_it_was_used(clock: Any, nurse: StaffUser) -> None:
    desk = signed_in(nurse)
    clock.shift(600)
    phone = Client(headers={"User-Agent": PHONE}, REMOTE_ADDR="198.51.100.20")
    sign_in(phone, nurse)
    clock.shift(600)
    is_in(phone)
    words = " ".join(desk.get(reverse("account")).content.decode().split())
    assert "Safari on iPhone" in words
    assert "from 198.51.100.20" in words
    assert "Signed in Mon 9 Mar 2026, 07:10 EDT, last used Mon 9 Mar 2026, 07:20 EDT" in words
    assert words.count("this device") == 1


def test_a_session_ended_from_elsewhere_is_out_on_its_next_request(nurse: StaffUser) -> None:
    desk, phone = signed_in(nurse), signed_in(nurse)
    theirs = UserSession.objects.get(session_key=phone.session.session_key)
    assert desk.post(reverse("session_end", args=[theirs.pk])).status_code == 302
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert events("sessions ended")[0].detail == {"sessions": [theirs.pk]}


def test_all_the_others_are_ended_at_once(nurse: StaffUser) -> None:
    desk, *others = [signed_in(nurse) for _ in range(3)]
    desk.post(reverse("sessions_end"))
    assert [is_in(one) for one in (desk, *others)] == [True, False, False]


def test_nobody_ends_a_session_of_somebody_else(nurse: StaffUser, physician: StaffUser) -> None:
    desk, other = signed_in(nurse), signed_in(physician)
    theirs = UserSession.objects.get(user=physician)
    assert desk.post(reverse("session_end", args=[theirs.pk])).status_code == 404
    assert is_in(other)


def test_a_tablet_s_session_is_listed_under_the_key_it_has(site: Site, nurse: StaffUser, clock: Any) -> None:
    _, token = tablets.tablet(site, MORNING)
    tablets.give_pin(nurse, MORNING)
    browser, desk = tablets.device(token), signed_in(nurse)
    tablets.sign_in(browser, nurse)
    browser.post(reverse("lock"))
    browser.post(reverse("unlock"), {"user": nurse.pk, "pin": tablets.PIN})
    row = UserSession.objects.get(session_key=browser.session.session_key)
    desk.post(reverse("session_end", args=[row.pk]))
    assert not is_in(browser)


def test_a_new_password_ends_every_other_session(nurse: StaffUser) -> None:
    desk, phone = signed_in(nurse), signed_in(nurse)
    fields = {"password": "several words in a row", "again": "several words in a row"}
    assert desk.post(reverse("account_password"), fields)["Location"] == reverse("account")
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert [said.by for said in events("password changed")] == [nurse]
    assert sign_in(Client(), nurse).status_code == 422
    assert sign_in(Client(), nurse, password="several words in a row").status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("several words in a row", "several words in row", "The two passwords differ"),
        ("elevenchars", "elevenchars", "at least 12 characters"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(
    nurse: StaffUser, password: str, again: str, words: str
) -> None:
    answer = signed_in(nurse).post(reverse("account_password"), {"password": password, "again": again})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert sign_in(Client(), nurse).status_code == 302


def test_sessions_that_are_over_are_taken_from_the_list(clock: Any, nurse: StaffUser) -> None:
    signed_in(nurse)
    clock.shift(24 * HOURS)
    forget_sign_ins()
    assert not UserSession.objects.exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (PHONE, "Safari on iPhone"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox on Mac"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_device_in_words(said: str, words: str) -> None:
    assert device_in_words(said) == words

"""Guessing is slow, for the name and the address that guess, and for nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from kitclinic.actions import Waits, begin_try, forget_old_sign_ins, note_right
from kitclinic.models import SignInTry, Site, StaffUser
from kitclinic.sign_in_rules import NAME_TRIES, PAIR_TRIES
from kitclinic.throttle import in_words
from tests.factories import people
from tests.races import race

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CLINIC, HOME = "203.0.113.7", "198.51.100.20"


def tries(
    number: int, *, name: str = "nurse", address: str = CLINIC, way: str = "password", at: datetime = NOON
) -> None:
    for _ in range(number):
        begin_try(way=way, name=name, address=address, at=at)


def waits(*, name: str = "nurse", address: str = CLINIC, way: str = "password", at: datetime) -> str:
    """The sentence of the refusal, "" where the try may be made; such a try leaves nothing behind."""
    try:
        begin_try(way=way, name=name, address=address, at=at)
    except Waits as refused:
        return str(refused)
    SignInTry.objects.latest("pk").delete()
    return ""


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["password", "code"])
def test_sin_01_the_last_of_the_tries_is_let_through_and_the_next_waits(way: str) -> None:
    tries(PAIR_TRIES[way] - 1, way=way)
    assert waits(way=way, at=NOON) == ""
    tries(1, way=way)
    assert "Wait 15 minutes" in waits(way=way, at=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seconds", "sentence"), [(0, "15 minutes"), (61, "14 minutes"), (899, "1 second"), (900, "")]
)
def test_sin_01_the_wait_is_over_after_fifteen_minutes_and_says_how_long(seconds: int, sentence: str) -> None:
    tries(10)
    said = waits(at=NOON + timedelta(seconds=seconds))
    assert sentence in said
    assert bool(said) is bool(sentence)


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "stopped"), [(15, True), (16, False)])
def test_sin_01_ten_are_counted_within_fifteen_minutes(minutes: int, stopped: bool) -> None:
    tries(1)
    later = NOON + timedelta(minutes=minutes)
    tries(9, at=later)
    assert bool(waits(at=later)) is stopped


@pytest.mark.django_db
def test_sin_01_nobody_else_behind_the_clinic_s_address_waits_and_the_name_not_elsewhere() -> None:
    tries(10)
    assert waits(at=NOON)
    assert waits(name="NURSE", at=NOON)
    assert waits(name="nurse2", at=NOON) == ""
    assert waits(address=HOME, at=NOON) == ""
    assert waits(way="code", at=NOON) == ""


@pytest.mark.django_db
def test_sin_01_a_right_one_begins_the_count_anew() -> None:
    tries(9)
    note_right(way="password", name="nurse", address=CLINIC, at=NOON)
    tries(9)
    assert waits(at=NOON) == ""


@pytest.mark.django_db
def test_sin_01_what_waits_is_not_counted() -> None:
    tries(10)
    before = SignInTry.objects.count()
    for minute in range(15):
        assert waits(at=NOON + timedelta(minutes=minute))
    assert SignInTry.objects.count() == before
    assert waits(at=NOON + timedelta(minutes=15)) == ""


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["password", "code"])
def test_sin_02_many_addresses_slow_a_name_and_never_lock_it(way: str) -> None:
    for number in range(NAME_TRIES[way]):
        tries(1, way=way, address=f"198.51.100.{number}")
    assert "Wait 30 seconds" in waits(way=way, at=NOON)
    assert waits(way=way, at=NOON + timedelta(seconds=29))
    assert waits(way=way, at=NOON + timedelta(seconds=30)) == ""
    assert waits(way=way, name="nurse2", at=NOON) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "slowed"), [(29, False), (30, True)])
def test_sin_02_where_the_person_came_in_lately_the_name_is_not_slowed(days: int, slowed: bool) -> None:
    note_right(way="password", name="nurse", address=CLINIC, at=NOON - timedelta(days=days))
    for number in range(NAME_TRIES["password"]):
        tries(1, address=f"198.51.100.{number}")
    assert bool(waits(at=NOON)) is slowed


def test_sin_01_tries_at_the_same_moment_do_not_slip_past(committed_db: str) -> None:
    def one() -> None:
        begin_try(way="password", name="nurse", address=CLINIC, at=NOON)

    tries(7)
    done, lost = race(*[one] * 8)
    assert (len(done), len(lost)) == (3, 5)
    assert SignInTry.objects.count() == 10


@pytest.mark.django_db
def test_sin_01_the_page_says_how_long_and_the_right_password_waits_too(nurse: StaffUser) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = Client(REMOTE_ADDR=CLINIC)
        fields = {"username": nurse.username, "password": "wrong"}
        for _ in range(10):
            assert client.post(reverse("login"), fields).status_code == 422
        fields["password"] = people.PASSWORD
        answer = client.post(reverse("login"), fields)
        assert (answer.status_code, answer["Retry-After"]) == (429, "900")
        assert "Wait 15 minutes, then try again. Nobody else has to wait." in answer.content.decode()
        clock.shift(15 * 60)
        assert client.post(reverse("login"), fields).status_code == 302


@pytest.mark.django_db
def test_of_a_name_that_was_typed_nothing_readable_is_kept() -> None:
    tries(1, name="my secret password")
    row = SignInTry.objects.get()
    assert "secret" not in row.who
    assert len(row.who) == 64


@pytest.mark.django_db
def test_tries_are_forgotten_after_thirty_days(site: Site) -> None:
    tries(1, at=NOON - timedelta(days=30, seconds=1))
    tries(1, at=NOON - timedelta(days=29))
    assert forget_old_sign_ins(at=NOON) == 1
    assert SignInTry.objects.count() == 1


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes")]
)
def test_a_wait_in_words(seconds: float, words: str) -> None:
    assert in_words(NOON + timedelta(seconds=seconds), at=NOON) == words

"""Shared tablets: enrolling, PINs tried and counted, who is on the lock screen."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from kitclinic.actions import Tried, end_tablet, enrol_tablet, record_password, set_pin, try_pin
from kitclinic.models import AuditEvent, PinTry, Site, StaffPin, StaffUser, Tablet
from kitclinic.problems import Conflict, Refused
from kitclinic.tablets import faces, why_password
from kitclinic.tokens import token_digest
from tests.factories import people, tablets
from tests.factories.tablets import PIN
from tests.races import race

NOW = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
TOKEN = "a-token-of-256-bits"


@pytest.fixture
def tablet(site: Site) -> Tablet:
    return tablets.tablet(site, NOW)[0]


def attempt(tablet: Tablet, person: StaffUser, pin: str, *, minutes: float = 1) -> Tried:
    return try_pin(tablet=tablet, person=person, pin=pin, at=NOW + timedelta(minutes=minutes))


def test_tab_01_only_the_digest_of_a_token_is_kept(site: Site, lead: StaffUser) -> None:
    row = enrol_tablet(site=site, name="  Chairside   1 ", token=TOKEN, by=lead, at=NOW)
    assert (row.name, row.token_digest) == ("Chairside 1", token_digest(TOKEN))
    assert TOKEN not in str(row.__dict__)
    assert AuditEvent.objects.filter(event="tablet enrolled", by=lead, subject_id=row.pk).exists()


def test_tab_01_two_tablets_in_use_have_two_names_and_an_ended_one_frees_its_name(
    site: Site, lead: StaffUser
) -> None:
    row = enrol_tablet(site=site, name="Chairside 1", token=TOKEN, by=lead, at=NOW)
    with pytest.raises(Conflict, match="Another tablet in use"):
        enrol_tablet(site=site, name="chairside 1", token="other", by=lead, at=NOW)
    end_tablet(tablet=row, by=lead, at=NOW)
    end_tablet(tablet=row, by=lead, at=NOW)
    assert AuditEvent.objects.filter(event="tablet ended").count() == 1
    enrol_tablet(site=site, name="Chairside 1", token="other", by=lead, at=NOW)


def test_a_pin_is_set_with_the_password_and_only_its_hash_is_kept(nurse: StaffUser) -> None:
    old = people.proof(nurse, NOW - timedelta(seconds=61))
    with pytest.raises(Refused, match="Type your password again"):
        set_pin(by=nurse, pin=PIN, again=PIN, proof=old, at=NOW)
    assert not StaffPin.objects.exists()
    tablets.give_pin(nurse, NOW)
    tablets.give_pin(nurse, NOW, "7302")
    (row,) = StaffPin.objects.all()
    assert "7302" not in row.pin
    assert AuditEvent.objects.filter(event="PIN set", by=nurse).count() == 2


def test_tab_04_the_fifth_wrong_pin_in_a_row_asks_for_the_password(tablet: Tablet, nurse: StaffUser) -> None:
    tablets.knows(tablet, nurse, NOW)
    assert [attempt(tablet, nurse, "0007").left for _ in range(5)] == [4, 3, 2, 1, 0]
    closed = attempt(tablet, nurse, PIN)
    assert (closed.right, closed.why) == (False, "there were 5 wrong PINs in a row")
    assert PinTry.objects.count() == 5  # what is closed is not tried any more
    assert AuditEvent.objects.filter(event="PIN closed", by=nurse).count() == 1


def test_tab_04_a_right_pin_and_the_password_begin_to_count_anew(tablet: Tablet, nurse: StaffUser) -> None:
    tablets.knows(tablet, nurse, NOW)
    for _ in range(4):
        attempt(tablet, nurse, "0007")
    assert attempt(tablet, nurse, PIN).right
    assert [attempt(tablet, nurse, "0007", minutes=2).left for _ in range(5)] == [4, 3, 2, 1, 0]
    record_password(tablet=tablet, person=nurse, at=NOW + timedelta(minutes=3))
    assert attempt(tablet, nurse, PIN, minutes=4).right


def test_tab_04_others_still_come_in_and_so_does_the_same_person_on_another_tablet(
    site: Site, tablet: Tablet, nurse: StaffUser
) -> None:
    other = tablets.knows(tablet, people.staff("nurse", site=site), NOW, "7302")
    second, _ = tablets.tablet(site, NOW)
    tablets.knows(tablet, nurse, NOW)
    record_password(tablet=second, person=nurse, at=NOW)
    for _ in range(5):
        attempt(tablet, nurse, "0007")
    assert attempt(tablet, other, "7302").right
    assert attempt(second, nurse, PIN).right
    assert not attempt(tablet, nurse, PIN).right


@pytest.mark.parametrize(
    ("after", "opens"), [(timedelta(hours=12) - timedelta(seconds=1), True), (timedelta(hours=12), False)]
)
def test_tab_05_a_pin_opens_for_twelve_hours_after_the_password(
    tablet: Tablet, nurse: StaffUser, after: timedelta, opens: bool
) -> None:
    tablets.knows(tablet, nurse, NOW)
    assert try_pin(tablet=tablet, person=nurse, pin=PIN, at=NOW + after).right is opens
    assert PinTry.objects.count() == int(opens)


def test_tab_05_a_pin_alone_never_opens_a_tablet_where_the_password_was_not_used(
    tablet: Tablet, nurse: StaffUser
) -> None:
    assert why_password(tablet, nurse, at=NOW) == "no PIN is set"
    tablets.give_pin(nurse, NOW)
    assert "has not been used here" in why_password(tablet, nurse, at=NOW)
    assert not attempt(tablet, nurse, PIN).right


def test_the_lock_screen_shows_who_was_here_and_who_is_on_shift(
    site: Site, tablet: Tablet, nurse: StaffUser, physician: StaffUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitclinic.tablets._on_shift", lambda site, at: [physician.pk])
    tablets.knows(tablet, nurse, NOW)
    left = people.staff("nurse", site=site, name="Wim Left", is_active=False)
    record_password(tablet=tablet, person=left, at=NOW)
    found = faces(tablet, at=NOW + timedelta(hours=1))
    assert [(face.person, face.by_pin) for face in found] == [(physician, False), (nurse, True)]
    assert [face.person for face in faces(tablet, at=NOW + timedelta(hours=12))] == [physician]


def test_tab_04_parallel_tries_are_counted_exactly(committed_db: str) -> None:
    site = people.site()
    nurse = people.staff("nurse", site=site)
    made, _ = tablets.tablet(site, NOW)
    tablets.knows(made, nurse, NOW)
    for round_ in range(10):
        at = NOW + timedelta(minutes=2 * round_ + 1)
        wrong = partial(try_pin, tablet=made, person=nurse, pin="0007", at=at)
        done, lost = race(*[wrong] * 8)
        assert lost == []
        assert sorted(one.left for one in done) == [0, 0, 0, 0, 1, 2, 3, 4]
        assert PinTry.objects.filter(at=at).count() == 5
        assert not try_pin(tablet=made, person=nurse, pin=PIN, at=at).right
        record_password(tablet=made, person=nurse, at=at + timedelta(seconds=1))
    assert AuditEvent.objects.filter(event="PIN closed").count() == 10

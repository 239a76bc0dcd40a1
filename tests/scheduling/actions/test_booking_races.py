"""Several people, one moment, on real PostgreSQL: the last place, weeks that cross, and an act that breaks off."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections

from kitclinic.models import Site
from kitclinic.problems import Refused
from scheduling.actions import (
    book_sequence,
    confirm_sequence,
    decide_week,
    move_sequence,
    release_expired_holds,
    undo_booking,
)
from scheduling.models import Patient, Sequence, SuiteDay, Visit
from scheduling.queries.plans import day_plans
from scheduling.rules.breaches import breaches
from scheduling.states import EnrolmentState, SeatState, SequenceState
from tests.factories import people
from tests.factories import scheduling as people_of
from tests.factories.suite import MONDAY, before, booked_sequence, open_week, patient_for, rolling_sequence
from tests.races import race

NINE = 540


@pytest.fixture
def clinic(committed_db: str) -> Iterator[Site]:
    site = people.site(chairs=1)
    open_week(site)
    yield site
    connections.close_all()


def whole() -> bool:
    """Nothing broken, nothing half made."""
    days = SuiteDay.objects.all()
    plans = day_plans(days, today=MONDAY - timedelta(days=20))
    booked = Sequence.objects.exclude(state=SequenceState.REQUESTED)
    return not any(breaches(plan) for plan in plans.values()) and Visit.objects.count() == 5 * booked.count()


def booking(site: Site, patient: Patient, by: Any, **changes: Any) -> Any:
    asked = {"first_day": MONDAY, "start_minute": NINE, "at": before(site, MONDAY)} | changes
    return lambda: book_sequence(patient=Patient.objects.get(pk=patient.pk), by=by, **asked)


def test_case_01_two_schedulers_accept_the_last_place(clinic: Site) -> None:
    one, other = (people.staff("scheduler", site=clinic) for _ in "12")
    first, second = patient_for(clinic, MONDAY), patient_for(clinic, MONDAY)
    done, lost = race(booking(clinic, first, one), booking(clinic, second, other))
    assert (len(done), len(lost)) == (1, 1)
    assert isinstance(lost[0], Refused)
    assert "SCH-03" in {problem.rule for problem in lost[0].problems}
    assert whole()


def test_case_02_a_double_click_at_the_same_moment_books_once(clinic: Site) -> None:
    by, patient = people.staff("scheduler", site=clinic), patient_for(clinic, MONDAY)
    done, lost = race(*(booking(clinic, patient, by, key="offer-7") for _ in range(4)))
    assert (len(done), lost, len({one.pk for one in done})) == (4, [], 1)
    assert whole()


def test_case_03_a_hold_that_runs_out_goes_to_exactly_one(clinic: Site) -> None:
    by = people.staff("scheduler", site=clinic)
    held = booking(clinic, patient_for(clinic, MONDAY), by, state="held")()
    late = before(clinic, MONDAY) + timedelta(minutes=15)
    others = [patient_for(clinic, MONDAY) for _ in range(3)]
    done, lost = race(
        *(booking(clinic, one, by, at=late) for one in others),
        lambda: release_expired_holds(site=clinic, at=late),
        lambda: confirm_sequence(sequence=Sequence.objects.select_related("site").get(pk=held.pk), by=by, at=late),
    )
    assert sum(isinstance(one, Sequence) for one in done) == 1
    assert all(isinstance(error, Refused) for error in lost)
    held.refresh_from_db()
    assert held.state == SequenceState.REQUESTED
    assert whole()


def test_case_05_weeks_that_cross_are_moved_without_a_deadlock(clinic: Site) -> None:
    """One moves from the first week into the second while the other moves the opposite way."""
    by, later = people.staff("scheduler", site=clinic), MONDAY + timedelta(weeks=1)
    Site.objects.filter(pk=clinic.pk).update(sma_earliest_days=20, chairs=8, sma_latest_days=1)
    site = Site.objects.get(pk=clinic.pk)
    SuiteDay.objects.update(chairs=8)
    open_week(site, later)
    forth = [booked_sequence(site, start_minute=NINE + 10 * number).pk for number in range(3)]
    back = [booked_sequence(site, later, start_minute=NINE + 10 * number).pk for number in range(3)]
    rolling = rolling_sequence(site, MONDAY + timedelta(days=3), start_minute=800)

    def move(key: int, first_day: Any) -> Any:
        def act() -> Sequence:
            row = Sequence.objects.select_related("site", "patient").get(pk=key)
            return move_sequence(
                sequence=row, first_day=first_day, start_minute=700, by=by, at=before(site, MONDAY)
            )

        return act

    acts = [move(key, later) for key in forth] + [move(key, MONDAY) for key in back]
    done, lost = race(*acts, move(rolling.pk, MONDAY + timedelta(days=2)))
    assert all(isinstance(error, Refused) for error in lost), lost
    assert len(done) + len(lost) == 7
    assert whole()


def test_case_06_a_crash_after_three_of_five_visits_leaves_nothing(clinic: Site) -> None:
    at = before(clinic, MONDAY, days=10)
    by, patient = people.staff("scheduler", site=clinic), people_of.eligible_patient(site=clinic, at=at)
    group = people_of.group_visit(site=clinic, day=MONDAY - timedelta(days=7), at=at)
    written: list[int] = []

    def three_then_power_cut(visits: Any) -> Any:
        for visit in visits:
            if len(written) == 3:
                raise RuntimeError("the power is gone")
            visit.save()
            written.append(visit.pk)

    act = booking(clinic, patient, by, at=at, group=group, support_person="Paul Marrin", key="offer-9")
    with patch.object(Visit.objects, "bulk_create", three_then_power_cut), pytest.raises(RuntimeError):
        act()
    assert len(written) == 3
    patient.refresh_from_db()
    assert (Visit.objects.count(), Sequence.objects.count(), patient.seats.count()) == (0, 0, 0)
    assert patient.state == EnrolmentState.ELIGIBLE
    assert act().visits.count() == 5, "the same click again books it"


def test_an_undo_and_a_second_booking_of_the_seat_end_whole(clinic: Site) -> None:
    at = before(clinic, MONDAY, days=10)
    by, patient = people.staff("scheduler", site=clinic), people_of.eligible_patient(site=clinic, at=at)
    group = people_of.group_visit(site=clinic, day=MONDAY - timedelta(days=7), at=at)
    act = booking(clinic, patient, by, at=at, group=group, support_person="Paul Marrin")
    made = act()
    _, lost = race(
        lambda: undo_booking(sequence=Sequence.objects.select_related("site").get(pk=made.pk), by=by, at=at), act
    )
    assert all(isinstance(error, Refused) for error in lost)
    booked = Visit.objects.count()
    seats = patient.seats.filter(state=SeatState.BOOKED).count()
    assert (booked, seats) in {(0, 0), (5, 1)}
    assert whole()
    assert decide_week(site=clinic, first_day=MONDAY, rule="skip", because="", by=by, at=at).rule == "skip"

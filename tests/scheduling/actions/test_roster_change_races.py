"""A change of the roster and a booking at the same moment, on a real database: one of them gives way."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from kitclinic.models import Site
from kitclinic.problems import Refused
from scheduling.actions import book_sequence, change_breaks, record_call_out, take_chair_out, take_off_shift
from scheduling.actions.suite import lock_days, note_change
from scheduling.models import CoverNeeded, NurseShift, SuiteDay, Visit
from scheduling.queries.plans import day_plans
from scheduling.rules.breaches import breaches
from tests.factories import people
from tests.factories.plain_sql import visit_of
from tests.factories.suite import MONDAY, before, open_week, patient_for
from tests.races import race


@pytest.fixture
def clinic(committed_db: str) -> Iterator[Site]:
    site = people.site()
    open_week(site, nurses=1)
    yield site
    connections.close_all()


def booking(site: Site, minute: int = 540) -> Callable[[], Any]:
    patient, by = patient_for(site, MONDAY), people.staff("scheduler", site=site)
    at = before(site, MONDAY)
    return lambda: book_sequence(patient=patient, first_day=MONDAY, start_minute=minute, by=by, at=at)


def sound(site: Site) -> bool:
    plans = day_plans(SuiteDay.objects.filter(site=site), today=MONDAY - timedelta(days=5))
    return [breach for plan in plans.values() for breach in breaches(plan)] == []


def test_sch_21_a_shift_taken_off_while_its_patient_is_booked(clinic: Site) -> None:
    shift = NurseShift.objects.select_related("suite_day").get(suite_day__date=MONDAY)
    by = people.staff("scheduler", site=clinic)
    done, lost = race(booking(clinic), lambda: take_off_shift(shift=shift, by=by, at=before(clinic, MONDAY)))
    assert (len(done), len(lost)) == (1, 1)
    assert isinstance(lost[0], Refused), "the lock decides, in words"
    assert sound(clinic)


def test_sch_21_case_16_a_break_moved_while_a_patient_is_booked_into_it(clinic: Site) -> None:
    shift = NurseShift.objects.select_related("suite_day").get(suite_day__date=MONDAY)
    by = people.staff("scheduler", site=clinic)
    done, lost = race(
        booking(clinic),
        lambda: change_breaks(shift=shift, breaks=[(560, 575)], by=by, at=before(clinic, MONDAY)),
    )
    assert (len(done), len(lost)) == (1, 1)
    assert sound(clinic)


def test_sch_36_a_chair_taken_out_while_a_patient_is_booked(clinic: Site) -> None:
    by = people.staff("scheduler", site=clinic)
    out = {"site": clinic, "chair": 1, "first_day": MONDAY, "last_day": None, "because": "Torn"}
    done, lost = race(booking(clinic), lambda: take_chair_out(by=by, at=before(clinic, MONDAY), **out))
    assert (len(done), lost) == (2, []), "either order fits: the visit changes its chair or takes another"
    assert set(Visit.objects.values_list("chair", flat=True)).isdisjoint({1})


def test_sch_32_case_34_a_call_out_wins_over_a_booking_or_covers_it(clinic: Site) -> None:
    shift = NurseShift.objects.select_related("suite_day", "nurse").get(suite_day__date=MONDAY)
    by = people.staff("scheduler", site=clinic)
    done, lost = race(
        booking(clinic),
        lambda: record_call_out(
            suite_day=shift.suite_day, person=shift.nurse, from_minute=450, by=by, at=before(clinic, MONDAY)
        ),
    )
    booked = Visit.objects.exists()
    assert len(done) == (2 if booked else 1), "the call-out is never refused"
    assert CoverNeeded.objects.filter(closed_at=None).exists() is booked
    assert all(isinstance(error, Refused) for error in lost)
    assert sound(clinic)


def test_sch_04_plain_sql_of_two_programs_that_lock_nothing(clinic: Site) -> None:
    """Both insert the second patient of the pair's last place; the trigger takes the day's lock for them."""
    day = SuiteDay.objects.select_related("site").get(date=MONDAY)
    statements = [visit_of(day, minute, chair=chair) for chair, minute in ((1, 540), (2, 550), (3, 560))]

    def write(statement: str, values: list[Any]) -> Callable[[], None]:
        def act() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, values)

        return act

    done, lost = race(*(write(*one) for one in statements))
    assert (len(done), len(lost)) == (2, 1)
    assert "3 patients for 1 nurse" in str(lost[0])
    assert Visit.objects.count() == 2


def test_sch_04_plain_sql_against_a_shift_deleted_by_plain_sql(clinic: Site) -> None:
    day = SuiteDay.objects.select_related("site").get(date=MONDAY)
    statement, values = visit_of(day, 540)

    def run(text: str, given: list[Any]) -> Callable[[], None]:
        def act() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(text, given)

        return act

    gone = run("DELETE FROM scheduling_nurseshift WHERE suite_day_id = %s", [day.pk])
    done, lost = race(run(statement, values), gone)
    assert (len(done), len(lost)) == (1, 1)
    assert Visit.objects.exists() is NurseShift.objects.filter(suite_day=day).exists()


def test_case_05_weeks_that_cross_are_locked_in_date_order_and_never_deadlock(clinic: Site) -> None:
    """One act names the days forwards, the other backwards; each waits for the other, none dies."""
    open_week(clinic, MONDAY + timedelta(weeks=1), nurses=1)
    dates = clinic.week_of(MONDAY) + clinic.week_of(MONDAY + timedelta(weeks=1))

    def touch(order: list[Any]) -> Callable[[], int]:
        def act() -> int:
            for _ in range(10):
                with transaction.atomic():
                    days = lock_days(site=clinic, dates=order)
                    note_change(days)
            return len(days)

        return act

    before_ = dict(SuiteDay.objects.values_list("date", "version"))
    done, lost = race(touch(dates[:8]), touch(dates[:1:-1]), touch(dates[4:8] + dates[:4]))
    assert (sorted(done), lost) == ([8, 8, 8], [])
    after = dict(SuiteDay.objects.values_list("date", "version"))
    assert sum(after.values()) - sum(before_.values()) == 3 * 8 * 10

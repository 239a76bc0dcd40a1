"""Released days: made up, taken back, cancelled one or the rest, going on with four."""

from datetime import date, timedelta

import pytest

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import (
    cancel_day,
    cancel_rest,
    decide_week,
    make_up,
    mark_missed,
    open_suite_day,
    put_on_shift,
    put_provider_on_site,
    reinstate,
)
from scheduling.actions.booking import book_sequence
from scheduling.models import Sequence, SuiteDay, Visit
from scheduling.queries.moves import make_up_options
from scheduling.rules.missing import Released, four_problems, reinstate_problems
from scheduling.rules.visits import DayState, sequence_state, standing_days
from scheduling.states import SequenceMode, SequenceState, VisitState
from tests.factories.suite import (
    MONDAY,
    attend,
    before,
    booked_sequence,
    open_week,
    patient_for,
    staffed,
    visits_of,
)

pytestmark = pytest.mark.django_db
NINE = 540
NEXT_MONDAY, SATURDAY = MONDAY + timedelta(weeks=1), MONDAY + timedelta(days=5)


def rules(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


def reload(visit: Visit) -> Visit:
    rows = Visit.objects.select_related("sequence__site", "sequence__patient", "site")
    return rows.get(pk=visit.pk)


def miss(sequence: Sequence, number: int, by: StaffUser) -> Visit:
    visit = visits_of(sequence)[number - 1]
    return reload(mark_missed(visit=visit, reason="transport", by=by, at=visit.starts_at))


def states(sequence: Sequence) -> list[str]:
    return [row.state for row in sequence.visits.order_by("date", "pk")]


def open_saturday(site: Site) -> SuiteDay:
    by, at = staffed(site, "clinic_lead", 1)[0], before(site, MONDAY)
    decide_week(site=site, first_day=MONDAY, rule="saturday", because="holiday", by=by, at=at)
    day = SuiteDay.objects.get(site=site, date=SATURDAY)
    hours = {"suite_day": day, "from_minute": 450, "to_minute": 1050, "by": by, "at": at}
    put_on_shift(nurse=staffed(site, "nurse", 1)[0], **hours)
    put_provider_on_site(provider=staffed(site, "physician", 1)[0], **hours)
    return day


@pytest.mark.parametrize("missed", [(1,), (3,), (5,), (2, 3)])
def test_case_25_missed_days_are_made_up_after_the_sequence_with_approval(
    site: Site, nurse: StaffUser, scheduler: StaffUser, physician: StaffUser, missed: tuple[int, ...]
) -> None:
    """Day 1, day 3, day 5, or two days: the others stay where they are."""
    sequence = booked_sequence(site)
    open_week(site, NEXT_MONDAY)
    for number, visit in enumerate(visits_of(sequence), start=1):
        if number in missed:
            miss(sequence, number, scheduler)
        else:
            attend(visit, by=nurse)
    friday = site.instant(MONDAY + timedelta(days=4), 1000)
    booked = visits_of(sequence)
    for place, number in enumerate(missed):
        visit = reload(booked[number - 1])
        (option,) = make_up_options(visit, friday)
        day = NEXT_MONDAY + timedelta(days=place)
        assert (option.day, option.approval, NINE in option.starts) == (day, True, True)
        assert (min(option.usual), max(option.usual)) == (NINE - 30, NINE + 30)
        assert set(option.usual) | set(option.others) == set(option.starts)
        asked = {"visit": visit, "date": day, "start_minute": NINE, "by": scheduler, "at": friday}
        with pytest.raises(Refused) as refused:
            make_up(**asked)
        assert rules(refused) == {"SCH-62"}
        with pytest.raises(Refused, match="A physician decides"):
            make_up(**asked, approved_by=nurse)
        row = make_up(**asked, approved_by=physician)
        assert (row.day_index, row.makes_up_for, row.state) == (number, visit, VisitState.BOOKED)
    sequence.refresh_from_db()
    assert sequence.state == SequenceState.IN_PROGRESS
    for row in Visit.objects.filter(makes_up_for__isnull=False).select_related("site"):
        attend(row, by=nurse)
    sequence.refresh_from_db()
    assert (sequence.state, sequence.visits.count()) == (SequenceState.COMPLETED, 5 + len(missed))


def test_case_25_the_own_week_comes_first_and_where_it_is_full_the_next_clinic_day(
    site: Site, scheduler: StaffUser
) -> None:
    sequence = booked_sequence(site)
    open_week(site, NEXT_MONDAY)
    missed = miss(sequence, 2, scheduler)
    friday = visits_of(sequence)[4]
    cancel_day(visit=friday, reason="patient_choice", by=scheduler, at=missed.starts_at)
    options = make_up_options(missed, missed.starts_at)
    assert [(one.day, one.approval) for one in options] == [(friday.date, False), (NEXT_MONDAY, True)]
    SuiteDay.objects.filter(date=friday.date).update(daily_cap=0)  # the week's last day is full
    assert [one.day for one in make_up_options(missed, missed.starts_at)] == [NEXT_MONDAY]
    asked = {"visit": missed, "start_minute": NINE, "by": scheduler, "at": missed.starts_at}
    with pytest.raises(Refused):
        make_up(**asked, date=friday.date)
    SuiteDay.objects.filter(date=friday.date).update(daily_cap=None)
    assert make_up(**asked, date=friday.date).date == friday.date


def test_case_26_a_weekend_make_up_is_refused_in_the_same_week(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    missed = miss(sequence, 3, scheduler)
    open_saturday(site)
    with pytest.raises(Refused, match="Saturday 19 September is a weekend") as refused:
        make_up(visit=missed, date=SATURDAY, start_minute=NINE, by=scheduler, at=missed.starts_at)
    assert rules(refused) == {"SCH-62"}


def test_case_26_a_sequence_booked_with_the_saturday_makes_up_there(site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    open_saturday(site)
    sequence = booked_sequence(site)
    Sequence.objects.filter(pk=sequence.pk).update(mode=SequenceMode.CALENDAR_DAYS)
    missed = miss(sequence, 3, scheduler)
    row = make_up(visit=missed, date=SATURDAY, start_minute=NINE, by=scheduler, at=missed.starts_at)
    assert (row.date, row.day_index) == (SATURDAY, 3)


def test_sch_62_a_day_is_made_up_once_and_only_on_a_free_day(
    site: Site, scheduler: StaffUser, physician: StaffUser
) -> None:
    sequence = booked_sequence(site)
    open_week(site, NEXT_MONDAY)
    missed = miss(sequence, 3, scheduler)
    asked = {"visit": missed, "start_minute": NINE, "by": scheduler, "at": missed.starts_at}
    with pytest.raises(Refused, match="no day for this make-up"):
        make_up(**asked, date=MONDAY + timedelta(days=3), approved_by=physician)
    make_up(**asked, date=NEXT_MONDAY, approved_by=physician)
    with pytest.raises(Refused, match="made up already"):
        make_up(**asked, date=NEXT_MONDAY, approved_by=physician)
    with pytest.raises(Refused, match="made up already"):
        reinstate(visit=missed, by=scheduler, at=before(site, MONDAY))


def test_case_27_day_three_alone_or_the_rest_is_cancelled(
    site: Site, scheduler: StaffUser, nurse: StaffUser
) -> None:
    alone, rest = booked_sequence(site), booked_sequence(site)
    at = before(site, MONDAY)
    cancel_day(visit=visits_of(alone)[2], reason="patient_choice", by=scheduler, at=at)
    alone.refresh_from_db()
    assert states(alone) == ["booked", "booked", "cancelled", "booked", "booked"]
    assert alone.state == SequenceState.INTERRUPTED
    for visit in visits_of(rest)[:2]:
        attend(visit, by=nurse)
    cancel_rest(visit=visits_of(rest)[2], reason="side_effect", by=scheduler, at=visits_of(rest)[2].starts_at)
    rest.refresh_from_db()
    assert states(rest) == ["attended"] * 2 + ["cancelled"] * 3
    assert rest.state == SequenceState.ENDED_EARLY


def test_case_27_the_rest_from_day_one_on_cancels_the_sequence(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    ended = cancel_rest(visit=visits_of(sequence)[0], reason="cost", by=scheduler, at=before(site, MONDAY))
    assert (ended.state, set(states(sequence))) == (SequenceState.CANCELLED, {"cancelled"})
    with pytest.raises(Refused, match="Book a new one"):
        reinstate(visit=visits_of(sequence)[0], by=scheduler, at=before(site, MONDAY))


def test_case_27_reinstating_works_until_another_takes_the_place(site: Site, scheduler: StaffUser) -> None:
    site.chairs = 1
    site.save()
    sequence, at = booked_sequence(site), before(site, MONDAY)
    third = visits_of(sequence)[2]
    cancel_day(visit=third, reason="illness", by=scheduler, at=at)
    back = reinstate(visit=third, by=scheduler, at=at)
    sequence.refresh_from_db()
    assert (back.state, back.missed_reason, sequence.state) == ("booked", "", SequenceState.CONFIRMED)
    cancel_day(visit=third, reason="illness", by=scheduler, at=at)
    other = booked_sequence(site, start_minute=700)
    taken = visits_of(other)[2]
    Visit.objects.filter(pk=taken.pk).update(start_minute=NINE)
    with pytest.raises(Refused, match="all 1 chairs are taken from 09:00") as refused:
        reinstate(visit=third, by=scheduler, at=at)
    assert rules(refused) == {"SCH-03"}


def test_sch_63_a_day_that_is_over_does_not_come_back() -> None:
    released = Released("missed", MONDAY, NINE, "interrupted")
    assert reinstate_problems(released, today=MONDAY, now=NINE) == []
    assert [one.rule for one in reinstate_problems(released, today=MONDAY, now=NINE + 1)] == ["SCH-63"]


def test_sch_59_four_are_agreed_on_only_where_the_clinic_closed_once() -> None:
    assert four_problems(["clinic_closed"], sequence="interrupted") == []
    for reasons in ([], ["illness"], ["clinic_closed", "illness"], ["clinic_closed"] * 2):
        assert [one.rule for one in four_problems(reasons, sequence="interrupted")] == ["SCH-59"]
    assert four_problems(["clinic_closed"], sequence="cancelled") != []


def test_sch_26_a_make_up_stands_for_its_day_and_a_cut_day_is_not_waited_for() -> None:
    rows = [DayState(1, "attended"), DayState(2, "missed"), DayState(3, "attended"), DayState(6, "booked", 2)]
    assert standing_days(rows) == ["attended", "attended", "booked"]
    cut = [DayState(1, "attended"), DayState(2, "cancelled"), DayState(3, "booked")]
    assert standing_days(cut, short=True) == ["attended", "booked"]
    assert sequence_state(["attended"] * 4, planned=4) == SequenceState.ENDED_EARLY


def test_a_make_up_in_a_week_that_nobody_opened_has_no_options(site: Site, scheduler: StaffUser) -> None:
    missed = miss(booked_sequence(site), 5, scheduler)
    assert make_up_options(missed, missed.starts_at) == []
    open_suite_day(site=site, date=NEXT_MONDAY, by=scheduler, at=before(site, MONDAY))
    assert make_up_options(missed, missed.starts_at) == [], "opened, but nobody is on shift"


def test_booking_again_after_a_cancelled_sequence(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    cancel_rest(visit=visits_of(sequence)[0], reason="cost", by=scheduler, at=before(site, MONDAY))
    again = book_sequence(
        patient=sequence.patient, first_day=MONDAY, start_minute=NINE, by=scheduler, at=before(site, MONDAY)
    )
    assert (again.number, again.first_day) == (2, date(2026, 9, 14))
    assert patient_for(site, MONDAY).sequences.count() == 0

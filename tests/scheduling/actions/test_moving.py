"""Moving days of a sequence: one, the rest, the week, onto own days, and every refusal with rule and minute."""

from datetime import date, timedelta

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import confirm_driver, mark_missed, move_day, move_rest, move_sequence, name_driver
from scheduling.models import Sequence, SuiteDay, Visit
from scheduling.queries.moves import targets
from scheduling.queries.plans import day_plans
from scheduling.rules.breaches import breaches
from tests.factories.suite import (
    MONDAY,
    attend,
    before,
    booked_sequence,
    fill,
    open_week,
    rolling_sequence,
    visits_of,
)

pytestmark = pytest.mark.django_db
NINE, TEN = 540, 600


def rules(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


def starts(sequence: Sequence) -> list[int]:
    return [visit.start_minute for visit in visits_of(sequence)]


def days(sequence: Sequence) -> list[date]:
    return [visit.date for visit in visits_of(sequence)]


def nothing_broken() -> bool:
    plans = day_plans(SuiteDay.objects.all(), today=MONDAY - timedelta(days=5))
    return all(breaches(plan) == [] for plan in plans.values())


def test_one_day_moves_by_half_an_hour_and_the_others_stay(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    wednesday = visits_of(sequence)[2]
    moved = move_day(visit=wednesday, date=wednesday.date, start_minute=570, by=scheduler, at=before(site, MONDAY))
    assert (moved.start_minute, starts(sequence)) == (570, [NINE, NINE, 570, NINE, NINE])
    event = AuditEvent.objects.get(event="visit_moved")
    assert event.detail["was"] == [["2026-09-16", NINE, wednesday.chair]]
    assert event.detail["now"][0][:2] == ["2026-09-16", 570]


def test_sch_61_more_than_thirty_minutes_apart_needs_a_reason(site: Site, scheduler: StaffUser) -> None:
    sequence, at = booked_sequence(site), before(site, MONDAY)
    day = visits_of(sequence)[1]
    asked = {"visit": day, "date": day.date, "start_minute": 575, "by": scheduler, "at": at}
    with pytest.raises(Refused) as refused:
        move_day(**asked)
    assert rules(refused) == {"SCH-61"}
    with pytest.raises(Refused, match="Say why"):
        move_day(**asked, confirmed=frozenset({"SCH-61"}))
    move_day(**asked, confirmed=frozenset({"SCH-61"}), reason="Driver works until ten")
    sequence.refresh_from_db()
    assert sequence.soft_reason == "Driver works until ten"
    assert starts(sequence)[1] == 575


def test_this_and_the_rest_of_the_week_move(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    wednesday = visits_of(sequence)[2]
    at = before(site, MONDAY)
    move_rest(visit=wednesday, date=wednesday.date, start_minute=565, by=scheduler, at=at)
    assert starts(sequence) == [NINE, NINE, 565, 565, 565]


def test_case_28_the_whole_week_moves_onto_its_own_days(site: Site, scheduler: StaffUser) -> None:
    """The patient's own rows never block: half an hour later overlaps each of them."""
    site.chairs = 1
    site.save()
    sequence = booked_sequence(site)
    move_sequence(sequence=sequence, first_day=MONDAY, start_minute=570, by=scheduler, at=before(site, MONDAY))
    sequence.refresh_from_db()
    assert (starts(sequence), sequence.start_minute) == ([570] * 5, 570)
    assert nothing_broken()


def test_case_28_days_shift_onto_days_of_their_own(site: Site, scheduler: StaffUser) -> None:
    """A rolling sequence moves on by one day: four of its five dates are its own."""
    site.chairs = 1
    site.save()
    sequence = rolling_sequence(site, MONDAY + timedelta(days=1))
    at = before(site, MONDAY)
    wednesday = MONDAY + timedelta(days=2)
    moved = move_sequence(sequence=sequence, first_day=wednesday, start_minute=570, by=scheduler, at=at)
    assert (moved.first_day, starts(sequence)) == (wednesday, [570] * 5)
    assert days(sequence) == [wednesday + timedelta(days=number) for number in (0, 1, 2, 5, 6)]
    assert nothing_broken()


def test_the_whole_sequence_moves_to_the_next_week_when_the_group_visit_allows(
    site: Site, scheduler: StaffUser
) -> None:
    sequence = booked_sequence(site)
    open_week(site, MONDAY + timedelta(weeks=1))
    with pytest.raises(Refused) as refused:
        move_sequence(
            sequence=sequence,
            first_day=MONDAY + timedelta(weeks=1),
            start_minute=NINE,
            by=scheduler,
            at=before(site, MONDAY),
        )
    assert rules(refused) == {"ENR-24"}
    site.sma_earliest_days = 16
    site.save()
    sequence.refresh_from_db()
    sequence = Sequence.objects.select_related("site", "patient").get(pk=sequence.pk)
    moved = move_sequence(
        sequence=sequence,
        first_day=MONDAY + timedelta(weeks=1),
        start_minute=TEN,
        by=scheduler,
        at=before(site, MONDAY),
    )
    assert moved.first_day == MONDAY + timedelta(weeks=1)
    assert (days(sequence)[0], starts(sequence)) == (moved.first_day, [TEN] * 5)


def test_sch_60_a_day_never_passes_another_and_never_leaves_its_week(site: Site, scheduler: StaffUser) -> None:
    sequence, at = booked_sequence(site), before(site, MONDAY)
    open_week(site, MONDAY + timedelta(weeks=1))
    first, *_, last = visits_of(sequence)
    with pytest.raises(Refused) as refused:
        move_day(visit=first, date=MONDAY + timedelta(days=2), start_minute=NINE, by=scheduler, at=at)
    assert rules(refused) == {"SCH-60"}
    with pytest.raises(Refused) as refused:
        move_day(visit=first, date=MONDAY + timedelta(days=1), start_minute=NINE, by=scheduler, at=at)
    assert rules(refused) == {"SCH-13"}
    with pytest.raises(Refused, match="Move the whole week"):
        move_day(visit=last, date=MONDAY + timedelta(weeks=1), start_minute=NINE, by=scheduler, at=at)


def test_sch_60_what_is_over_or_has_begun_stays(site: Site, scheduler: StaffUser, nurse: StaffUser) -> None:
    sequence = booked_sequence(site)
    first, second, *_ = visits_of(sequence)
    attend(first, by=nurse)
    tuesday_noon = site.instant(second.date, 720)
    with pytest.raises(Refused) as refused:
        move_day(visit=second, date=second.date, start_minute=TEN, by=scheduler, at=tuesday_noon)
    assert "SCH-60" in rules(refused)
    with pytest.raises(Refused, match="has begun"):
        move_day(visit=first, date=first.date, start_minute=780, by=scheduler, at=first.starts_at)
    with pytest.raises(Refused, match="has begun or is over"):
        move_sequence(sequence=sequence, first_day=MONDAY, start_minute=TEN, by=scheduler, at=first.starts_at)


def test_a_released_day_is_not_moved(site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site))[2]
    mark_missed(visit=visit, reason="illness", by=scheduler, at=before(site, MONDAY))
    with pytest.raises(Refused, match="holds no place any more"):
        move_day(visit=visit, date=visit.date, start_minute=TEN, by=scheduler, at=before(site, MONDAY))


def test_a_refused_move_names_rule_and_minute(site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    fill(site, MONDAY, [NINE, NINE + 10])
    sequence = booked_sequence(site, start_minute=700)
    visit = visits_of(sequence)[0]
    with pytest.raises(Refused) as refused:
        move_day(
            visit=visit,
            date=MONDAY,
            start_minute=NINE + 20,
            by=scheduler,
            at=before(site, MONDAY),
            confirmed=frozenset({"SCH-61"}),
            reason="wish",
        )
    assert rules(refused) == {"SCH-04"}
    assert "at 09:20" in str(refused.value)
    assert starts(sequence) == [700] * 5


def test_a_taken_chair_is_refused_by_name_and_another_patient_swaps_where_none_was_asked(
    site: Site, scheduler: StaffUser
) -> None:
    site.chairs = 2
    site.save()
    other = booked_sequence(site, start_minute=NINE, chair_wish=1)
    sequence = booked_sequence(site, start_minute=700, chair_wish=2)
    visit = visits_of(sequence)[0]
    asked = {
        "visit": visit,
        "date": MONDAY,
        "start_minute": NINE,
        "by": scheduler,
        "at": before(site, MONDAY),
        "confirmed": frozenset({"SCH-61"}),
        "reason": "earlier",
    }
    with pytest.raises(Refused, match="chair 1 is taken from 09:00 to 10:25"):
        move_day(**asked, chair=1)
    assert move_day(**asked).chair == 2
    assert visits_of(other)[0].chair == 1


def test_a_confirmed_driver_is_asked_again_when_the_time_changes(site: Site, scheduler: StaffUser) -> None:
    sequence, at = booked_sequence(site), before(site, MONDAY)
    visit = visits_of(sequence)[0]
    driver = {"name": "Marta Quist", "relationship": "sister", "phone": "555-010-7788", "transport": "family"}
    name_driver(visits=[visit], by=scheduler, at=at, **driver)
    confirm_driver(visits=[visit], by=scheduler, at=at)
    moved = move_day(visit=visit, date=MONDAY, start_minute=NINE, chair=7, by=scheduler, at=at)
    assert moved.driver_confirmed_at is not None, "only the chair has changed"
    moved = move_day(visit=visit, date=MONDAY, start_minute=550, by=scheduler, at=at)
    assert (moved.driver_confirmed_at, moved.driver_name) == (None, "Marta Quist")


def test_targets_are_exactly_the_starts_that_the_move_accepts(site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    fill(site, MONDAY, [NINE])
    sequence = booked_sequence(site, start_minute=NINE + 20)
    visit = Visit.objects.select_related("sequence__site", "sequence__patient", "site").get(
        pk=visits_of(sequence)[1].pk
    )
    at = before(site, MONDAY)
    found = targets(visit, "day", at=at)
    tuesday = next(one for one in found.days if one.day == visit.date)
    assert NINE + 10 in tuesday.starts
    assert NINE + 5 not in tuesday.starts, "two IV starts at once with one nurse"
    assert visit.start_minute in tuesday.starts, "its own row is not in the way"
    assert {one.rule for one in found.refusal(visit.date, NINE + 5)} == {"SCH-05"}
    assert "09:05" in found.refusal(visit.date, NINE + 5)[0].sentence
    others = {one.day.day: {problem.rule for problem in one.standing} for one in found.days if one is not tuesday}
    assert others == {14: {"SCH-13"}, 16: {"SCH-13"}, 17: {"SCH-60"}, 18: {"SCH-60"}}
    week = targets(visit, "week", at=at)
    own = next(one for one in week.days if one.day == visit.date)
    assert NINE + 10 in own.starts
    assert all(week.refusal(visit.date, start) == [] for start in own.starts[:5])


def test_targets_take_few_queries_however_many_visits(
    site: Site, scheduler: StaffUser, django_assert_max_num_queries: object
) -> None:
    fill(site, MONDAY, [450, 460, NINE, 700])
    key = visits_of(booked_sequence(site, start_minute=800))[1].pk
    visit = Visit.objects.select_related("sequence__site", "sequence__patient", "site").get(pk=key)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        targets(visit, "week", at=before(site, MONDAY))

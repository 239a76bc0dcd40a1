from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitclinic.problems import Refused
from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import BookedVisit, DayPlan, feasible_starts
from scheduling.rules.chairs import ChairPlan, free_chair, free_chairs, plan_chairs
from tests.scheduling.rules.days import NINE, OPEN, at, suite_day, suite_week


def visit(start: int, chair: int | None, *, pinned: bool = False) -> BookedVisit:
    return BookedVisit(start, chair=chair, key=f"{start}/{chair}", pinned=pinned)


def with_plan(day: DayPlan, start: int, plan: ChairPlan) -> DayPlan:
    moved = {move.key: move.to_chair for move in plan.moves}
    booked = [replace(v, chair=moved.get(v.key, v.chair)) for v in day.booked]
    return replace(day, booked=(*booked, BookedVisit(start, day.lengths, plan.chairs[0], "new")))


def test_free_chairs_are_those_empty_until_the_end_of_cleaning() -> None:
    day = suite_day(visit(NINE, 1), visit(NINE + 85, 2), visit(NINE + 170, 3), chairs=3)
    assert free_chairs(day, NINE + 85) == [1, 3]
    assert free_chairs(day, NINE + 80) == [3]
    assert free_chairs(day, NINE + 90) == [1]


def test_sch_16_preferred_chair_is_taken_when_it_is_free() -> None:
    day = suite_day(visit(NINE, 4))
    assert free_chair(day, NINE, prefer=(4, 6, 2)) == 6


def test_sch_16_otherwise_the_chair_emptied_last() -> None:
    day = suite_day(visit(OPEN, 3), visit(OPEN + 5, 5), chairs=5)
    assert free_chair(day, OPEN + 90) == 5
    assert free_chair(suite_day(), NINE) == 1


def test_sch_16_no_free_chair_is_refused() -> None:
    with pytest.raises(Refused, match="no chair is free for the whole visit at 09:00"):
        free_chair(suite_day(visit(NINE, 1), chairs=1), NINE)


def test_sch_16_one_chair_for_five_days() -> None:
    week = suite_week()
    days = [replace(day, booked=(visit(NINE, place),)) for place, day in enumerate(week.days, start=1)]
    plan = plan_chairs(days, NINE)
    assert plan.is_one_chair
    assert plan.chairs[0] == 6
    assert plan_chairs(days, NINE, prefer=(1, 8)).chairs == (8,) * 5


def test_sch_16_the_chair_free_on_most_days_when_none_is_free_on_all() -> None:
    week = suite_week(plan=suite_day(chairs=2))
    taken = (1, 1, 2, 1, 1)
    days = [replace(day, booked=(visit(NINE, chair),)) for day, chair in zip(week.days, taken, strict=True)]
    plan = plan_chairs(days, NINE)
    assert plan.chairs == (2, 2, 1, 2, 2)
    assert not plan.is_one_chair
    assert plan.moves == ()


def test_sch_17_a_later_chair_is_renumbered_when_counts_fit_but_no_chair_does() -> None:
    start, day = at("10:20"), suite_day(visit(at("09:00"), 1), visit(at("10:30"), 2), chairs=2)
    assert start in feasible_starts(day)
    assert free_chairs(day, start) == []
    plan = plan_chairs([day], start)
    assert plan.chairs == (2,)
    assert [(move.key, move.from_chair, move.to_chair) for move in plan.moves] == [("630/2", 2, 1)]
    assert breaches(with_plan(day, start, plan)) == []


def test_sch_17_chair_of_a_patient_who_arrived_is_not_renumbered() -> None:
    day = suite_day(visit(at("09:00"), 1), visit(at("10:30"), 2, pinned=True), chairs=2)
    with pytest.raises(Refused, match="no chair is free"):
        plan_chairs([day], at("10:20"))


def test_sch_17_visits_without_a_chair_get_one_when_chairs_are_renumbered() -> None:
    day = suite_day(visit(at("09:00"), 1), visit(at("10:30"), 2), visit(at("15:00"), None), chairs=2)
    plan = plan_chairs([day], at("10:20"))
    assert [(move.from_chair, move.to_chair) for move in plan.moves] == [(2, 1), (None, 1)]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 8), st.integers(0, 60))
def test_sch_17_every_feasible_start_gets_a_chair(seed: int, chairs: int, tries: int) -> None:
    random = Random(seed)
    day = suite_day(chairs=chairs)
    for key in range(tries):
        start = random.choice(feasible_starts(day) or [0])
        if not start:
            break
        plan = plan_chairs([day], start, prefer=[random.randint(1, 8)])
        moved = {move.key: move.to_chair for move in plan.moves}
        booked = [replace(v, chair=moved.get(v.key, v.chair)) for v in day.booked]
        day = replace(day, booked=(*booked, BookedVisit(start, day.lengths, plan.chairs[0], key)))
    assert breaches(day) == []

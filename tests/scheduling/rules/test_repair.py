"""A day after a call-out: the quick plan, the cover that nothing can help, and the count that checks any plan."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import Lengths, Span
from scheduling.rules.repair import (
    Break,
    Cover,
    Nurse,
    RepairPlan,
    RepairProblem,
    Seat,
    break_choices,
    changes_anything,
    cover_needed,
    plan_errors,
    planned_day,
    priority,
    push_back,
    quick_plan,
    quick_plans,
    score,
)
from tests.factories.suite import STARTS_56
from tests.scheduling.rules.days import CLOSE, NINE, OPEN, suite_day

WHOLE = Nurse(((OPEN, CLOSE),))


def day_after(
    *starts: int,
    nurses: int = 4,
    known_at: int = OPEN,
    pinned: frozenset[int] = frozenset(),
    staff: tuple[Nurse, ...] | None = None,
) -> RepairProblem:
    """A day with visits at these minutes, keyed by their place, and so many nurses left."""
    seats = tuple(Seat(place, start, pinned=place in pinned) for place, start in enumerate(starts))
    return RepairProblem(suite_day(), seats, staff or (WHOLE,) * nurses, known_at)


def test_nobody_moves_where_everybody_fits() -> None:
    problem = day_after(OPEN, OPEN, OPEN + 10, nurses=2)
    plan = quick_plan(problem)
    assert not changes_anything(plan)
    assert score(problem, plan) == (0, 0, 0, 0, 0)


def test_sch_48_seated_patients_are_never_touched() -> None:
    problem = day_after(OPEN, OPEN, OPEN, NINE, nurses=1, known_at=OPEN + 30)
    plan = quick_plan(problem)
    assert not {0, 1, 2} & {*plan.starts, *plan.cancels}
    assert plan_errors(problem, RepairPlan({0: OPEN + 60}, ())) != []


def test_sch_48_a_patient_who_has_arrived_is_as_fixed_as_one_who_sits() -> None:
    problem = day_after(NINE, NINE, NINE, nurses=1, pinned=frozenset({2}))
    plan = quick_plan(problem)
    assert 2 not in {*plan.starts, *plan.cancels}


@pytest.mark.parametrize(("to", "allowed"), [(-30, True), (-35, False), (90, True), (95, False)])
def test_sch_48_thirty_minutes_earlier_and_ninety_later_are_the_limits(to: int, allowed: bool) -> None:
    problem = day_after(NINE + 60, nurses=1)
    assert (plan_errors(problem, RepairPlan({0: NINE + 60 + to}, ())) == []) is allowed


def test_sch_48_nobody_is_moved_to_before_the_news_came() -> None:
    problem = day_after(NINE + 10, nurses=1, known_at=NINE)
    assert plan_errors(problem, RepairPlan({0: NINE}, ())) == []
    assert plan_errors(problem, RepairPlan({0: NINE - 5}, ())) != []


def test_a_start_off_the_five_minute_grid_is_an_error() -> None:
    assert plan_errors(day_after(NINE, nurses=1), RepairPlan({0: NINE + 3}, ())) != []


def test_a_visit_cannot_be_moved_and_cancelled() -> None:
    assert plan_errors(day_after(NINE, nurses=1), RepairPlan({0: NINE + 5}, (0,))) != []


def test_a_third_patient_on_one_nurse_is_an_error_unless_all_of_them_sit_already() -> None:
    crowded = day_after(NINE, NINE + 10, NINE + 20, nurses=1)
    assert any("too many patients" in error for error in plan_errors(crowded, RepairPlan({}, ())))
    seated = replace(crowded, known_at=NINE + 30)
    assert plan_errors(seated, RepairPlan({}, ())) == []


def test_a_visit_may_not_be_moved_beside_seated_patients_who_are_above_the_ratio() -> None:
    problem = day_after(NINE, NINE + 10, NINE + 20, NINE + 60, nurses=1, known_at=NINE + 30)
    assert plan_errors(problem, RepairPlan({3: NINE + 85}, ())) != []  # two still sit at 10:25
    assert plan_errors(problem, RepairPlan({3: NINE + 90}, ())) == []


def test_cover_says_until_when_and_for_how_many() -> None:
    problem = day_after(NINE, NINE + 10, NINE + 20, nurses=1, known_at=NINE + 30)
    (cover,) = cover_needed(problem)
    assert cover == Cover((NINE + 30, NINE + 80), 1, 1)
    assert cover.sentence == "Cover needed until 10:20 for 1 patient."
    assert cover.minutes == 50
    assert quick_plan(problem).cover == (cover,)


def test_cover_is_counted_in_nurses_and_ends_patient_by_patient() -> None:
    problem = day_after(NINE, NINE, NINE, NINE, NINE + 10, nurses=0, known_at=NINE + 30, staff=())
    assert [(cover.span, cover.nurses) for cover in cover_needed(problem)] == [
        ((NINE + 30, NINE + 80), 3),
        ((NINE + 80, NINE + 90), 1),
    ]


def test_no_cover_is_asked_for_the_time_before_the_news() -> None:
    problem = day_after(NINE, NINE, NINE, nurses=1, known_at=NINE + 80)
    assert cover_needed(problem) == ()


def test_sch_49_fewer_uncovered_minutes_come_before_fewer_cancelled_before_fewer_moved() -> None:
    problem = day_after(NINE, NINE, NINE)
    covered = RepairPlan({}, (0, 1))
    uncovered = RepairPlan({}, (), (Cover((NINE, NINE + 5), 1, 1),))
    moved = RepairPlan({0: NINE + 5, 1: NINE + 5, 2: NINE + 5}, ())
    cancelled = RepairPlan({}, (0,))
    assert score(problem, covered) < score(problem, uncovered)
    assert score(problem, moved) < score(problem, cancelled)
    assert score(problem, RepairPlan({0: NINE + 90}, ())) < score(
        problem, RepairPlan({0: NINE + 5, 1: NINE + 5}, ())
    )


def test_sch_49_of_two_visits_the_one_with_the_lower_priority_is_cancelled() -> None:
    late = CLOSE - 80
    seats = tuple(Seat(key, late, priority=worth) for key, worth in (("day 1", 1), ("day 5", 5), ("day 3", 3)))
    problem = RepairProblem(suite_day(), seats, (Nurse(((late, CLOSE),)),) * 1, late)
    plan = quick_plan(problem)
    assert set(plan.cancels) == {"day 1", "day 3"}


def test_priority_keeps_the_last_day_and_who_was_moved_before() -> None:
    assert [priority(day_index=day) for day in (1, 3, 5)] == [1, 3, 5]
    assert priority(day_index=3, moved_before=True) == priority(day_index=5)
    assert priority(day_index=4, makes_up=True) > priority(day_index=4)


def test_a_held_break_of_the_nurse_counts_as_away() -> None:
    nurse = Nurse(((OPEN, CLOSE),), (Break("b", (NINE, NINE + 30)),))
    problem = day_after(NINE - 60, nurses=0, staff=(nurse,))
    assert plan_errors(problem, RepairPlan({}, ())) != []
    assert plan_errors(problem, RepairPlan({}, (), breaks={"b": (NINE + 20, NINE + 50)})) == []


@pytest.mark.parametrize(("by", "allowed"), [(60, True), (-60, True), (65, False), (-65, False)])
def test_sch_50_a_break_moves_by_sixty_minutes_at_most(by: int, allowed: bool) -> None:
    nurse = Nurse(((OPEN, CLOSE),), (Break("b", (NINE + 60, NINE + 90)),))
    problem = day_after(CLOSE - 80, staff=(nurse,))
    plan = RepairPlan({}, (), breaks={"b": (NINE + 60 + by, NINE + 90 + by)})
    assert (plan_errors(problem, plan) == []) is allowed


def test_sch_50_a_break_keeps_its_length_and_stays_thirty_minutes_from_the_next() -> None:
    nurse = Nurse(((OPEN, CLOSE),), (Break("a", (NINE, NINE + 15)), Break("b", (NINE + 60, NINE + 90))))
    problem = day_after(CLOSE - 80, staff=(nurse,))
    assert plan_errors(problem, RepairPlan({}, (), breaks={"a": (NINE + 15, NINE + 30)})) == []
    assert plan_errors(problem, RepairPlan({}, (), breaks={"a": (NINE + 20, NINE + 35)})) != []
    assert plan_errors(problem, RepairPlan({}, (), breaks={"a": (NINE, NINE + 10)})) != []


def test_sch_50_a_break_that_has_begun_stays() -> None:
    pause = Break("b", (NINE, NINE + 30))
    nurse = Nurse(((OPEN, CLOSE),), (pause,))
    problem = day_after(CLOSE - 80, staff=(nurse,), known_at=NINE + 5)
    assert break_choices(problem, nurse, pause) == [(NINE, NINE + 30)]


def test_overtime_gives_the_nurses_at_closing_time_and_the_provider_more_minutes() -> None:
    early: Span = (OPEN, CLOSE - 60)
    problem = day_after(CLOSE - 80, staff=(WHOLE, Nurse((early,))))
    longer = replace(problem, overtime=30).empty_day()
    assert longer.close == CLOSE + 30
    assert longer.nurses == ((OPEN, CLOSE + 30), early)
    assert longer.provider == ((OPEN, CLOSE + 30),)


def test_overtime_is_offered_only_where_it_saves_a_visit() -> None:
    late = CLOSE - 80
    tight = day_after(late, late, late, nurses=1, known_at=late - 60)
    assert [named.name for named in quick_plans(tight)] == ["Quick plan"]  # 30 minutes hold no further visit
    freer = replace(tight, seats=tuple(replace(seat, start=late - 60) for seat in tight.seats))
    assert [named.name for named in quick_plans(freer)][-1] == "Quick plan with 30 minutes overtime"


def test_on_a_closed_day_everybody_is_cancelled_and_nothing_breaks() -> None:
    problem = replace(day_after(NINE, NINE), day=suite_day(closed="Snow"))
    plan = quick_plan(problem)
    assert set(plan.cancels) == {0, 1}
    assert plan_errors(problem, plan) == []


def test_longer_visits_keep_their_own_lengths() -> None:
    longer = Lengths(observation=60)
    seats = (Seat("short", NINE), Seat("long", NINE, longer), Seat("third", NINE + 20))
    problem = RepairProblem(suite_day(), seats, (WHOLE,), NINE)
    plan = quick_plan(problem)
    assert plan_errors(problem, plan) == []
    booked = {visit.key: visit.lengths for visit in planned_day(problem, plan).booked}
    assert booked.get("long", longer) == longer


@settings(max_examples=60, deadline=None)
@given(
    starts=st.lists(st.sampled_from(range(OPEN, CLOSE - 80, 5)), max_size=40),
    nurses=st.integers(0, 4),
    known_at=st.sampled_from(range(OPEN, CLOSE, 5)),
    overtime=st.sampled_from((0, 30)),
)
def test_a_quick_plan_never_breaks_a_rule(starts: list[int], nurses: int, known_at: int, overtime: int) -> None:
    problem = replace(day_after(*starts, nurses=nurses, known_at=known_at), overtime=overtime)
    for plan in (quick_plan(problem), push_back(problem)):
        assert plan_errors(problem, plan) == []
    assert score(problem, quick_plan(problem)) <= score(problem, push_back(problem))


def test_a_full_day_that_loses_one_of_five_nurses_keeps_most_of_its_visits() -> None:
    problem = day_after(*STARTS_56, nurses=4)
    plan = quick_plan(problem)
    assert breaches(planned_day(problem, plan)) == []
    assert len(plan.cancels) <= 8

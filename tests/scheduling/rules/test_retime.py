"""Better times for tentative sequences: inside what was promised, and never a rule broken."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.rules.capacity import DayPlan
from scheduling.rules.retime import (
    RetimePlan,
    RetimeProblem,
    Wanted,
    current_plan,
    may_be_retimed,
    plan_errors,
    planned_days,
    quick_plan,
    score,
    unmoved_plan,
)
from tests.scheduling.rules.days import CLOSE, MONDAY, NINE, OPEN, suite_week

LAST = CLOSE - 80
DATES = suite_week().dates


def tentative(key: str, start: int, first: int, last: int, wish: int | None = None) -> Wanted:
    return Wanted(key, DATES, first, last, start, wish)


def waiting(key: str, first: int, last: int, wish: int | None = None) -> Wanted:
    return Wanted(key, DATES, first, last, None, wish)


def week(*wanted: Wanted, nurses: int = 1, days: tuple[DayPlan, ...] = ()) -> RetimeProblem:
    """A week with so many nurses and nothing booked besides."""
    plain = days or tuple(replace(day, nurses=((OPEN, CLOSE),) * nurses) for day in suite_week().days)
    return RetimeProblem(
        plain,
        tuple(one for one in wanted if one.start is not None),
        tuple(one for one in wanted if one.start is None),
    )


def test_sch_51_one_move_makes_room_for_who_waits() -> None:
    problem = week(
        tentative("a", NINE, OPEN, LAST),
        tentative("b", NINE + 10, OPEN, LAST),
        waiting("c", NINE, NINE),
    )
    assert unmoved_plan(problem).placed == {}
    plan = quick_plan(problem)
    assert plan.placed == {"c": NINE}
    assert len(plan.moved(problem)) == 1
    assert plan_errors(problem, plan) == []
    assert score(problem, plan) < score(problem, unmoved_plan(problem))


def test_sch_51_nobody_leaves_the_window_that_was_promised() -> None:
    problem = week(tentative("a", NINE, NINE - 30, NINE + 30))
    assert plan_errors(problem, RetimePlan({"a": NINE + 30}, {})) == []
    assert plan_errors(problem, RetimePlan({"a": NINE + 35}, {})) != []
    assert plan_errors(problem, RetimePlan({"a": NINE - 35}, {})) != []
    assert plan_errors(problem, RetimePlan({}, {})) == ["a is left out"]


def test_sch_51_who_must_stay_keeps_a_waiting_request_waiting() -> None:
    problem = week(
        tentative("a", NINE, NINE, NINE), tentative("b", NINE + 10, NINE + 10, NINE + 10), waiting("c", NINE, NINE)
    )
    assert quick_plan(problem).placed == {}
    assert not quick_plan(problem).moved(problem)


def test_a_sequence_comes_nearer_to_its_wish_where_that_is_free() -> None:
    problem = week(tentative("a", NINE, OPEN, LAST, wish=NINE + 60))
    plan = quick_plan(problem)
    assert plan.starts == {"a": NINE + 60}
    assert score(problem, plan) == (0, 0, 1)


def test_without_a_wish_nobody_is_moved_for_nothing() -> None:
    problem = week(tentative("a", NINE, OPEN, LAST))
    assert quick_plan(problem).starts == {"a": NINE}


def test_two_sequences_at_once_are_one_too_many_iv_starts() -> None:
    problem = week(tentative("a", NINE, OPEN, LAST), tentative("b", NINE + 10, OPEN, LAST))
    assert any("IV starts" in error for error in plan_errors(problem, RetimePlan({"a": NINE, "b": NINE}, {})))


def test_the_daily_cap_holds_for_those_who_wait_too() -> None:
    days = tuple(replace(day, cap=1) for day in suite_week().days)
    problem = week(tentative("a", NINE, OPEN, LAST), waiting("b", OPEN, LAST), days=days)
    assert quick_plan(problem).placed == {}
    assert plan_errors(problem, RetimePlan({"a": NINE}, {"b": NINE + 120})) != []


@pytest.mark.parametrize(("days", "allowed"), [(7, True), (6, False)])
def test_sch_51_a_sequence_settles_seven_days_before(days: int, allowed: bool) -> None:
    assert may_be_retimed(MONDAY, today=MONDAY - timedelta(days=days)) is allowed


def test_a_tentative_sequence_without_a_start_is_nonsense() -> None:
    with pytest.raises(ValueError, match="has a start"):
        current_plan(RetimeProblem(suite_week().days, (waiting("a", OPEN, LAST),)))


@settings(max_examples=40, deadline=None)
@given(
    starts=st.lists(st.sampled_from(range(OPEN, LAST + 1, 5)), max_size=14),
    reach=st.sampled_from((0, 30, 120)),
    asked=st.lists(st.sampled_from(range(OPEN, LAST + 1, 5)), max_size=6),
)
def test_a_quick_plan_never_breaks_a_rule_and_is_never_worse_than_nobody_moved(
    starts: list[int], reach: int, asked: list[int]
) -> None:
    problem = week(nurses=2)
    for number, start in enumerate(starts):  # only what fits is booked
        one = tentative(f"t{number}", start, start - reach, start + reach, wish=start + 10)
        more = replace(problem, tentative=(*problem.tentative, one))
        problem = problem if plan_errors(more, current_plan(more)) else more
    some = tuple(waiting(f"w{number}", first, first + 60) for number, first in enumerate(asked))
    problem = replace(problem, waiting=some)
    plan = quick_plan(problem)
    assert plan_errors(problem, plan) == []
    assert len(plan.placed) >= len(unmoved_plan(problem).placed)
    assert len(planned_days(problem, plan)) == 5

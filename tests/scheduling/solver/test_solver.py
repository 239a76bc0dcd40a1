"""The solver against the quick plans, against layer 1, and against plans worked out by hand."""

import random
from dataclasses import replace

import pytest

from scheduling import solver
from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import BookedVisit, after, feasible, further_visits, minutes, profile, together
from scheduling.rules.repair import Break, Nurse, RepairProblem, Seat, plan_errors, planned_day, quick_plan, score
from scheduling.rules.retime import RetimeProblem, Wanted, current_plan
from scheduling.rules.retime import plan_errors as retime_errors
from scheduling.rules.retime import quick_plan as quick_times
from scheduling.rules.retime import score as retime_score
from scheduling.solver import Limits, NothingFound, best_repair, best_times, most_in_blocks, most_with_spread
from scheduling.solver import model as solver_model
from scheduling.solver.packing import Request, most_weight
from tests.factories.suite import STARTS_56
from tests.scheduling.rules.days import CLOSE, MONDAY, NINE, OPEN, suite_day, suite_week

LAST = CLOSE - 80
DATES = suite_week().dates
WHOLE = Nurse(((OPEN, CLOSE),))


def day_after(starts: list[int], *, nurses: int = 4, known_at: int = OPEN, worth: int = 1) -> RepairProblem:
    seats = tuple(Seat(place, start, priority=worth) for place, start in enumerate(starts))
    return RepairProblem(suite_day(), seats, (WHOLE,) * nurses, known_at)


def random_week(seed: int, *, booked: int = 10, asked: int = 8) -> RetimeProblem:
    """A week under two nurses: tentative sequences where they fit, and requests."""
    pick = random.Random(seed)
    days = tuple(replace(day, nurses=((OPEN, CLOSE),) * 2) for day in suite_week().days)
    problem = RetimeProblem(days, ())
    free = together(list(problem.profiles().values()))
    some: list[Wanted] = []
    for number in range(booked):
        if not (starts := minutes(feasible(free))):
            break
        start = pick.choice(starts)
        free = after(free, start)
        reach = pick.choice((0, 30, 60, 600))
        wish = pick.choice((None, pick.randrange(OPEN, LAST, 5)))
        some.append(Wanted(f"t{number}", DATES, max(OPEN, start - reach), min(LAST, start + reach), start, wish))
    firsts = [pick.randrange(OPEN, LAST - 60, 5) for _ in range(asked)]
    waiting = tuple(Wanted(f"w{n}", DATES, first, first + 60) for n, first in enumerate(firsts))
    return replace(problem, tentative=tuple(some), waiting=waiting)


@pytest.mark.parametrize("seed", range(12))
def test_a_repair_by_the_solver_is_proven_valid_and_never_worse_than_the_quick_plan(seed: int) -> None:
    pick = random.Random(seed)
    starts = pick.sample(STARTS_56, 40)
    problem = day_after(starts, nurses=pick.choice((3, 4)), known_at=pick.choice((OPEN, NINE + 35)))
    problem = replace(problem, overtime=pick.choice((0, 30)))
    plan = best_repair(problem)
    assert plan.proven
    assert plan.by_solver
    assert plan_errors(problem, plan) == []
    assert score(problem, plan) <= score(problem, quick_plan(problem))


def test_a_moved_break_saves_the_visits_of_the_morning() -> None:
    pause = Break("rest", (NINE, NINE + 15))
    problem = RepairProblem(
        suite_day(), (Seat("a", NINE), Seat("b", NINE + 10)), (Nurse(((OPEN, CLOSE),), (pause,)),), OPEN
    )
    problem = replace(problem, early=0, late=0)
    fixed, free = best_repair(problem), best_repair(problem, breaks_free=True)
    assert fixed.cancels == ("a", "b")
    assert free.cancels == ()
    assert free.breaks
    assert plan_errors(problem, free) == []
    assert breaches(planned_day(problem, free)) == []


def test_sch_49_moved_breaks_close_the_cover_of_seated_patients_first() -> None:
    pause = Break("rest", (NINE + 30, NINE + 60))
    seats = (Seat("a", NINE), Seat("b", NINE + 10), Seat("c", NINE + 120))
    problem = RepairProblem(suite_day(), seats, (Nurse(((OPEN, CLOSE),), (pause,)),), NINE + 20)
    fixed, free = best_repair(problem), best_repair(problem, breaks_free=True)
    assert [cover.minutes for cover in fixed.cover] == [30]
    assert free.cover == ()
    assert plan_errors(problem, free) == []


def test_the_plans_for_a_scheduler_are_named_and_each_is_worth_showing() -> None:
    pause = Break("rest", (NINE, NINE + 15))
    problem = RepairProblem(
        suite_day(), (Seat("a", NINE), Seat("b", NINE + 10)), (Nurse(((OPEN, CLOSE),), (pause,)),), OPEN
    )
    plans = solver.repairs(replace(problem, early=0, late=0))
    assert [named.name for named in plans] == ["Breaks as they are", "Breaks moved"]
    late = day_after([LAST - 60, LAST - 50, LAST - 40], nurses=1, known_at=LAST - 60)
    named = solver.repairs(late)
    assert named[-1].name == "With 30 minutes overtime"
    assert named[-1].problem.overtime == 30
    assert plan_errors(named[-1].problem, named[-1].plan) == []


@pytest.mark.parametrize("seed", range(12))
def test_times_by_the_solver_are_proven_valid_and_never_worse_than_the_quick_ones(seed: int) -> None:
    problem = random_week(seed)
    plan = best_times(problem)
    assert plan.proven
    assert retime_errors(problem, plan) == []
    assert retime_score(problem, plan) <= retime_score(problem, quick_times(problem))


def test_a_chain_of_two_moves_is_found_where_one_move_is_not_enough() -> None:
    days = tuple(replace(day, chairs=1) for day in suite_week().days)
    problem = RetimeProblem(
        days,
        (Wanted("a", DATES, OPEN, OPEN + 85, OPEN), Wanted("b", DATES, OPEN + 85, OPEN + 170, OPEN + 85)),
        (Wanted("c", DATES, OPEN, OPEN),),
    )
    assert retime_errors(problem, current_plan(problem)) == []
    assert quick_times(problem).placed == {}
    plan = best_times(problem)
    assert (plan.starts, plan.placed) == ({"a": OPEN + 85, "b": OPEN + 170}, {"c": OPEN})
    assert retime_errors(problem, plan) == []


def test_sequences_of_a_rolling_week_are_counted_on_each_of_their_days() -> None:
    two_weeks = (*suite_week().days, *suite_week(MONDAY.replace(day=21)).days)
    days = tuple(replace(day, nurses=((NINE, NINE + 80),), provider=((NINE, NINE + 80),)) for day in two_weeks)
    first, later = tuple(day.day for day in days[:5]), tuple(day.day for day in days[3:8])
    asks = tuple(Wanted(f"w{n}", dates, OPEN, LAST) for n, dates in enumerate([first, later, first, later]))
    plan = best_times(RetimeProblem(days, (), asks))
    assert len(plan.placed) == 1  # one IV start at 09:00 a day, and Thursday is in every block


@pytest.mark.parametrize("seed", range(10))
def test_blocks_that_do_not_overlap_agree_with_layer_1(seed: int) -> None:
    pick = random.Random(seed)
    week = suite_week(MONDAY, *(BookedVisit(pick.randrange(OPEN, LAST, 5)) for _ in range(4)))
    free = {day.day: profile(day) for day in week.days}
    whole = together(list(free.values()))
    placed = most_in_blocks(free, [week.dates])
    assert placed.proven
    assert len(placed.sequences) == further_visits(whole)
    requests = [Request(str(number), OPEN, LAST) for number in range(60)]
    assert most_weight(whole, requests).weight == further_visits(whole)


def test_a_spread_of_minutes_finds_places_that_one_clock_time_does_not() -> None:
    shifts = [(NINE + 10 * place, NINE + 10 * place + 80) for place in range(3)]
    days = [replace(suite_day(), day=day, nurses=(shift,)) for day, shift in zip(DATES, shifts, strict=False)]
    free = {day.day: profile(day) for day in days}
    assert len(most_with_spread(free, 0).sequences) == 0
    assert len(most_with_spread(free, 15).sequences) == 0
    found = most_with_spread(free, 20)
    assert [[start for _, start in sequence] for sequence in found.sequences] == [[NINE, NINE + 10, NINE + 20]]


def test_heavier_requests_win_where_not_all_fit() -> None:
    free = profile(replace(suite_day(), nurses=((NINE, NINE + 80),)))
    packed = most_weight(free, [Request("light", NINE, NINE), Request("heavy", NINE, NINE, 3)])
    assert packed.starts == {"heavy": NINE}
    assert packed.weight == 3


def test_no_time_at_all_is_said_and_not_hidden() -> None:
    with pytest.raises(NothingFound):
        most_in_blocks({day.day: profile(day) for day in suite_week().days}, [DATES], Limits(seconds=0))


def test_is_available_says_whether_the_solver_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert solver.is_available()
    monkeypatch.setattr(solver_model, "cp_model", None)
    assert not solver.is_available()

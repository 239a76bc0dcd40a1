"""The proven problems of the shared reference data; skipped where that folder is absent."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scheduling.rules.blocks import WeekPlan, blocks_of
from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import (
    BookedVisit,
    DayPlan,
    Lengths,
    after,
    feasible,
    feasible_starts,
    further_visits,
    minutes,
    on_floor,
    profile,
    refusals,
    together,
)
from scheduling.rules.residual import CountedWeek, free_of, further, places
from tests.scheduling.rules.days import at

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "scheduling"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER.name}: no shared reference data here")

BROKEN = {
    "iv_start": "SCH-05",
    "ratio": "SCH-04",
    "provider": "SCH-06",
    "after_close": "SCH-02",
    "before_open": "SCH-02",
    "chair": "SCH-08",
    "chairs": "SCH-03",
    "grid": "SCH-01",
}


def instances(prefix: str) -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted(FOLDER.glob(f"{prefix}-*.json"))] or [
        pytest.param(None, marks=pytest.mark.skip(reason="no shared reference data here"))
    ]


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


def day_plan(raw: Mapping[str, Any], rules: Mapping[str, Any]) -> DayPlan:
    lengths = Lengths(rules["iv_min"], rules["infusion_min"], rules["observe_min"], rules["turnover_min"])
    nurses = [
        span
        for nurse in raw["nurses"]
        for span in on_floor((at(nurse["from"]), at(nurse["to"])), [(at(a), at(b)) for a, b in nurse["breaks"]])
    ]
    return DayPlan(
        date.fromisoformat(raw["date"]),
        at(raw["open"]),
        at(raw["close"]),
        tuple(nurses),
        tuple((at(a), at(b)) for a, b in raw["provider"]),
        tuple(BookedVisit(at(visit["start"]), lengths, key=visit["id"]) for visit in raw["booked"]),
        rules["chairs"],
        lengths,
        "holiday" if raw["closed"] else "",
    )


def day_plans(problem: Mapping[str, Any]) -> list[DayPlan]:
    return [day_plan(raw, problem["rules"]) for raw in problem["days"]]


@pytest.mark.parametrize("path", instances("day"))
def test_most_visits_on_a_day_equal_the_proven_optimum(path: Path) -> None:
    problem = read(path)
    (day,) = day_plans(problem)
    assert further_visits(profile(day)) == problem["optimum"]
    assert further(free_of([day])) == problem["optimum"]


@pytest.mark.parametrize("path", instances("week"))
def test_further_sequences_of_a_week_equal_the_proven_optimum(path: Path) -> None:
    problem = read(path)
    found = places(WeekPlan(tuple(day_plans(problem)))).number
    if problem["max_clock_spread_min"]:  # one clock time (SCH-11) can only fit as many or fewer
        assert found <= problem["optimum"]
    else:
        assert found == problem["optimum"]


@pytest.mark.parametrize("path", instances("loss"))
def test_feasible_starts_and_places_after_each_equal_the_proven_lists(path: Path) -> None:
    problem = read(path)
    week = WeekPlan(tuple(day_plans(problem)))
    masks, counted = together([profile(day) for day in week.days]), CountedWeek(week)
    starts = [at(text) for text in problem["feasible_starts"]]
    assert [minutes(feasible(masks)), *map(list, counted.starts.values())] == [starts, starts]
    assert (further_visits(masks), counted.places.number) == (problem["optimum"]["residual_now"],) * 2
    for text, left in problem["optimum"]["residual_after"].items():
        assert further_visits(after(masks, at(text))) == counted.after[at(text)] == left


@pytest.mark.parametrize("path", instances("loss"))
def test_refusals_say_no_exactly_where_a_start_is_not_feasible(path: Path) -> None:
    day = day_plans(read(path))[0]
    allowed = set(feasible_starts(day))
    for start in range(day.open, day.close, 5):
        assert (not refusals(day, start)) is (start in allowed)


@pytest.mark.parametrize("path", instances("holiday"))
def test_weeks_with_a_closed_day_hold_nothing_and_the_others_the_proven_sum(path: Path) -> None:
    problem = read(path)
    if problem["policy"] != "same_week":
        pytest.skip(f"policy {problem['policy']}: blocks overlap, the solver's problem")
    days = day_plans(problem)
    weeks = [WeekPlan(tuple(days[place : place + 5])) for place in range(0, len(days), 5)]
    blocks = [[day.isoformat() for day in block.dates] for week in weeks for block in blocks_of(week)]
    assert blocks == problem["allowed_blocks"]
    assert sum(places(week).number for week in weeks) == problem["optimum"]


@pytest.mark.parametrize("path", instances("verdict"))
def test_verdict_on_a_set_of_visits_names_the_broken_rule(path: Path) -> None:
    problem = read(path)
    (day,) = day_plans(problem)
    booked = [
        BookedVisit(at(visit["start"]), day.lengths, visit["chair"], visit["id"]) for visit in problem["visits"]
    ]
    found = breaches(
        DayPlan(day.day, day.open, day.close, day.nurses, day.provider, tuple(booked), day.chairs, day.lengths)
    )
    assert (not found) is problem["optimum"]["valid"]
    if found:
        assert BROKEN[problem["optimum"]["broken"]] in {breach.rule for breach in found}

from dataclasses import replace

import pytest

from scheduling.rules.breaches import breach_problems, breaches
from scheduling.rules.capacity import DayPlan
from tests.scheduling.rules.days import CLOSE, NINE, OPEN, at, suite_day, visits


def found(day: DayPlan) -> list[tuple[str, tuple[int, int], int]]:
    return [(breach.rule, breach.span, breach.excess) for breach in breaches(day)]


def test_a_day_that_keeps_the_rules_has_no_breach() -> None:
    assert breaches(suite_day(*visits(NINE, NINE, NINE + 10, NINE + 85))) == []


@pytest.mark.parametrize(
    ("start", "rule"),
    [(NINE + 1, "SCH-01"), (CLOSE - 75, "SCH-02")],
)
def test_sch_01_and_sch_02_visit_off_the_grid_or_after_closing(start: int, rule: str) -> None:
    day = suite_day(*visits(start), nurses=((OPEN, CLOSE + 60),), provider=((OPEN, CLOSE + 60),))
    assert found(day) == [(rule, (start, start + 80), 0)]


def test_sch_02_visit_before_opening() -> None:
    day = suite_day(*visits(OPEN - 5), nurses=((0, CLOSE),), provider=((0, CLOSE),))
    assert "before opening at 07:30" in breaches(day)[0].sentence


def test_sch_03_too_many_patients_for_the_chairs() -> None:
    day = suite_day(*visits(NINE, NINE + 10, NINE + 20), chairs=1, nurses=((OPEN, CLOSE),) * 5)
    day = replace(day, booked=tuple(replace(visit, chair=None) for visit in day.booked))
    assert found(day) == [("SCH-03", (NINE + 10, NINE + 95), 2)]


def test_sch_03_chair_number_that_the_suite_does_not_have() -> None:
    (visit,) = visits(NINE)
    assert found(suite_day(replace(visit, chair=9))) == [("SCH-03", (NINE, NINE + 85), 0)]


def test_sch_04_call_out_mid_turn_says_how_many_from_when_to_when() -> None:
    day = suite_day(*visits(NINE, NINE + 10, NINE + 20), nurses=((OPEN, CLOSE), (OPEN, at("09:45"))))
    assert found(day) == [("SCH-04", (at("09:45"), at("10:20")), 1)]
    (problem,) = breach_problems(day)
    assert problem.sentence == (
        "Monday 14 September: 1 too many patients for the nurses on the floor from 09:45 to 10:20."
    )


def test_sch_04_two_runs_apart_are_two_breaches() -> None:
    shifts = ((OPEN, NINE + 10), (NINE + 20, NINE + 30), (NINE + 40, CLOSE))
    assert [span for _, span, _ in found(suite_day(*visits(NINE), nurses=shifts))] == [
        (NINE + 10, NINE + 20),
        (NINE + 30, NINE + 40),
    ]


def test_sch_05_two_iv_starts_of_one_nurse() -> None:
    assert found(suite_day(*visits(NINE, NINE + 5), nurses=((OPEN, CLOSE),))) == [
        ("SCH-05", (NINE + 5, NINE + 10), 1)
    ]


def test_sch_06_visit_without_a_provider() -> None:
    day = suite_day(*visits(at("11:00")), provider=((at("12:30"), CLOSE), (OPEN, at("12:00"))))
    assert "no provider on site at 12:00" in breaches(day)[0].sentence


def test_sch_07_visit_on_a_closed_day() -> None:
    assert found(suite_day(*visits(NINE), closed="snow")) == [("SCH-07", (NINE, NINE + 80), 0)]


def test_sch_08_two_patients_in_one_chair() -> None:
    one, other = visits(NINE, NINE + 80)
    assert found(suite_day(one, replace(other, chair=1))) == [("SCH-08", (NINE + 80, NINE + 85), 0)]


def test_sch_08_one_leaves_as_the_other_sits_down() -> None:
    one, other = visits(NINE, NINE + 85)
    assert found(suite_day(one, replace(other, chair=1))) == []

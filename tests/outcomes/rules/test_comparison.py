"""What is said of ours beside the published."""

from dataclasses import replace
from decimal import Decimal

import pytest

from outcomes.rules.comparison import finding, is_few, outside
from outcomes.rules.published import published_cells
from outcomes.rules.statistics import percent, percent_interval
from outcomes.rules.tables import Table2Cell

PUBLISHED = published_cells()["PHQ-9", "last"]  # 21.2%


def cell(improved: int, n: int, window: str = "last") -> Table2Cell:
    low, high = percent_interval(improved, n) if n else (None, None)
    rate = percent(improved, n) if n else None
    return Table2Cell(window, improved, n, rate, low, high, 0, n - improved, improved, n, n)


@pytest.mark.parametrize(("n", "few"), [(0, True), (19, True), (20, False)])
def test_out_21_fewer_than_20_are_few(n: int, few: bool) -> None:
    assert is_few(n) is few


@pytest.mark.parametrize(
    ("low", "high", "where"),
    [("21.3", "40.0", "above"), ("21.2", "40.0", ""), ("10.0", "21.2", ""), ("10.0", "21.1", "below")],
)
def test_out_22_only_outside_the_interval_is_marked(low: str, high: str, where: str) -> None:
    ours = replace(cell(30, 100), low=Decimal(low), high=Decimal(high))
    assert outside(ours, PUBLISHED) == where


def test_out_22_an_empty_cell_is_never_marked() -> None:
    assert outside(cell(0, 0), PUBLISHED) == ""


def test_the_finding_names_ranges_and_how_many_published_values_lie_inside() -> None:
    fatigue = published_cells()["PROMIS Fatigue", "last"]  # 32.7%
    said = finding([(cell(25, 100), PUBLISHED), (cell(50, 100), fatigue), (cell(0, 0, "6m"), PUBLISHED)])
    assert said == (
        "By the last infusion 25 to 50% of patients had improved, by measure; published 21 to 33%. "
        "Of 2 published values 1 lies inside our 95% intervals."
    )


def test_the_finding_of_one_measure_is_no_range() -> None:
    said = finding([(cell(25, 100), PUBLISHED)], absolute=True)
    assert said == (
        "By the last infusion 25% of patients had changed by the MCID, better or worse; published 21%. "
        "Of 1 published value 1 lies inside our 95% intervals."
    )


def test_without_pairs_the_finding_says_so() -> None:
    assert finding([(cell(0, 0), PUBLISHED)]) == "No patient has both a baseline and a score in a window yet."
    later = finding([(cell(0, 0), PUBLISHED), (cell(5, 20, "3m"), PUBLISHED)])
    assert later.startswith("No patient has both a baseline and a score just after the last infusion yet. Of 1 ")

"""Every window at both its edges, in paper mode."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.rules.windows import (
    BASELINE,
    LAST,
    PAPER,
    SIX_MONTHS,
    THREE_MONTHS,
    WINDOWS,
    Infusion,
    Reading,
    Score,
    windows,
)

FIRST = date(2023, 1, 2)
FINAL = date(2023, 6, 9)
AS_OF = date(2024, 12, 31)
START = time(8, 30)
COURSE = [Infusion(FIRST, START), Infusion(FIRST + timedelta(days=1), START), Infusion(FINAL, START)]
PHQ = "PHQ-9"


def score(day: date, at: time | None = time(19, 0), tenths: int = 100, key: int = 0) -> Score:
    return Score(PHQ, day, at, tenths, key)


def before(days: int, at: time | None = time(19, 0), key: int = 0) -> Score:
    return score(FIRST - timedelta(days=days), at, key=key)


def after(days: int, at: time | None = time(19, 0), key: int = 0) -> Score:
    return score(FINAL + timedelta(days=days), at, key=key)


def columns_of(*scores: Score, reading: Reading = PAPER, as_of: date = AS_OF) -> dict[str, int | str]:
    found = windows(COURSE, scores, as_of, reading=reading)
    return {w: found.at(w)[PHQ].key for w in (BASELINE, *WINDOWS) if PHQ in found.at(w)}


def test_out_01_references_are_the_first_and_last_completed_infusion() -> None:
    stopped = [Infusion(FIRST - timedelta(days=7), START, False), Infusion(FINAL + timedelta(days=7), None, False)]
    found = windows([*stopped, *COURSE], [], AS_OF)
    assert (found.first_infusion, found.last_infusion) == (FIRST, FINAL)


def test_out_01_without_a_completed_infusion_nothing_counts() -> None:
    found = windows([Infusion(FIRST, START, False)], [before(3)], AS_OF)
    assert found.first_infusion is None
    assert all(not found.at(window) for window in (BASELINE, *WINDOWS))


@pytest.mark.parametrize(("days", "counts"), [(0, False), (1, True), (99, True), (100, True), (101, False)])
def test_out_02_baseline_is_at_most_100_days_before(days: int, counts: bool) -> None:
    assert (BASELINE in columns_of(before(days))) is counts


def test_out_02_the_latest_baseline_counts() -> None:
    assert columns_of(before(40, key=1), before(3, key=2), before(90, key=3)) == {BASELINE: 2}


@pytest.mark.parametrize(
    ("at", "counts"), [(time(8, 29), True), (time(8, 30), False), (time(10, 30), False), (None, True)]
)
def test_out_03_day_0_counts_only_before_the_start(at: time | None, counts: bool) -> None:
    assert (BASELINE in columns_of(before(0, at))) is counts


def test_out_03_day_0_without_a_time_is_flagged() -> None:
    assert windows(COURSE, [before(0, None)], AS_OF).flagged == {PHQ}
    assert windows(COURSE, [before(0, time(7, 0))], AS_OF).flagged == frozenset()
    without_start = [replace(COURSE[0], start=None), *COURSE[1:]]
    assert windows(without_start, [before(0, time(12, 0))], AS_OF).flagged == {PHQ}


def test_out_03_two_first_day_infusions_one_without_a_start_cannot_be_told_apart() -> None:
    found = windows([Infusion(FIRST, None), *COURSE], [before(0, time(12, 0))], AS_OF)
    assert found.flagged == {PHQ}


def test_out_03_the_day_of_the_last_infusion_is_no_follow_up() -> None:
    assert columns_of(after(0, time(23, 59))) == {}


@pytest.mark.parametrize(
    ("days", "column"),
    [
        (0, None),
        (1, LAST),
        (30, LAST),
        (31, THREE_MONTHS),
        (135, THREE_MONTHS),
        (136, SIX_MONTHS),
        (240, SIX_MONTHS),
        (241, None),
    ],
)
def test_out_04_05_06_windows_meet_without_gap_or_overlap(days: int, column: str | None) -> None:
    assert list(columns_of(after(days))) == ([column] if column else [])


def test_out_04_the_earliest_in_the_last_window_counts() -> None:
    assert columns_of(after(9, key=1), after(2, key=2), after(30, key=3)) == {LAST: 2}


@pytest.mark.parametrize(("nearer", "farther"), [(90, 91), (89, 92), (50, 131), (135, 44)])
def test_out_05_closest_to_day_90(nearer: int, farther: int) -> None:
    assert columns_of(after(farther, key=1), after(nearer, key=2)) == {THREE_MONTHS: 2}


@pytest.mark.parametrize(("nearer", "farther"), [(180, 181), (179, 182), (136, 225), (239, 240)])
def test_out_06_closest_to_day_180(nearer: int, farther: int) -> None:
    assert columns_of(after(farther, key=1), after(nearer, key=2)) == {SIX_MONTHS: 2}


@pytest.mark.parametrize("order", [1, -1])
def test_out_07_of_two_equally_close_the_later_counts(order: int) -> None:
    for target, column in ((90, THREE_MONTHS), (180, SIX_MONTHS)):
        pair = [after(target - 5, key=1), after(target + 5, key=2)]
        assert columns_of(*pair[::order]) == {column: 2}


@pytest.mark.parametrize("days", [-5, 7, 90, 180])
def test_out_08_of_several_on_one_day_the_last_completed_counts(days: int) -> None:
    make = after if days > 0 else lambda days, at, key: before(-days, at, key)
    scores = [make(days, time(19, 0), 1), make(days, time(7, 0), 2), make(days, None, 3)]
    assert list(columns_of(*scores).values()) == [1]


def test_out_08_of_two_with_the_same_time_the_one_given_later_counts() -> None:
    assert columns_of(after(7, key=1), after(7, key=2)) == {LAST: 2}


def test_out_09_nothing_after_the_as_of_date_counts() -> None:
    middle = FIRST + timedelta(days=40)
    early = windows(COURSE, [score(middle), after(90)], middle)
    assert early.last_infusion == FIRST + timedelta(days=1)
    assert list(early.three_months) == [PHQ]
    assert early.three_months[PHQ].date == middle
    assert windows(COURSE, [score(middle)], middle - timedelta(days=1)).three_months == {}


def test_measures_are_chosen_each_by_itself() -> None:
    other = Score("GAD-7", FIRST - timedelta(days=80), None, 80, 9)
    found = windows(COURSE, [before(3, key=1), other], AS_OF)
    assert {name: kept.key for name, kept in found.baseline.items()} == {PHQ: 1, "GAD-7": 9}


def test_each_other_reading_reads_its_own_edge_differently() -> None:
    assert columns_of(before(101), reading=Reading(baseline_days=101)) == {BASELINE: 0}
    assert columns_of(before(0), reading=Reading(day_0_baseline="any time")) == {BASELINE: 0}
    assert columns_of(before(0, time(7, 0)), reading=Reading(day_0_baseline="never")) == {}
    assert columns_of(after(0), reading=Reading(last_days=(0, 30))) == {LAST: 0}
    assert set(columns_of(after(30), reading=Reading(three_month_days=(30, 135)))) == {LAST, THREE_MONTHS}
    assert columns_of(after(241), reading=Reading(six_month_days=(136, 241))) == {SIX_MONTHS: 0}
    tie = (after(85, key=1), after(95, key=2))
    assert columns_of(*tie, reading=Reading(tie="earlier")) == {THREE_MONTHS: 1}
    pair = (after(2, key=1), after(9, key=2))
    assert columns_of(*pair, reading=Reading(last_pick="latest")) == {LAST: 2}
    pair = (before(9, key=1), before(2, key=2))
    assert columns_of(*pair, reading=Reading(baseline_pick="oldest")) == {BASELINE: 1}
    first = Reading(follow_ups_from="first")
    assert columns_of(score(FIRST + timedelta(days=20)), reading=first) == {LAST: 0}


@given(st.lists(st.tuples(st.integers(-130, 420), st.sampled_from([None, time(7), time(12)]))))
def test_the_choice_does_not_depend_on_the_order_of_the_scores(given: list[tuple[int, time | None]]) -> None:
    scores = [score(FIRST + timedelta(days=days), at) for days, at in dict.fromkeys(given)]
    forward, backward = windows(COURSE, scores, AS_OF), windows(COURSE, scores[::-1], AS_OF)
    assert forward == backward


def test_an_unknown_column_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        windows(COURSE, [], AS_OF).at("12m")

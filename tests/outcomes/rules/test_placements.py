"""Every score says what it counts for, or why not."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.rules.placements import placements
from outcomes.rules.windows import BASELINE, WINDOWS, Infusion, Score, windows

FIRST, FINAL = date(2023, 1, 2), date(2023, 6, 9)
AS_OF = date(2024, 1, 31)
COURSE = [Infusion(FIRST, time(8, 30)), Infusion(FINAL, time(8, 30))]


def at(day: date, clock: time | None = time(19, 0)) -> Score:
    return Score("PHQ-9", day, clock, 100)


def from_first(days: int, clock: time | None = time(19, 0)) -> Score:
    return at(FIRST + timedelta(days=days), clock)


def from_last(days: int, clock: time | None = time(19, 0)) -> Score:
    return at(FINAL + timedelta(days=days), clock)


ALONE = [
    (from_first(-12), "baseline", "OUT-02", "Counts as baseline: 12 days before the first infusion."),
    (from_first(-1), "baseline", "OUT-02", "Counts as baseline: 1 day before the first infusion."),
    (
        from_first(0, time(7)),
        "baseline",
        "OUT-03",
        "Counts as baseline: on the day of the first infusion, before it started.",
    ),
    (from_first(0, None), "baseline", "OUT-03", "Counts as baseline, flagged"),
    (from_last(4), "last", "OUT-04", "Counts for last infusion: 4 days after the last infusion."),
    (from_last(88), "3m", "OUT-05", "Counts for 3 months: 88 days after the last infusion."),
    (from_last(170), "6m", "OUT-06", "Counts for 6 months: 170 days after the last infusion."),
    (from_first(-101), "", "OUT-02", "Not counted: 101 days before the first infusion; a baseline is at most"),
    (from_first(0), "", "OUT-03", "Not counted: completed on the day of the first infusion after it had started."),
    (from_first(30), "", "OUT-01", "Not counted: between the first and the last infusion."),
    (from_last(0), "", "OUT-03", "Not counted: on the day of the last infusion; follow-up begins the day after."),
    (from_last(235), "6m", "OUT-06", "Counts for 6 months: 235 days"),
    (from_last(236 + 5), "", "OUT-09", "Not counted: it is from after the as-of date."),
]


@pytest.mark.parametrize(("score", "column", "rule", "begins"), ALONE)
def test_a_score_alone_says_its_column_or_its_reason(score: Score, column: str, rule: str, begins: str) -> None:
    (placed,) = placements(COURSE, [score], AS_OF)
    assert (placed.column, placed.rule) == (column, rule)
    assert placed.sentence.startswith(begins)


def test_out_06_after_day_240_follow_up_has_ended() -> None:
    (placed,) = placements(COURSE, [from_last(241)], date(2025, 1, 1))
    assert placed.sentence == "Not counted: 241 days after the last infusion; follow-up ends on day 240."


BEATEN = [
    (from_first(-40), from_first(-2), "OUT-02", "a later score before the first infusion counts"),
    (from_last(9), from_last(2), "OUT-04", "an earlier score after the last infusion counts"),
    (from_last(60), from_last(91), "OUT-05", "another score is closer to day 90"),
    (from_last(140), from_last(170), "OUT-06", "another score is closer to day 180"),
    (from_last(85), from_last(95), "OUT-07", "another score is equally close, and the later one counts"),
    (from_last(90, time(7)), from_last(90), "OUT-08", "a later score on the same day counts"),
]


@pytest.mark.parametrize(("loser", "winner", "rule", "why"), BEATEN)
def test_a_beaten_score_names_what_beat_it(loser: Score, winner: Score, rule: str, why: str) -> None:
    lost, won = placements(COURSE, [loser, winner], AS_OF)
    assert won.column
    assert (lost.column, lost.rule) == ("", rule)
    assert lost.sentence.endswith(f": {why}.")


def test_without_a_completed_infusion_the_reason_is_said() -> None:
    (placed,) = placements([Infusion(FIRST, None, False)], [from_first(-3)], AS_OF)
    assert (placed.column, placed.rule) == ("", "OUT-01")


@given(st.lists(st.integers(-130, 420), unique=True))
def test_placements_agree_with_the_windows(days: list[int]) -> None:
    scores = [from_first(day) for day in days]
    found = windows(COURSE, scores, AS_OF)
    counting = {w: found.at(w)["PHQ-9"] for w in (BASELINE, *WINDOWS) if "PHQ-9" in found.at(w)}
    placed = placements(COURSE, scores, AS_OF)
    assert {place.column: place.score for place in placed if place.column} == counting
    assert [place.score for place in placed] == scores

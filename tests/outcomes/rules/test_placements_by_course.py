"""OUT-30, OUT-23: in both modes and under every switch, placements agree with the columns of all patients."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.rules.counted import COLUMNS
from outcomes.rules.definitions import SWITCHES, Definitions
from outcomes.rules.measures import measures
from outcomes.rules.placements import placements
from outcomes.rules.windows import Infusion, Mode, Reading, Score
from tests.outcomes.rules.columns_of import counted_of
from tests.outcomes.rules.test_counted import AS_OFS, INFUSIONS, READINGS, SCORES, START, numbered

AS_OF = date(2026, 1, 1)
SWITCHED = [Definitions(), *(Definitions().switched(switch) for switch in SWITCHES)]
ALL_READINGS = st.one_of(READINGS, st.sampled_from([one.reading for one in SWITCHED]))


@given(
    st.lists(INFUSIONS, max_size=8),
    st.lists(SCORES, max_size=14),
    AS_OFS,
    st.sampled_from(("paper", "course")),
    ALL_READINGS,
)
def test_out_23_every_score_is_placed_as_it_is_counted(
    infusions: list[Infusion], answered: list[Score], as_of: date, mode: Mode, reading: Reading
) -> None:
    ((_, scores),) = numbered([(infusions, answered)])
    found = counted_of([(infusions, scores)], as_of, mode=mode, reading=reading)
    counting = {
        (int(found.rows.number[row]) if mode == "course" else 0, COLUMNS[at], name): int(
            found.place[row, place, at]
        )
        for row in range(len(found.rows))
        for place, name in enumerate(measures())
        for at in range(len(COLUMNS))
        if found.place[row, place, at] >= 0
    }
    placed = placements(infusions, scores, as_of, mode=mode, reading=reading)
    ours = {(one.course, one.column, one.score.instrument): one.score.key for one in placed if one.column}
    assert ours == counting
    assert {one.score.key for one in placed} == {one.key for one in scores}, "none is left without a word"
    assert all(one.sentence.endswith(".") and one.rule for one in placed)


def at(days: int, clock: time | None = time(19, 0), key: int = 0) -> Score:
    return Score("PHQ-9", START + timedelta(days=days), clock, 100, key)


@pytest.mark.parametrize(
    ("first", "second", "rule", "why"),
    [
        (time(19), time(19), "OUT-30", "another score of the same minute was stored later and counts"),
        (None, None, "OUT-30", "another score of the same day, also without a time, was stored later and counts"),
        (None, time(0), "OUT-30", "a score of the same day with a known time counts"),
        (time(18, 59), time(19), "OUT-08", "a later score on the same day counts"),
    ],
)
def test_out_30_two_scores_of_one_day_say_why_one_counts(
    first: time | None, second: time | None, rule: str, why: str
) -> None:
    lost, won = placements([Infusion(START)], [at(-3, first, 1), at(-3, second, 2)], AS_OF)
    assert (lost.column, lost.rule, lost.sentence) == ("", rule, f"Not counted for baseline: {why}.")
    assert won.column == "baseline"


def test_out_23_a_score_between_two_courses_may_count_for_both_or_say_why_for_each() -> None:
    both = [Infusion(START), Infusion(START + timedelta(days=80))]
    placed = placements(both, [at(20)], AS_OF, mode="course")
    assert [(one.course, one.column) for one in placed] == [(1, "last"), (2, "baseline")]
    far = [Infusion(START), Infusion(START + timedelta(days=400))]
    placed = placements(far, [at(250)], AS_OF, mode="course")
    assert [(one.course, one.rule) for one in placed] == [(1, "OUT-06"), (2, "OUT-02")]


def test_out_23_a_score_after_the_next_course_began_does_not_beat_one_of_this_course() -> None:
    both = [Infusion(START), Infusion(START + timedelta(days=60))]
    placed = placements(both, [at(50), at(95)], AS_OF, mode="course")
    assert [(one.course, one.column) for one in placed] == [(1, "3m"), (2, "baseline"), (2, "3m")]

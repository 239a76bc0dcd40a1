"""OUT-01 to OUT-09, OUT-23, OUT-24: all patients at once count exactly as one patient after the other."""

from collections.abc import Sequence
from datetime import date, time, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.rules.counted import COLUMNS, MISSING, NEVER
from outcomes.rules.courses import counting, courses
from outcomes.rules.histories import day_number
from outcomes.rules.measures import measures
from outcomes.rules.tallies import all_closed, baseline_sums, closed, tally
from outcomes.rules.windows import OTHER_READINGS, PAPER, WINDOWS, Infusion, Reading, Score, windows
from tests.outcomes.rules.columns_of import Patients, counted_of
from tests.outcomes.rules.shared_cohort import AS_OF, needs_shelf, shelf_cohort
from tests.outcomes.rules.slow_tables import slow_baselines, slow_closed, slow_tally

NAMES = list(measures())
START = date(2024, 1, 1)
CLOCKS = st.sampled_from((None, time(0, 0), time(7, 30), time(8, 29), time(8, 30), time(23, 59)))
DAYS = st.integers(0, 500).map(lambda offset: START + timedelta(days=offset))
# Edges of every window after an infusion on the first of January 2024, so that a wrong reading shows.
EDGES = st.sampled_from((-101, -100, -99, -1, 0, 1, 30, 31, 89, 90, 91, 135, 136, 179, 180, 181, 240, 241))
INFUSIONS = st.builds(
    Infusion,
    st.one_of(st.just(START), st.just(START + timedelta(days=1)), DAYS),
    st.sampled_from((None, time(8, 30), time(8, 0))),
    st.booleans(),
)
SCORES = st.builds(
    Score,
    st.sampled_from([*NAMES[:2], "PCS total"]),
    st.one_of(EDGES.map(lambda offset: START + timedelta(days=offset)), DAYS),
    CLOCKS,
    st.integers(0, 270),
)
PATIENTS = st.lists(st.tuples(st.lists(INFUSIONS, max_size=8), st.lists(SCORES, max_size=12)), max_size=6)
AS_OFS = st.sampled_from((START - timedelta(days=1), START, START + timedelta(days=200), date(2026, 1, 1)))
READINGS = st.sampled_from((PAPER, *OTHER_READINGS.values()))


def numbered(patients: Patients) -> Patients:
    """Give every score the key under which the columns hold it, and every patient's infusions an order."""
    key, found = 0, []
    for infusions, scores in patients:
        kept = []
        for one in scores:
            kept.append(Score(one.instrument, one.date, one.time, one.tenths, key))
            key += 1
        found.append((infusions, kept))
    return found


@given(PATIENTS, AS_OFS, READINGS)
def test_paper_mode_counts_the_same_scores_as_one_patient_after_the_other(
    patients: Sequence[tuple[list[Infusion], list[Score]]], as_of: date, reading: Reading
) -> None:
    given_patients = numbered(patients)
    found = counted_of(given_patients, as_of, reading=reading)
    ours = {
        (int(of), column, NAMES[measure]): int(found.place[row, measure, COLUMNS.index(column)])
        for row, of in enumerate(found.rows.of)
        for column in COLUMNS
        for measure in range(len(NAMES))
        if found.place[row, measure, COLUMNS.index(column)] >= 0
    }
    slow, flagged = {}, set()
    for of, (infusions, scores) in enumerate(given_patients):
        one = windows(infusions, scores, as_of, reading=reading)
        for column in COLUMNS:
            slow |= {(of, column, name): score.key for name, score in one.at(column).items()}
        flagged |= {(of, name) for name in one.flagged}
    assert ours == slow
    rows, at = np.nonzero(found.unclear)
    assert {(int(found.rows.of[row]), NAMES[measure]) for row, measure in zip(rows, at, strict=True)} == flagged


@given(PATIENTS, AS_OFS)
def test_out_23_course_mode_counts_what_each_course_by_itself_counts(
    patients: Sequence[tuple[list[Infusion], list[Score]]], as_of: date
) -> None:
    given_patients = numbered(patients)
    found = counted_of(given_patients, as_of, mode="course")
    ours = {
        (int(found.rows.of[row]), int(found.rows.number[row]), column, NAMES[measure]): int(
            found.place[row, measure, COLUMNS.index(column)]
        )
        for row, measure, at in zip(*np.nonzero(found.place >= 0), strict=True)
        for column in (COLUMNS[at],)
    }
    slow = {}
    for of, (infusions, scores) in enumerate(given_patients):
        known = courses(infusions, as_of)
        for course in known:
            for column, by_name in counting(scores, course, as_of).items():
                slow |= {(of, course.number, column, name): score.key for name, score in by_name.items()}
    assert ours == slow
    for row, of in enumerate(found.rows.of):
        course = courses(given_patients[of][0], as_of)[found.rows.number[row] - 1]
        assert found.rows.first[row] == day_number(course.first)
        assert found.rows.last[row] == day_number(course.last)
        assert found.rows.before[row] == (NEVER if course.before is None else day_number(course.before))


@given(PATIENTS, AS_OFS, READINGS, st.sampled_from(("paper", "evidence")), st.booleans())
def test_out_10_to_15_the_33_cells_are_those_of_the_slow_sums(
    patients: Sequence[tuple[list[Infusion], list[Score]]],
    as_of: date,
    reading: Reading,
    mcid: str,
    absolute: bool,
) -> None:
    found = counted_of(patients, as_of, reading=reading)
    slow = [windows(infusions, scores, as_of, reading=reading) for infusions, scores in patients]
    mcid_set = "evidence" if mcid == "evidence" else "paper"
    assert tally(found, mcid_set=mcid_set, absolute=absolute) == slow_tally(
        slow, mcid_set=mcid_set, absolute=absolute
    )
    assert all_closed(found) == slow_closed(slow)
    assert baseline_sums(found) == slow_baselines(slow)


@needs_shelf
@pytest.mark.parametrize("name", ["paper", *OTHER_READINGS])
def test_every_reading_of_the_practice_cohort_gives_the_slow_sums(name: str) -> None:
    reading = OTHER_READINGS.get(name, PAPER)
    found = counted_of(shelf_cohort(), AS_OF, reading=reading)
    slow = [windows(infusions, scores, AS_OF, reading=reading) for infusions, scores in shelf_cohort()]
    assert tally(found, absolute=reading.absolute) == slow_tally(slow, absolute=reading.absolute)


def test_out_24_a_window_the_next_course_cut_short_is_not_due_in_course_mode() -> None:
    first, again = START, START + timedelta(days=60)
    patients = [([Infusion(first), Infusion(again)], [])]
    found = counted_of(patients, date(2026, 1, 1), mode="course")
    assert closed(found, "last").tolist() == [True, True]
    assert closed(found, "3m").tolist() == [False, True]
    edge = [([Infusion(first), Infusion(first + timedelta(days=31))], [])]
    assert closed(counted_of(edge, date(2026, 1, 1), mode="course"), "last").tolist() == [True, True]
    edge = [([Infusion(first), Infusion(first + timedelta(days=30))], [])]
    assert closed(counted_of(edge, date(2026, 1, 1), mode="course"), "last").tolist() == [False, True]


def test_nobody_and_nothing_give_empty_columns_and_zero_sums() -> None:
    for mode in ("paper", "course"):
        found = counted_of([], AS_OF, mode="course" if mode == "course" else "paper")
        assert len(found.rows) == 0
        assert {cell.n for cell in tally(found).values()} == {0}
        untreated = counted_of([([], [Score("PHQ-9", START, None, 50)])], AS_OF)
        assert len(untreated.rows) == 0
        assert all_closed(untreated) == dict.fromkeys(WINDOWS, 0)


def test_a_score_that_does_not_count_is_missing_never_zero() -> None:
    patients = [([Infusion(START)], [Score("PHQ-9", START - timedelta(days=1), None, 0)])]
    found = counted_of(patients, AS_OF)
    place = NAMES.index("PHQ-9")
    assert found.tenths[0, place].tolist() == [0, MISSING, MISSING, MISSING]

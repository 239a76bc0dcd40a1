"""Groups beside each other: which rows stand where, what is printed, and what is said of it."""

from datetime import date

import numpy as np
import pytest

from outcomes.rules.contrasts import Sample, arm, contrast, contrasts, said, samples, several
from outcomes.rules.counted import Counted, counted
from outcomes.rules.histories import Infusions, Scores, day_number
from outcomes.rules.measures import measures
from outcomes.rules.open_questions import (
    NOT_ASSIGNED,
    came_back_or_not,
    first_and_later,
    first_course_days,
    four_and_five,
)
from outcomes.rules.tallies import changes

FIRST = date(2024, 1, 8)
AS_OF = date(2025, 6, 30)
PHQ = measures()["PHQ-9"]


def given(*patients: tuple[tuple[int, int], ...]) -> Infusions:
    """Completed infusions of each patient: (first day, counted from FIRST, and number of days) of each course."""
    rows = [
        (who, day_number(FIRST) + start + day)
        for who, courses in enumerate(patients)
        for start, many in courses
        for day in range(many)
    ]
    of, days = np.array(rows).T
    return Infusions(of, days, np.full(len(of), 510), np.ones(len(of), dtype=bool), np.zeros(len(of), dtype=int))


def answered(*rows: tuple[int, int, int]) -> Scores:
    """PHQ-9 scores: (patient, day from FIRST, points)."""
    of, day, points = np.array(rows).T
    measure = np.full(len(of), list(measures()).index("PHQ-9"))
    zero = np.zeros(len(of), dtype=int)
    return Scores(
        of, measure, day + day_number(FIRST), zero, points * 10, np.full(len(of), np.nan), zero, np.arange(len(of))
    )


def courses(infusions: Infusions, scores: Scores, *, mode: str = "course") -> Counted:
    return counted(infusions, scores, AS_OF, mode=mode)  # type: ignore[arg-type]


NOBODY = answered((99, 0, 5))


def test_out_64_four_against_five_or_more_in_the_first_course() -> None:
    infusions = given(((0, 4),), ((0, 5),), ((0, 3),), ((0, 4), (60, 5)), ((0, 6),))
    rows = courses(infusions, NOBODY)
    paper = courses(infusions, NOBODY, mode="paper")
    four, five = four_and_five(first_course_days(rows, paper.rows.of))
    assert four.tolist() == [True, False, False, True, False]
    assert five.tolist() == [False, True, False, False, True]


def test_out_64_a_patient_without_a_first_course_here_is_in_neither_group() -> None:
    rows = courses(given(((0, 4),)), NOBODY)
    assert first_course_days(rows, np.array([0, 7])).tolist() == [4, -1]


def test_out_66_first_courses_stand_against_all_later_ones() -> None:
    first, later = first_and_later(courses(given(((0, 5), (40, 5), (90, 5)), ((0, 5),)), NOBODY))
    assert first.tolist() == [True, False, False, True]
    assert later.tolist() == [False, True, True, False]


def test_out_67_who_came_back_is_judged_by_the_first_course() -> None:
    back, not_back = came_back_or_not(courses(given(((0, 5), (40, 5)), ((0, 5),)), NOBODY))
    assert back.tolist() == [True, False, False]
    assert not_back.tolist() == [False, False, True]


def test_out_66_each_course_has_its_own_change() -> None:
    infusions = given(((0, 5), (60, 5)), ((0, 5),))
    scores = answered((0, -3, 20), (0, 10, 12), (0, 55, 14), (0, 70, 13), (1, -3, 10), (1, 10, 9))
    rows = courses(infusions, scores)
    found = changes(rows, "last")
    first, later = (samples(found, keep, rows.rows.of) for keep in first_and_later(rows))
    place = list(measures()).index("PHQ-9")
    assert first[place].tenths.tolist() == [-80, -10]
    assert first[place].improved.tolist() == [True, False]
    assert later[place].tenths.tolist() == [-10]
    both = contrasts(first, later)[place]
    assert (both.one.n, both.one.improved, both.other.n, both.other.improved) == (2, 1, 1, 0)
    assert both.one.patients == 2


def sample(improved: int, tenths: list[int], *, start: int = 0) -> Sample:
    many = len(tenths)
    return Sample(np.arange(many) < improved, np.array(tenths, dtype=int), np.arange(start, start + many))


def test_an_arm_is_printed_like_tables_2_and_3() -> None:
    found = arm(sample(1, [-50, -10, 30]))
    assert (found.n, found.improved, str(found.percent), str(found.low), str(found.high)) == (
        3,
        1,
        "33.3",
        "0.8",
        "90.6",
    )
    assert (str(found.mean), str(found.sd)) == ("-1.0", "4.0")


@pytest.mark.parametrize(("tenths", "mean", "sd"), [([], None, None), ([-50], "-5.0", None)])
def test_an_arm_of_nobody_or_one(tenths: list[int], mean: str | None, sd: str | None) -> None:
    found = arm(sample(0, tenths))
    assert (found.mean and str(found.mean), found.sd) == (mean, sd)
    assert (found.percent is None) is (not tenths)


def test_stat_45_and_46_different_patients_get_newcombe_and_welch() -> None:
    found = contrast(PHQ, sample(5, [-50, -60, -70, -50, -90, 0]), sample(1, [-50, 10, 20, 0], start=50))
    assert found.share is not None
    assert found.mean is not None
    assert not found.share.by_patient
    assert not found.mean.by_patient
    assert found.share.value == pytest.approx(5 / 6 - 1 / 4)
    assert found.mean.value == pytest.approx(-32 / 6 + 0.5)


def test_stat_47_the_same_patients_get_intervals_by_patient() -> None:
    found = contrast(PHQ, sample(5, [-50, -60, -70, -50, -90, 0]), sample(1, [-50, 10, 20, 0], start=2))
    assert found.share is not None
    assert found.mean is not None
    assert found.share.by_patient
    assert found.mean.by_patient


def test_stat_48_several_groups_are_tested_once_each_patient_stands_once() -> None:
    groups = [[sample(4, [-60, -50, -70, -80, 0, 10], start=start)] * len(measures()) for start in (0, 10, 20)]
    row = several(groups)[0]
    assert len(row.arms) == 3
    assert row.shares is not None
    assert row.means is not None
    again = several([groups[0], groups[0]])[0]
    assert (again.shares, again.means) == (None, None)


def test_out_63_what_is_said_counts_measures_and_names_chance() -> None:
    assert NOT_ASSIGNED == "Observational: groups were not assigned."
    clear = contrast(PHQ, sample(20, [-60] * 19 + [-50]), sample(0, [0] * 19 + [10], start=90))
    unclear = contrast(PHQ, sample(1, [-60, 10]), sample(1, [-60, 0, 0], start=90))
    empty = contrast(PHQ, sample(0, []), sample(1, [-60], start=90))
    text = said([clear, unclear, empty], "with four days", "with five or more")
    assert text == (
        "Of 2 measures with both, those with four days improved more often than those with five or more in 2, "
        "less often in 0. 1 interval excludes no difference; chance alone would give about one in twenty."
    )
    assert (
        said([empty], "here", "there")
        == "No measure has pairs of both those here and those there at this time yet."
    )

"""OUT-26, PRO-142 to PRO-144: a cohort's reliable changes are those of its people, and noise has its share."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.rules.counted import Counted
from outcomes.rules.histories import Scores
from outcomes.rules.measures import measures
from outcomes.rules.reliable import Form, Point, compare
from outcomes.rules.sureness import sureness
from outcomes.rules.windows import Infusion, Score
from tests.outcomes.rules.columns_of import counted_of, scores_of

FIRST = date(2024, 1, 1)
AS_OF = date(2025, 1, 1)
FATIGUE = "PROMIS Fatigue"
Pair = tuple[int, int, float | None, float | None, bool]  # two scores in tenths, their errors, one form or two
ERRORS = st.one_of(st.none(), st.sampled_from((2.5, 3.0, 2.0, 0.0, 3.6)))
PAIRS = st.lists(
    st.tuples(st.integers(300, 800), st.integers(300, 800), ERRORS, ERRORS, st.booleans()), max_size=8
)


def read(pairs: list[Pair], measure: str) -> tuple[Counted, Scores]:
    """One patient for each pair, with errors and forms put where the database would have them."""
    patients = [
        (
            [Infusion(FIRST)],
            [
                Score(measure, FIRST - timedelta(days=3), None, before),
                Score(measure, FIRST + timedelta(days=9), None, after),
            ],
        )
        for before, after, *_ in pairs
    ]
    errors = [np.nan if error is None else error for pair in pairs for error in pair[2:4]]
    forms = [form for pair in pairs for form in (1, 1 if pair[4] else 2)]
    scores = replace(
        scores_of(patients), error=np.array(errors, dtype=float), form=np.array(forms, dtype=np.int64)
    )
    return counted_of(patients, AS_OF), scores


def point(tenths: int, error: float | None, form: str) -> Point:
    exact = None if error is None else Fraction(repr(error))
    return Point(1, FIRST, None, tenths, exact, Form(form, form))


@given(PAIRS, st.sampled_from((FATIGUE, "PROMIS Physical Function", "PCS total", "PHQ-9")))
def test_pro_142_143_144_a_cohort_is_reliable_where_its_people_are(pairs: list[Pair], measure: str) -> None:
    if measure in ("PCS total", "PHQ-9"):
        pairs = [(before % 27 * 10, after % 27 * 10, None, None, same) for before, after, *_, same in pairs]
    counted, scores = read(pairs, measure)
    found = sureness(counted, scores, measure, "last")
    one_by_one = [
        compare(
            measures()[measure],
            point(before, first, "a"),
            point(after, second, "a" if same else "b"),
        )
        for before, after, first, second, same in pairs
    ]
    assert (found.n, found.known) == (len(pairs), sum(one.reliable is not None for one in one_by_one))
    assert found.better == sum(bool(one.reliable) and one.gain_tenths > 0 for one in one_by_one)
    assert found.worse == sum(bool(one.reliable) and one.gain_tenths < 0 for one in one_by_one)


def test_pro_142_exactly_1_96_standard_errors_are_not_beyond() -> None:
    # 1.96 * sqrt(3² + 4²) is 9.8 points
    found = sureness(*read([(600, 502, 3.0, 4.0, True), (600, 501, 3.0, 4.0, True)], FATIGUE), FATIGUE, "last")
    assert (found.known, found.better) == (2, 1)


def test_out_26_noise_is_the_mean_chance_of_the_mcid_with_no_true_change() -> None:
    found = sureness(*read([(600, 600, 3.0, 4.0, True), (600, 300, 2.0, 0.0, True)], FATIGUE), FATIGUE, "last")
    expected = 50 * (NormalDist(0, 5).cdf(-5) + NormalDist(0, 2).cdf(-5))
    assert found.noise == pytest.approx(expected, rel=1e-12)
    assert "Measurement error alone would show 8.2% improved" in found.sentence


def test_out_26_without_own_errors_the_simulations_figure_is_quoted_as_such() -> None:
    unknown = sureness(*read([(600, 500, None, None, True)], FATIGUE), FATIGUE, "last")
    assert (unknown.known, unknown.noise, unknown.quoted) == (0, None, "7.3")
    assert "No standard errors came with these scores" in unknown.sentence
    upper = "PROMIS Global Physical Health"
    assert "at most 20.0%" in sureness(*read([(400, 500, None, None, True)], upper), upper, "last").sentence
    nothing = sureness(*read([(100, 50, None, None, True)], "PHQ-9"), "PHQ-9", "last")
    assert (nothing.quoted, nothing.sentence) == ("", "")
    evidence = sureness(*read([(600, 500, None, None, True)], FATIGUE), FATIGUE, "last", mcid_set="evidence")
    assert evidence.quoted == ""


def test_nobody_gives_zeros() -> None:
    found = sureness(*read([], FATIGUE), FATIGUE, "3m")
    assert (found.n, found.known, found.better, found.worse, found.noise) == (0, 0, 0, 0, None)

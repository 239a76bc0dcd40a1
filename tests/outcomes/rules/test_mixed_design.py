"""Who enters a mixed model, who is left out and said, and every refusal in words."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from outcomes.rules.mixed_design import Design, Refusal, design
from outcomes.rules.mixed_observations import Observations
from tests.outcomes.rules.mixed_cohort import balanced, fixed_cohort, observations
from tests.outcomes.rules.test_mixed_model import drawn, fitted


def made(given: Observations) -> Design:
    found = design(given)
    assert isinstance(found, Design), found
    return found


def refused(given: Observations) -> str:
    found = design(given)
    assert isinstance(found, Refusal), found
    return found.sentence


def pairs(patients: int = 20, **covariates: Any) -> Observations:
    """Everybody at baseline and just after the last infusion; covariates by patient."""
    given = balanced(drawn(patients=patients, times=2))
    columns: dict[str, Any] = {
        name: np.repeat(np.array(values, dtype=_kind(name)), 2) for name, values in covariates.items()
    }
    return replace(given, **columns)


def _kind(name: str) -> type:
    return object if name in ("sex", "race") else np.float64


def test_stat_12_unknown_covariates_are_counted_and_said() -> None:
    ages = [np.nan, np.nan, *range(30, 48)]
    charlson = [0, np.nan, np.nan, *[1, 2] * 8, 3]
    found = made(pairs(age=ages, charlson=charlson))
    assert found.observed.patients == 17
    assert found.left_out[0] == ("3 patients with 6 scores left out: not known is age of 2, charlson index of 2.")
    assert found.names == ("baseline", "time=last", "age", "charlson")


def test_stat_12_a_covariate_nobody_has_leaves_the_patients_in() -> None:
    found = made(pairs(charlson=[np.nan] * 20, age=range(40, 60), race=[""] * 20))
    assert found.observed.patients == 20
    assert found.names == ("baseline", "time=last", "age")
    assert "Charlson index: known of nobody, not in the model." in found.left_out
    assert "Race: known of nobody, not in the model." in found.left_out
    assert "Infusion days: the same for all, not in the model." in found.left_out


def test_stat_13_two_patients_are_a_level_of_their_own() -> None:
    found = made(pairs(sex=["nonbinary"] * 2 + ["female"] * 12 + ["male"] * 6))
    assert found.names[-2:] == ("sex=male", "sex=nonbinary")
    assert found.patients[-2:] == (6, 2)
    assert found.references == (("sex", "female"),)
    assert "Sex nonbinary: a level of its own with 2 patients only." in found.left_out
    assert "Sex male: a level of its own with 6 patients only." in found.left_out


def test_stat_13_one_patient_is_no_level_and_is_never_merged() -> None:
    given = pairs(sex=["nonbinary"] + ["female"] * 11 + ["male"] * 8)
    found = made(given)
    assert found.observed.patients == 19
    assert 0 not in found.observed.patient
    said = "Sex nonbinary: one patient, whose effect cannot be told from the person; left out."
    assert said in found.left_out
    assert fitted(given).left_out == found.left_out


def test_stat_13_ten_patients_are_not_called_few() -> None:
    found = made(pairs(race=["White"] * 10 + ["Black"] * 10))
    assert not any("level of its own" in sentence for sentence in found.left_out)
    nine = made(pairs(race=["White"] * 11 + ["Black"] * 9))
    assert any("9 patients only" in sentence for sentence in nine.left_out)


def test_the_larger_level_is_the_reference_and_of_equals_the_first_by_name() -> None:
    assert made(pairs(race=["White"] * 9 + ["Black"] * 11)).references == (("race", "Black"),)
    assert made(pairs(race=["White"] * 10 + ["Black"] * 10)).references == (("race", "Black"),)


def test_a_time_that_was_never_asked_has_no_effect_and_the_others_have() -> None:
    given = balanced(drawn(times=2))
    six = replace(given, time=given.time * 3)
    assert [one.name for one in fitted(six).times] == ["time=6m"]
    assert fitted(six).at("3m") is None


NOBODY = observations([], [], [])
REFUSED = [
    (NOBODY, "nobody has a score of this measure that counts"),
    (observations([1, 1], [0, 1], [5, 6]), "one patient is too few"),
    (balanced(np.full((20, 4), 7.0)), "all scores are equal"),
    (observations([1, 2, 3], [1, 1, 2], [5, 6, 7]), "nobody has a baseline score"),
    (observations([1, 2, 3], [0, 0, 0], [5, 6, 7]), "nobody has a score after the infusions"),
    (observations([1, 2, 3, 4], [0, 0, 1, 1], [5, 6, 7, 8]), "nobody was scored twice"),
    (balanced(drawn(patients=4)), "4 patients are too few for a model of 4 effects"),
    (balanced(np.arange(20)[:, np.newaxis] + np.array([0.0, 3.0, 1.0, 2.0])), "changed by exactly the same"),
    (observations([1, 1, 2, 3, 4], [0, 1, 0, 0, 0], [5, 9, 6, 7, 8]), "too few patients were scored twice"),
    (pairs(age=[np.nan, *range(30, 49)], sex=["female"] + [""] * 19), "of nobody are all covariates known"),
]


@pytest.mark.parametrize(("given", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_stat_15_a_refusal_is_a_sentence(given: Observations, words: str) -> None:
    sentence = refused(given)
    assert words in sentence
    assert sentence.startswith("Not fitted: ")
    assert sentence.endswith(".")


def test_stat_15_five_patients_are_enough_for_four_effects() -> None:
    assert fitted(balanced(drawn(patients=5))).patients == 5


def test_stat_15_covariates_that_follow_from_each_other_are_named() -> None:
    """Everybody's age is twice the Charlson index plus 30."""
    charlson = [n % 7 for n in range(20)]
    sentence = refused(pairs(charlson=charlson, age=[30 + 2 * n for n in charlson]))
    assert "charlson index follows from the other covariates" in sentence
    both = refused(pairs(sex=["male"] * 8 + ["female"] * 12, race=["Black"] * 8 + ["White"] * 12))
    assert "race black follows from the other covariates" in both.lower()


def test_columns_of_different_lengths_are_an_error() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        replace(fixed_cohort(), age=np.array([1.0]))


def test_pairs_hold_both_scores_of_a_row_and_nothing_else() -> None:
    given = observations([1, 1, 1, 2, 3, 3], [0, 1, 2, 1, 0, 3], [1, 2, 3, 4, 5, 6])
    assert list(given.pairs(1).score) == [1, 2]
    assert list(given.pairs(3).score) == [5, 6]
    assert len(NOBODY.pairs(1)) == 0

"""Predictors of improvement: variables made from facts, small levels named, nothing merged silently."""

import numpy as np
import pytest
from statsmodels.api import Logit, add_constant

from outcomes.rules.counted import MISSING
from outcomes.rules.facts import RowFacts
from outcomes.rules.predictors import FEWEST, TOWARDS_THE_MEAN, levels, predict, variables

WORDS = {
    "sex": {"female": "Female", "male": "Male", "nonbinary": "Nonbinary"},
    "race": {"White": "White", "Black": "Black"},
    "diagnosis": {"neuropathic": "Neuropathic pain", "other": "Other"},
}


def made(n: int, seed: int = 1) -> RowFacts:
    random = np.random.default_rng(seed)
    return RowFacts(
        age=random.integers(18, 80, n) * 1.0,
        sex=random.choice(np.array(["female", "male"], dtype=object), n),
        race=random.choice(np.array(["White", "Black"], dtype=object), n, p=(0.8, 0.2)),
        marital=np.full(n, "", dtype=object),
        diagnosis=random.choice(np.array(["neuropathic", "other"], dtype=object), n),
        bmi=np.full(n, np.nan),
        charlson=random.integers(0, 6, n) * 1.0,
        infusion_days=random.integers(4, 12, n) * 1.0,
    )


def test_out_69_the_model_of_all_is_the_one_of_another_package() -> None:
    facts, random = made(500), np.random.default_rng(2)
    baseline = random.integers(50, 270, 500)
    improved = random.random(500) < 1 / (1 + np.exp(-(-3 + 0.01 * baseline)))
    everybody = np.ones(500, dtype=bool)
    found = predict(improved, everybody, variables(facts, baseline, everybody, WORDS), np.arange(500))
    design = np.column_stack(
        (
            facts.age / 10,
            facts.sex == ("male" if (facts.sex == "female").sum() >= 250 else "female"),
            facts.race == "Black",
            facts.charlson,
            facts.infusion_days,
            baseline / 50,
            facts.diagnosis == ("other" if (facts.diagnosis == "neuropathic").sum() >= 250 else "neuropathic"),
        )
    ).astype(float)
    theirs = Logit(improved * 1.0, add_constant(design)).fit(disp=0, tol=1e-12)
    assert [one.coefficient for one in found.model.terms] == pytest.approx(list(theirs.params[1:]), rel=1e-6)
    assert [one.error for one in found.model.terms] == pytest.approx(list(theirs.bse[1:]), rel=1e-6)
    score = next(one for one in found.predictors if one.slug == "baseline")
    assert score.lines[0][1] == found.model.terms[5]
    assert (found.pairs, found.missing, found.unused) == (500, 0, ())
    assert not found.model.is_thin
    assert "regression to the mean" in TOWARDS_THE_MEAN


def test_out_70_a_small_level_is_left_out_and_named_not_merged() -> None:
    sex = np.array(["female"] * 20 + ["male"] * FEWEST + ["nonbinary"] * (FEWEST - 1) + [""], dtype=object)
    found = levels("sex", "Sex", sex, WORDS["sex"], np.ones(len(sex), dtype=bool))
    assert found.names == ("Sex: Male",)
    assert found.reference == "Female"
    assert found.left_out == (("Nonbinary", 9),)
    assert found.known.sum() == 30
    assert found.columns.sum() == 10


def test_out_70_only_rows_with_a_pair_are_counted() -> None:
    sex = np.array(["female"] * 20 + ["male"] * 10, dtype=object)
    with_pair = np.arange(30) > 0
    with_pair[-1] = False
    assert levels("sex", "Sex", sex, WORDS["sex"], with_pair).left_out == (("Male", 9),)


def test_out_69_rows_that_lack_a_variable_are_counted() -> None:
    facts = made(200)
    facts.age[:7] = np.nan
    baseline = np.random.default_rng(3).integers(50, 270, 200)
    baseline[199] = MISSING
    improved = np.random.default_rng(4).random(200) < 0.4
    everybody = np.ones(200, dtype=bool)
    found = predict(improved, everybody, variables(facts, baseline, everybody, WORDS), np.arange(200))
    assert found.missing == 8
    assert found.model.n == 192
    assert found.predictors[0].alone.n == 193


def test_out_69_a_variable_with_one_value_is_named_and_the_others_are_fitted() -> None:
    facts = made(200)
    facts.charlson[:] = 2
    facts.diagnosis[:] = "other"
    improved = np.random.default_rng(4).random(200) < 0.4
    everybody = np.ones(200, dtype=bool)
    baseline = np.random.default_rng(3).integers(50, 270, 200)
    found = predict(improved, everybody, variables(facts, baseline, everybody, WORDS), np.arange(200))
    assert found.unused == ("Charlson index, 1 point higher", "Pain category")
    assert len(found.model.terms) == 5
    assert "one value only" in found.predictors[3].alone.problem
    assert "one level only" in found.predictors[6].alone.problem
    assert found.predictors[3].lines == ()


@pytest.mark.parametrize("n", [0, 1])
def test_stat_50_nobody_or_one_patient_is_said_in_words(n: int) -> None:
    facts, everybody = made(n), np.ones(n, dtype=bool)
    given = variables(facts, np.full(n, 100), everybody, WORDS)
    found = predict(np.arange(n) == 1, everybody, given, np.arange(n))
    assert found.model.terms == ()
    assert found.model.problem
    assert all(one.alone.problem for one in found.predictors)

"""Logistic regression against another package, and its refusals."""

import warnings

import numpy as np
import pytest
from statsmodels.api import Logit, add_constant

from outcomes.rules.differences import Floats
from outcomes.rules.histories import Mask
from outcomes.rules.logistic import logistic


def simulated(n: int, seed: int) -> tuple[Floats, Mask]:
    random = np.random.default_rng(seed)
    columns = np.column_stack((random.normal(50, 14, n), random.normal(0, 1, n), random.random(n) < 0.3)).astype(
        np.float64
    )
    chance = 1 / (1 + np.exp(-(-2 + 0.03 * columns[:, 0] - 0.4 * columns[:, 1] + 0.8 * columns[:, 2])))
    return columns, random.random(n) < chance


NAMES = ("age", "score", "returning")


def test_stat_50_agrees_with_another_package() -> None:
    columns, improved = simulated(400, 1)
    found = logistic(improved, columns, NAMES)
    theirs = Logit(improved * 1.0, add_constant(columns)).fit(disp=0, tol=1e-12)
    assert [one.coefficient for one in found.terms] == pytest.approx(list(theirs.params[1:]), rel=1e-6)
    assert [one.error for one in found.terms] == pytest.approx(list(theirs.bse[1:]), rel=1e-6)
    assert [one.p for one in found.terms] == pytest.approx(list(theirs.pvalues[1:]), rel=1e-5)
    assert found.intercept == pytest.approx(theirs.params[0], rel=1e-6)
    low, high = np.exp(theirs.conf_int()[1])
    assert (found.terms[0].low, found.terms[0].high) == pytest.approx((low, high))
    assert (found.n, found.improved, found.problem) == (400, int(improved.sum()), "")


def test_stat_50_where_patients_repeat_errors_are_made_by_patient() -> None:
    columns, improved = simulated(300, 2)
    of = np.repeat(np.arange(150), 2)
    found = logistic(improved, columns, NAMES, of=of)
    theirs = Logit(improved * 1.0, add_constant(columns)).fit(
        disp=0, tol=1e-12, cov_type="cluster", cov_kwds={"groups": of}
    )
    assert [one.error for one in found.terms] == pytest.approx(list(theirs.bse[1:]), rel=1e-6)
    once = logistic(improved, columns, NAMES, of=np.arange(300))
    assert once.terms == logistic(improved, columns, NAMES).terms


def test_stat_50_a_two_by_two_table_gives_its_odds_ratio() -> None:
    group = np.repeat([1.0, 0.0], [30, 40])
    improved = np.concatenate((np.arange(30) < 12, np.arange(40) < 8))
    term = logistic(improved, group[:, np.newaxis], ("four days",)).terms[0]
    assert term.ratio == pytest.approx((12 * 32) / (18 * 8))
    assert term.error == pytest.approx((1 / 12 + 1 / 18 + 1 / 8 + 1 / 32) ** 0.5)


def test_stat_51_fewer_than_ten_events_per_variable_are_thin() -> None:
    column = np.tile([0.0, 1.0, 2.0], 20)[:, np.newaxis]
    ten = logistic(np.arange(60) % 6 == 0, column + np.arange(60)[:, np.newaxis], ("age",))
    nine = logistic((np.arange(60) % 6 == 0) & (np.arange(60) > 0), np.arange(60.0)[:, np.newaxis], ("age",))
    assert (ten.fewer, ten.is_thin) == (10, False)
    assert (nine.fewer, nine.is_thin) == (9, True)
    most = logistic(np.arange(60) % 6 != 0, np.arange(60.0)[:, np.newaxis], ("age",))
    assert most.fewer == 10, "of improved and not improved the fewer count"


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_stat_52_a_variable_that_divides_is_named_and_nothing_is_printed(shift: float) -> None:
    age = np.arange(40.0)
    improved = age >= 20 - shift
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = logistic(improved, np.column_stack((age, np.tile([0.0, 1.0], 20))), ("age", "sex"))
    assert found.terms == ()
    assert "age divides improved from not improved without exception" in found.problem


def test_stat_52_a_level_of_which_nobody_improved_is_named() -> None:
    improved = np.tile([True, False], 30)
    level = np.zeros(60)
    level[[1, 3, 5]] = 1
    found = logistic(improved, np.column_stack((np.arange(60.0) % 7, level)), ("age", "category other"))
    assert found.problem.startswith("Not fitted: category other divides")


def test_stat_52_variables_that_divide_together() -> None:
    random = np.random.default_rng(5)
    columns = random.normal(size=(80, 2))
    found = logistic(columns.sum(axis=1) > 0, columns, ("one", "other"))
    assert "several variables together divide" in found.problem


@pytest.mark.parametrize(
    ("improved", "columns", "says"),
    [
        ([], np.empty((0, 1)), "No patient has everything"),
        ([True] * 8, np.arange(8.0)[:, np.newaxis], "all 8 improved"),
        ([False] * 8, np.arange(8.0)[:, np.newaxis], "none of 8 improved"),
        ([True, False], np.eye(2), "2 patients are too few for 2 variables"),
        ([True, False] * 4, np.ones((8, 1)), "one value only"),
        ([True, False] * 4, np.repeat(np.arange(8.0)[:, np.newaxis], 2, axis=1), "follows from the others"),
    ],
)
def test_stat_50_what_cannot_be_fitted_is_said(improved: list[bool], columns: Floats, says: str) -> None:
    found = logistic(np.array(improved, dtype=bool), columns, tuple("ab"[: columns.shape[1]]))
    assert found.terms == ()
    assert says in found.problem

"""The tests between two groups: by hand, by textbook, and against another package."""

import warnings

import numpy as np
import pytest
from scipy import stats

from outcomes.rules.differences import Floats
from outcomes.rules.group_tests import (
    CHI_SQUARED,
    FEW,
    FISHER,
    RANK_SUM,
    STUDENT,
    categories_differ,
    means_differ,
    ranks_differ,
)

SEEDS = range(12)


def points(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def test_stat_31_two_by_two_by_hand() -> None:
    found = categories_differ(np.array([[30, 20], [20, 30]]))
    assert found.name == CHI_SQUARED
    assert found.statistic == pytest.approx(4.0), "four cells, each 5 off 25; with a correction it would be 3.24"
    assert found.p == pytest.approx(0.0455003, abs=1e-7), "chi-squared of 4 is the normal tail of 2"


def test_stat_31_fishers_tea() -> None:
    found = categories_differ(np.array([[3, 1], [1, 3]]))
    assert (found.name, found.note) == (FISHER, "")
    assert found.p == pytest.approx(34 / 70), "1, 16, 36, 16, 1 of 70: all tables but the middle one"


@pytest.mark.parametrize(("table", "name"), [([[5, 45], [5, 45]], CHI_SQUARED), ([[5, 45], [4, 46]], FISHER)])
def test_stat_31_five_expected_are_enough_and_fewer_are_not(table: list[list[int]], name: str) -> None:
    assert categories_differ(np.array(table)).name == name


def test_stat_31_more_levels_with_few_are_judged_by_random_tables() -> None:
    found = categories_differ(np.array([[40, 30, 2], [35, 33, 1]]))
    assert (found.name, found.note) == (CHI_SQUARED, FEW)
    assert found.statistic == pytest.approx(stats.chi2_contingency([[40, 30, 2], [35, 33, 1]]).statistic)
    assert found == categories_differ(np.array([[40, 30, 2], [35, 33, 1]])), "the same tables every time"
    tiny = categories_differ(np.array([[2, 0, 0], [0, 1, 1]]))
    # of the six ways to choose two of four, those with {1, 2} and {3, 4} are as far apart as this
    assert tiny.p == pytest.approx(2 / 6, abs=0.02)


def test_stat_31_a_level_nobody_is_in_does_not_count() -> None:
    assert categories_differ(np.array([[30, 0, 20], [20, 0, 30]])) == categories_differ(
        np.array([[30, 20], [20, 30]])
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_stat_31_random_tables_agree_with_another_package(seed: int) -> None:
    random = np.random.default_rng(seed)
    many = random.integers(0, 30, (2, 5)) + 12
    theirs = stats.chi2_contingency(many, correction=False)
    assert categories_differ(many).p == pytest.approx(theirs.pvalue)
    few = random.integers(0, 4, (2, 2)) + np.array([[0, 1], [1, 0]])
    assert categories_differ(few).p == pytest.approx(stats.fisher_exact(few).pvalue)


@pytest.mark.parametrize(
    ("table", "note"),
    [([[0, 0], [3, 4]], "Nobody in one of the groups."), ([[3, 0], [4, 0]], "Everybody is in one level.")],
)
def test_stat_31_no_test_says_why(table: list[list[int]], note: str) -> None:
    found = categories_differ(np.array(table))
    assert (found.p, found.note) == (None, note)


def test_stat_31_a_large_table_with_a_rare_level_is_exact_too() -> None:
    found = categories_differ(np.array([[3, 60_000], [0, 40_000]]))
    assert found.name == FISHER
    assert found.p == pytest.approx(stats.fisher_exact([[3, 60_000], [0, 40_000]]).pvalue)


def test_stat_32_students_sleep_as_he_printed_them() -> None:
    one = points(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
    other = points(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
    found = means_differ(one, other)
    assert found.name == STUDENT
    assert found.statistic == pytest.approx(-1.8608, abs=5e-5)
    assert found.p == pytest.approx(0.07919, abs=5e-6), "pooled; with unequal variances it is 0.07939"


@pytest.mark.parametrize("seed", SEEDS)
def test_stat_32_random_groups_agree_with_another_package(seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.normal(50, 9, 40 + seed), random.normal(52, 14, 25)
    theirs = stats.ttest_ind(one, other)
    found = means_differ(one, other)
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))


def test_stat_32_no_test_says_why() -> None:
    assert means_differ(points(1), points(1, 2)).note == "Fewer than two values in a group."
    same = means_differ(points(5, 5), points(5, 5, 5))
    assert (same.p, same.note) == (None, "All values of a group are the same.")


def test_stat_33_by_hand() -> None:
    found = ranks_differ(points(1, 2, 3), points(4, 5, 6))
    assert found.name == RANK_SUM
    assert found.statistic == pytest.approx(-4 / 5.25**0.5), "ranks 6 of 10.5, less a half, over sqrt(3*3*7/12)"


def test_stat_33_equal_values_share_a_rank_and_narrow_the_spread() -> None:
    found = ranks_differ(points(5, 5, 5, 9), points(5, 10, 15, 20))
    # ranks 2.5 three times and 5 in the first group: 12.5 of 18; 4*4/12*(9 - 60/56) is the variance
    assert found.statistic == pytest.approx(-5.0 / (16 / 12 * (9 - 60 / 56)) ** 0.5)


@pytest.mark.parametrize("seed", SEEDS)
def test_stat_33_random_groups_agree_with_another_package(seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.poisson(3, 30 + seed) * 1.0, random.poisson(4, 45) * 1.0
    theirs = stats.mannwhitneyu(one, other, method="asymptotic", use_continuity=True)
    assert ranks_differ(one, other).p == pytest.approx(theirs.pvalue)


def test_stat_33_no_test_says_why_and_no_difference_is_no_difference() -> None:
    assert ranks_differ(points(), points(1)).note == "Nobody in one of the groups."
    assert ranks_differ(points(5, 5), points(5)).note == "All values are the same."
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ranks_differ(points(1, 2), points(1, 2)).p == 1
        assert ranks_differ(points(1), points(2)).p == pytest.approx(1)

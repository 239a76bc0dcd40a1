"""Differences of shares and means against published examples, hand computation and another package."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.api import OLS, add_constant
from statsmodels.stats.oneway import anova_oneway
from statsmodels.stats.proportion import confint_proportions_2indep

from outcomes.rules.differences import (
    difference_by_patient,
    mean_difference,
    repeats,
    share_difference,
    wilson,
)
from outcomes.rules.heterogeneity import means_differ, shares_differ

# Newcombe 1998, table II, method 10
PUBLISHED = (
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0000),
    ((10, 10), (0, 10), 0.6075, 1.0000),
)


@pytest.mark.parametrize(("one", "other", "low", "high"), PUBLISHED)
def test_stat_45_newcombes_published_examples(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    found = share_difference(one, other)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert found.value == one[0] / one[1] - other[0] / other[1]


def test_stat_45_agrees_with_another_package_and_turns_round() -> None:
    for one, other in (((93, 439), (104, 493)), ((1, 4), (3, 5)), ((136, 293), (1, 20))):
        found, turned = share_difference(one, other), share_difference(other, one)
        assert found is not None
        assert turned is not None
        theirs = confint_proportions_2indep(*one, *other, method="newcomb")
        assert (found.low, found.high) == pytest.approx(theirs, abs=1e-12)
        assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_stat_45_an_empty_group_has_no_difference() -> None:
    assert share_difference((0, 0), (3, 5)) is None
    assert share_difference((3, 5), (0, 0)) is None
    with pytest.raises(ValueError, match="not a proportion"):
        wilson(4, 3)


def test_stat_46_welch_by_hand() -> None:
    one, other = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 6.0])
    # variances 5/3 and 8: error² = 5/12 + 4 = 53/12; freedom = (53/12)² / ((5/12)²/3 + 4²/1)
    freedom = (53 / 12) ** 2 / ((5 / 12) ** 2 / 3 + 16)
    half = stats.t.ppf(0.975, freedom) * math.sqrt(53 / 12)
    found = mean_difference(one, other)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((-1.5, -1.5 - half, -1.5 + half))
    assert not found.excludes_none


def test_stat_46_agrees_with_another_package() -> None:
    random = np.random.default_rng(1)
    one, other = random.normal(-2, 7, 40), random.normal(1, 3, 31)
    found, theirs = mean_difference(one, other), stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    assert found is not None
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))


@pytest.mark.parametrize(
    ("one", "other"), [([1.0], [1.0, 2.0]), ([], []), ([2.0, 2.0], [2.0, 2.0]), ([1.0, 1.0], [3.0, 3.0])]
)
def test_stat_46_says_nothing_of_too_few_values_or_equal_ones(one: list[float], other: list[float]) -> None:
    assert mean_difference(np.array(one), np.array(other)) is None


def test_stat_47_by_patient_is_the_cluster_robust_regression() -> None:
    random = np.random.default_rng(2)
    of_one, of_other = np.arange(40), np.concatenate((np.arange(15), np.arange(15), np.arange(50, 60)))
    person = random.normal(0, 5, 60)
    one, other = person[of_one] + random.normal(0, 2, 40), person[of_other] + random.normal(1, 2, 40)
    found = difference_by_patient(one, other, of_one, of_other)
    assert found is not None
    design = add_constant(np.repeat([1.0, 0.0], 40))
    groups = np.concatenate((of_one, of_other))
    fit = OLS(np.concatenate((one, other)), design).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    many = len(np.unique(groups))
    half = stats.t.ppf(0.975, many - 1) * fit.bse[1] * math.sqrt(many / (many - 1))
    assert (found.value, found.high - found.value) == pytest.approx((fit.params[1], half))
    assert found.by_patient
    assert repeats(of_one, of_other)


def test_stat_47_the_same_values_of_the_same_patients_leave_nothing_to_judge_by() -> None:
    values, who = np.array([1.0, 4.0, 2.0]), np.arange(3)
    assert difference_by_patient(values, values, who, who) is None
    assert difference_by_patient(values[:1], values[1:2], who[:1], who[:1]) is None
    assert difference_by_patient(values[:0], values, who[:0], who) is None
    assert not repeats(np.array([1, 2]), np.array([3]))


def test_stat_48_is_chi_squared_where_every_group_is_large_enough() -> None:
    counts = [(20, 60), (35, 70), (40, 90)]
    found = shares_differ(counts)
    theirs = stats.chi2_contingency([[a, n - a] for a, n in counts], correction=False)
    assert found is not None
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert (found.random, found.groups) == (False, 3)


def test_stat_48_small_groups_are_tested_by_random_tables_close_to_the_exact_p() -> None:
    counts = [(1, 9), (6, 8)]
    found = shares_differ(counts)
    exact = stats.fisher_exact([[1, 8], [6, 2]]).pvalue
    assert found is not None
    assert found.random
    assert found.p == pytest.approx(exact, abs=0.01)
    assert found == shares_differ(counts), "the same tables every time"


def test_stat_48_the_boundary_is_an_expected_count_of_five() -> None:
    exactly = shares_differ([(5, 10), (5, 10)])
    below = shares_differ([(5, 9), (5, 10)])
    assert exactly is not None
    assert below is not None
    assert (exactly.random, below.random) == (False, True)


@pytest.mark.parametrize("counts", [[], [(3, 5)], [(0, 5), (0, 8)], [(5, 5), (8, 8)], [(2, 5), (0, 0)]])
def test_stat_48_nothing_to_test(counts: list[tuple[int, int]]) -> None:
    assert shares_differ(counts) is None


def test_stat_49_agrees_with_another_package() -> None:
    random = np.random.default_rng(3)
    groups = [random.normal(mean, spread, n) for mean, spread, n in ((0, 3, 12), (2, 8, 30), (1, 5, 25))]
    found, theirs = means_differ(groups), anova_oneway(groups, use_var="unequal", welch_correction=True)
    assert found is not None
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))


def test_stat_49_groups_without_spread_do_not_enter() -> None:
    one, other = np.array([1.0, 2.0, 4.0]), np.array([3.0, 3.0])
    assert means_differ([one, other]) is None
    found = means_differ([one, other, one + 1, np.array([7.0])])
    assert found is not None
    assert found.groups == 2

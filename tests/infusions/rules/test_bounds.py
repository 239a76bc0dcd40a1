"""The upper bound against figures that others published, and against exact fractions."""

from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest

from infusions.rules.bounds import RULE_OF_THREE, at_most, percent_at_most


@pytest.mark.parametrize(("count", "n"), [(0, 59), (1, 93), (2, 124), (3, 153), (4, 181), (5, 208)])
def test_aev_08_wilks_sample_sizes_are_the_first_with_a_bound_of_five_percent(count, n):
    """Wilks 1941, as in every table of 95/95 tolerance limits: 59, 93, 124, 153, 181, 208."""
    assert at_most(count, n) <= 0.05 < at_most(count, n - 1)


@pytest.mark.parametrize("n", [1, 2, 10, 30, 59, 300, 1034, 100_000])
def test_aev_08_none_of_n_is_the_closed_form(n):
    assert at_most(0, n) == pytest.approx(1 - 0.05 ** (1 / n), rel=1e-12)


def test_aev_08_none_of_1034_is_at_most_0_29_percent_as_by_the_rule_of_three():
    assert percent_at_most(0, 1034) == Decimal("0.29")
    assert round(Fraction(100 * RULE_OF_THREE, 1034), 2) == Fraction(29, 100)


@pytest.mark.parametrize(("count", "n"), [(1, 10), (2, 10), (5, 10), (3, 77), (40, 900)])
def test_aev_08_at_the_bound_so_few_are_seen_with_a_chance_of_five_percent(count, n):
    """Exact fractions, term by term: no logarithm, no float."""
    p = Fraction(at_most(count, n))
    chance = sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(count + 1))
    assert float(chance) == pytest.approx(0.05, rel=1e-9)


def test_aev_08_all_of_n_is_bounded_by_all():
    assert at_most(7, 7) == 1.0
    assert percent_at_most(7, 7) == 100


@pytest.mark.parametrize(("count", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_aev_08_what_is_no_proportion_has_no_bound(count, n):
    with pytest.raises(ValueError, match="is not a proportion"):
        at_most(count, n)

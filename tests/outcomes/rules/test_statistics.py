"""Exact where it can be, and equal to the reference where it cannot."""

from decimal import Decimal
from fractions import Fraction
from math import comb
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.rules import statistics as figures
from tests.outcomes.rules.shared_cohort import needs_shelf, paper_rows


@needs_shelf
def test_stat_01_the_interval_equals_the_reference_in_all_33_cells() -> None:
    for row in paper_rows():
        expected = (Decimal(row["cp95_lo"]), Decimal(row["cp95_hi"]))
        assert figures.percent_interval(int(row["n_mcid"]), int(row["n_table2"])) == expected


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_stat_01_each_bound_leaves_two_and_a_half_percent_in_its_tail(n: int) -> None:
    for count in range(n + 1):
        low, high = figures.exact_interval(count, n)
        if count > 0:
            tail = sum(comb(n, k) * low**k * (1 - low) ** (n - k) for k in range(count, n + 1))
            assert tail == pytest.approx(0.025, rel=1e-9)
        if count < n:
            tail = sum(comb(n, k) * high**k * (1 - high) ** (n - k) for k in range(count + 1))
            assert tail == pytest.approx(0.025, rel=1e-9)


def test_stat_01_none_and_all_reach_the_ends() -> None:
    assert figures.exact_interval(0, 1034)[0] == 0
    assert figures.exact_interval(1034, 1034)[1] == 1
    assert figures.exact_interval(0, 1034)[1] == pytest.approx(1 - 0.025 ** (1 / 1034), rel=1e-9)
    assert figures.exact_interval(0, 10, confidence=0.9)[1] == pytest.approx(1 - 0.05**0.1, rel=1e-9)


@pytest.mark.parametrize(("count", "n"), [(1, 0), (-1, 3), (4, 3)])
def test_stat_01_what_is_no_proportion_is_refused(count: int, n: int) -> None:
    with pytest.raises(ValueError, match="is not a proportion"):
        figures.exact_interval(count, n)


@pytest.mark.parametrize(
    ("count", "n", "printed"),
    [(1, 16, "6.3"), (93, 439, "21.2"), (1, 2000, "0.1"), (0, 9, "0.0"), (9, 9, "100.0")],
)
def test_stat_02_percentages_round_half_up_once(count: int, n: int, printed: str) -> None:
    assert str(figures.percent(count, n)) == printed


def test_stat_02_negative_halves_go_away_from_zero() -> None:
    assert figures.half_up(Fraction(-5, 100), 1) == Decimal("-0.1")
    assert figures.half_up(Decimal("0.25"), 1) == Decimal("0.3")


@given(st.lists(st.integers(-900, 900), min_size=2, max_size=50))
def test_stat_03_mean_and_sample_sd_equal_the_library(values: list[int]) -> None:
    found = figures.sums(values)
    assert found.mean == Fraction(mean(map(Fraction, values))) / 10
    assert float(found.sd) == pytest.approx(stdev(values) / 10, abs=1e-12)


def test_stat_03_too_few_values_are_refused() -> None:
    with pytest.raises(ValueError, match="no mean"):
        _ = figures.sums([]).mean
    with pytest.raises(ValueError, match="two values"):
        _ = figures.sums([3]).sd


def test_the_incomplete_beta_ends_at_zero_and_one() -> None:
    assert (figures.beta_cdf(0, 2, 3), figures.beta_cdf(1, 2, 3)) == (0.0, 1.0)


def test_the_incomplete_beta_says_when_it_does_not_converge() -> None:
    with pytest.raises(ArithmeticError, match="did not converge"):
        figures._continued_fraction(0.5, 10**12, 10**12)

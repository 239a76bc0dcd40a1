"""The interval of a mean: worked by hand, and against its own definition."""

from decimal import Decimal
from fractions import Fraction

import pytest

from outcomes.rules.mean_interval import mean_interval


def test_out_40_the_interval_of_a_mean_is_students() -> None:
    # n 4: t(3) = 3.182446; SD 2 / sqrt(4) = 1
    low, high = mean_interval(Fraction(10), Decimal(2), 4)
    assert low == pytest.approx(10 - 3.182446, abs=1e-6)
    assert high == pytest.approx(10 + 3.182446, abs=1e-6)


def test_out_40_two_values_are_enough_and_one_is_not() -> None:
    low, high = mean_interval(Fraction(0), Decimal(1), 2)
    assert high == pytest.approx(12.706205 / 2**0.5, abs=1e-6)
    assert low == -high
    with pytest.raises(ValueError, match="two values"):
        mean_interval(Fraction(0), Decimal(1), 1)


def test_out_40_equal_scores_have_no_width_and_many_come_near_the_normal() -> None:
    assert mean_interval(Fraction(-3), Decimal(0), 10) == (-3, -3)
    low, high = mean_interval(Fraction(0), Decimal(1), 1_000_000)
    assert (high - low) * 1000 == pytest.approx(2 * 1.959966, abs=1e-5)

"""Differences between two groups, of shares and of means, with their 95% intervals."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kitclinic.register import Rule
from outcomes.rules.distributions import NORMAL_95, t_quantile
from outcomes.rules.histories import Ints

Floats = NDArray[np.floating[Any]]

NEWCOMBE = Rule(
    "STAT-45",
    "A difference of two shares carries Newcombe's 95% interval, made from the Wilson score interval of each.",
    source="Newcombe 1998, Statistics in Medicine 17:873, method 10",
)
WELCH = Rule(
    "STAT-46",
    "A difference of two means carries Welch's 95% interval, which does not take the two variances as equal; each "
    "group needs two values.",
    source="Welch 1947",
)
SAME_PATIENTS = Rule(
    "STAT-47",
    "Where a patient is in both groups, or several times in one, the interval is made from each patient's total, "
    "so that nobody is taken for several people.",
    source="Zeger and Liang 1986; clinic default",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One group less the other; shares as proportions, means in points."""

    value: float
    low: float
    high: float
    by_patient: bool = False  # STAT-47

    @property
    def excludes_none(self) -> bool:
        """True when the interval does not hold 0."""
        return self.low > 0 or self.high < 0


def wilson(count: int, n: int) -> tuple[float, float]:
    """Return the Wilson score interval of count out of n; ValueError unless 0 <= count <= n and n > 0."""
    if n <= 0 or not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is not a proportion")
    share, z2 = count / n, NORMAL_95**2
    middle = share + z2 / (2 * n)
    spread = NORMAL_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if count == 0 else (middle - spread) / (1 + z2 / n)
    high = 1.0 if count == n else (middle + spread) / (1 + z2 / n)
    return low, high


def share_difference(one: tuple[int, int], other: tuple[int, int]) -> Difference | None:
    """Return the difference of two shares, each (count, n) (STAT-45); None while a group is empty."""
    if not one[1] or not other[1]:
        return None
    first, second = one[0] / one[1], other[0] / other[1]
    (low_1, high_1), (low_2, high_2) = wilson(*one), wilson(*other)
    value = first - second
    below = math.hypot(first - low_1, high_2 - second)
    above = math.hypot(high_1 - first, second - low_2)
    return Difference(value, value - below, value + above)


def mean_difference(one: Floats, other: Floats) -> Difference | None:
    """Return the difference of two means (STAT-46); None with fewer than two values or none that differ."""
    if len(one) < 2 or len(other) < 2:
        return None
    parts = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    error2 = parts[0] + parts[1]
    if error2 == 0:
        return None
    freedom = error2**2 / (parts[0] ** 2 / (len(one) - 1) + parts[1] ** 2 / (len(other) - 1))
    value = float(one.mean() - other.mean())
    half = t_quantile(freedom) * math.sqrt(error2)
    return Difference(value, value - half, value + half)


def difference_by_patient(one: Floats, other: Floats, of_one: Ints, of_other: Ints) -> Difference | None:
    """Return the difference of two means where patients repeat (STAT-47); a share is a mean of 0 and 1.

    of_one, of_other: whose each value is. None with fewer than two patients, or no spread to judge by.
    """
    if not len(one) or not len(other):
        return None
    who, place = np.unique(np.concatenate((of_one, of_other)), return_inverse=True)
    value = float(one.mean() - other.mean())
    parts = np.concatenate(((one - one.mean()) / len(one), -(other - other.mean()) / len(other)))
    totals = np.bincount(place, weights=parts, minlength=len(who))
    error2 = float((totals**2).sum())
    if len(who) < 2 or error2 == 0:
        return None
    error2 *= len(who) / (len(who) - 1)
    half = t_quantile(len(who) - 1) * math.sqrt(error2)
    return Difference(value, value - half, value + half, by_patient=True)


def repeats(of_one: Ints, of_other: Ints) -> bool:
    """True when a patient stands in both groups, or twice in one."""
    both = np.concatenate((of_one, of_other))
    return len(np.unique(both)) < len(both)

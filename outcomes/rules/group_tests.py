"""The tests the paper used between two groups of patients: chi-squared, t and rank-sum, with Fisher's for few.

A test that cannot be made says why in a sentence instead of a p.
"""

import math
from dataclasses import dataclass

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.differences import Floats
from outcomes.rules.distributions import normal_tails, t_tails
from outcomes.rules.heterogeneity import LEAST_EXPECTED, shares_differ
from outcomes.rules.histories import Ints

CATEGORIES = Rule(
    "STAT-31",
    "Categories of two groups are compared by Pearson's chi-squared without a continuity correction, over the "
    "levels somebody is in. Where fewer than 5 would be expected in a cell, two levels are compared by Fisher's "
    "exact test instead, and of more levels chi-squared is judged by random tables (STAT-48).",
    source="Tankha 2025, Statistical analysis (chi-squared); Cochran 1954; where few are expected: clinic default",
)
MEANS = Rule(
    "STAT-32",
    "Means of two groups are compared by Student's t test with the pooled variance, as it bears the plain name "
    "in the paper; each group needs two values.",
    source="Tankha 2025, Statistical analysis (t-test); pooled variance: clinic default",
)
RANKS = Rule(
    "STAT-33",
    "Infusion days and the Charlson index, which are skewed, are compared by Wilcoxon's rank-sum test: mid-ranks "
    "for equal values, the normal approximation with its correction for ties and for continuity.",
    source="Tankha 2025, Statistical analysis (Wilcoxon rank-sum); SAS NPAR1WAY default",
)

CHI_SQUARED = "chi-squared"
FISHER = "Fisher exact"
STUDENT = "t, pooled"
RANK_SUM = "Wilcoxon rank-sum"
FEW = "Fewer than 5 expected in a cell: P from random tables."


@dataclass(frozen=True, slots=True)
class Tested:
    """One test. name: of the test; p from 0 to 1, None where it could not be made, and note says why.

    statistic: chi-squared, t or z; nan for Fisher's. note: also what to beware of where there is a p.
    """

    name: str
    p: float | None
    statistic: float = math.nan
    note: str = ""


def categories_differ(table: Ints) -> Tested:
    """Compare counts, (2, levels), of two groups (STAT-31)."""
    counts = np.asarray(table, dtype=np.float64)
    counts = counts[:, counts.sum(axis=0) > 0]
    groups, levels = counts.sum(axis=1), counts.sum(axis=0)
    if not groups.all():
        return Tested(CHI_SQUARED, None, note="Nobody in one of the groups.")
    if counts.shape[1] < 2:
        return Tested(CHI_SQUARED, None, note="Everybody is in one level.")
    expected = groups[:, np.newaxis] * levels / groups.sum()
    if counts.shape[1] == 2 and (expected < LEAST_EXPECTED).any():
        return Tested(FISHER, _fisher(counts.astype(np.int64)))
    found = shares_differ([(int(one), int(of)) for one, of in zip(counts[0], levels, strict=True)])
    if found is None:
        raise ValueError("two groups of two levels can be tested")
    return Tested(CHI_SQUARED, found.p, found.statistic, FEW if found.random else "")


def _fisher(counts: Ints) -> float:
    """Return the two-sided p of a 2x2 table: all tables with its margins that are as likely as it or less."""
    (a, b), (c, d) = counts.tolist()
    row, column, n = a + b, a + c, a + b + c + d
    possible = range(max(0, row + column - n), min(row, column) + 1)
    whole = _log_choose(n, column)
    logs = [_log_choose(row, one) + _log_choose(n - row, column - one) - whole for one in possible]
    limit = logs[a - possible.start] + 1e-7  # the same table by another sum
    return min(1.0, sum(math.exp(one) for one in logs if one <= limit))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def means_differ(one: Floats, other: Floats) -> Tested:
    """Compare two means (STAT-32)."""
    n, m = len(one), len(other)
    if n < 2 or m < 2:
        return Tested(STUDENT, None, note="Fewer than two values in a group.")
    freedom = n + m - 2
    pooled = (float(one.var(ddof=1)) * (n - 1) + float(other.var(ddof=1)) * (m - 1)) / freedom
    if pooled == 0:
        return Tested(STUDENT, None, note="All values of a group are the same.")
    value = float(one.mean() - other.mean()) / math.sqrt(pooled * (1 / n + 1 / m))
    return Tested(STUDENT, t_tails(value, freedom), value)


def ranks_differ(one: Floats, other: Floats) -> Tested:
    """Compare two sets of values by their ranks (STAT-33)."""
    n, m = len(one), len(other)
    if not n or not m:
        return Tested(RANK_SUM, None, note="Nobody in one of the groups.")
    _, place, ties = np.unique(np.concatenate((one, other)), return_inverse=True, return_counts=True)
    if len(ties) < 2:
        return Tested(RANK_SUM, None, note="All values are the same.")
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[place]
    away = float(ranks[:n].sum()) - n * (n + m + 1) / 2
    total = n + m
    tied = float((ties.astype(np.float64) ** 3 - ties).sum()) / (total * (total - 1))
    spread = math.sqrt(n * m / 12 * (total + 1 - tied))
    value = math.copysign(max(abs(away) - 0.5, 0.0), away) / spread
    return Tested(RANK_SUM, normal_tails(value), value)

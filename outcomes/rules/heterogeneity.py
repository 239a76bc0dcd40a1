"""Whether several groups differ at all, by one test for shares and one for means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.differences import Floats
from outcomes.rules.distributions import chi_squared_tail, f_tail
from outcomes.rules.histories import Ints

LEAST_EXPECTED = 5  # STAT-48
TABLES, SEED = 10_000, 48  # STAT-48

SHARES = Rule(
    "STAT-48",
    "Whether the share improved differs among groups is tested by chi-squared; where fewer than 5 would be "
    "expected anywhere, by 10,000 random tables with the same margins, the same ones every time.",
    source="Pearson 1900; Patefield 1981; clinic default",
)
MEANS = Rule(
    "STAT-49",
    "Whether the mean change differs among groups is tested by Welch's one-way analysis, which does not take the "
    "variances as equal; a group needs two values that differ.",
    source="Welch 1951",
)


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """One test over several groups. groups: that entered it; random: by random tables; p from 0 to 1."""

    p: float
    groups: int
    statistic: float
    random: bool = False


def shares_differ(counts: Sequence[tuple[int, int]]) -> Heterogeneity | None:
    """Test whether shares, each (count, n), differ (STAT-48); None unless two groups and both answers occur."""
    n = np.array([size for _, size in counts if size], dtype=np.int64)
    improved = np.array([count for count, size in counts if size], dtype=np.int64)
    total, many = int(n.sum()), len(n)
    better = int(improved.sum())
    if many < 2 or not 0 < better < total:
        return None
    found = float(_chi_squared(improved, n, better))
    if min(better, total - better) * int(n.min()) >= LEAST_EXPECTED * total:
        return Heterogeneity(chi_squared_tail(found, many - 1), many, found)
    drawn = np.random.default_rng(SEED).multivariate_hypergeometric(n, better, size=TABLES, method="marginals")
    as_far = int(np.count_nonzero(_chi_squared(drawn, n, better) >= found - 1e-9))
    return Heterogeneity((as_far + 1) / (TABLES + 1), many, found, random=True)


def _chi_squared(improved: Ints, n: Ints, better: int) -> Floats:
    """Return chi-squared of one table or many; improved: (..., groups)."""
    total = n.sum()
    expected = n * better / total
    found: Floats = ((improved - expected) ** 2 / expected * total / (total - better)).sum(axis=-1)
    return found


def means_differ(groups: Sequence[Floats]) -> Heterogeneity | None:
    """Test whether means differ (STAT-49); None unless two groups have two values that differ."""
    usable = [values for values in groups if len(values) > 1 and values.var(ddof=1) > 0]
    many = len(usable)
    if many < 2:
        return None
    n = np.array([len(values) for values in usable])
    weight = n / np.array([values.var(ddof=1) for values in usable])
    mean = np.array([values.mean() for values in usable])
    centre = (weight * mean).sum() / weight.sum()
    lack = float((((1 - weight / weight.sum()) ** 2) / (n - 1)).sum())
    above = float((weight * (mean - centre) ** 2).sum()) / (many - 1)
    statistic = above / (1 + 2 * (many - 2) / (many**2 - 1) * lack)
    return Heterogeneity(f_tail(statistic, many - 1, (many**2 - 1) / (3 * lack)), many, statistic)

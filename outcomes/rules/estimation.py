"""From answers to theta: expected a posteriori on the grid, and the table of a short form's sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.irt import GRID, Bank, Floats, curves_of
from outcomes.rules.rounding import half_up_integer

EAP = Rule(
    "CAT-07",
    "Theta is the mean of the posterior on the grid with a normal prior of mean 0 and SD 1; its SE is the "
    "posterior SD.",
    source="Bock and Mislevy 1982; MTBfx; CHOIR",
)
FLAT_PRIOR = Rule(
    "CAT-08",
    "The normal prior pulls severe scores 0.6-0.9 T towards 50; a score with a flat prior may be shown beside "
    "the score and never replaces it.",
    source="our simulation, 2000 simulees a bank",
)
SUM_TABLE = Rule(
    "CAT-09",
    "A short form's table is recomputed from the parameters by the Lord-Wingersky recursion and EAP for each sum.",
    source="Thissen 1995; Lord and Wingersky 1984",
)
SCALE = Rule(
    "CAT-10",
    "T = 50 + 10 theta, rounded half up to 0.1 once, from the unrounded theta; a demonstration score is "
    "50 + 12.5 theta (0-100) and is never called T.",
    source="MTBfx; CHOIR; demonstration scale our rule",
)

LOG_PRIOR: Floats = -(GRID**2) / 2  # up to a constant, which every posterior loses again
LOG_FLAT: Floats = np.zeros(GRID.size)
for _array in (LOG_PRIOR, LOG_FLAT):
    _array.setflags(write=False)


@dataclass(frozen=True, slots=True)
class Estimate:
    """theta and se in SDs of the calibration sample, unrounded; answered: how many items were scored."""

    theta: float
    se: float
    answered: int


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale: score = offset + slope · theta. name: what the score is called."""

    name: str
    offset: Fraction
    slope: Fraction

    def tenths(self, theta: float) -> int:
        """Return the score in whole tenths, half up, exactly from the float's value. ValueError for NaN."""
        return half_up_integer((self.offset + self.slope * Fraction(theta)) * 10)

    def se_tenths(self, se: float) -> int:
        """Return a standard error in tenths of the scale's points, half up."""
        return half_up_integer(abs(self.slope) * Fraction(se) * 10)


T_SCALE = Scale("T", Fraction(50), Fraction(10))
DEMONSTRATION_SCALE = Scale("demonstration score", Fraction(50), Fraction(25, 2))


@dataclass(frozen=True, slots=True)
class SumScore:
    """One row of a short form's table. raw: sum of the categories from 1; t, se: in tenths of the scale.

    theta, theta_se: unrounded.
    """

    raw: int
    t: int
    se: int
    theta: float
    theta_se: float


def t_score(theta: float) -> int:
    """Return the T-score in tenths: theta 0.123 -> 512 (CAT-10)."""
    return T_SCALE.tenths(theta)


def normalised(log_posterior: Floats) -> Floats:
    """Return weights that sum to 1 from logarithms along the last axis; no answer pattern underflows."""
    weights = np.exp(log_posterior - log_posterior.max(axis=-1, keepdims=True))
    shares: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def mean_and_sd(posterior: Floats) -> tuple[float, float]:
    """Return theta and its SE from one posterior of 81 weights (CAT-07)."""
    theta = float(posterior @ GRID)
    return theta, float(np.sqrt(posterior @ (GRID - theta) ** 2))


def estimate(bank: Bank, answers: Mapping[str, int], *, flat: bool = False) -> Estimate:
    """Return the pattern score of any answers: item id -> category 1..K; none give the prior.

    flat: weigh every grid point alike instead of by the normal prior (CAT-08).
    Raises KeyError for an item that is not in the bank, ValueError for a category it does not have.
    """
    curves = curves_of(bank)
    log_posterior = (LOG_FLAT if flat else LOG_PRIOR).copy()
    for item_id, category in answers.items():
        check_category(bank, item_id, category)
        log_posterior += curves.log_probability[curves.place[item_id]][category - 1]
    theta, se = mean_and_sd(normalised(log_posterior))
    return Estimate(theta, se, len(answers))


def check_category(bank: Bank, item_id: str, category: int) -> None:
    """Raise KeyError for an item that is not in the bank, ValueError for a category it does not have."""
    categories = bank.item(item_id).categories
    if isinstance(category, bool) or not isinstance(category, int) or not 1 <= category <= categories:
        raise ValueError(f"{category!r} is not a category of item {item_id} (1 to {categories})")


def eap_sum_table(
    bank: Bank, item_ids: Sequence[str], *, scale: Scale = T_SCALE, flat: bool = False
) -> tuple[SumScore, ...]:
    """Return the score of every sum of a complete short form, from all 1s to all K (CAT-09).

    Raises KeyError for an item that is not in the bank, ValueError for no items or one named twice.
    """
    if not item_ids or len(set(item_ids)) != len(item_ids):
        raise ValueError("a short form needs items, each of them once")
    curves = curves_of(bank)
    sums = np.zeros((1, GRID.size))  # ln P(sum | theta), counted from the lowest sum
    for item_id in item_ids:
        table = curves.log_probability[curves.place[item_id]]
        longer = np.full((len(sums) + len(table) - 1, GRID.size), -np.inf)
        for extra, row in enumerate(table):
            part = longer[extra : extra + len(sums)]
            np.logaddexp(part, sums + row, out=part)
        sums = longer
    posteriors = normalised(sums + (LOG_FLAT if flat else LOG_PRIOR))
    rows = []
    for raw, posterior in enumerate(posteriors, start=len(item_ids)):
        theta, se = mean_and_sd(posterior)
        rows.append(SumScore(raw, scale.tenths(theta), scale.se_tenths(se), theta, se))
    return tuple(rows)

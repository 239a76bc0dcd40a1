"""Inverse-probability weights: answers of patients of a kind that seldom answers count for more.

The weighted figures are right for everybody due only if answering depends on nothing but the variables of the
model: missing at random, given them. That cannot be checked from the answers; the tipping point asks how much it
matters (``outcomes.rules.tipping``).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.counted import MISSING, Counted
from outcomes.rules.differences import Floats
from outcomes.rules.distributions import t_quantile
from outcomes.rules.histories import Ints, Mask
from outcomes.rules.logistic import Model, logistic
from outcomes.rules.predictors import Variable
from outcomes.rules.tallies import Changes, closed
from outcomes.rules.windows import BASELINE

FEWEST_ROWS = 10  # STAT-38, answered, and not answered
CUT_SHARES = (0.01, 0.99)  # STAT-37

ANSWERING = Rule(
    "STAT-36",
    "Whether a patient with a baseline of the measure answered it in the window is modelled by logistic "
    "regression on age, sex, race, Charlson index, completed infusion days and the baseline score. A variable "
    "that fewer than half of them have is left out and named. Patients who lack one of the others, or stand in a "
    "level of fewer than 10, are left out and counted.",
    source="Seaman and White 2013; clinic default",
)
WEIGHTS = Rule(
    "STAT-37",
    "A weight is the share that answered divided by the patient's own chance of answering (stabilised), cut at "
    "the 1st and the 99th percentile of those who answered. Beside it stands how many patients the weighted "
    "answers are worth: the square of the sum of the weights over the sum of their squares.",
    source="Cole and Hernán 2008; Kish 1965",
)
NOT_WEIGHTED = Rule(
    "STAT-38",
    "Nothing is weighted with fewer than 10 who answered or 10 who did not, or where a variable tells without "
    "exception who answers. The page says so.",
    source="clinic default",
)
ROBUST = Rule(
    "STAT-39",
    "Weighted figures carry a robust 95% interval with the weights taken as known, made from each patient's "
    "total, by Student's t with one less than the patients; that of a share is made on its log odds.",
    source="Huber 1967; Robins, Rotnitzky and Zhao 1995",
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95% interval, None where there is no spread to judge by. n: rows; patients behind them."""

    value: float
    low: float | None
    high: float | None
    n: int
    patients: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Share improved, from 0 to 1, and mean change in points, of the same rows."""

    share: Estimate
    change: Estimate

    @property
    def n(self) -> int:
        return self.share.n


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One measure in one window, over all rows. due: window closed and baseline counts; answered: of these.

    closed: rows whose window had closed.
    """

    closed: Mask
    due: Mask
    answered: Mask

    @property
    def missing(self) -> Mask:
        found: Mask = self.due & ~self.answered
        return found


@dataclass(frozen=True, slots=True)
class Weighted:
    """The weighting of one measure in one window.

    paired: figures of every pair whose window had closed; same, weighted: of the rows that entered, None where
    problem says why. entered, answered: rows in the model; worth: how many the weighted answers are worth.
    smallest, largest: weights after they were cut. unused: variables left out of the model.
    """

    due: int
    entered: int
    answered: int
    paired: Figures | None
    same: Figures | None = None
    weighted: Figures | None = None
    worth: float = math.nan
    smallest: float = math.nan
    largest: float = math.nan
    model: Model | None = None
    unused: tuple[str, ...] = ()
    problem: str = ""

    @property
    def left_out(self) -> int:
        return self.due - self.entered

    @property
    def rows(self) -> tuple[Figures | None, Figures | None, Figures | None]:
        """As answered, of the rows in the model, and these weighted."""
        return self.paired, self.same, self.weighted


def asked_of(counted: Counted, pairs: Changes, place: int, window: str) -> Asked:
    """Return who was due and who answered. place: of the measure in ``measures()``."""
    over = closed(counted, window)
    due = over & (counted.column(BASELINE)[:, place] != MISSING)
    return Asked(over, due, due & pairs.paired[:, place])


def weigh(asked: Asked, improved: Mask, change: Floats, given: Sequence[Variable], of: Ints) -> Weighted:
    """Return figures as they are and weighted (STAT-36 to STAT-39). change: points; of: whose each row is."""
    due = int(np.count_nonzero(asked.due))
    paired = figures(improved, change, asked.answered, of)
    used = [one for one in given if one.names and np.count_nonzero(one.known & asked.due) * 2 >= due]
    enters = asked.due.copy()
    for one in used:
        enters &= one.known
    varied = [one for one in used if enters.any() and (one.columns[enters].std(axis=0) > 0).all()]
    unused = tuple(one.label.partition(",")[0] for one in given if one not in varied)
    answered = asked.answered & enters
    n, m = int(np.count_nonzero(enters)), int(np.count_nonzero(answered))
    told = Weighted(due, n, m, paired, unused=unused)
    problem = _problem(told)
    if problem or not varied:
        return _refused(told, problem or NOTHING_VARIES)
    columns = np.concatenate([one.columns[enters] for one in varied], axis=1)
    model = logistic(
        asked.answered[enters], columns, [name for one in varied for name in one.names], of=of[enters]
    )
    if model.problem:
        return _refused(told, _why(columns, len(np.unique(of[enters]))))
    odds = model.intercept + columns @ np.array([term.coefficient for term in model.terms])
    weights = stabilised((1 / (1 + np.exp(-odds)))[asked.answered[enters]], m / n)
    return Weighted(
        due,
        n,
        m,
        paired,
        same=figures(improved, change, answered, of),
        weighted=figures(improved, change, answered, of, weights=weights),
        worth=worth(weights),
        smallest=float(weights.min()),
        largest=float(weights.max()),
        model=model,
        unused=unused,
    )


NOTHING_VARIES = "Not weighted: all who were due are alike in every variable that is known of them."


def _refused(told: Weighted, problem: str) -> Weighted:
    return Weighted(told.due, told.entered, told.answered, told.paired, unused=told.unused, problem=problem)


def _problem(told: Weighted) -> str:
    """Say why nothing is weighted at all (STAT-38); "" when it can be tried."""
    silent = told.entered - told.answered
    if not told.due:
        return "Nobody whose window had closed by this day has a baseline of this measure."
    if not told.entered:
        return "Not weighted: nobody who was due has every variable of the model."
    if not told.answered:
        return f"Not weighted: none of {told.entered} answered."
    if not silent:
        return f"Not weighted: all {told.entered} answered, so that nobody is missing."
    if min(told.answered, silent) < FEWEST_ROWS:
        return (
            f"Not weighted: {told.answered} answered and {silent} did not; it takes {FEWEST_ROWS} of each to "
            "estimate the chance of answering."
        )
    return ""


def _why(columns: Floats, patients: int) -> str:
    """Say why the model of answering could not be fitted (STAT-38)."""
    many = columns.shape[1]
    if patients <= many + 1:
        return f"Not weighted: {patients} patients are too few for {many} variables."
    if np.linalg.matrix_rank((columns - columns.mean(axis=0)) / columns.std(axis=0)) < many:
        return "Not weighted: one variable follows from the others."
    return (
        "Not weighted: the variables tell without exception who answered and who did not, so that nobody who "
        "answered can stand for those who did not."
    )


def stabilised(chance: Floats, share: float) -> Floats:
    """Return the weight of each who answered, cut at both ends (STAT-37). chance: of answering, from 0 to 1."""
    weights = share / chance
    low, high = np.quantile(weights, CUT_SHARES)
    found: Floats = np.clip(weights, low, high)
    return found


def worth(weights: Floats) -> float:
    """Return how many equally weighted answers tell as much (STAT-37)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def figures(
    improved: Mask, change: Floats, rows: Mask, of: Ints, *, weights: Floats | None = None
) -> Figures | None:
    """Return share and mean of the rows, None without any. weights: one for each of them, 1 unless given."""
    if not rows.any():
        return None
    each = np.ones(int(np.count_nonzero(rows))) if weights is None else weights
    better = mean_of(improved[rows] * 1.0, each, of[rows])
    return Figures(_of_share(better), mean_of(change[rows], each, of[rows]))


def mean_of(values: Floats, weights: Floats, of: Ints) -> Estimate:
    """Return a weighted mean with its robust interval (STAT-39)."""
    mean = float((weights * values).sum() / weights.sum())
    who, place = np.unique(of, return_inverse=True)
    groups, n = len(who), len(values)
    totals = np.bincount(place, weights=weights * (values - mean) / weights.sum())
    error2 = float((totals**2).sum())
    if groups < 2 or error2 == 0:
        return Estimate(mean, None, None, n, groups)
    half = t_quantile(groups - 1) * math.sqrt(error2 * groups / (groups - 1))
    return Estimate(mean, mean - half, mean + half, n, groups)


def _of_share(found: Estimate) -> Estimate:
    """Return a share with its interval made on the log odds, so that it stays between 0 and 1 (STAT-39)."""
    if found.low is None or not 0 < found.value < 1:
        return Estimate(found.value, None, None, found.n, found.patients)
    half = (found.value - found.low) / (found.value * (1 - found.value))
    middle = math.log(found.value / (1 - found.value))
    low, high = (1 / (1 + math.exp(-end)) for end in (middle - half, middle + half))
    return Estimate(found.value, low, high, found.n, found.patients)

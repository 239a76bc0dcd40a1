"""Logistic regression by maximum likelihood, with intervals, or a sentence why it cannot be fitted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kitclinic.register import Rule
from outcomes.rules.differences import Floats
from outcomes.rules.distributions import NORMAL_95, normal_tails
from outcomes.rules.histories import Ints, Mask

STEPS = 25  # STAT-50, of Newton's method; a model that can be fitted needs about six
SMALL_STEP = 1e-8  # STAT-50, the largest change of a coefficient in standard units that counts as none
EVENTS_PER_VARIABLE = 10  # STAT-51

LOGISTIC = Rule(
    "STAT-50",
    "Odds ratios come from logistic regression by maximum likelihood with Wald 95% intervals; where patients "
    "repeat, the errors are made from each patient's total.",
    source="Hosmer and Lemeshow 2000; Zeger and Liang 1986",
)
EVENTS = Rule(
    "STAT-51",
    "A model with fewer than 10 improved, or 10 not improved, for each of its variables carries a warning.",
    source="Peduzzi 1996",
)
SEPARATION = Rule(
    "STAT-52",
    "No odds ratio is printed where a variable, or several together, divide improved from not improved without "
    "exception: it would be infinite. The page says so.",
    source="Albert and Anderson 1984",
)


@dataclass(frozen=True, slots=True)
class OddsRatio:
    """One term: odds ratio with its interval, p from 0 to 1. coefficient, error: in log odds."""

    name: str
    coefficient: float
    error: float

    @property
    def ratio(self) -> float:
        return math.exp(self.coefficient)

    @property
    def low(self) -> float:
        return math.exp(self.coefficient - NORMAL_95 * self.error)

    @property
    def high(self) -> float:
        return math.exp(self.coefficient + NORMAL_95 * self.error)

    @property
    def p(self) -> float:
        return normal_tails(self.coefficient / self.error)


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model. terms: without the intercept. problem: why there are none, in a sentence."""

    n: int
    improved: int
    terms: tuple[OddsRatio, ...]
    intercept: float = 0.0
    problem: str = ""

    @property
    def fewer(self) -> int:
        """Improved or not improved, whichever are fewer."""
        return min(self.improved, self.n - self.improved)

    @property
    def per_variable(self) -> float:
        """Events for each variable (STAT-51); infinite without terms."""
        return self.fewer / len(self.terms) if self.terms else math.inf

    @property
    def is_thin(self) -> bool:
        """True when the model carries a warning (STAT-51)."""
        return self.per_variable < EVENTS_PER_VARIABLE


def logistic(improved: Mask, columns: Floats, names: Sequence[str], *, of: Ints | None = None) -> Model:
    """Fit improved on columns, (n, terms), with an intercept (STAT-50, STAT-52). names: one for each column.

    of: whose each row is, where patients may repeat.
    """
    n, better = len(improved), int(np.count_nonzero(improved))
    patients = n if of is None else len(np.unique(of))
    problem = _problem(n, better, columns, patients)
    if problem:
        return Model(n, better, (), problem=problem)
    middle, scale = columns.mean(axis=0), columns.std(axis=0)
    design = np.column_stack((np.ones(n), (columns - middle) / scale))
    beta, information, ended = _newton(design, improved * 1.0)
    if not ended:
        return Model(n, better, (), problem=_separated(improved, columns, names))
    spread = np.linalg.inv(information)
    if of is not None and patients < n:
        spread = _by_patient(design, improved, beta, spread, of)
    found = beta[1:] / scale
    errors = np.sqrt(np.diag(spread)[1:]) / scale
    terms = tuple(OddsRatio(*each) for each in zip(names, map(float, found), map(float, errors), strict=True))
    return Model(n, better, terms, intercept=float(beta[0] - (found * middle).sum()))


def _problem(n: int, better: int, columns: Floats, patients: int) -> str:
    """Say why nothing can be fitted at all; "" when it can be tried."""
    if n == 0:
        return "No patient has everything that this model needs."
    if better == 0:
        return f"Not fitted: none of {n} improved."
    if better == n:
        return f"Not fitted: all {n} improved."
    many = columns.shape[1] + 1
    if patients <= many:
        return f"Not fitted: {patients} patients are too few for {many - 1} variables."
    if (columns.std(axis=0) == 0).any():
        return "Not fitted: a variable has one value only."
    standard = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    if np.linalg.matrix_rank(standard) < many - 1:
        return "Not fitted: one variable follows from the others."
    return ""


def _newton(design: Floats, answer: Floats) -> tuple[Floats, Floats, bool]:
    """Return coefficients, information and whether the steps came to an end."""
    beta = np.zeros(design.shape[1])
    information = np.eye(len(beta))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -500, 500)))
        information = (design * (chance * (1 - chance))[:, np.newaxis]).T @ design
        if np.linalg.cond(information) > 1e12:
            return beta, information, False
        step = np.linalg.solve(information, design.T @ (answer - chance))
        while _likelihood(design @ (beta + step), answer) < _likelihood(design @ beta, answer) - SMALL_STEP:
            step = step / 2
        beta = beta + step
        if np.abs(step).max() < SMALL_STEP:
            return beta, information, True
    return beta, information, False


def _likelihood(odds: Floats, answer: Floats) -> float:
    """Return the log likelihood. odds: log odds of each row."""
    return float((answer * odds - np.logaddexp(0, odds)).sum())


def _by_patient(design: Floats, improved: Mask, beta: Floats, spread: Floats, of: Ints) -> Floats:
    """Return the spread of the coefficients from each patient's total of the score."""
    chance = 1 / (1 + np.exp(-design @ beta))
    who, place = np.unique(of, return_inverse=True)
    totals = np.zeros((len(who), design.shape[1]))
    np.add.at(totals, place, design * (improved - chance)[:, np.newaxis])
    n, many, groups = len(of), design.shape[1], len(who)
    factor = groups / (groups - 1) * (n - 1) / (n - many)
    found: NDArray[np.float64] = spread @ (totals.T @ totals) @ spread * factor
    return found


def _separated(improved: Mask, columns: Floats, names: Sequence[str]) -> str:
    """Name the variables that divide improved from not improved by themselves (STAT-52)."""
    alone = []
    for place, name in enumerate(names):
        better, rest = columns[improved, place], columns[~improved, place]
        if better.min() >= rest.max() or better.max() <= rest.min() or _one_sided(columns[:, place], improved):
            alone.append(name)
    if alone:
        return (
            f"Not fitted: {', '.join(alone)} divides improved from not improved without exception, so that its "
            "odds ratio would be infinite."
        )
    return (
        "Not fitted: several variables together divide improved from not improved without exception, so that "
        "their odds ratios would be infinite."
    )


def _one_sided(column: Floats, improved: Mask) -> bool:
    """True for a yes-or-no variable of which one side all improved, or none."""
    values = np.unique(column)
    return len(values) == 2 and any(len(np.unique(improved[column == value])) == 1 for value in values)

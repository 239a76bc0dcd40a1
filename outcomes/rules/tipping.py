"""Tipping point: how much worse those who did not answer would have to be for a finding to fall.

Changes are gains in points: positive means better, whatever the direction of the measure.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.differences import Floats
from outcomes.rules.distributions import t_quantile
from outcomes.rules.group_words import signed
from outcomes.rules.histories import Ints, Mask
from outcomes.rules.rounding import half_up_float
from outcomes.rules.statistics import percent, percent_interval

STEPS_OF_MCID = 5  # STAT-41
FURTHEST_MCIDS = 2  # STAT-41
ROUNDS = 80  # halvings of an interval, down to the last bit

DELTA = Rule(
    "STAT-40",
    "The mean gain of those who did not answer is taken to be that of those who did, less delta. The mean of all "
    "who were due is then the mean of the answers less delta times the share that did not answer; its interval "
    "holds the spread of the answers and, growing with delta, that of the share, from each patient's total.",
    source="Little and Rubin 2019; Carpenter and Kenward 2013 (delta adjustment)",
)
SERIES = Rule(
    "STAT-41",
    "Delta is shown from 0, where those who did not answer are like those who did (missing at random), to twice "
    "the MCID in steps of a fifth of it, and at the tipping points between: where the interval first holds 0, and "
    "where the mean is 0. Where the answers are clearly worse than before, delta goes the other way.",
    source="clinic default",
)
BOUNDS = Rule(
    "STAT-42",
    "The share improved is bounded by none and by all of those who did not answer having improved, each bound "
    "with its exact interval.",
    source="Manski 1990 (bounds without assumptions)",
)


@dataclass(frozen=True, slots=True)
class At:
    """The mean gain of all who were due under one delta, in points, with its 95% interval."""

    delta: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bound:
    """One scenario of the share improved: count of n, percent and exact interval."""

    label: str
    count: int
    n: int

    @property
    def percent(self) -> Decimal:
        return percent(self.count, self.n)

    @property
    def interval(self) -> tuple[Decimal, Decimal]:
        return percent_interval(self.count, self.n)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the interval is made of: variance of the mean of the answers, of the share missing, and between."""

    of_mean: float
    of_share: float
    between: float
    quantile: float


@dataclass(frozen=True)
class Tipping:
    """One measure in one window. answered, missing: rows of those due; mean: gain of the answers in points.

    problem: why there is no interval, in a sentence; then there are no tipping points.
    """

    answered: int
    missing: int
    improved: int
    mean: float
    mcid: float
    parts: Parts | None
    problem: str = ""

    @property
    def due(self) -> int:
        return self.answered + self.missing

    @property
    def share_missing(self) -> float:
        return self.missing / self.due

    def at(self, delta: float) -> At:
        """Return the mean gain of all under a delta (STAT-40); ValueError without an interval."""
        if self.parts is None:
            raise ValueError(self.problem)
        parts, mean = self.parts, self.mean - delta * self.share_missing
        variance = parts.of_mean + 2 * delta * parts.between + delta**2 * parts.of_share
        half = parts.quantile * math.sqrt(max(variance, 0.0))
        return At(delta, mean, mean - half, mean + half)

    @property
    def stands(self) -> bool:
        """Whether the interval of the answers alone excludes 0."""
        if self.parts is None:
            return False
        alone = self.at(0)
        return alone.low > 0 or alone.high < 0

    @cached_property
    def to_zero(self) -> float | None:
        """The delta at which the mean of all is 0; None if nobody is missing; negative where they got worse."""
        return self.mean / self.share_missing if self.parts and self.missing else None

    @cached_property
    def to_doubt(self) -> float | None:
        """The delta nearest to 0 at which the interval holds 0; None if it holds it at 0, or nobody is missing."""
        if not self.stands or self.to_zero is None:
            return None
        inside, outside = self.to_zero, 0.0
        for _ in range(ROUNDS):
            middle = (inside + outside) / 2
            here = self.at(middle)
            if here.low <= 0 <= here.high:
                inside = middle
            else:
                outside = middle
        return inside

    @property
    def series(self) -> tuple[At, ...]:
        """The mean gain under growing deltas (STAT-41); none without an interval or with nobody missing."""
        if self.parts is None or not self.missing:
            return ()
        way = -1 if self.stands and self.mean < 0 else 1
        steps = {step * self.mcid / STEPS_OF_MCID for step in range(FURTHEST_MCIDS * STEPS_OF_MCID + 1)}
        turns = {way * one for one in (self.to_doubt, self.to_zero) if one is not None}
        steps |= {one for one in turns if 0 < one <= FURTHEST_MCIDS * self.mcid}
        return tuple(self.at(way * one) for one in sorted(steps))

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The share improved in the two extremes and among the answers (STAT-42); none without an answer."""
        if not self.answered:
            return ()
        return (
            Bound("If none of those who did not answer improved", self.improved, self.due),
            Bound("Those who answered", self.improved, self.answered),
            Bound("If all of those who did not answer improved", self.improved + self.missing, self.due),
        )


def tipping(gain: Floats, improved: Mask, answered: Mask, missing: Mask, of: Ints, *, mcid: float) -> Tipping:
    """Return the tipping points of one measure in one window (STAT-40).

    gain: points, read where answered; of: whose each row is. answered, missing: rows, in none both. mcid: points.
    """
    n, m = int(np.count_nonzero(answered)), int(np.count_nonzero(missing))
    better = int(np.count_nonzero(improved & answered))
    mean = float(gain[answered].mean()) if n else math.nan
    problem = _problem(gain[answered], of[answered])
    parts = None if problem else _parts(gain, answered, missing, of)
    return Tipping(n, m, better, mean, mcid, parts, problem)


def _problem(gain: Floats, of: Ints) -> str:
    if not len(gain):
        return "Nobody who was due answered, so that there is no mean to start from."
    if len(np.unique(of)) < 2:
        return "One patient answered: there is no spread to judge by."
    if gain.min() == gain.max():
        return "All who answered changed by the same: there is no spread to judge by."
    return ""


def _parts(gain: Floats, answered: Mask, missing: Mask, of: Ints) -> Parts:
    """Return the variances from each patient's total of what a row adds to the mean and to the share."""
    due = answered | missing
    who, place = np.unique(of[due], return_inverse=True)
    away = np.where(answered, gain - gain[answered].mean(), 0.0)[due] / np.count_nonzero(answered)
    share = np.count_nonzero(missing) / np.count_nonzero(due)
    absent = (missing[due] - share) / np.count_nonzero(due)
    totals, absences = (np.bincount(place, weights=part, minlength=len(who)) for part in (away, absent))
    replied = len(np.unique(of[answered]))
    of_mean = float((totals**2).sum()) * replied / (replied - 1)
    of_share = float((absences**2).sum()) * len(who) / (len(who) - 1)
    between = -float((totals * absences).sum()) * len(who) / (len(who) - 1)
    return Parts(of_mean, of_share, between, t_quantile(replied - 1))


def said(found: Tipping) -> str:
    """Say in one or two sentences what it would take for the finding to fall."""
    if found.problem:
        return found.problem
    alone = found.at(0)
    middle, low, high = (signed(half_up_float(one, 1)) for one in (alone.mean, alone.low, alone.high))
    first = f"Those who answered gained {middle} points on average ({low} to {high}; above 0 is better)."
    if not found.missing:
        return f"{first} All {found.due} who were due answered, so that nobody is missing."
    if found.to_doubt is None or found.to_zero is None:
        return f"{first} The interval holds 0 already, whatever happened to the others."
    worse = "less" if found.mean > 0 else "more"
    doubt, zero = (half_up_float(abs(one), 1) for one in (found.to_doubt, found.to_zero))
    return (
        f"{first} The change is no longer clear once the {found.missing} who did not answer gained {doubt} points "
        f"{worse} than that, and is 0 at {zero} points {worse}."
    )

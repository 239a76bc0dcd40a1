"""How much of what a cohort shows is more than chance: reliable change, and what noise alone would give.

One measure at one window. What one person's two scores allow to be said is ``outcomes.rules.reliable``; a test
holds both equal.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import erfc, sqrt

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.counted import COLUMNS, Counted
from outcomes.rules.histories import Ints, Mask, Scores
from outcomes.rules.measures import McidSet, measures
from outcomes.rules.reliable import DETECTABLE, Z_95, is_beyond
from outcomes.rules.tallies import Changes, changes
from outcomes.rules.windows import BASELINE

CLOSE = 1e-9  # of the squares, relative: nearer than this, the comparison is made exactly

NOISE_RULE = Rule(
    "OUT-26",
    "What noise alone would show is, for nobody truly changed, the mean probability that two scores with their "
    "own standard errors differ by the MCID or more in the improving direction. Without own errors the page "
    "quotes the figure of a simulation of the published forms, and says so.",
    source="outcomes reference, section 8: our simulation; Jacobson & Truax 1991",
)
SIMULATED_NOISE = {  # OUT-26, percent improved by 5 points or more with no true change
    "PROMIS Fatigue": ("7.3", False),
    "PROMIS Pain Interference": ("3.4", False),
    "PROMIS Physical Function": ("5.3", False),
    "PROMIS Sleep Disturbance": ("10.8", False),
    "PROMIS Global Physical Health": ("20.0", True),  # an upper bound: its errors are not independent
    "PROMIS Global Mental Health": ("17.0", True),
}


@dataclass(frozen=True, slots=True)
class Sureness:
    """Of the pairs of one measure at one window. known: pairs that allow a word on reliability.

    better, worse: of these, reliably changed. noise: percent that noise alone would show as improved, None without
    own errors. quoted: the simulation's percent in its place; at_most: it is an upper bound.
    """

    n: int
    known: int
    better: int
    worse: int
    noise: float | None
    quoted: str = ""
    at_most: bool = False

    @property
    def reliable_words(self) -> str:
        """How many changed reliably, in words; "" where it can be said of nobody."""
        if not self.known:
            return ""
        pairs = "pair" if self.known == 1 else "pairs"
        of = f"{self.known:,} {pairs}" if self.known == self.n else f"{self.known:,} of {self.n:,} pairs that tell"
        return f"Reliably better {self.better:,}, reliably worse {self.worse:,} of {of}."

    @property
    def sentence(self) -> str:
        """What measurement error alone would show, in words; "" where nothing is known."""
        if self.noise is not None:
            return f"Measurement error alone would show {self.noise:.1f}% improved, and as many worsened."
        if self.quoted:
            most = "at most " if self.at_most else ""
            return (
                f"No standard errors came with these scores. In our simulation of the published forms measurement "
                f"error alone shows {most}{self.quoted}% improved."
            )
        return ""


def sureness(
    counted: Counted, scores: Scores, measure: str, window: str, *, mcid_set: McidSet = "paper"
) -> Sureness:
    """Return how sure the changes of one measure at one window are (PRO-142 to PRO-144, OUT-26)."""
    at = list(measures()).index(measure)
    pairs = changes(counted, window, mcid_set=mcid_set)
    rows = np.flatnonzero(pairs.paired[:, at])
    before, after = (counted.place[rows, at, COLUMNS.index(name)] for name in (BASELINE, window))
    same = scores.form[before] == scores.form[after]
    if measure in DETECTABLE:
        limit = Fraction(DETECTABLE[measure][0]) * 10
        beyond = np.array([abs(int(tenths)) > limit for tenths in pairs.tenths[rows, at]], dtype=bool)
        return _told(pairs, rows, at, same, same & beyond, None, measure, mcid_set)
    first, second = scores.error[before], scores.error[after]
    known = same & ~np.isnan(first) & ~np.isnan(second)
    beyond = known & _beyond(pairs.tenths[rows, at], first, second, known)
    noise = _noise(pairs.mcid[rows, at][known], first[known], second[known])
    return _told(pairs, rows, at, known, beyond, noise, measure, mcid_set)


def _told(
    pairs: Changes,
    rows: Ints,
    at: int,
    known: Mask,
    beyond: Mask,
    noise: float | None,
    measure: str,
    mcid_set: McidSet,
) -> Sureness:
    gain = pairs.gain[rows, at]
    quoted, at_most = SIMULATED_NOISE.get(measure, ("", False))
    quote = noise is None and mcid_set == "paper"
    return Sureness(
        n=len(rows),
        known=int(np.count_nonzero(known)),
        better=int(np.count_nonzero(beyond & (gain > 0))),
        worse=int(np.count_nonzero(beyond & (gain < 0))),
        noise=noise,
        quoted=quoted if quote else "",
        at_most=at_most and quote,
    )


def _beyond(tenths: Ints, first: Ints, second: Ints, known: Mask) -> Mask:
    """Return whether |change| > 1.96 sqrt(SE1² + SE2²); where binary fractions could err, exactly."""
    moved = (tenths / 10) ** 2
    limit = float(Z_95) ** 2 * (first**2 + second**2)
    found: Mask = moved > limit
    for place in np.flatnonzero(known & (np.abs(moved - limit) <= CLOSE * np.maximum(moved, limit))):
        errors = (Fraction(repr(float(values[place]))) for values in (first, second))
        found[place] = is_beyond(int(tenths[place]), *errors)
    return found


def _noise(mcid: Ints, first: Ints, second: Ints) -> float | None:
    if not len(mcid):
        return None
    spread = np.sqrt(first**2 + second**2)
    told, many = np.unique(np.column_stack((mcid / 10, spread)), axis=0, return_counts=True)
    chances = [erfc(limit / error / sqrt(2)) / 2 if error else 0.0 for limit, error in told]
    return float(100 * np.dot(chances, many) / many.sum())

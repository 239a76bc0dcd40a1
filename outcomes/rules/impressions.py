"""The clinic's own minimal important change: change scores beside the patients' impression of change."""

import math
from dataclasses import dataclass

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.differences import Floats
from outcomes.rules.histories import Ints, Mask
from outcomes.rules.logistic import logistic

PGIC = "PGIC"  # the measure's name
MINIMALLY_IMPROVED = 3  # OUT-71, of the seven answers; fewer is better
ENOUGH = 200  # OUT-72, more pairs than this
RELATED = 0.3  # STAT-56
RESAMPLES, SEED = 1000, 55  # STAT-55
NEWTON_STEPS = 15
BY_CORRELATION = (0.090, 0.103)  # STAT-54

ANCHOR = Rule(
    "OUT-71",
    "By the impression of change a patient improved who answered minimally improved or better (1 to 3 of 7); the "
    "answer counts for the window it was given in, by the same rules as every score.",
    source="Guy 1976; clinic default",
)
ENOUGH_RULE = Rule(
    "OUT-72",
    "A clinic's own minimal important change is shown only when more than 200 patients have a change and an "
    "impression of it in the same window.",
    source="clinic default, after Terwee 2021",
)
MEAN_OF_MINIMAL = Rule(
    "STAT-53",
    "The minimal important change by mean is the mean change, in the better direction, of patients who answered "
    "minimally improved.",
    source="Jaeschke 1989",
)
PREDICTIVE = Rule(
    "STAT-54",
    "The predictive minimal important change is the change as likely in improved as in not improved patients: log "
    "odds of improved less the intercept, over the slope of a logistic regression on change. Adjusted, (0.090 + "
    "0.103 x correlation) x SD of change x log odds of improved is taken off, where not half improved.",
    source="Terluin 2015, J Clin Epidemiol 68:1388; Terluin 2017, J Clin Epidemiol 83:90",
)
RESAMPLED = Rule(
    "STAT-55",
    "Its 95% interval is the middle of 1000 resamples of patients, the same ones every time; it is left out where "
    "more than one in twenty of them cannot be fitted.",
    source="Efron and Tibshirani 1993",
)
RELATION = Rule(
    "STAT-56",
    "An impression of change whose correlation with the change is below 0.3 in the better direction is not to be "
    "used as an anchor, and no minimal important change is shown.",
    source="Revicki 2008; Terwee 2021",
)


@dataclass(frozen=True, slots=True)
class Important:
    """One measure: gains in points, positive when better. Figures are None where not shown; why says so.

    n: pairs with an impression; minimal: of them minimally improved; correlation: of impression and gain, positive
    when they agree. by_mean, predictive, adjusted: minimal important change; interval: of the adjusted one.
    """

    n: int
    improved: int
    minimal: int
    correlation: float | None = None
    by_mean: float | None = None
    predictive: float | None = None
    adjusted: float | None = None
    interval: tuple[float, float] | None = None
    why: str = ""

    @property
    def is_enough(self) -> bool:
        """OUT-72."""
        return self.n > ENOUGH


def important(gain: Floats, impression: Ints, of: Ints) -> Important:
    """Return the minimal important change of one measure. gain: points; impression: 1 to 7; of: whose each is."""
    n = len(gain)
    better = impression <= MINIMALLY_IMPROVED
    improved, minimal = int(np.count_nonzero(better)), impression == MINIMALLY_IMPROVED
    counts = (n, improved, int(np.count_nonzero(minimal)))
    patients = len(np.unique(of))
    if patients <= ENOUGH:
        return Important(*counts, why=f"{patients} of more than {ENOUGH} patients so far.")
    if improved in (0, n):
        return Important(*counts, why="Everybody gave the same answer: improved, or not improved.")
    related = correlation(gain, -impression.astype(np.float64))
    if related is None or related < RELATED:
        told = "cannot be computed" if related is None else f"is {related:.2f}, below {RELATED}".replace("-", "−")
        return Important(*counts, correlation=related, why=f"Not to be used: the correlation {told}.")
    model = logistic(better, gain[:, np.newaxis], ("change",))
    if not model.terms:
        return Important(*counts, correlation=related, why=model.problem)
    odds = math.log(improved / (n - improved))
    predictive = (odds - model.intercept) / model.terms[0].coefficient
    interval = resampled(gain, better, of)
    return Important(
        *counts,
        correlation=related,
        by_mean=float(gain[minimal].mean()) if minimal.any() else None,
        predictive=predictive,
        adjusted=predictive - _adjustment(correlation(gain, better * 1.0) or 0.0, float(gain.std(ddof=1)), odds),
        interval=interval,
        why="" if interval else "Too many resamples could not be fitted for an interval.",
    )


def correlation(one: Floats, other: Floats) -> float | None:
    """Return Pearson's correlation, None without spread or with fewer than three values."""
    if len(one) < 3 or one.std() == 0 or other.std() == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _adjustment(related: float, spread: float, odds: float) -> float:
    constant, slope = BY_CORRELATION
    return (constant + slope * related) * spread * odds


def resampled(gain: Floats, better: Mask, of: Ints) -> tuple[float, float] | None:
    """Return the interval of the adjusted minimal important change (STAT-55), or None."""
    patients, place = np.unique(of, return_inverse=True)
    random = np.random.default_rng(SEED)
    drawn = random.multinomial(len(patients), np.full(len(patients), 1 / len(patients)), size=RESAMPLES)
    found = np.concatenate([_adjusted(gain, better * 1.0, part[:, place]) for part in np.array_split(drawn, 10)])
    fitted = found[np.isfinite(found)]
    if len(fitted) * 20 < 19 * RESAMPLES:
        return None
    low, high = np.quantile(fitted, (0.025, 0.975))
    return float(low), float(high)


def _adjusted(gain: Floats, better: Floats, weight: Ints) -> Floats:
    """Return one adjusted value per resample, nan where it cannot be fitted. weight: (resamples, rows)."""
    middle, scale = gain.mean(), gain.std(ddof=1)
    x = (gain - middle) / scale
    with np.errstate(all="ignore"):
        n = weight.sum(axis=1)
        share = weight @ better / n
        odds = np.log(share / (1 - share))
        mean = weight @ x / n
        spread = np.sqrt((weight @ x**2 / n - mean**2) * n / (n - 1))
        both = weight @ (x * better) / n - mean * share
        related = both / np.sqrt((weight @ x**2 / n - mean**2) * share * (1 - share))
        intercept, slope, ended = _slopes(x, better, weight, odds)
        value = (odds - intercept) / slope - (BY_CORRELATION[0] + BY_CORRELATION[1] * related) * spread * odds
    found: Floats = np.where(ended & (slope > 0), value * scale + middle, np.nan)
    return found


def _slopes(x: Floats, better: Floats, weight: Ints, odds: Floats) -> tuple[Floats, Floats, Mask]:
    """Fit one logistic line per resample by Newton's method, all at once."""
    intercept, slope = np.where(np.isfinite(odds), odds, 0.0), np.zeros(len(odds))
    step = np.full(len(odds), np.inf)
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-(intercept[:, np.newaxis] + slope[:, np.newaxis] * x)))
        left = weight * (better - chance)
        bent = weight * chance * (1 - chance)
        a, b, c = bent.sum(axis=1), bent @ x, bent @ x**2
        up, across = left.sum(axis=1), left @ x
        size = a * c - b * b
        step = np.abs((a * across - b * up) / size)
        intercept, slope = intercept + (c * up - b * across) / size, slope + (a * across - b * up) / size
        if np.nanmax(step) < 1e-8:
            break
    return intercept, slope, np.isfinite(slope) & (step < 1e-6)

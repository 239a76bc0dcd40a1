"""Table 3's mixed model: score by time and covariates with a random intercept for each patient, by REML."""

import math
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.counted import COLUMNS
from outcomes.rules.distributions import NORMAL_95, normal_tails
from outcomes.rules.mixed_design import Design, Refusal, design
from outcomes.rules.mixed_likelihood import Grouped, Solved
from outcomes.rules.mixed_observations import Observations
from outcomes.rules.windows import WINDOWS

MODEL_VERSION = 1  # rises with every change of what the same scores would give
OPTIMISERS = ("bfgs", "lbfgs", "powell", "nm")  # STAT-14, tried in this order
STEP = 1.01  # STAT-14, factor by which the ratio of variances is moved to see that nothing fits better
NO_BETTER = 1e-5  # STAT-14, difference of log likelihoods that counts as none
GRADIENT = 1e-8  # of the log likelihood of one score, at which an optimiser stops

MIXED_MODEL = Rule(
    "STAT-10",
    "Each measure has a linear mixed model: score by time (baseline, last infusion, 3 and 6 months), age, sex, "
    "race, Charlson index and infusion days, with a random intercept for each patient, fitted by restricted "
    "maximum likelihood; effects carry Wald 95% intervals and P values.",
    source="Tankha 2025, Statistical analysis; Laird and Ware 1982",
)
CONVERGENCE = Rule(
    "STAT-14",
    "A fit counts when neither a larger nor a smaller ratio of the two variances fits better; four optimisers are "
    "tried in turn, and the page names the one that succeeded.",
    source="clinic default",
)
PAIRS_ONLY = Rule(
    "STAT-16",
    "Beside each effect of time stands the same model fitted to the pairs alone: baselines and scores of that "
    "time, of who has both.",
    source="clinic default",
)
UNADJUSTED = Rule(
    "STAT-17",
    "P values are not adjusted for the 33 comparisons of Table 3; with none of them true, one or two would lie "
    "below 0.05.",
    source="Tankha 2025, Statistical analysis",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect in points; of a number, for each year, point or day. name: as of the column, "time=3m".

    patients: of the level, or of all.
    """

    name: str
    estimate: float
    error: float
    patients: int

    @property
    def low(self) -> float:
        return self.estimate - NORMAL_95 * self.error

    @property
    def high(self) -> float:
        return self.estimate + NORMAL_95 * self.error

    @property
    def z(self) -> float:
        return self.estimate / self.error

    @property
    def p(self) -> float:
        """Two-sided, from 0 to 1."""
        return normal_tails(self.z)


@dataclass(frozen=True, slots=True)
class MixedModel:
    """A fitted model (STAT-10). times: by window, those that were scored; baseline: the mean at baseline.

    baseline is of a patient of the reference levels at the mean of the numbers. between, within: standard
    deviations in points, of patients and of scores. at_times: scores at each of COLUMNS. optimiser: which one
    succeeded. left_out: sentences (STAT-12, STAT-13). references: (covariate, level) others are compared with.
    """

    times: tuple[Effect, ...]
    covariates: tuple[Effect, ...]
    baseline: Effect
    between: float
    within: float
    observations: int
    patients: int
    at_times: tuple[int, ...]
    optimiser: str
    references: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]

    @property
    def is_flat(self) -> bool:
        """True when patients differ by no more than their scores vary: a random intercept of zero."""
        return self.between == 0

    def at(self, window: str) -> Effect | None:
        """Return the effect of a window, or None when nothing was scored in it."""
        return next((one for one in self.times if one.name == f"time={window}"), None)


@dataclass(frozen=True, slots=True)
class MeasureModel:
    """What is said of one measure. pairs: window -> effect of the pairs alone (STAT-16), or why there is none."""

    fitted: MixedModel | Refusal
    pairs: dict[str, Effect | Refusal]


def measure_model(observed: Observations) -> MeasureModel:
    """Fit one measure, to all scores and to the pairs of each window."""
    return MeasureModel(mixed_model(observed), {window: _pairs(observed, window) for window in WINDOWS})


def mixed_model(observed: Observations) -> MixedModel | Refusal:
    """Fit the model (STAT-10) or say why not (STAT-15)."""
    made = design(observed)
    if isinstance(made, Refusal):
        return made
    grouped = Grouped(made.matrix, made.observed.score, made.observed.patient)
    for optimiser in OPTIMISERS:
        ratio = _ratio(made, optimiser)
        if ratio is None:
            continue
        solved = _checked(grouped, ratio)
        if solved is not None:
            return _told(made, *solved, optimiser)
    return Refusal("Not fitted: none of four optimisers converged.")


def _pairs(observed: Observations, window: str) -> Effect | Refusal:
    pairs = observed.pairs(COLUMNS.index(window))
    if not len(pairs):
        return Refusal("Not fitted: nobody has both a baseline and a score in this window.")
    found = mixed_model(pairs)
    if isinstance(found, Refusal):
        return found
    effect = found.at(window)
    if effect is None:
        return Refusal("Not fitted: of nobody in this window are all covariates known.")
    return replace(effect, patients=found.patients)


def _ratio(made: Design, optimiser: str) -> float | None:
    """Return the variance of patients over that of scores within them, or None when no fit was found."""
    from statsmodels.regression.mixed_linear_model import MixedLM  # noqa: PLC0415 - takes seconds to load

    settings: dict[str, Any] = {"gtol": GRADIENT} if optimiser in ("bfgs", "lbfgs") else {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what they say is checked below, in numbers
        try:
            model = MixedLM(made.observed.score, made.matrix, groups=made.observed.patient)
            found = model.fit(reml=True, method=[optimiser], **settings)
            ratio = float(found.cov_re_unscaled[0, 0])
        except (np.linalg.LinAlgError, ValueError, ZeroDivisionError):
            return None
    return ratio if math.isfinite(ratio) and ratio >= 0 else None


def _checked(grouped: Grouped, ratio: float) -> tuple[float, Solved] | None:
    """Return the ratio with its fit when nothing near it fits better (STAT-14); a ratio near none becomes none."""
    try:
        found, flat = grouped.solved(ratio), grouped.solved(0.0)
        if flat.likelihood >= found.likelihood - NO_BETTER:
            ratio, found = 0.0, flat
            others = [grouped.solved(1e-3)]
        else:
            others = [grouped.solved(ratio * STEP), grouped.solved(ratio / STEP)]
    except np.linalg.LinAlgError:
        return None
    if any(other.likelihood > found.likelihood + NO_BETTER for other in others):
        return None
    return ratio, found


def _told(made: Design, ratio: float, solved: Solved, optimiser: str) -> MixedModel:
    beta = solved.beta / made.scale
    errors = np.sqrt(np.diag(solved.covariance)) / made.scale
    effects = [
        Effect(*each) for each in zip(made.names, map(float, beta), map(float, errors), made.patients, strict=True)
    ]
    observed = made.observed
    return MixedModel(
        times=tuple(one for one in effects[1:] if one.name.startswith("time=")),
        covariates=tuple(one for one in effects[1:] if one.name.partition("=")[0] != "time"),
        baseline=effects[0],
        between=math.sqrt(ratio * solved.residual),
        within=math.sqrt(solved.residual),
        observations=len(observed),
        patients=observed.patients,
        at_times=observed.at_times,
        optimiser=optimiser,
        references=made.references,
        left_out=made.left_out,
    )

"""The columns of a mixed model: time and covariates, who is left out, and why nothing can be fitted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kitclinic.register import Rule
from outcomes.rules.counted import COLUMNS
from outcomes.rules.facts import Texts
from outcomes.rules.histories import Mask
from outcomes.rules.mixed_observations import BASELINE_TIME, Observations
from outcomes.rules.windows import WINDOW_NAMES

LEVEL_FROM = 2  # STAT-13, patients that a level of sex or race needs
FEW_IN_LEVEL = 10  # STAT-13, with fewer the level is named as small

KNOWN_COVARIATES = Rule(
    "STAT-12",
    "A model leaves out the scores of patients of whom a covariate is not known, and says how many. A covariate "
    "that is known of nobody, or equal for all, is left out itself, and the model says so.",
    source="clinic default",
)
SMALL_LEVELS = Rule(
    "STAT-13",
    "Sex and race enter with every level of their own, compared with the largest; none is merged with another. A "
    "level of one patient is left out, of fewer than 10 named as small; both are said.",
    source="clinic default",
)
REFUSALS = Rule(
    "STAT-15",
    "A model is refused, with its reason in a sentence, when nothing was scored at baseline or after it, when "
    "nobody was scored twice, when scores do not differ, when there are not more patients than effects, when "
    "covariates follow from each other, or when the fit does not converge.",
    source="clinic default",
)

NUMBERS = {"age": "Age", "charlson": "Charlson index", "infusion_days": "Infusion days"}
TEXTS = {"sex": "Sex", "race": "Race"}
RANK = 1e-8  # singular values below this share of the largest count as none
NOTHING = 1e-12  # share of a sum of squares that counts as none

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a model was not fitted, in a sentence."""

    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Columns of a model. matrix: intercept first, numbers centred and in standard deviations; scale undoes that.

    names: of the columns, "time=3m", "age", "sex=male". patients: by column, of the level (or of all).
    references: the level of sex and race that others are compared with. left_out: sentences.
    """

    observed: Observations
    matrix: Matrix
    scale: Matrix
    names: tuple[str, ...]
    patients: tuple[int, ...]
    references: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]


def design(given: Observations) -> Design | Refusal:
    """Return the columns for these observations (STAT-12, STAT-13), or why there are none (STAT-15)."""
    if not len(given):
        return Refusal("Not fitted: nobody has a score of this measure that counts.")
    said: list[str] = []
    known, covariates = _known(given, said)
    for name in TEXTS:
        if name in covariates:
            known = _own_levels(known, name, said)
    covariates = [name for name in covariates if _differs(known, name, said)]
    refused = _refusal(known)
    if refused:
        return refused
    columns, names, scales, patients = _columns(known, covariates)
    references = tuple((name, _reference(known, name)) for name in TEXTS if name in covariates)
    if known.patients <= len(names):
        return Refusal(f"Not fitted: {known.patients} patients are too few for a model of {len(names)} effects.")
    found = Design(
        known,
        np.column_stack(columns),
        np.array(scales),
        tuple(names),
        tuple(patients),
        references,
        tuple(said),
    )
    return _dependent(found) or found


def _known(given: Observations, said: list[str]) -> tuple[Observations, list[str]]:
    """Leave out covariates that nobody has, then the scores of who lacks one of the others."""
    covariates, lacking = [], np.zeros(len(given), dtype=bool)
    parts = []
    for name, words in (NUMBERS | TEXTS).items():
        unknown = _unknown(given, name)
        if unknown.all():
            said.append(f"{words}: known of nobody, not in the model.")
            continue
        covariates.append(name)
        if unknown.any():
            parts.append(f"{words.lower()} of {len(np.unique(given.patient[unknown]))}")
            lacking |= unknown
    if lacking.any():
        left = len(np.unique(given.patient[lacking]))
        said.append(
            f"{_patients(left)} with {_scores(int(lacking.sum()))} left out: not known is {', '.join(parts)}."
        )
    return given.where(~lacking), covariates


def _unknown(given: Observations, name: str) -> Mask:
    values = getattr(given, name)
    found: Mask = np.isnan(values) if name in NUMBERS else values == ""
    return found


def _own_levels(given: Observations, name: str, said: list[str]) -> Observations:
    """Leave out levels of one patient, and name small ones; the largest is what others are compared with."""
    keep = np.ones(len(given), dtype=bool)
    for level, patients in _levels(given, name)[1:]:
        if patients < LEVEL_FROM:
            said.append(
                f"{TEXTS[name]} {level}: one patient, whose effect cannot be told from the person; left out."
            )
            keep &= getattr(given, name) != level
        elif patients < FEW_IN_LEVEL:
            said.append(f"{TEXTS[name]} {level}: a level of its own with {_patients(patients)} only.")
    return given.where(keep)


def _levels(given: Observations, name: str) -> list[tuple[str, int]]:
    """Return the levels and their patients, the largest first, equals by name."""
    values: Texts = getattr(given, name)
    found = [
        (str(level), len(np.unique(given.patient[values == level]))) for level in np.unique(values.astype(str))
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _reference(given: Observations, name: str) -> str:
    return _levels(given, name)[0][0]


def _differs(given: Observations, name: str, said: list[str]) -> bool:
    if len(given) and len(np.unique(getattr(given, name).astype(str))) > 1:
        return True
    if len(given):
        said.append(f"{(NUMBERS | TEXTS)[name]}: the same for all, not in the model.")
    return False


def _refusal(known: Observations) -> Refusal | None:
    """Why no columns could help (STAT-15)."""
    if not len(known):
        return Refusal("Not fitted: of nobody are all covariates known.")
    times = known.at_times
    if not times[BASELINE_TIME]:
        return Refusal("Not fitted: nobody has a baseline score to compare with.")
    if not any(times[1:]):
        return Refusal("Not fitted: nobody has a score after the infusions.")
    if known.patients == 1:
        return Refusal("Not fitted: one patient is too few for a model of many.")
    if np.ptp(known.score) == 0:
        return Refusal("Not fitted: all scores are equal.")
    if len(known) == known.patients:
        return Refusal(
            "Not fitted: nobody was scored twice, so how patients differ cannot be told from how scores vary."
        )
    return None


def _columns(known: Observations, covariates: list[str]) -> tuple[list[Matrix], list[str], list[float], list[int]]:
    """Return columns, their names, what undoes their scale, and patients."""
    everybody = known.patients
    columns, names = [np.ones(len(known))], ["baseline"]
    scales, patients = [1.0], [everybody]

    def add(name: str, column: Matrix, scale: float, who: int) -> None:
        columns.append(column)
        names.append(name)
        scales.append(scale)
        patients.append(who)

    for place, column in enumerate(COLUMNS):
        at = known.time == place
        if place != BASELINE_TIME and at.any():
            add(f"time={column}", at * 1.0, 1.0, len(np.unique(known.patient[at])))
    for name in covariates:
        if name in NUMBERS:
            values = getattr(known, name).astype(np.float64)
            scale = float(values.std())
            add(name, (values - values.mean()) / scale, scale, everybody)
        else:
            for level, who in _levels(known, name)[1:]:
                add(f"{name}={level}", (getattr(known, name) == level) * 1.0, 1.0, who)
    return columns, names, scales, patients


def _dependent(found: Design) -> Refusal | None:
    """Refuse columns that follow from each other, and scores that leave nothing to chance."""
    strengths = np.linalg.svd(found.matrix, compute_uv=False)
    if strengths[-1] < RANK * strengths[0]:
        return Refusal(
            f"Not fitted: {column_words(_follower(found))} follows from the other covariates, so that their "
            "effects cannot be told apart."
        )
    observed = found.observed
    within = np.column_stack([_within(observed, column) for column in (observed.score, *found.matrix.T)])
    fit, _, rank, _ = np.linalg.lstsq(within[:, 1:], within[:, 0], rcond=RANK)
    if len(observed) - observed.patients <= rank:
        return Refusal("Not fitted: too few patients were scored twice to measure how scores vary.")
    rest = within[:, 0] - within[:, 1:] @ fit
    if (rest**2).sum() <= NOTHING * (observed.score**2).sum():
        return Refusal("Not fitted: every patient changed by exactly the same, which leaves no chance to measure.")
    return None


def _follower(found: Design) -> str:
    """Return the first column that adds nothing to those before it."""
    for upto in range(2, len(found.names) + 1):
        strengths = np.linalg.svd(found.matrix[:, :upto], compute_uv=False)
        if strengths[-1] < RANK * strengths[0]:
            return found.names[upto - 1]
    return found.names[-1]


def _within(known: Observations, values: Matrix) -> Matrix:
    """Return values less their patient's mean."""
    _, place = np.unique(known.patient, return_inverse=True)
    found: Matrix = values - (np.bincount(place, weights=values) / np.bincount(place))[place]
    return found


def column_words(name: str) -> str:
    """Return what a column is called: "sex male", "last infusion", "age"."""
    kind, _, level = name.partition("=")
    if kind == "time":
        return WINDOW_NAMES[level].lower()
    return f"{TEXTS[kind].lower()} {level}" if level else NUMBERS.get(name, name).lower()


def _patients(count: int) -> str:
    return "1 patient" if count == 1 else f"{count:,} patients"


def _scores(count: int) -> str:
    return "1 score" if count == 1 else f"{count:,} scores"

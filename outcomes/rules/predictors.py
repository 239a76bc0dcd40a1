"""What goes with improvement: each variable by itself, then all in one logistic model."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.counted import MISSING
from outcomes.rules.differences import Floats
from outcomes.rules.facts import RowFacts, Texts
from outcomes.rules.histories import Ints, Mask
from outcomes.rules.logistic import Model, OddsRatio, logistic

FEWEST = 10  # OUT-70, rows of a level
STEPS_OF = {
    "age": 10.0,
    "charlson": 1.0,
    "infusion_days": 1.0,
    "baseline": 5.0,
}  # OUT-69, years, points, days, points

VARIABLES = Rule(
    "OUT-69",
    "Predictors of improvement are age (per 10 years), sex, race, Charlson index (per point), completed infusion "
    "days (per day), baseline score (per 5 points higher) and pain category, each alone and all in one model.",
    source="Tankha 2025, Statistical analysis and Conclusions; clinic default",
)
SMALL_LEVELS = Rule(
    "OUT-70",
    "A level with fewer than 10 rows is left out of the models and named, never merged with another; the largest "
    "level is what the others are compared with.",
    source="clinic default",
)
TOWARDS_THE_MEAN = (
    "A worse baseline leaves more room to improve, and a score taken on a bad day is better the next time even "
    "without treatment (regression to the mean): its odds ratio does not say that treatment works better for "
    "patients who are worse."
)


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """One predictor as columns. known: rows that have it and stand in a level that is not left out.

    columns: (rows, terms), 0 where not known. reference: the level compared with, "" for a number.
    left_out: (level, rows) of small levels.
    """

    slug: str
    label: str
    names: tuple[str, ...]
    columns: Floats
    known: Mask
    reference: str = ""
    left_out: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Predictor:
    """One variable by itself; together: its terms in the model of all, none where that cannot be fitted."""

    slug: str
    label: str
    reference: str
    left_out: tuple[tuple[str, int], ...]
    alone: Model
    together: tuple[OddsRatio, ...]

    @property
    def lines(self) -> tuple[tuple[OddsRatio | None, OddsRatio | None, str], ...]:
        """Return each term alone and together with its name, for a table."""
        names = {one.name: None for one in (*self.alone.terms, *self.together)}
        return tuple((_named(self.alone.terms, name), _named(self.together, name), name) for name in names)


@dataclass(frozen=True, slots=True)
class Prediction:
    """All predictors of one measure at one window. missing: rows that lack a variable of the model.

    unused: labels of variables that had one value only and are not in the model.
    """

    pairs: int
    predictors: tuple[Predictor, ...]
    model: Model
    missing: int
    unused: tuple[str, ...]


def _named(terms: Sequence[OddsRatio], name: str) -> OddsRatio | None:
    return next((one for one in terms if one.name == name), None)


def number(slug: str, label: str, values: Floats) -> Variable:
    """Return a numeric variable in its steps; nan where not known."""
    known = ~np.isnan(values)
    scaled = np.where(known, values, 0.0) / STEPS_OF[slug]
    return Variable(slug, label, (label,), scaled[:, np.newaxis], known)


def levels(slug: str, label: str, values: Texts, words: Mapping[str, str], among: Mask) -> Variable:
    """Return a variable of levels (OUT-70). among: rows that are counted; words: how levels are called."""
    counted = Counter(value for value in values[among] if value)
    kept = [level for level in words if counted[level] >= FEWEST]
    small = tuple((words[level], counted[level]) for level in words if 0 < counted[level] < FEWEST)
    reference = max(kept, key=lambda level: counted[level], default="")
    shown = [level for level in kept if level != reference]
    columns = np.array([values == level for level in shown], dtype=np.float64).reshape(len(shown), len(values)).T
    known = np.isin(values, kept)
    names = tuple(f"{label}: {words[level]}" for level in shown)
    return Variable(slug, label, names, columns, known, words.get(reference, ""), small)


def variables(
    facts: RowFacts, baseline: Ints, among: Mask, words: Mapping[str, Mapping[str, str]]
) -> tuple[Variable, ...]:
    """Return the predictors (OUT-69). baseline: tenths; words: of sex, race and diagnosis, by level."""
    score = np.where(baseline == MISSING, np.nan, baseline / 10)
    return (
        number("age", "Age, 10 years older", facts.age),
        levels("sex", "Sex", facts.sex, words["sex"], among),
        levels("race", "Race", facts.race, words["race"], among),
        number("charlson", "Charlson index, 1 point higher", facts.charlson),
        number("infusion_days", "Infusion days, 1 day more", facts.infusion_days),
        number("baseline", "Baseline score, 5 points higher", score),
        levels("category", "Pain category", facts.diagnosis, words["diagnosis"], among),
    )


def predict(improved: Mask, among: Mask, given: Sequence[Variable], of: Ints) -> Prediction:
    """Fit every variable alone and all together. among: rows with a pair; of: the patient of each row."""
    usable = [one for one in given if one.names]
    complete = among.copy()
    for one in usable:
        complete &= one.known
    varied = [one for one in usable if (one.columns[complete].std(axis=0) > 0).all()] if complete.any() else []
    model = Model(0, 0, (), problem="No patient has everything that this model needs.")
    if varied:
        columns = np.concatenate([one.columns[complete] for one in varied], axis=1)
        names = [name for one in varied for name in one.names]
        model = logistic(improved[complete], columns, names, of=of[complete])
    found = []
    for one in given:
        rows = among & one.known
        alone = (
            logistic(improved[rows], one.columns[rows], one.names, of=of[rows])
            if one.names
            else Model(
                int(np.count_nonzero(rows)), 0, (), problem="Not fitted: one level only has 10 rows or more."
            )
        )
        together = tuple(term for term in model.terms if term.name in one.names)
        found.append(Predictor(one.slug, one.label, one.reference, one.left_out, alone, together))
    return Prediction(
        pairs=int(np.count_nonzero(among)),
        predictors=tuple(found),
        model=model,
        missing=int(np.count_nonzero(among & ~complete)),
        unused=tuple(one.label for one in given if one not in varied),
    )

"""What is known of the person behind each row: the covariates of the models, the columns of Table 1."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outcomes.rules.counted import Rows
from outcomes.rules.histories import UNKNOWN, UNKNOWN_BIRTH, Ints, Mask, People

Texts = NDArray[np.object_]
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Levels:
    """What the places of People mean, in the order of Table 1."""

    sex: tuple[str, ...]
    race: tuple[str, ...]
    marital: tuple[str, ...]
    diagnosis: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RowFacts:
    """One value per row of ``Counted``. Numbers are nan, texts "" when not known.

    age: years at the first infusion of the row. bmi: kg/m². infusion_days: completed infusions of the row.
    """

    age: Floats
    sex: Texts
    race: Texts
    marital: Texts
    diagnosis: Texts
    bmi: Floats
    charlson: Floats
    infusion_days: Floats

    def where(self, keep: Mask) -> "RowFacts":
        """Return the rows where keep is true."""
        return RowFacts(*(getattr(self, name)[keep] for name in RowFacts.__slots__))


def facts_of(people: People, levels: Levels, rows: Rows) -> RowFacts:
    """Return the facts of every row."""
    of = rows.of
    return RowFacts(
        age=_ages(people.birth[of], people.age_given[of], rows.first),
        sex=_texts(people.sex[of], levels.sex),
        race=_texts(people.race[of], levels.race),
        marital=_texts(people.marital[of], levels.marital),
        diagnosis=_texts(people.diagnosis[of], levels.diagnosis),
        bmi=_number(people.bmi_tenths[of]) / 10,
        charlson=_number(people.charlson[of]),
        infusion_days=rows.days.astype(np.float64),
    )


def _texts(places: Ints, names: tuple[str, ...]) -> Texts:
    found: Texts = np.array([*names, ""], dtype=object)[places]  # UNKNOWN is the last
    return found


def _number(values: Ints) -> Floats:
    found: Floats = np.where(values == UNKNOWN, np.nan, values.astype(np.float64))
    return found


def _ages(birth: Ints, given: Ints, day: Ints) -> Floats:
    """Return full years on a day; the given age where the birth date is not known."""
    known = birth != UNKNOWN_BIRTH
    born = np.where(known, birth, 0).astype("datetime64[D]")
    on = day.astype("datetime64[D]")
    years = on.astype("datetime64[Y]").astype(np.int64) - born.astype("datetime64[Y]").astype(np.int64)
    before_birthday = _day_of_year(on) < _day_of_year(born)
    found: Floats = np.where(known, (years - before_birthday).astype(np.float64), _number(given))
    return found


def _day_of_year(days: NDArray[np.datetime64]) -> Ints:
    """Return month * 32 + day of the month."""
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64) % 12
    found: Ints = month * 32 + (days - months).astype(np.int64)
    return found

"""The infusions and scores of a whole source as columns, one value per row, so that all patients are read at once.

Days are whole days since 1970-01-01, clock times minutes after local midnight. ``NO_MINUTE`` stands for a clock
time that is not known. Rows of one patient need not stand together; where order matters it is the order given.
"""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer]
Mask = NDArray[np.bool_]

NO_MINUTE = -1
UNKNOWN = -1  # an age, an index, a level that is not known
EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Return a date as days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """Return the date of a day number."""
    return EPOCH + timedelta(days=int(number))


@dataclass(frozen=True, slots=True, eq=False)
class Infusions:
    """One value per infusion. of: place of the patient in ``People``; protocol: of the protocols."""

    of: Ints
    day: Ints
    start: Ints  # minute, NO_MINUTE when not known
    completed: Mask
    protocol: Ints

    def __len__(self) -> int:
        return len(self.of)

    def where(self, keep: Mask) -> Self:
        """Return the rows where keep is true."""
        return type(self)(*(getattr(self, one.name)[keep] for one in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One value per score. of: place of the patient; measure: place in ``measures()``.

    error: standard error in points, nan when not known; form: equal for scores that may be subtracted with their
    errors (PRO-143); key: of the stored row.
    """

    of: Ints
    measure: Ints
    day: Ints
    minute: Ints
    tenths: Ints
    error: NDArray[np.floating]
    form: Ints
    key: Ints

    def __len__(self) -> int:
        return len(self.of)

    def where(self, keep: Mask) -> Self:
        """Return the rows where keep is true."""
        return type(self)(*(getattr(self, one.name)[keep] for one in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """One value per patient, in the order of record numbers.

    key: of the stored row. birth: day number, or UNKNOWN_BIRTH. age_given: years at the first infusion where the
    birth date is not known, else UNKNOWN. sex, race, marital, diagnosis: place in the levels named below.
    bmi_tenths, charlson: UNKNOWN when not known.
    """

    key: Ints
    birth: Ints
    age_given: Ints
    sex: Ints
    race: Ints
    marital: Ints
    diagnosis: Ints
    bmi_tenths: Ints
    charlson: Ints

    def __len__(self) -> int:
        return len(self.key)


UNKNOWN_BIRTH = -(2**31)


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Everything that outcomes of one source are made of. protocols: slugs, by place."""

    people: People
    infusions: Infusions
    scores: Scores
    protocols: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What counts under one protocol (ORD-47). members: patients of it; switched: how many went on to another.

    elsewhere: first day of patients whose first infusion was under another protocol, one value for each of them.
    """

    infusions: Infusions
    scores: Scores
    members: Mask
    switched: int
    elsewhere: Ints


def under(histories: Histories, protocol: str, *, standard: str) -> Kept:
    """Return what counts under a protocol; who never had an infusion counts under the standard one (ORD-47)."""
    people, infusions, scores = len(histories.people), histories.infusions, histories.scores
    if len(histories.protocols) <= 1 and protocol in (*histories.protocols, standard):
        everybody = np.ones(people, dtype=bool)
        if protocol == standard or not histories.protocols:
            return Kept(infusions, scores, everybody, 0, np.empty(0, dtype=np.int64))
    order = np.lexsort((np.arange(len(infusions)), infusions.day, infusions.of))
    owner = infusions.of[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    own = np.full(people, -1)
    own[owner[first]] = infusions.protocol[order][first]
    began = np.full(people, np.iinfo(np.int64).max)
    np.minimum.at(began, infusions.of, infusions.day)
    until = np.full(people, np.iinfo(np.int64).max)
    another = infusions.protocol != own[infusions.of]
    np.minimum.at(until, infusions.of[another], infusions.day[another])
    place = histories.protocols.index(protocol) if protocol in histories.protocols else -2
    members = own == place
    if protocol == standard:
        members = members | (own == -1)
    keep_infusions = members[infusions.of] & ~another & (infusions.day < until[infusions.of])
    keep_scores = members[scores.of] & (scores.day < until[scores.of])
    switched = int(np.count_nonzero(members & (until < np.iinfo(np.int64).max)))
    return Kept(
        infusions.where(keep_infusions), scores.where(keep_scores), members, switched, began[~members & (own >= 0)]
    )

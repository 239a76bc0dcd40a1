"""How small the groups are that age band, sex, race and pain category make: shown before a research export."""

from dataclasses import dataclass

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.filters import AGE_BANDS
from outcomes.rules.histories import UNKNOWN, Ints
from outcomes.rules.research import Persons
from outcomes.rules.suppression import SMALLEST_SHOWN

SMALL_GROUPS = Rule(
    "OUT-58",
    "Before a research export stands how small the groups of age band, sex, race and pain category are, and how "
    "many patients are alone in theirs or among fewer than 11. Safe Harbor does not ask for it, and nothing is "
    "refused for it.",
    source="clinic default; 11: CMS cell size suppression policy",
)


@dataclass(frozen=True, slots=True)
class SmallGroups:
    """groups: that hold anybody; smallest: patients in the smallest, 0 of nobody; alone, few: patients."""

    groups: int
    smallest: int
    alone: int
    few: int
    patients: int

    @property
    def warns(self) -> bool:
        return self.few > 0


def small_groups(persons: Persons) -> SmallGroups:
    """Return how small the groups are (OUT-58). What is not known is a level of its own."""
    if not len(persons.of):
        return SmallGroups(0, 0, 0, 0, 0)
    levels = np.column_stack((_bands(persons.age), persons.sex, persons.race, persons.diagnosis))
    _, sizes = np.unique(levels, axis=0, return_counts=True)
    return SmallGroups(
        groups=len(sizes),
        smallest=int(sizes.min()),
        alone=int(np.count_nonzero(sizes == 1)),
        few=int(sizes[sizes < SMALLEST_SHOWN].sum()),
        patients=len(persons.of),
    )


def _bands(age: Ints) -> Ints:
    """Return the place of the age band of each age, UNKNOWN outside all of them."""
    found = np.full(len(age), UNKNOWN)
    for place, (low, high) in enumerate(AGE_BANDS.values()):
        found[(age >= low) & (age <= high)] = place
    return found

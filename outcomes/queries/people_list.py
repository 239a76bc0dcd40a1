"""Patients behind a figure, as lines that are read page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from outcomes.queries.study import Study
from outcomes.queries.table_1 import described
from outcomes.rules.histories import UNKNOWN, Ints
from scheduling.models import Patient
from scheduling.rules.pain import diagnosis_words

Detail = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Listed:
    """One patient. age: at the first infusion; days: completed infusions; detail: what the list is about."""

    pk: int
    record_number: str
    age: int | None
    sex: str
    diagnosis: str
    days: int
    detail: str


class PeopleLines(Sequence[Listed]):
    """Patients at places of People, in the order of record numbers; two queries for each page read.

    detail: words for a place, shown in a column of its own.
    """

    def __init__(self, found: Study, places: Ints, *, detail: Detail | None = None) -> None:
        self.found, self.places, self.detail = found, np.unique(places), detail

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Listed: ...
    @overload
    def __getitem__(self, index: slice) -> list[Listed]: ...
    def __getitem__(self, index: int | slice) -> Listed | list[Listed]:
        if isinstance(index, int):
            return self[index : index + 1][0] if index >= 0 else self[len(self) + index]
        places = self.places[index]
        people = described(self.found, places)
        keys = self.found.histories.people.key[places].tolist()
        rows = Patient.objects.filter(pk__in=keys).only("pk", "record_number", "sex", "diagnosis").in_bulk()
        return [
            Listed(
                pk=key,
                record_number=rows[key].record_number,
                age=None if people.age[at] == UNKNOWN else int(people.age[at]),
                sex=rows[key].get_sex_display(),
                diagnosis=diagnosis_words(rows[key].diagnosis),
                days=int(people.infusion_days[at]),
                detail=self.detail(int(places[at])) if self.detail else "",
            )
            for at, key in enumerate(keys)
        ]

"""The patients behind one cell of Table 2."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import overload

import numpy as np

from outcomes.queries.cohorts import Source, clock
from outcomes.queries.dashboard import mcid_text
from outcomes.queries.study import Study
from outcomes.rules.behind import Standing, days_of, standing
from outcomes.rules.counted import COLUMNS
from outcomes.rules.definitions import Definitions
from outcomes.rules.histories import Ints, day_of
from outcomes.rules.measures import Measure, measures
from outcomes.rules.published import PublishedCell, published_cells
from outcomes.rules.tallies import changes
from outcomes.rules.windows import BASELINE, LAST, SIX_MONTHS, THREE_MONTHS, WINDOW_NAMES, Score, Windowed
from scheduling.models import Patient

ATTRIBUTES = {LAST: "last", THREE_MONTHS: "three_months", SIX_MONTHS: "six_months"}
NO_ROW = -1


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list. course: its number in course mode, 0 in paper mode."""

    pk: int
    record_number: str
    course: int
    standing: Standing


class Lines(Sequence[Listed]):
    """Lines made as they are read. of: places of patients; row: of the study, or NO_ROW."""

    def __init__(self, found: Study, measure: Measure, window: str, of: Ints, row: Ints) -> None:
        self.found, self.measure, self.window, self.of, self.row = found, measure, window, of, row

    def __len__(self) -> int:
        return len(self.of)

    @overload
    def __getitem__(self, index: int) -> Listed: ...
    @overload
    def __getitem__(self, index: slice) -> list[Listed]: ...
    def __getitem__(self, index: int | slice) -> Listed | list[Listed]:
        if isinstance(index, int):
            return self[index : index + 1][0] if index >= 0 else self[len(self) + index]
        keys = self.found.histories.people.key[self.of[index]]
        numbers = dict(Patient.objects.filter(pk__in=keys.tolist()).values_list("pk", "record_number"))
        course_mode = self.found.counted.mode == "course"
        lines = []
        for key, row in zip(keys.tolist(), self.row[index].tolist(), strict=True):
            number = int(self.found.counted.rows.number[row]) if course_mode and row != NO_ROW else 0
            lines.append(Listed(key, numbers[key], number, self._standing(row)))
        return lines

    def _standing(self, row: int) -> Standing:
        read = _windowed(self.found, row, self.measure, self.window)
        return standing(read, self.measure, self.window, self.found.asked.definitions)


@dataclass(frozen=True, slots=True)
class Behind:
    """One cell with everybody behind it, the greatest improvement first."""

    source: Source
    as_of: date
    definitions: Definitions
    measure: Measure
    window: str
    mcid: str
    days: tuple[int, int]
    published: PublishedCell
    paired: Lines
    improved: Lines
    left_out: Lines

    @property
    def window_name(self) -> str:
        return WINDOW_NAMES[self.window]


def behind(found: Study, *, measure: Measure, window: str) -> Behind:
    """Return the patients behind one measure at one window ("last", "3m" or "6m")."""
    asked, rows = found.asked, found.counted.rows
    place = list(measures()).index(measure.name)
    pairs = changes(found.counted, window, mcid_set=asked.definitions.mcid_set)
    paired = np.flatnonzero(pairs.paired[:, place])
    paired = paired[np.argsort(-pairs.gain[paired, place], kind="stable")]
    counting = pairs.counting(absolute=asked.definitions.absolute)[:, place]
    improved = paired[counting[paired]]
    unpaired = np.flatnonzero(~pairs.paired[:, place])
    treated = np.zeros(len(found.members), dtype=bool)
    treated[rows.of] = True
    untreated = np.flatnonzero(found.members & ~treated)
    out = np.concatenate((rows.of[unpaired], untreated)), np.append(unpaired, np.full(len(untreated), NO_ROW))
    by_record = np.argsort(out[0], kind="stable")
    return Behind(
        source=asked.source,
        as_of=asked.as_of,
        definitions=asked.definitions,
        measure=measure,
        window=window,
        mcid=mcid_text(measure, asked.definitions),
        days=days_of(window, asked.definitions.reading),
        published=published_cells()[measure.name, window],
        paired=Lines(found, measure, window, rows.of[paired], paired),
        improved=Lines(found, measure, window, rows.of[improved], improved),
        left_out=Lines(found, measure, window, out[0][by_record], out[1][by_record]),
    )


def _windowed(found: Study, row: int, measure: Measure, window: str) -> Windowed:
    """Return one row as the rules for one patient take it, for this measure and window alone."""
    if row == NO_ROW:
        return Windowed(found.asked.as_of)
    place = list(measures()).index(measure.name)
    rows, counting = found.counted.rows, found.counted.place[row, place]
    at = {name: _score(found, int(counting[COLUMNS.index(name)])) for name in (BASELINE, window)}
    given = {name: {measure.name: score} for name, score in at.items() if score is not None}
    return Windowed(
        as_of=found.asked.as_of,
        first_infusion=day_of(rows.first[row]),
        last_infusion=day_of(rows.last[row]),
        baseline=given.get(BASELINE, {}),
        flagged=frozenset({measure.name} if found.counted.unclear[row, place] else ()),
        **{ATTRIBUTES[window]: given.get(window, {})},
    )


def _score(found: Study, place: int) -> Score | None:
    scores = found.kept.scores
    if place < 0:
        return None
    minute = int(scores.minute[place])
    return Score(
        list(measures())[scores.measure[place]],
        day_of(scores.day[place]),
        clock(None if minute < 0 else minute),
        int(scores.tenths[place]),
        int(scores.key[place]),
    )

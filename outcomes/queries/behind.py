"""The patients behind one cell of Table 2."""

from dataclasses import dataclass
from datetime import date

from outcomes.queries.cohorts import CohortPatient, Source, cohort
from outcomes.queries.dashboard import mcid_text, members
from outcomes.rules.behind import Standing, days_of, standing
from outcomes.rules.definitions import Definitions
from outcomes.rules.measures import Measure
from outcomes.rules.published import PublishedCell, published_cells
from outcomes.rules.windows import WINDOW_NAMES, windows
from scheduling.rules.protocols import STANDARD


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    patient: CohortPatient
    standing: Standing


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
    paired: tuple[Listed, ...]
    left_out: tuple[Listed, ...]

    @property
    def window_name(self) -> str:
        return WINDOW_NAMES[self.window]

    @property
    def improved(self) -> tuple[Listed, ...]:
        return tuple(line for line in self.paired if line.standing.is_improved)


def behind(
    source: Source,
    *,
    as_of: date,
    definitions: Definitions,
    measure: Measure,
    window: str,
    protocol: str = STANDARD,
) -> Behind:
    """Return the patients behind one measure at one window ("last", "3m" or "6m") under one protocol."""
    found = members(cohort(source, as_of=as_of, protocol=protocol), as_of)
    reading = definitions.reading
    lines = [
        Listed(
            patient,
            standing(
                windows(patient.infusions, patient.scores, as_of, reading=reading), measure, window, definitions
            ),
        )
        for patient in found
    ]
    paired = [line for line in lines if line.standing.is_paired]
    return Behind(
        source=source,
        as_of=as_of,
        definitions=definitions,
        measure=measure,
        window=window,
        mcid=mcid_text(measure, definitions),
        days=days_of(window, reading),
        published=published_cells()[measure.name, window],
        paired=tuple(sorted(paired, key=lambda line: -line.standing.gain_tenths)),
        left_out=tuple(line for line in lines if not line.standing.is_paired),
    )

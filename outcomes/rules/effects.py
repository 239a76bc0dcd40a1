"""What each switch of the definitions would change: which of the 33 cells, and one of them in figures."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from outcomes.rules.counted import Counted, Mode, counted
from outcomes.rules.definitions import SWITCHES, Definitions, Switch
from outcomes.rules.histories import Infusions, Mask, Scores
from outcomes.rules.measures import measures
from outcomes.rules.statistics import percent
from outcomes.rules.tables import Tallies, differing_cells
from outcomes.rules.tallies import tally
from outcomes.rules.windows import WINDOWS, Reading

Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """One cell before and after a switch; percents are None where n is 0."""

    measure: str
    window: str
    before: Decimal | None
    after: Decimal | None
    n_before: int
    n_after: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What one switch would change. changed: (measure, window) of the cells that would show other figures."""

    switch: Switch
    changed: frozenset[Cell]
    example: Example | None


class Views:
    """Each reading of the windows over the same patients, computed once."""

    def __init__(self, infusions: Infusions, scores: Scores, as_of: date, *, only: Mask | None = None) -> None:
        """only: by place of the patient, whom the reader asked for; None for everybody."""
        self.infusions, self.scores, self.as_of, self.only = infusions, scores, as_of, only
        self._read: dict[tuple[Mode, Reading], Counted] = {}

    def counted(self, definitions: Definitions) -> Counted:
        """Return the counting scores of all rows."""
        key = (definitions.mode, definitions.reading)
        if key not in self._read:
            found = counted(self.infusions, self.scores, self.as_of, mode=key[0], reading=key[1])
            self._read[key] = found if self.only is None else found.where(self.only[found.rows.of])
        return self._read[key]

    def tallies(self, definitions: Definitions) -> Tallies:
        """Return the sums of the 33 cells."""
        return tally(self.counted(definitions), mcid_set=definitions.mcid_set, absolute=definitions.absolute)


def effects(views: Views, definitions: Definitions, *, measure: str) -> tuple[Effect, ...]:
    """Return the effect of every switch, one switched at a time. measure: the one to prefer as example."""
    now = views.tallies(definitions)
    return tuple(_effect(switch, now, views.tallies(definitions.switched(switch)), measure) for switch in SWITCHES)


def _effect(switch: Switch, now: Tallies, then: Tallies, measure: str) -> Effect:
    changed = differing_cells(now, then)
    order = [measure, *measures()]
    found = next(((name, window) for name in order for window in WINDOWS if (name, window) in changed), None)
    return Effect(switch, changed, _example(found, now, then) if found else None)


def _example(cell: Cell, now: Tallies, then: Tallies) -> Example:
    return Example(*cell, _rate(now, cell), _rate(then, cell), now[cell].n, then[cell].n)


def _rate(tallies: Tallies, cell: Cell) -> Decimal | None:
    found = tallies[cell]
    return percent(found.improved, found.n) if found.n else None

"""What a shared view shows of a study: Tables 2 and 3, completion and response without small cells."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from outcomes.queries.study import Study
from outcomes.rules.completion import completion
from outcomes.rules.contrasts import Arm, arm, samples
from outcomes.rules.counted import MISSING
from outcomes.rules.histories import Mask
from outcomes.rules.measures import Measure, measures
from outcomes.rules.statistics import percent
from outcomes.rules.suppression import is_small, shown_parts, shown_within, tells_no_total
from outcomes.rules.tallies import changes, closed
from outcomes.rules.windows import WINDOW_NAMES, WINDOWS

LEVELS = ("None known", "One", "Two", "Three", "Four", "Five")  # completed infusions


@dataclass(frozen=True, slots=True)
class SharedCell:
    """One measure at one window. counts, rate, mean: whether each may be shown."""

    window: str
    arm: Arm
    counts: bool
    rate: bool
    mean: bool

    @property
    def window_name(self) -> str:
        return WINDOW_NAMES[self.window]

    @property
    def hides(self) -> bool:
        """True when something of the cell is not shown."""
        return not (self.counts and self.rate and self.mean)


@dataclass(frozen=True, slots=True)
class SharedRow:
    """One measure; cells in the order last infusion, 3 months, 6 months."""

    measure: Measure
    cells: tuple[SharedCell, ...]


@dataclass(frozen=True, slots=True)
class SharedCount:
    """One count of patients with a label; count, of, what it is out of, and percent are None where not shown."""

    label: str
    count: int | None
    of: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SharedView:
    """A study for everybody of the clinic. patients: None where there are 1 to 10, and then nothing is shown."""

    patients: int | None
    rows: tuple[SharedRow, ...]
    levels: tuple[SharedCount, ...]
    first_sequence: SharedCount
    responses: tuple[SharedCount, ...]

    @property
    def hidden(self) -> str:
        """Say what is not shown and why; "" when everything is."""
        cells = sum(cell.hides for row in self.rows for cell in row.cells)
        counts = sum(one.count is None for one in (*self.levels, self.first_sequence, *self.responses))
        if not cells and not counts:
            return ""
        return (
            f"Not shown, in whole or in part: {cells} of {len(self.rows) * len(WINDOWS)} cells of Tables 2 and 3, "
            f"and {counts} counts of completion and response. They are of 1 to 10 patients, or such a number "
            "could be worked out from them."
        )


def shared_view(found: Study) -> SharedView:
    """Return what may be shown of a study (OUT-60 to OUT-62)."""
    everybody = int(np.count_nonzero(found.members))
    nothing = is_small(everybody)
    levels, first, none_hidden = _completion(found, everybody)
    return SharedView(
        patients=None if nothing else everybody,
        rows=_rows(found, everybody),
        levels=levels,
        first_sequence=first,
        responses=_responses(found, everybody, none_hidden),
    )


def _patients(found: Study, rows: Mask) -> int:
    """Return how many patients stand in these rows, of which one may have several in course mode."""
    return len(np.unique(found.counted.rows.of[rows]))


def _answered(found: Study, window: str) -> Mask:
    some: Mask = (found.counted.column(window) != MISSING).any(axis=1)
    return some


def _rows(found: Study, everybody: int) -> tuple[SharedRow, ...]:
    definitions = found.asked.definitions
    keep = np.ones(len(found.counted.rows), dtype=bool)
    cells: dict[str, list[SharedCell]] = {name: [] for name in measures()}
    for window in WINDOWS:
        pairs = changes(found.counted, window, mcid_set=definitions.mcid_set)
        answered = _patients(found, _answered(found, window))
        sampled = samples(pairs, keep, found.counted.rows.of, absolute=definitions.absolute)
        for name, sample in zip(measures(), sampled, strict=True):
            told = arm(sample)
            better = len(np.unique(sample.of[sample.improved]))
            rest = len(np.unique(sample.of[~sample.improved]))
            mean = shown_within([everybody])[0] and not is_small(told.patients)
            apart = is_small(answered - told.patients)
            counts = mean and not apart and all(shown_within([everybody, told.patients]))
            rate = counts and all(shown_parts([better, rest], total=told.patients).parts)
            cells[name].append(SharedCell(window, told, counts, rate, mean))
    return tuple(SharedRow(measure, tuple(cells[name])) for name, measure in measures().items())


def _completion(found: Study, everybody: int) -> tuple[tuple[SharedCount, ...], SharedCount, bool]:
    """Return the levels, who finished the first sequence, and whether those without an infusion are hidden."""
    asked = found.asked
    done = completion(found.kept.infusions, found.members, asked.as_of, complete=asked.protocol.days)
    order = list(range(done.complete + 1))
    counts = [done.under_way, *(done.counts[level] for level in order)]
    shown = shown_parts(counts, total=everybody)  # from the fewest infusions, so that most stay shown
    labels = [LEVELS[level] + " or more" * (level == done.complete) for level in order]
    named = zip(["Under way, not counted", *labels], counts, shown.parts, strict=True)
    levels = tuple(SharedCount(label, count if may else None) for label, count, may in named)[::-1]
    finished = shown_parts([done.first_sequence, done.completed - done.first_sequence])
    may = shown.parts[-1] and finished.total and finished.parts[0]
    first = SharedCount("Finished the first sequence", done.first_sequence if may else None)
    return levels, first, not shown.parts[1]


def _responses(found: Study, everybody: int, none_hidden: bool) -> tuple[SharedCount, ...]:
    due = {window: closed(found.counted, window) for window in WINDOWS}
    patients = [_patients(found, due[window]) for window in WINDOWS]
    chain = shown_within([everybody, *patients])
    untreated = everybody - _patients(found, np.ones(len(found.counted.rows), dtype=bool))
    shown = []
    for window, many, may in zip(WINDOWS, patients, chain[1:], strict=True):
        tells = none_hidden and everybody - many == untreated  # who is not due are just those without an infusion
        of, some = int(np.count_nonzero(due[window])), _answered(found, window) & due[window]
        parts = shown_parts([_patients(found, some), _patients(found, due[window] & ~some)], total=many)
        count = int(np.count_nonzero(some))
        share = percent(count, of) if of else None
        if not (may and chain[0]) or tells:
            alone = share is not None and chain[0] and all(parts.parts) and tells_no_total(share, everybody)
            shown.append(SharedCount(WINDOW_NAMES[window], None, None, share if alone else None))
        elif all(parts.parts):
            shown.append(SharedCount(WINDOW_NAMES[window], count, of, share))
        else:
            shown.append(SharedCount(WINDOW_NAMES[window], None, of))
    return tuple(shown)

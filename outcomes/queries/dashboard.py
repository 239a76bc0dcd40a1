"""Everything the outcomes page shows, from stored rows; the command and the export print the same facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
from django.utils.text import slugify

from kitclinic.display import show
from outcomes.queries.cohorts import Source, missed_days
from outcomes.queries.study import Study
from outcomes.rules.comparison import finding, is_few, outside
from outcomes.rules.completion import COMPLETE, Completion, Response, completion, responses
from outcomes.rules.counted import MISSING
from outcomes.rules.definitions import Definitions
from outcomes.rules.effects import Effect, effects
from outcomes.rules.histories import day_of
from outcomes.rules.measures import Measure, measures
from outcomes.rules.published import SAMPLE_SIZE, PublishedCell, published_cells, published_sample
from outcomes.rules.sureness import Sureness, sureness
from outcomes.rules.tables import Table2Cell, Table3Cell, table_2, table_3
from outcomes.rules.tallies import all_closed, closed, tally
from outcomes.rules.windows import LAST, WINDOW_NAMES, WINDOWS
from scheduling.queries.protocols import PUBLISHED_CHOICE, Choice
from scheduling.rules.protocols import STANDARD

FIRST_CHOICE = "PROMIS Fatigue"  # the measure whose strip is shown until another is chosen
LONGEST_TITLE = 24  # letters


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure at one window: Table 2, Table 3 and the published figures."""

    window: str
    ours: Table2Cell
    change: Table3Cell
    published: PublishedCell

    @property
    def window_name(self) -> str:
        return WINDOW_NAMES[self.window]

    @property
    def is_few(self) -> bool:
        return is_few(self.ours.n)

    @property
    def outside(self) -> str:
        return outside(self.ours, self.published)

    @property
    def better(self) -> int:
        """Improved in the improving direction, whatever the direction switch says."""
        return self.ours.literal - self.ours.worsened

    @property
    def places(self) -> int:
        """Decimals of the mean, as the paper prints it in this cell."""
        return -int(self.published.mean.as_tuple().exponent)

    @property
    def mean(self) -> Decimal | None:
        return None if self.change.mean is None else self.change.mean_at(self.places)

    @property
    def sd(self) -> Decimal | None:
        return None if self.change.sd is None else self.change.sd_at(1)


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of Figure 1 and Tables 2 and 3; cells in the order last infusion, 3 months, 6 months."""

    measure: Measure
    mcid: str
    cells: tuple[Cell, ...]

    @property
    def slug(self) -> str:
        return slugify(self.measure.name)

    @property
    def title(self) -> str:
        """The measure's title, or its label where the title would not fit a row of Figure 1."""
        return self.measure.title if len(self.measure.title) <= LONGEST_TITLE else self.measure.label

    @property
    def family(self) -> str:
        """Whose measure it is: PROMIS, PHQ-9, GAD-7 or PCS."""
        return self.measure.name.split()[0]


@dataclass(frozen=True, slots=True)
class Level:
    """One line of the completion table: patients with so many completed infusions, ours and published."""

    label: str
    count: int
    published: int | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One source on one day under one set of definitions. rows: by our rate at the last infusion, falling.

    patients: whom the counts are of; everybody: the same before the filters.
    sure: window -> how sure the chosen measure's changes are.
    """

    source: Source
    as_of: date
    definitions: Definitions
    rows: tuple[Row, ...]
    chosen: Row
    finding: str
    patients: int
    infusions: int
    since: date | None
    completion: Completion
    levels: tuple[Level, ...]
    missed: tuple[tuple[str, int], ...]
    responses: tuple[Response, ...]
    effects: tuple[Effect, ...]
    is_empty: bool
    protocol: Choice = PUBLISHED_CHOICE
    others: int = 0
    switched: int = 0
    everybody: int = 0
    sure: Mapping[str, Sureness] = field(default_factory=dict)

    @property
    def is_standard(self) -> bool:
        """Whether these are outcomes of the published programme's protocol."""
        return self.protocol.slug == STANDARD

    @property
    def apart(self) -> str:
        """Say which protocol this is and whom it does not count; "" where a clinic has used one only."""
        said = [] if self.is_standard else [f"Outcomes of the protocol “{self.protocol.name}” alone."]
        if self.others:
            were = "1 patient was" if self.others == 1 else f"{show(self.others)} patients were"
            said.append(f"{were} treated under other protocols and not counted here.")
        if self.switched:
            went = "1 patient" if self.switched == 1 else f"{show(self.switched)} patients"
            said.append(f"{went} went on to another protocol later and counted until the day before.")
        return " ".join(said)

    @property
    def title(self) -> str:
        return f"Outcomes as of {self.as_of.day} {self.as_of:%B %Y}"

    @property
    def sure_words(self) -> str:
        """How much of the chosen measure's change just after the last infusion is more than chance."""
        found = self.sure.get(LAST)
        return " ".join(filter(None, (found.reliable_words, found.sentence))) if found and found.n else ""

    @property
    def published_patients(self) -> int:
        return SAMPLE_SIZE


def dashboard(found: Study, *, measure: str = "") -> Dashboard:
    """Return the page of one study. measure: slug of the measure to look at closely."""
    asked, views = found.asked, found.views
    done = completion(found.kept.infusions, found.members, asked.as_of, complete=asked.protocol.days)
    rows = measure_rows(found)
    chosen = next((row for row in rows if row.slug == measure), None) or _first_choice(rows)
    answered = {window: (found.counted.column(window) != MISSING).any(axis=1) for window in WINDOWS}
    due = {window: closed(found.counted, window) for window in WINDOWS}
    cells = [(cell.ours, cell.published) for row in rows for cell in row.cells]
    return Dashboard(
        source=asked.source,
        as_of=asked.as_of,
        definitions=asked.definitions,
        rows=rows,
        chosen=chosen,
        finding=finding(cells, absolute=asked.definitions.absolute),
        patients=int(np.count_nonzero(found.members)),
        infusions=found.infusions,
        since=_since(found),
        completion=done,
        levels=_levels(done),
        missed=()
        if asked.source.is_registry
        else missed_days(asked.source.site, asked.as_of, asked.protocol.slug),
        responses=responses(answered, due),
        effects=effects(views, asked.definitions, measure=chosen.measure.name),
        is_empty=found.is_empty,
        protocol=asked.protocol,
        others=found.others,
        switched=found.switched,
        everybody=found.all_members,
        sure={window: _sure(found, chosen.measure, window) for window in WINDOWS},
    )


def _sure(found: Study, measure: Measure, window: str) -> Sureness:
    mcid_set = found.asked.definitions.mcid_set
    return sureness(found.counted, found.kept.scores, measure.name, window, mcid_set=mcid_set)


def _since(found: Study) -> date | None:
    first = found.counted.rows.first
    return day_of(first.min()) if len(first) else None


def measure_named(slug: str) -> Measure | None:
    """Return the measure an address names, or None."""
    return next((measure for name, measure in measures().items() if slugify(name) == slug), None)


def mcid_text(measure: Measure, definitions: Definitions) -> str:
    """Return the change that counts: "5.0 lower", "8 lower, 11 above 30", "4 either way"."""
    mcid = measure.mcid[definitions.mcid_set]
    decimals = "" if measure.decimals == 0 else ".0"
    way = "either way" if definitions.absolute else measure.better
    text = f"{mcid.tenths // 10}{decimals} {way}"
    if mcid.tenths_above:
        text += f", {mcid.tenths_above // 10}{decimals} from above {mcid.above_baseline_tenths // 10}"
    return text


def measure_rows(found: Study) -> tuple[Row, ...]:
    """Return the rows of Figure 1 and Tables 2 and 3, by our rate at the last infusion, falling; no query."""
    definitions = found.asked.definitions
    tallies = tally(found.counted, mcid_set=definitions.mcid_set, absolute=definitions.absolute)
    second = table_2(tallies, all_closed(found.counted))
    rows = []
    for ours, changes in zip(second, table_3(tallies), strict=True):
        pairs = zip(ours.cells, changes.cells, strict=True)
        cells = tuple(
            Cell(cell.window, cell, change, published_cells()[ours.measure.name, cell.window])
            for cell, change in pairs
        )
        rows.append(Row(ours.measure, mcid_text(ours.measure, definitions), cells))
    return tuple(sorted(rows, key=_by_rate))


def _by_rate(row: Row) -> Decimal:
    rate = row.cells[0].ours.percent
    return Decimal(1) if rate is None else -rate


def _first_choice(rows: Sequence[Row]) -> Row:
    """Return FIRST_CHOICE, or the first measure with a pair where that one has none."""
    wanted = next(row for row in rows if row.measure.name == FIRST_CHOICE)
    with_pairs = [row for row in rows if any(cell.ours.n for cell in row.cells)]
    return wanted if wanted in with_pairs or not with_pairs else with_pairs[0]


def _levels(found: Completion) -> tuple[Level, ...]:
    labels = {5: "Five", 4: "Four", 3: "Three", 2: "Two", 1: "One", 0: "None known"}
    labels[found.complete] += " or more"
    printed = {int(level): count for level, count in published_sample().counts["completed"].items()}
    printed[0] = SAMPLE_SIZE - sum(printed.values())
    if found.complete != COMPLETE:
        printed = {}  # the paper counts days of its own protocol
    return tuple(Level(labels[n], found.counts[n], printed.get(n)) for n in range(found.complete, -1, -1))

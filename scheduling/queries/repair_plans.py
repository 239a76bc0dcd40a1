"""The open plans for a day, side by side, with whom to call; and whether the solver has answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kitclinic.models import Site
from scheduling.models import Proposal, SuiteDay, Visit
from scheduling.rules.capacity import clock, date_words
from scheduling.states import ProposalKind, ProposalState

WORDS = {
    "": "",
    "asked": "The solver has not answered yet. The quick plan can be used now.",
    "absent": "The solver is not installed here. These are quick plans; there may be better ones.",
    "outrun": "The day has changed while the solver worked. Work the plans out again.",
    "answered": "The solver has answered.",
    "nothing": "The solver has answered: it found no better plan.",
}


@dataclass(frozen=True, slots=True)
class CallLine:
    """One visit that a plan moves, or cancels (``to_clock`` empty), with whom to call."""

    visit: int
    patient: int
    name: str
    phone: str
    day_index: int
    chair: int
    from_clock: str
    to_clock: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class RepairLine:
    """One plan. cover: sentences; breaks: moved ones, in words; stale: the day has changed since."""

    pk: int
    name: str
    is_proven: bool
    by_solver: bool
    moves: tuple[CallLine, ...]
    cancels: tuple[CallLine, ...]
    cover: tuple[str, ...]
    breaks: tuple[str, ...]
    shift: int
    overtime: int
    stale: bool

    @property
    def made_by(self) -> str:
        if not self.by_solver:
            return "worked out the quick way"
        return "proven: no plan is better" if self.is_proven else "the best the solver found in its time"

    @property
    def calls(self) -> tuple[CallLine, ...]:
        """Whom to call, in the order of the booked times."""
        return tuple(sorted((*self.cancels, *self.moves), key=lambda line: (line.from_clock, line.name)))


@dataclass(frozen=True, slots=True)
class RepairsPage:
    """The open plans for one day, best first. solver: "" when none was asked, else a key of ``WORDS``."""

    day: str
    lines: tuple[RepairLine, ...]
    solver: str

    @property
    def sentence(self) -> str:
        return WORDS[self.solver]


def repairs_page(site: Site, day: date) -> RepairsPage:
    """Return the open plans for this day. Three queries."""
    rows = Proposal.objects.filter(
        site=site, kind=ProposalKind.REPAIR, state=ProposalState.OPEN, first_day__lte=day, last_day__gte=day
    )
    found = sorted(rows, key=lambda row: (_rank(row), row.pk))
    keys = {entry["visit"] for row in found for entry in (*row.moves, *row.cancels)}
    moved = Visit.objects.filter(site=site, pk__in=keys).select_related("patient", "sequence")
    visits = {visit.pk: visit for visit in moved}
    dates = {iso for row in found for iso in row.versions}
    days = SuiteDay.objects.filter(site=site, date__in=dates).values_list("date", "version")
    versions = {one.isoformat(): version for one, version in days}
    return RepairsPage(date_words(day), tuple(_line(row, visits, versions) for row in found), _solver(found))


def _rank(row: Proposal) -> tuple[int, ...]:
    return row.figures["uncovered"], len(row.cancels), len(row.moves), row.figures["shift"]


def _solver(rows: list[Proposal]) -> str:
    if any(row.by_solver for row in rows):
        return "answered"
    return next((row.figures["solver"] for row in rows), "")


def _line(row: Proposal, visits: Mapping[int, Visit], versions: Mapping[str, int]) -> RepairLine:
    figures = row.figures
    return RepairLine(
        row.pk,
        row.name,
        row.is_proven,
        row.by_solver,
        tuple(_call(entry, visits[entry["visit"]]) for entry in row.moves if entry["visit"] in visits),
        tuple(_call(entry, visits[entry["visit"]]) for entry in row.cancels if entry["visit"] in visits),
        tuple(cover["sentence"] for cover in figures["cover"]),
        tuple(f"Break of {clock(one['was'])} moved to {clock(one['from_minute'])}" for one in figures["breaks"]),
        figures["shift"],
        figures["overtime"],
        any(versions.get(iso) != version for iso, version in row.versions.items()),
    )


def _call(entry: Mapping[str, Any], visit: Visit) -> CallLine:
    start, to = entry["from_minute"], entry.get("to_minute")
    return CallLine(
        visit.pk,
        visit.patient_id,
        visit.patient.name,
        visit.patient.phone,
        visit.day_index,
        visit.chair,
        clock(start),
        "" if to is None else clock(to),
        0 if to is None else abs(to - start),
    )

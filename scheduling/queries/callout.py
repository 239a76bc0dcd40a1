"""A call-out: who is there to be out, what the day lacks without them, the plans, and whom to call."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kitclinic.models import Site, StaffUser
from scheduling.models import CallOut, Proposal, SuiteDay, Visit
from scheduling.queries.cover import CoverLine, open_cover
from scheduling.queries.rosters import rosters_of
from scheduling.rules.capacity import clock
from scheduling.states import ProposalState, VisitState

WAIT_FOR_SOLVER = timedelta(seconds=60)  # after that the page stops asking
SAID = {
    "asked": "The solver has not answered; these are the quick plans.",
    "absent": "Without the solver: these are the quick plans, and better ones may exist.",
    "nothing": "The solver looked and found nothing better.",
    "outrun": "The day changed while the solver looked.",
}


@dataclass(frozen=True, slots=True)
class Rostered:
    """One person of the day's roster. hours: "07:30 to 17:30"; out: when they are out already, in words."""

    person: StaffUser
    hours: str
    out: str


@dataclass(frozen=True, slots=True)
class Change:
    """One visit that a plan moves or cancels. was: the booked time; to_clock: "" when cancelled.

    minutes: later, negative earlier.
    """

    visit: Visit
    was: str
    to_clock: str
    minutes: int

    @property
    def is_cancelled(self) -> bool:
        return not self.to_clock

    @property
    def words(self) -> str:
        """Return "25 min later", "10 min earlier", "cancelled"."""
        if self.is_cancelled:
            return "cancelled"
        return f"{abs(self.minutes)} min {'later' if self.minutes > 0 else 'earlier'}"


@dataclass(frozen=True, slots=True)
class Plan:
    """One proposal as it is read. changes: cancelled visits first, then by the booked time."""

    proposal: Proposal
    changes: tuple[Change, ...]

    @property
    def cancelled(self) -> int:
        return sum(change.is_cancelled for change in self.changes)

    @property
    def moved(self) -> int:
        return len(self.changes) - self.cancelled

    @property
    def cover(self) -> tuple[str, ...]:
        """Return what stays uncovered all the same, in sentences."""
        return tuple(one["sentence"] for one in self.proposal.figures.get("cover", ()))

    @property
    def breaks(self) -> tuple[str, ...]:
        """Return the breaks that the plan moves, "10:15 to 10:45"."""
        moved = self.proposal.figures.get("breaks", ())
        return tuple(f"{clock(one['was'])} to {clock(one['from_minute'])}" for one in moved)

    @property
    def most(self) -> int:
        """Return the longest move in minutes."""
        return max((abs(change.minutes) for change in self.changes), default=0)


@dataclass(frozen=True, slots=True)
class CallOutPage:
    """What the assistant shows. touched: visits to come that stand in the uncovered time; none when covered."""

    call_out: CallOut
    cover: tuple[CoverLine, ...]
    plans: tuple[Plan, ...]
    accepted: Plan | None
    touched: tuple[Visit, ...]
    works: bool  # the solver still looks for better plans
    solver: str  # what the solver said, in words
    overtaken: str  # why the last plan was put aside, "" without one

    @property
    def span(self) -> str:
        return f"{clock(self.call_out.from_minute)} to {clock(self.call_out.to_minute)}"


def rostered_people(day: SuiteDay) -> list[Rostered]:
    """Return who is on the day's roster, nurses first, by name. Two queries."""
    roster = rosters_of([day.pk])[day.pk]
    hours: dict[int, list[str]] = {}
    for entry in (*roster.shifts, *roster.presences):
        hours.setdefault(entry.person, []).append(f"{clock(entry.span[0])} to {clock(entry.span[1])}")
    out: dict[int, list[str]] = {}
    for person, span in roster.out:
        out.setdefault(person, []).append(f"{clock(span[0])} to {clock(span[1])}")
    staff = StaffUser.objects.at(day.site, ended=True).filter(pk__in=hours).order_by("role_here", "name")
    return [Rostered(one, ", ".join(hours[one.pk]), ", ".join(out.get(one.pk, []))) for one in staff]


def call_out_page(call_out: CallOut, *, at: datetime) -> CallOutPage:
    """Return the assistant's page. About eight queries."""
    day = call_out.suite_day
    site: Site = day.site
    proposals = list(Proposal.objects.filter(site=site, call_out=call_out).order_by("made_at", "pk"))
    keys = {int(row["visit"]) for one in proposals for row in (*one.moves, *one.cancels)}
    visits = {
        visit.pk: visit
        for visit in Visit.objects.filter(site=site, pk__in=keys).select_related("patient", "sequence")
    }
    plans = {one.pk: Plan(one, _changes(one, visits)) for one in proposals}
    accepted = next((plans[one.pk] for one in proposals if one.state == ProposalState.ACCEPTED), None)
    cover = tuple(open_cover(site, day.date))
    waiting = [one for one in proposals if one.state == ProposalState.OPEN]
    works = any(one.figures.get("solver") == "asked" and at - one.made_at < WAIT_FOR_SOLVER for one in waiting)
    because = [one.figures["because"] for one in proposals if "because" in one.figures]
    return CallOutPage(
        call_out=call_out,
        cover=cover,
        plans=tuple(plans[one.pk] for one in waiting),
        accepted=accepted,
        touched=_touched(day, cover),
        works=works,
        solver="" if works or not waiting else SAID.get(waiting[0].figures.get("solver", ""), ""),
        overtaken=because[-1] if because and accepted is None else "",
    )


def _changes(proposal: Proposal, visits: dict[int, Visit]) -> tuple[Change, ...]:
    def change(row: dict[str, Any], *, cancelled: bool) -> Change:
        visit = visits[int(row["visit"])]
        if cancelled:
            return Change(visit, clock(row["from_minute"]), "", 0)
        was, now = row["from_minute"], row["to_minute"]
        return Change(visit, clock(was), clock(now), now - was)

    cancels = [change(row, cancelled=True) for row in proposal.cancels if int(row["visit"]) in visits]
    moves = [change(row, cancelled=False) for row in proposal.moves if int(row["visit"]) in visits]
    return tuple(
        sorted(cancels, key=lambda one: one.visit.start_minute)
        + sorted(moves, key=lambda one: one.visit.start_minute)
    )


def _touched(day: SuiteDay, cover: tuple[CoverLine, ...]) -> tuple[Visit, ...]:
    """The visits of the day that overlap uncovered minutes, in order of time."""
    spans = [line.span for line in cover]
    visits = Visit.objects.filter(suite_day=day, state__in=[VisitState.BOOKED, VisitState.ARRIVED])
    return tuple(
        visit
        for visit in visits.select_related("patient", "sequence").order_by("start_minute", "chair")
        if any(visit.start_minute < end and start < visit.leaves_minute for start, end in spans)
    )

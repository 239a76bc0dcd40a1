"""Plans that wait for a decision: what stands on the week, and the difference that somebody accepts or not."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from kitclinic.models import Site
from scheduling.models import Patient, Proposal, Sequence, Visit
from scheduling.rules.capacity import clock
from scheduling.states import ProposalKind, ProposalState

SOLVER_WORDS = {
    "asked": "The solver is still looking for a better plan; this one was worked out at once.",
    "absent": "Worked out without the solver: a better plan may exist.",
    "nothing": "The solver looked and found nothing better.",
}


@dataclass(frozen=True, slots=True)
class PlanNote:
    """One open plan on the week. words: what it would do, in one line."""

    pk: int
    words: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One patient's days in a plan. days: those that change; was, to: clock times; off: minutes between them.

    window: the clock times promised to a tentative patient; is_cancelled: the plan gives these days up.
    """

    patient: Patient
    days: tuple[date, ...]
    was: str
    to: str
    off: int
    window: str
    is_cancelled: bool = False

    @property
    def off_words(self) -> str:
        """Return "25 min later"."""
        return f"{abs(self.off)} min {'later' if self.off > 0 else 'earlier'}"


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A waiting request that would fit after the plan, and when."""

    patient: Patient
    clock: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan as a difference. solver: how it was worked out, in words."""

    plan: Proposal
    words: str
    solver: str
    lines: tuple[PlanLine, ...]
    placed: tuple[PlaceLine, ...]
    is_open: bool


def open_plans(site: Site, first_day: date) -> list[PlanNote]:
    """Return the re-timing plans of one week that wait for a decision, the newest first. One query."""
    rows = Proposal.objects.filter(
        site=site, kind=ProposalKind.RETIME, state=ProposalState.OPEN, first_day=first_day
    )
    return [PlanNote(row.pk, words_of(row)) for row in rows.order_by("-made_at", "-pk")]


def waiting_plans(site: Site) -> QuerySet[Proposal]:
    """Return every plan of the clinic that waits for a decision, the earliest days first."""
    rows = Proposal.objects.filter(site=site, state=ProposalState.OPEN)
    return rows.order_by("first_day", "-made_at", "-pk")


def plan_page(plan: Proposal) -> PlanPage:
    """Return the difference that this plan makes. Two queries."""
    visits = {
        visit.pk: visit
        for visit in Visit.objects.filter(
            site=plan.site_id, pk__in=[one["visit"] for one in (*plan.moves, *plan.cancels)]
        ).select_related("patient", "sequence")
    }
    waiting = {one["sequence"]: one["minute"] for one in plan.figures.get("waiting", ())}
    rows = Sequence.objects.filter(site=plan.site_id, pk__in=waiting).select_related("patient")
    placed = sorted(((waiting[row.pk], row.patient) for row in rows), key=lambda one: one[0])
    return PlanPage(
        plan=plan,
        words=words_of(plan),
        solver="Proven: no plan is better."
        if plan.is_proven
        else SOLVER_WORDS.get(plan.figures.get("solver"), ""),
        lines=tuple(_lines(plan, visits)),
        placed=tuple(PlaceLine(patient, clock(minute)) for minute, patient in placed),
        is_open=plan.state == ProposalState.OPEN,
    )


def words_of(plan: Proposal) -> str:
    """Return "3 tentative times could move; then 2 waiting requests fit.", or what a repair cancels and moves."""
    moved = plan.figures.get("sequences_moved", plan.figures.get("moved", len(plan.moves)))
    noun = "tentative time" if plan.kind == ProposalKind.RETIME else "visit"
    if plan.cancels:
        return f"{_number(len(plan.cancels), noun)} could be cancelled, {moved} moved."
    said = f"{_number(moved, noun)} could move"
    placed = plan.figures.get("placed", 0)
    if placed:
        fits = "fits" if placed == 1 else "fit"
        return f"{said}; then {_number(placed, 'waiting request')} {fits}."
    nearer = plan.figures.get("off_wish_before", 0) - plan.figures.get("off_wish", 0)
    return f"{said}; together {nearer} minutes nearer to the wishes." if nearer > 0 else f"{said}."


def _lines(plan: Proposal, visits: dict[int, Visit]) -> list[PlanLine]:
    """Return one line a sequence and pair of clock times, by the new time."""
    found: dict[tuple[int, int, int | None], list[date]] = {}
    people: dict[int, Visit] = {}
    for one in (*plan.moves, *plan.cancels):
        visit = visits.get(one["visit"])
        if visit is None:
            continue
        key = (visit.sequence_id, one["from_minute"], one.get("to_minute"))
        found.setdefault(key, []).append(date.fromisoformat(one["date"]))
        people[visit.sequence_id] = visit
    return [
        PlanLine(
            people[sequence].patient,
            tuple(sorted(days)),
            clock(was),
            "" if to is None else clock(to),
            0 if to is None else to - was,
            _window(people[sequence].sequence),
            to is None,
        )
        for (sequence, was, to), days in sorted(found.items(), key=lambda item: (item[0][2] or 0, item[0][1]))
    ]


def _window(sequence: Sequence) -> str:
    first, last = sequence.promised_from_minute, sequence.promised_to_minute
    return "" if first is None or last is None else f"{clock(first)}–{clock(last)}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"

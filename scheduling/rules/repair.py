"""A day after a call-out or a change of hours: who keeps the time, who moves, who has to be cancelled.

The quick way of this file answers at once; the solver in the worker finds better plans for the same problem.
Both are checked by ``plan_errors``, which counts edge by edge and knows neither.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kitclinic.register import Rule
from scheduling.rules.breaches import SCH_08, breaches
from scheduling.rules.capacity import (
    GRID_MINUTES,
    PATIENTS_PER_NURSE,
    SCH_03,
    SCH_04,
    SCH_05,
    BookedVisit,
    DayPlan,
    Lengths,
    Profile,
    Span,
    after,
    clock,
    feasible,
    mask,
    minutes,
    on_floor,
    profile,
)

EARLY_MINUTES = 30  # SCH-48
LATE_MINUTES = 90  # SCH-48
OVERTIME_MINUTES = 30  # SCH-49
BREAK_SHIFT_MINUTES = 60  # SCH-50
BREAKS_APART_MINUTES = 30  # SCH-50

SCH_48 = Rule(
    "SCH-48",
    f"A repair leaves seated patients where they are; anybody else may start at most {EARLY_MINUTES} minutes "
    f"earlier or {LATE_MINUTES} minutes later than booked, and never before the news came.",
    source="clinic default",
)
SCH_49 = Rule(
    "SCH-49",
    "Of two repairs the better one leaves fewer nurse minutes of seated patients uncovered, then cancels fewer "
    "visits, then those of the lowest priority (the last days of a course and people moved before are kept "
    "first), then moves fewer, then moves them less.",
    source="clinic default",
)
SCH_50 = Rule(
    "SCH-50",
    f"A repair may move a break that has not begun by at most {BREAK_SHIFT_MINUTES} minutes; it keeps its length "
    f"and lies at least {BREAKS_APART_MINUTES} minutes from the nurse's other breaks, where it did before.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Seat:
    """One visit of the day. pinned: the patient has arrived. priority: 1 or more, higher is cancelled later."""

    key: int | str
    start: int
    lengths: Lengths = field(default_factory=Lengths)
    pinned: bool = False
    priority: int = 1


@dataclass(frozen=True, slots=True)
class Break:
    """A planned break of a nurse who is still there."""

    key: int | str
    span: Span


@dataclass(frozen=True, slots=True)
class Nurse:
    """A nurse's time in the suite, call-outs taken out but not the breaks."""

    spans: tuple[Span, ...]
    breaks: tuple[Break, ...] = ()

    def floor(self, moved: Mapping[int | str, Span] | None = None) -> tuple[Span, ...]:
        """Return the spans on the floor. moved: breaks that lie elsewhere, by key."""
        taken = [(moved or {}).get(pause.key, pause.span) for pause in self.breaks]
        return tuple(span for whole in self.spans for span in on_floor(whole, taken))


@dataclass(frozen=True, slots=True)
class RepairProblem:
    """The day as it is now: hours, provider and chairs of ``day`` (its nurses and visits are not read).

    nurses: those still there; known_at: the minute of the news; early, late: how far a visit may move;
    overtime: minutes that closing, the last shifts and the provider may be longer.
    """

    day: DayPlan
    seats: tuple[Seat, ...]
    nurses: tuple[Nurse, ...]
    known_at: int
    early: int = EARLY_MINUTES
    late: int = LATE_MINUTES
    overtime: int = 0

    @property
    def seated(self) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.seats if self.is_seated(seat))

    @property
    def movable(self) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.seats if not self.is_seated(seat))

    def is_seated(self, seat: Seat) -> bool:
        return seat.pinned or seat.start < self.known_at

    def window(self, seat: Seat) -> Span:
        """Return the first start allowed and the minute after the last one."""
        return max(self.known_at, seat.start - self.early), seat.start + self.late + 1

    @property
    def staff(self) -> tuple[Nurse, ...]:
        """The nurses, those at work at closing time for the overtime too."""
        return tuple(replace(nurse, spans=self._longer(nurse.spans)) for nurse in self.nurses)

    def empty_day(self, moved: Mapping[int | str, Span] | None = None) -> DayPlan:
        """Return the day without visits: floor, provider and closing with overtime, breaks as ``moved`` says."""
        floor = tuple(span for nurse in self.staff for span in nurse.floor(moved))
        close = self.day.close + self.overtime
        provider = self._longer(self.day.provider)
        return replace(
            self.day,
            close=close,
            nurses=floor,
            provider=provider,
            booked=(),
            nurse_cover=(),
            provider_cover=(),
            cap=None,
        )

    def _longer(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        close = self.day.close
        return tuple((start, end + self.overtime) if end == close else (start, end) for start, end in spans)


@dataclass(frozen=True, slots=True)
class Cover:
    """So many nurses are missing for seated patients. patients: as many as are above the ratio at worst."""

    span: Span
    nurses: int
    patients: int

    @property
    def minutes(self) -> int:
        return self.nurses * (self.span[1] - self.span[0])

    @property
    def sentence(self) -> str:
        people = "1 patient" if self.patients == 1 else f"{self.patients} patients"
        return f"Cover needed until {clock(self.span[1])} for {people}."


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """starts: new start of each visit that moves; cancels: visits without a place; breaks: moved breaks.

    cover: what no plan can help; proven: nothing is better under the rules; by_solver: False for the quick way.
    """

    starts: dict[int | str, int]
    cancels: tuple[int | str, ...]
    cover: tuple[Cover, ...] = ()
    breaks: dict[int | str, Span] = field(default_factory=dict)
    proven: bool = False
    by_solver: bool = False

    def shift(self, problem: RepairProblem) -> int:
        """Return the minutes of all moves together."""
        return sum(abs(self.starts[seat.key] - seat.start) for seat in problem.seats if seat.key in self.starts)


Score = tuple[int, int, int, int, int]


def score(problem: RepairProblem, plan: RepairPlan) -> Score:
    """SCH-49: uncovered minutes, cancelled, their priority, moved, minutes moved; smaller is better."""
    gone = [seat.priority for seat in problem.seats if seat.key in plan.cancels]
    uncovered = sum(cover.minutes for cover in plan.cover)
    return uncovered, len(gone), sum(gone), len(plan.starts), plan.shift(problem)


def priority(*, day_index: int, makes_up: bool = False, moved_before: bool = False) -> int:
    """Return how late a visit is cancelled: the last day last, then who was moved before. 1 to 8."""
    return day_index + makes_up + 2 * moved_before


def cover_needed(problem: RepairProblem, breaks: Mapping[int | str, Span] | None = None) -> tuple[Cover, ...]:
    """Return the time in which the seated patients alone lack nurses, whatever is planned for the others."""
    floor = problem.empty_day(breaks).nurses
    seated = [BookedVisit(seat.start, seat.lengths) for seat in problem.seated]
    attended, ivs = [visit.attended for visit in seated], [visit.iv for visit in seated]
    marks = sorted({problem.known_at, *(edge for span in (*floor, *attended, *ivs) for edge in span)})
    found: list[Cover] = []
    for start, end in pairwise(marks):
        if start < problem.known_at:
            continue
        nurses, patients = _count(floor, start), _count(attended, start)
        missing = max(-(-patients // PATIENTS_PER_NURSE), _count(ivs, start)) - nurses
        if missing <= 0:
            continue
        now = Cover((start, end), missing, max(0, patients - PATIENTS_PER_NURSE * nurses) or missing)
        last = found[-1] if found else None
        if last and last.span[1] == start and last.nurses == missing:
            found[-1] = Cover((last.span[0], end), missing, max(last.patients, now.patients))
        else:
            found.append(now)
    return tuple(found)


def quick_plan(problem: RepairProblem) -> RepairPlan:
    """Return a plan at once: each visit keeps its time or takes the nearest free one, the best of a few orders."""
    orders = (
        sorted(problem.movable, key=lambda seat: (seat.start, -seat.priority)),
        sorted(problem.movable, key=lambda seat: (-seat.priority, seat.start)),
    )
    plans = [_push(problem, order, earliest=earliest) for order in orders for earliest in (False, True)]
    return min(plans, key=lambda plan: score(problem, plan))


def push_back(problem: RepairProblem) -> RepairPlan:
    """Return what a person with a pencil does: in order of time, each visit to the first start that is free."""
    return _push(problem, sorted(problem.movable, key=lambda seat: seat.start), earliest=False, later_only=True)


def planned_day(problem: RepairProblem, plan: RepairPlan) -> DayPlan:
    """Return the day as the plan leaves it, without cover and without chairs."""
    return replace(problem.empty_day(plan.breaks), booked=tuple(_booked(problem.seats, plan)))


def plan_errors(problem: RepairProblem, plan: RepairPlan) -> list[str]:
    """Return everything a plan may not do, counted anew; empty for a plan that can be carried out."""
    keys = {seat.key for seat in problem.movable}
    errors = [f"{key} may not be touched" for key in {*plan.starts, *plan.cancels} - keys]
    errors += [f"{key} is moved and cancelled" for key in set(plan.starts).intersection(plan.cancels)]
    for seat in problem.movable:
        start = plan.starts.get(seat.key, seat.start)
        first, end = problem.window(seat)
        if seat.key in plan.starts and not (first <= start < end and start % GRID_MINUTES == 0):
            errors.append(f"{seat.key} is moved to {clock(start)}, outside its limits")
    errors += _break_errors(problem, plan)
    return errors + _count_errors(problem, plan)


def _count_errors(problem: RepairProblem, plan: RepairPlan) -> list[str]:
    """Seated patients may stand above the ratio; nobody else may be there in such a minute."""
    day = planned_day(problem, plan)
    others = list(_booked(problem.movable, plan))
    spans = {SCH_03.id: "occupied", SCH_04.id: "attended", SCH_05.id: "iv"}
    errors = [found.sentence for found in breaches(replace(day, booked=tuple(others))) if found.rule not in spans]
    for found in breaches(day):
        if found.rule == SCH_08.id or found.rule not in spans:
            continue
        for visit in others:
            start, end = getattr(visit, spans[found.rule])
            if start < found.span[1] and found.span[0] < end:
                errors.append(found.sentence)
    return errors


def _break_errors(problem: RepairProblem, plan: RepairPlan) -> list[str]:
    errors = []
    for nurse in problem.staff:
        for pause in nurse.breaks:
            if pause.key in plan.breaks and plan.breaks[pause.key] not in break_choices(problem, nurse, pause):
                errors.append(f"break {pause.key} is moved outside its limits")
        for one, other, gap in break_gaps(nurse):
            ends, begins = (plan.breaks.get(pause.key, pause.span) for pause in (one, other))
            if begins[0] - ends[1] < gap:
                errors.append(f"breaks {one.key} and {other.key} lie too close")
    return errors


def break_choices(problem: RepairProblem, nurse: Nurse, pause: Break) -> list[Span]:
    """SCH-50: return where a break may lie, its own place included; a break that has begun stays."""
    start, end = pause.span
    if start < problem.known_at:
        return [pause.span]
    moves = range(-BREAK_SHIFT_MINUTES, BREAK_SHIFT_MINUTES + 1, GRID_MINUTES)
    places = [(start + by, end + by) for by in moves if start + by >= problem.known_at]
    inside = [span for span in places if any(a <= span[0] and span[1] <= b for a, b in nurse.spans)]
    return inside if pause.span in inside else [pause.span, *inside]


def break_gaps(nurse: Nurse) -> list[tuple[Break, Break, int]]:
    """SCH-50: return each pair of breaks that follow each other, with the minutes there must be between them."""
    ordered = sorted(nurse.breaks, key=lambda pause: pause.span)
    return [
        (one, other, min(BREAKS_APART_MINUTES, other.span[0] - one.span[1])) for one, other in pairwise(ordered)
    ]


def free_for_moving(problem: RepairProblem) -> Profile:
    """Return what is free beside the seated patients, who take what they need even above the ratio."""
    seated = tuple(BookedVisit(seat.start, seat.lengths) for seat in problem.seated)
    return profile(replace(problem.empty_day(), booked=seated))


def starts_of(problem: RepairProblem, seat: Seat, free: Profile) -> int:
    """Return the starts at which this visit fits into ``free`` within its limits, as bits."""
    day = replace(problem.empty_day(), lengths=seat.lengths)
    own = replace(free, lengths=seat.lengths, starts=profile(day).starts) if seat.lengths != free.lengths else free
    return feasible(own) & mask(problem.window(seat))


def _push(
    problem: RepairProblem, order: Iterable[Seat], *, earliest: bool, later_only: bool = False
) -> RepairPlan:
    """Seat one visit after the other. earliest: at the first free start, unless its own is free."""
    free = free_for_moving(problem)
    starts: dict[int | str, int] = {}
    cancels: list[int | str] = []
    for seat in order:
        allowed = minutes(starts_of(problem, seat, free))
        if later_only:
            allowed = [start for start in allowed if start >= seat.start]
        if not allowed:
            cancels.append(seat.key)
            continue
        if seat.start in allowed:
            chosen = seat.start
        else:
            chosen = allowed[0] if earliest else min(allowed, key=lambda start: abs(start - seat.start))
        if chosen != seat.start:
            starts[seat.key] = chosen
        free = after(replace(free, lengths=seat.lengths), chosen)
    return RepairPlan(starts, tuple(cancels), cover_needed(problem))


def _booked(seats: Iterable[Seat], plan: RepairPlan) -> Iterable[BookedVisit]:
    for seat in seats:
        if seat.key not in plan.cancels:
            yield BookedVisit(
                plan.starts.get(seat.key, seat.start), seat.lengths, key=seat.key, pinned=seat.pinned
            )


def _count(spans: Iterable[Span], minute: int) -> int:
    return sum(start <= minute < end for start, end in spans)


@dataclass(frozen=True, slots=True)
class Named:
    """A plan under the name that a scheduler sees, with the problem it answers (its overtime may differ)."""

    name: str
    problem: RepairProblem
    plan: RepairPlan


QUICK, AS_THEY_ARE, MOVED = "Quick plan", "Breaks as they are", "Breaks moved"
OVERTIME = f"With {OVERTIME_MINUTES} minutes overtime"
QUICK_OVERTIME = f"Quick plan with {OVERTIME_MINUTES} minutes overtime"


def quick_plans(problem: RepairProblem) -> list[Named]:
    """Return what can be said at once: the quick plan, and one with overtime where that cancels fewer."""
    plans = [Named(QUICK, problem, quick_plan(problem))]
    if plans[0].plan.cancels and not problem.day.closed:
        longer = replace(problem, overtime=OVERTIME_MINUTES)
        plan = quick_plan(longer)
        if len(plan.cancels) < len(plans[0].plan.cancels):
            plans.append(Named(QUICK_OVERTIME, longer, plan))
    return plans


def changes_anything(plan: RepairPlan) -> bool:
    """Return whether there is something to decide or to say."""
    return bool(plan.starts or plan.cancels or plan.cover or plan.breaks)

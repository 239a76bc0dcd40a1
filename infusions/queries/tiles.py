"""One tile of the suite board: the state in one word, one number, the last set. No queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infusions.models import Flag, Infusion, VitalSet
from infusions.queries.course import Course, Kind
from infusions.queries.pump import mismatch_now
from infusions.queries.words import cell_note, flag_words, last_label, minutes_to, slot_label
from infusions.rules import due, vitals
from infusions.rules.due import Slot, Status, Timeliness
from infusions.rules.vitals import BASELINE_AGE, Attention
from infusions.states import InfusionOutcome, InfusionState, Level
from kitclinic.models import Site, StaffUser
from scheduling.models import Patient

READY = "Ready to start"
SHAPES = {
    "flag": "flag",
    "late": "late",
    "soon": "soon",
    "ready": "ready",
    "wait": "wait",
    "stopped": "stop",
    "out": "missed",
}


@dataclass(frozen=True)
class Ring:
    """The arguments of the ring tag."""

    label: str
    phase: int = -1
    minutes: int = 0
    centre: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Cell:
    """One sign of the last set: value, and how far it is from the baseline."""

    label: str
    value: str
    note: str
    hit: bool = False


@dataclass(frozen=True)
class Step:
    """One thing to do before the start."""

    word: str
    done: bool


@dataclass(frozen=True)
class Tile:
    """What one chair shows.

    kind: flag, late, stopped, soon, wait, ready, free, out (of service) or "" for nothing to do.
    counts_to: the moment the number counts to (or from, when it is past); else number stands as it is.
    """

    chair: int
    kind: str
    word: str
    place: str = ""
    initials: str = ""
    tail: str = ""
    visit_id: int | None = None
    ring: Ring = Ring("No visit running")
    number: str = ""
    unit: str = "min"
    suffix: str = ""
    late_word: str = "late"
    counts_to: datetime | None = None
    what: str = ""
    then: str = ""
    last: VitalSet | None = None
    last_label: str = ""
    cells: tuple[Cell, ...] = ()
    steps: tuple[Step, ...] = ()
    note: str = ""
    since: datetime | None = None
    expected: Patient | None = None  # who comes next to a free chair

    @property
    def shape(self) -> str:
        return "held" if self.word == "Paused" else SHAPES.get(self.kind, "")


def cells(course: Course, row: VitalSet) -> tuple[Cell, ...]:
    """SBP, HR and SpO₂ of a set, an open flag marked."""
    base = course.baseline
    is_base = base is not None and (base.pk == row.pk or course.infusion.started_at is None)
    open_signs = {flag.sign for flag in course.open_flags if flag.vital_set_id == row.pk}
    found = []
    for label, name in (("SBP", "sbp"), ("HR", "hr"), ("SpO₂", "spo2")):
        value, start = getattr(row, name), getattr(base, name) if base else None
        note = cell_note(label, value, start, is_base=is_base)
        found.append(Cell(label, "–" if value is None else str(value), note, name in open_signs))
    return tuple(found)


def loudest(course: Course, at: datetime) -> Flag | None:
    """The oldest open flag that is on the boards: urgent ones at once, others after VIT-15's minutes."""
    loud = [
        flag
        for flag in course.open_flags
        if flag.level == Level.URGENT
        or vitals.attention(opened_at=course.opened_at(flag), at=at) is not Attention.OPEN
    ]
    return loud[0] if loud else None


def busy_tile(
    course: Course,
    *,
    site: Site,
    at: datetime,
    column_nurse: StaffUser | None,
    names: bool = False,
    two_read: bool = False,
) -> Tile:
    """The tile of a chair with a patient.

    names: the clinic shows full names on its board. two_read: two people read the pump before a start.
    """
    infusion = course.infusion
    before = infusion.state == InfusionState.ARRIVED
    made = _before_start(course, site, at, two_read) if before else _under_way(course, site, at)
    phase = {"arrived": "", "infusing": "Infusing, ", "paused": "Paused, ", "observing": "Observing, "}[
        infusion.state
    ]
    if infusion.state == InfusionState.OBSERVING and made.word in ("Driver not here", "Ready to leave"):
        phase = "Leaving, "
    if made.word in ("Infusing", "Observing", "Paused"):
        phase = ""
    day = f"{phase}day {infusion.visit.day_index} of {infusion.visit.days}"
    nurse = infusion.nurse
    if column_nurse is not None and nurse.pk != column_nurse.pk:
        day = f"{nurse.short_name} · {day}"
    last = course.last_set
    extra: dict[str, Any] = {
        "place": day[0].upper() + day[1:],
        "initials": infusion.patient.name if names else infusion.patient.initials,
        "tail": infusion.patient.record_tail,
        "visit_id": infusion.visit_id,
        "last": last,
    }
    if last is not None and not made.steps:
        extra["last_label"] = last_label(last.slot)
        extra["cells"] = cells(course, last)
    return Tile(**{**vars(made), **extra})


def _before_start(course: Course, site: Site, at: datetime, two_read: bool) -> Tile:
    infusion, visit = course.infusion, course.infusion.visit
    steps = steps_of(course, at, two_read=two_read)
    todo = [step.word for step in steps if not step.done]
    gone = minutes_to(infusion.arrived_at, at)
    base = course.baseline
    if not todo and base is not None:
        by = base.occurred_at + BASELINE_AGE
        return Tile(
            chair=infusion.chair,
            kind="ready",
            word=READY,
            ring=Ring("Prepared, not started", 1, 0, str(visit.infusion_minutes), "to run"),
            number=str(minutes_to(by, at)),
            suffix="to start",
            late_word="over",
            counts_to=by,
            what=f"Start by {site.clock(by)}",
            then=f"Baseline is {minutes_to(base.occurred_at, at)} min old",
            since=infusion.arrived_at,
        )
    left = max(0, visit.iv_minutes - gone)
    label = f"Preparing, {min(gone, visit.iv_minutes)} of {visit.iv_minutes} minutes"
    return Tile(
        chair=infusion.chair,
        kind="",
        word="Arriving",
        ring=Ring(label, 0, min(gone, visit.iv_minutes), str(left), "left"),
        number=str(len(todo)),
        unit="to do",
        what=", ".join([todo[0], *(word.lower() for word in todo[1:2])]) if todo else "",
        then=f"Seated {site.clock(infusion.arrived_at)}",
        steps=steps,
    )


def steps_of(course: Course, at: datetime, *, two_read: bool = False) -> tuple[Step, ...]:
    """What the nurse does before the start, as far as the board can see it; the guard has the last word."""
    readers = {event.by_id for event in course.of_kind(Kind.PUMP_CHECKED)}
    infusion = course.infusion
    base = course.baseline
    fresh = base is not None and at - base.occurred_at <= BASELINE_AGE
    return (
        Step("Identity", bool(course.of_kind(Kind.IDENTITY_CHECKED))),
        Step("Driver", infusion.visit.driver_named),
        Step("Weight", infusion.weight_id is not None or infusion.visit.day_index > 1),
        Step("Order", bool(getattr(infusion, "order_signed", False))),
        Step("Premed", bool(course.of_kind(Kind.PREMEDICATION, Kind.NO_PREMEDICATION))),
        Step("Pump", len(readers) >= (2 if two_read else 1) and mismatch_now(course) is None),
        Step("Baseline", fresh),
    )


def _under_way(course: Course, site: Site, at: datetime) -> Tile:
    """Flag, late, stopped, due, then the calm ones: the first that is true."""
    infusion = course.infusion
    slot = course.next_slot(at)
    status = due.status(course.grid(at), slot.code, at=at, filled=course.filled) if slot else Status.DONE
    base: dict[str, Any] = {"chair": infusion.chair, "ring": ring_of(course, at)}
    flag = loudest(course, at)
    if flag is not None:
        return _flagged(flag, course.opened_at(flag), slot, site, at, base)
    if slot is not None and status is Status.LATE:
        return _late(course, slot, site, at, base)
    missed = course.missed_end(at)
    if missed is not None:
        return _late(course, missed, site, at, base, word="End set missed")
    if infusion.outcome == InfusionOutcome.STOPPED and not infusion.stop_reason:
        return _stopped(infusion, site, at, base)
    if slot is not None and status in (Status.DUE, Status.DUE_SOON):
        word = "Vitals due" if status is Status.DUE else "Vitals due soon"
        return Tile(**base, kind="soon", word=word, **_counting(course, slot, site, at), since=slot.due_at)
    if infusion.state == InfusionState.PAUSED and course.paused_since is not None:
        since = course.paused_since
        what = f"Paused at {site.clock(since)}"
        then = _next_words(slot, site, "Next")
        number = str(minutes_to(since, at))
        paused: dict[str, Any] = {
            "counts_to": since,
            "late_word": "paused",
            "unit": "min paused",
            "number": number,
        }
        return Tile(**base, kind="wait", word="Paused", what=what, then=then, since=since, **paused)
    if slot is None:
        return _leaving(course, site, at, base)
    word = "Infusing" if infusion.state == InfusionState.INFUSING else "Observing"
    return Tile(**base, kind="", word=word, **_counting(course, slot, site, at))


def _flagged(
    flag: Flag, opened: datetime, slot: Slot | None, site: Site, at: datetime, base: dict[str, Any]
) -> Tile:
    overdue = vitals.attention(opened_at=opened, at=at) is Attention.OVERDUE
    return Tile(
        **base,
        kind="flag",
        word="Flag unanswered" if overdue else "Flag open",
        number=str(minutes_to(opened, at)),
        unit="min open",
        late_word="open",
        counts_to=opened,
        what=flag_words(flag),
        then=f"{slot_label(slot.code)} set due {site.clock(slot.due_at)}" if slot else "",
        since=opened,
    )


def _late(
    course: Course, slot: Slot, site: Site, at: datetime, base: dict[str, Any], *, word: str = "Vitals late"
) -> Tile:
    grid = course.grid(at)
    later = [other for other in grid if other.due_at > slot.due_at]
    return Tile(
        **base,
        kind="late",
        word=word,
        number=str(minutes_to(slot.due_at, at)),
        unit="min late",
        counts_to=slot.due_at,
        what=f"{slot_label(slot.code)} was due {site.clock(slot.due_at)}",
        then=_next_words(later[0], site, "Then") if later else "",
        since=slot.due_at,
    )


def _stopped(infusion: Infusion, site: Site, at: datetime, base: dict[str, Any]) -> Tile:
    ended = infusion.ended_at or at
    return Tile(
        **base,
        kind="stopped",
        word="Stopped",
        number=str(minutes_to(ended, at)),
        unit="min ago",
        late_word="ago",
        counts_to=ended,
        what="Say why it was stopped",
        then=f"Stopped {site.clock(ended)}",
        since=ended,
    )


def _leaving(course: Course, site: Site, at: datetime, base: dict[str, Any]) -> Tile:
    ready_at = course.may_leave_at or at
    seen = course.latest(Kind.DRIVER_SEEN)
    over = at >= ready_at
    word = "Observing" if not over else "Ready to leave" if seen else "Driver not here"
    return Tile(
        **base,
        kind="" if not over else "ready" if seen else "wait",
        word=word,
        number=str(minutes_to(ready_at, at)),
        unit="min waiting" if over else "min",
        suffix="" if over else "to go",
        late_word="waiting",
        counts_to=ready_at,
        what="All sets are done" if not over else "Discharge checks" if seen else "Driver not seen yet",
        then=f"May leave {site.clock(ready_at)}" if not over else f"Ready since {site.clock(ready_at)}",
        since=ready_at,
    )


def _counting(course: Course, slot: Slot, site: Site, at: datetime) -> dict[str, Any]:
    """Number, next line and the line below for a chair that counts to its next set."""
    past = at > slot.due_at
    verb = "was due" if past else "at"
    prefix = "" if slot.code.startswith("end+") else "Next "
    label = "End set" if slot.code == due.END else slot_label(slot.code, long=True)
    what = f"{label} {verb} {site.clock(slot.due_at)}"
    return {
        "number": str(minutes_to(slot.due_at, at)),
        "unit": "min past" if past and minutes_to(slot.due_at, at) else "min",
        "late_word": "past",
        "counts_to": slot.due_at,
        "what": what if past or slot.code == due.END else prefix + what,
        "then": _timeliness(course, at) or _then(course, slot, site, at),
    }


def _timeliness(course: Course, at: datetime) -> str:
    due_at = {slot.code: slot.due_at for slot in course.grid(at)}
    last = next((row for row in reversed(course.current) if row.slot in due_at), None)
    if last is None or course.last_set is None or last.pk != course.last_set.pk:
        return ""
    when = due.timeliness(due_at=due_at[last.slot], taken_at=last.occurred_at)
    return f"{slot_label(last.slot)} set {'late' if when in (Timeliness.LATE, Timeliness.DELAYED) else 'on time'}"


def _then(course: Course, slot: Slot, site: Site, at: datetime) -> str:
    later = [other for other in course.grid(at) if other.due_at > slot.due_at]
    return _next_words(later[0], site, "Then") if later else "Then discharge checks"


def _next_words(slot: Slot | None, site: Site, word: str) -> str:
    return f"{word} {slot_label(slot.code).lower()} at {site.clock(slot.due_at)}" if slot else ""


def ring_of(course: Course, at: datetime) -> Ring:
    """One turn is the visit: prepare, infuse, observe."""
    infusion, visit = course.infusion, course.infusion.visit
    if infusion.ended_at is None and infusion.started_at is not None:
        ends_at = course.ends_at(at) or at
        left = max(timedelta(0), ends_at - at)
        gone = max(0, course.minutes - minutes_to(at + left, at))
        word = "Paused" if infusion.state == InfusionState.PAUSED else "Infusing"
        label = f"{word}, {gone} of {course.minutes} minutes"
        return Ring(label, 1, gone, str(minutes_to(ends_at, at) if ends_at > at else 0), "left")
    whole = visit.observation_minutes
    ended = infusion.ended_at or at
    gone = min(whole, minutes_to(ended, at))
    if gone >= whole:
        return Ring("All phases done", 3, 0, "", "done")
    return Ring(f"Observing, {gone} of {whole} minutes", 2, gone, str(whole - gone), "left")

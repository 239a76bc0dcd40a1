"""One day drawn as chairs and time: blocks in lanes, patients against nurses under the axis.

A tick is five minutes. Everything on the axis says at which tick it starts and how many it is long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kitclinic.models import Site
from scheduling.models import SuiteDay, Visit
from scheduling.queries.meter import (
    Axis,
    Meter,
    Staffing,
    cover_words,
    iv_meter,
    no_relief,
    ratio_meter,
)
from scheduling.rules.capacity import GRID_MINUTES, DayPlan, Lengths, clock
from scheduling.rules.visits import RELEASED
from scheduling.states import SequenceState, VisitState

CHAIRS_A_POD = 2
NOW_ROOM = 4  # ticks
SHORT_REASON = {
    "held_by_provider": "held",
    "clinic_closed": "closed",
    "patient_choice": "own choice",
}  # fits a block
MARKS = {
    "done": "driver confirmed",
    "named": "driver named, not confirmed",
    "tent": "tentative, may still shift",
    "held": "held",
    "makeup": "make-up",
    "moved": "moved from the sequence's time",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A visit in its lane. kind: left, here, come, driver, missed, held, tentative.

    mark: "", due, missed, done (driver confirmed), named (driver named), tent, held; tags: makeup, moved.
    window: clock times between which a tentative visit may still start; shift: the same in minutes before and
    after; may_move: it has not begun.
    """

    visit: Visit
    tick: int
    ticks: int
    kind: str
    word: str
    mark: str
    is_odd: bool  # the day of the sequence is not the day of the week
    tags: tuple[str, ...] = ()
    window: str = ""
    shift: str = ""
    may_move: bool = False

    @property
    def of_days(self) -> int:
        """How many days the sequence has: five, or four by consent."""
        return self.visit.sequence.planned_visits

    @property
    def says(self) -> str:
        """What a screen reader says after the patient's name."""
        visit = self.visit
        parts = [
            f"day {visit.day_index} of {self.of_days}",
            f"chair {visit.chair}",
            f"{visit.from_clock} to {visit.to_clock}",
        ]
        if self.kind == "missed":
            parts.append(f"missed: {self.word}")
        elif self.kind == "tentative":
            parts.append(f"tentative, may start {self.window}")
        elif self.kind == "held":
            parts.append(f"held {self.word}")
        elif self.word:
            parts.append(self.word)
        elif self.mark in MARKS:
            parts.append(MARKS[self.mark])
        return ", ".join([*parts, *(MARKS[tag] for tag in self.tags)])


@dataclass(frozen=True, slots=True)
class Lane:
    """chair: its number; is_out: out of service on this day."""

    chair: int
    blocks: tuple[Block, ...]
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """One day. now_tick: None when it is another day or outside the hours; opens: the minute of tick 0."""

    day: SuiteDay
    opens: int
    ticks: int
    hours: tuple[tuple[int, str], ...]
    pods: tuple[tuple[str, tuple[Lane, ...]], ...]
    now_tick: int | None
    ratio: Meter
    iv: Meter
    tight: tuple[str, ...]
    cover: tuple[str, ...]
    counts: dict[str, int]
    lengths: Lengths
    blocks: tuple[Block, ...]

    @property
    def top_hours(self) -> list[tuple[int, str]]:
        """The hours above the chairs; one makes room for the clock of the now line."""
        now = self.now_tick
        return [(tick, hour) for tick, hour in self.hours if now is None or abs(tick - now) > NOW_ROOM]

    @property
    def legend(self) -> list[tuple[str, str]]:
        """The marks that stand on this day's blocks, each with its meaning."""
        shown = {mark for block in self.blocks for mark in (block.mark, *block.tags)}
        return [(mark, words) for mark, words in MARKS.items() if mark in shown]


@dataclass(frozen=True, slots=True)
class Moment:
    """Against which a day is drawn. minute: of today, on the clinic's clock.

    place: number of the day in the clinic week; driver_due: up to here a missing driver is urgent.
    """

    site: Site
    today: date
    minute: int
    driver_due: date
    place: int

    def passed(self, plan: DayPlan) -> int:
        """Return the minute up to which this day is over."""
        if plan.day == self.today:
            return self.minute
        return plan.close + 60 if plan.day < self.today else -1


def board_of(
    day: SuiteDay, plan: DayPlan, visits: Sequence[Visit], staffing: Staffing, *, moment: Moment
) -> Board:
    """Draw one day. visits: with patient and sequence loaded."""
    opens = plan.open - plan.open % GRID_MINUTES
    ticks = -(-(plan.close + plan.lengths.cleaning - opens) // GRID_MINUTES)
    is_today, passed = day.date == moment.today, moment.passed(plan)
    axis = Axis(opens, ticks, passed, is_today)
    blocks = [_block(visit, opens, moment, passed) for visit in visits if _is_shown(visit, visits)]
    lanes = [
        Lane(chair, tuple(block for block in blocks if block.visit.chair == chair), chair in plan.out)
        for chair in range(1, plan.chairs + 1)
    ]
    pods = tuple(
        (chr(ord("A") + number), tuple(lanes[first : first + CHAIRS_A_POD]))
        for number, first in enumerate(range(0, len(lanes), CHAIRS_A_POD))
    )
    now = moment.minute if is_today and opens <= moment.minute <= plan.close else None
    return Board(
        day=day,
        opens=opens,
        ticks=ticks,
        hours=tuple(
            ((hour - opens) // GRID_MINUTES, clock(hour))
            for hour in range(-(-opens // 60) * 60, plan.close + 1, 60)
        ),
        pods=pods,
        now_tick=None if now is None else (now - opens) // GRID_MINUTES,
        ratio=ratio_meter(plan, staffing, axis),
        iv=iv_meter(plan, axis),
        tight=tuple(no_relief(plan, passed)),
        cover=tuple(cover_words(staffing, passed)),
        counts=count_states(visits),
        lengths=plan.lengths,
        blocks=tuple(sorted(blocks, key=lambda block: (block.visit.start_minute, block.visit.chair))),
    )


def count_states(visits: Iterable[Visit]) -> dict[str, int]:
    """Return how many hold a place, have left, are here, are to come, were missed."""
    states = [visit.state for visit in visits]
    left, here = states.count(VisitState.ATTENDED), states.count(VisitState.ARRIVED)
    come, missed = states.count(VisitState.BOOKED), states.count(VisitState.MISSED)
    return {"visits": left + here + come, "left": left, "here": here, "come": come, "missed": missed}


def _is_shown(visit: Visit, visits: Iterable[Visit]) -> bool:
    """A released place is drawn only while nobody else has taken it."""
    if visit.state == VisitState.CANCELLED:
        return False
    if visit.state != VisitState.MISSED:
        return True
    return not any(
        other.chair == visit.chair
        and other.state not in RELEASED
        and other.start_minute < visit.leaves_minute
        and visit.start_minute < other.leaves_minute
        for other in visits
    )


def _block(visit: Visit, opens: int, moment: Moment, passed: int) -> Block:
    kind, word, mark = _standing(visit, moment, passed)
    length = visit.leaves_minute - visit.start_minute + visit.cleaning_minutes
    return Block(
        visit,
        (visit.start_minute - opens) // GRID_MINUTES,
        -(-length // GRID_MINUTES),
        kind,
        word,
        mark,
        visit.day_index != moment.place,
        _tags(visit),
        _window(visit) if kind == "tentative" else "",
        _shift(visit) if kind == "tentative" else "",
        visit.state == VisitState.BOOKED and visit.start_minute > passed,
    )


def _standing(visit: Visit, moment: Moment, passed: int) -> tuple[str, str, str]:
    if visit.state == VisitState.ATTENDED:
        return "left", "attended", ""
    if visit.state == VisitState.ARRIVED:
        return "here", "here", ""
    if visit.state == VisitState.MISSED:
        return "missed", SHORT_REASON.get(visit.missed_reason, visit.missed_reason.replace("_", " ")), "missed"
    if visit.date < moment.today:
        return "driver", "not recorded", "due"
    if visit.start_minute < passed:
        return "driver", "not here yet", "due"
    if visit.sequence.state == SequenceState.HELD:
        return "held", _until(visit, moment), "held"
    if visit.sequence.state == SequenceState.TENTATIVE:
        return "tentative", "", "tent"
    if not visit.driver_named:
        return ("driver", "no driver", "due") if visit.date <= moment.driver_due else ("come", "", "")
    return "come", "", "done" if visit.driver_confirmed_at else "named"


def _until(visit: Visit, moment: Moment) -> str:
    """Return "until 14:05", with the day where the hold ends on another one."""
    held = visit.sequence.held_until
    if held is None:
        return ""
    day = moment.site.today(held)
    weekday = "" if day == moment.today else f"{day:%a} "
    return f"until {weekday}{clock(moment.site.minute(held))}"


def _window(visit: Visit) -> str:
    first, last = visit.sequence.promised_from_minute, visit.sequence.promised_to_minute
    if first is None or last is None:
        return "this week"
    return f"{clock(first)}–{clock(last)}"


def _shift(visit: Visit) -> str:
    """Return "±60 min" or "−30 +60 min", short enough for a block."""
    first, last = visit.sequence.promised_from_minute, visit.sequence.promised_to_minute
    if first is None or last is None:
        return "tentative"
    before, after = visit.start_minute - first, last - visit.start_minute
    return f"±{after} min" if before == after else f"−{before} +{after} min"


def _tags(visit: Visit) -> tuple[str, ...]:
    found = []
    if visit.makes_up_for_id is not None:
        found.append("makeup")
    elif visit.start_minute != visit.sequence.start_minute:
        found.append("moved")
    return tuple(found)

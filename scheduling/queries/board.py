"""One day drawn as chairs and time: blocks in lanes, patients against nurses under the axis.

A tick is five minutes. Everything on the axis says at which tick it starts and how many it is long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from scheduling.models import SuiteDay, Visit
from scheduling.rules.capacity import GRID_MINUTES, PATIENTS_PER_NURSE, STARTS_PER_NURSE, DayPlan, Span, clock
from scheduling.rules.visits import RELEASED
from scheduling.states import VisitState

BAR = 8  # SVG units a tick
RATIO_HEIGHT, IV_HEIGHT = 60, 15  # SVG units
CHAIRS_A_POD = 2
NOW_ROOM = 4  # ticks
SHORT_REASON = {
    "held_by_provider": "held",
    "clinic_closed": "closed",
    "patient_choice": "own choice",
}  # fits a block


@dataclass(frozen=True, slots=True)
class Block:
    """A visit in its lane. kind: left, here, come, driver, missed; mark: "", due, missed, done."""

    visit: Visit
    tick: int
    ticks: int
    kind: str
    word: str
    mark: str
    is_odd: bool  # the day of the sequence is not the day of the week


@dataclass(frozen=True, slots=True)
class Lane:
    chair: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One tick of a meter. kind: past, load, tight, over."""

    x: int
    y: int
    height: int
    kind: str


@dataclass(frozen=True, slots=True)
class Meter:
    """Load against a limit. line: path of the limit; here, limit: the count now, or at the day's worst tick."""

    bars: tuple[Bar, ...]
    line: str
    width: int
    height: int
    here: int
    limit: int


@dataclass(frozen=True, slots=True)
class Board:
    """One day. now_tick: None when it is another day or outside the hours."""

    day: SuiteDay
    ticks: int
    hours: tuple[tuple[int, str], ...]
    pods: tuple[tuple[str, tuple[Lane, ...]], ...]
    now_tick: int | None
    ratio: Meter
    iv: Meter
    tight: tuple[str, ...]
    counts: dict[str, int]
    blocks: tuple[Block, ...]

    @property
    def top_hours(self) -> list[tuple[int, str]]:
        """The hours above the chairs; one makes room for the clock of the now line."""
        now = self.now_tick
        return [(tick, hour) for tick, hour in self.hours if now is None or abs(tick - now) > NOW_ROOM]


def board_of(
    day: SuiteDay,
    plan: DayPlan,
    visits: Sequence[Visit],
    *,
    place: int,
    driver_due: date,
    today: date,
    minute: int,
) -> Board:
    """Draw one day. place: its number in the clinic week; driver_due: up to here a missing driver is urgent."""
    opens = plan.open - plan.open % GRID_MINUTES
    ticks = -(-(plan.close + plan.lengths.cleaning - opens) // GRID_MINUTES)
    is_today = day.date == today
    passed = minute if is_today else (plan.close + 60 if day.date < today else -1)
    blocks = [
        _block(visit, opens, place, driver_due, today, passed) for visit in visits if _is_shown(visit, visits)
    ]
    attended = [visit.attended for visit in plan.booked]
    ratio = _meter(attended, plan, opens, ticks, PATIENTS_PER_NURSE, RATIO_HEIGHT, passed, is_today)
    iv = _meter(
        [visit.iv for visit in plan.booked], plan, opens, ticks, STARTS_PER_NURSE, IV_HEIGHT, passed, is_today
    )
    lanes = [
        Lane(chair, tuple(block for block in blocks if block.visit.chair == chair))
        for chair in range(1, plan.chairs + 1)
    ]
    pods = tuple(
        (chr(ord("A") + number), tuple(lanes[first : first + CHAIRS_A_POD]))
        for number, first in enumerate(range(0, len(lanes), CHAIRS_A_POD))
    )
    return Board(
        day=day,
        ticks=ticks,
        hours=tuple(
            ((hour - opens) // GRID_MINUTES, clock(hour))
            for hour in range(-(-opens // 60) * 60, plan.close + 1, 60)
        ),
        pods=pods,
        now_tick=(minute - opens) // GRID_MINUTES if is_today and opens <= minute <= plan.close else None,
        ratio=ratio,
        iv=iv,
        tight=tuple(_tight(attended, plan, passed)),
        counts=count_states(visits),
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


def _block(visit: Visit, opens: int, place: int, driver_due: date, today: date, passed: int) -> Block:
    kind, word, mark = _standing(visit, driver_due, today, passed)
    length = visit.leaves_minute - visit.start_minute + visit.cleaning_minutes
    return Block(
        visit,
        (visit.start_minute - opens) // GRID_MINUTES,
        -(-length // GRID_MINUTES),
        kind,
        word,
        mark,
        visit.day_index != place,
    )


def _standing(visit: Visit, driver_due: date, today: date, passed: int) -> tuple[str, str, str]:
    if visit.state == VisitState.ATTENDED:
        return "left", "attended", ""
    if visit.state == VisitState.ARRIVED:
        return "here", "here", ""
    if visit.state == VisitState.MISSED:
        return "missed", SHORT_REASON.get(visit.missed_reason, visit.missed_reason.replace("_", " ")), "missed"
    if visit.date < today:
        return "driver", "not recorded", "due"
    if visit.start_minute < passed:
        return "driver", "not here yet", "due"
    if not visit.driver_named:
        return ("driver", "no driver", "due") if visit.date <= driver_due else ("come", "", "")
    return "come", "", "done"


def _meter(
    spans: Sequence[Span],
    plan: DayPlan,
    opens: int,
    ticks: int,
    per_nurse: int,
    height: int,
    passed: int,
    is_today: bool,
) -> Meter:
    minutes = [opens + tick * GRID_MINUTES for tick in range(ticks)]
    load = [_at(spans, minute) for minute in minutes]
    limit = [per_nurse * _at(plan.nurses, minute) for minute in minutes]
    step = height // max([1, *load, *limit])
    bars = tuple(
        Bar(tick * BAR, height - count * step, count * step, _kind(count, limit[tick], minutes[tick], passed))
        for tick, count in enumerate(load)
        if count
    )
    path, was = [], None
    for tick, most in enumerate(limit):
        if most != was:
            path.append(f"H{tick * BAR}V{height - most * step}" if tick else f"M0 {height - most * step}")
        was = most
    path.append(f"H{ticks * BAR}")
    here = min(max(0, (passed - opens) // GRID_MINUTES), ticks - 1) if is_today else load.index(max(load))
    return Meter(bars, "".join(path), ticks * BAR, height, load[here], limit[here])


def _kind(count: int, most: int, minute: int, passed: int) -> str:
    if count > most:
        return "over"
    if minute < passed:
        return "past"
    return "tight" if count == most else "load"


def _tight(spans: Sequence[Span], plan: DayPlan, passed: int) -> list[str]:
    """Return the spans to come with no nurse to spare, in words: "14:50–15:05: 8 patients, 4 nurses"."""
    found: list[tuple[int, int, int]] = []
    for minute in range(plan.open, plan.close, GRID_MINUTES):
        count, nurses = _at(spans, minute), _at(plan.nurses, minute)
        if not count or count < PATIENTS_PER_NURSE * nurses:
            continue
        if found and found[-1][1] == minute and found[-1][2] == nurses:
            found[-1] = found[-1][0], minute + GRID_MINUTES, nurses
        else:
            found.append((minute, minute + GRID_MINUTES, nurses))
    return [
        f"{clock(start)}–{clock(end)}: {_at(spans, start)} patients, {nurses} nurse{'' if nurses == 1 else 's'}"
        for start, end, nurses in found
        if end > passed
    ]


def _at(spans: Iterable[Span], minute: int) -> int:
    return sum(start <= minute < end for start, end in spans)

"""When the next set of vital signs is due, and which due time a set fills.

The grid hangs on the start and the end of the infusion: late sets do not shift it, and a
pause does not stop it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kitclinic.register import Rule

EVERY = timedelta(minutes=15)  # DUE-01
OBSERVATION = timedelta(minutes=30)  # DUE-01
MINUTE = timedelta(minutes=1)
DUE_01 = Rule(
    "DUE-01",
    "Vital signs are due every 15 min from the start, at the end of the infusion, "
    "and 15 and 30 min after the end.",
    source="Tankha 2025; the set at the end for the peak at 40 min (Yale, Gen Hosp Psychiatry 2024)",
)

SOON, ON_TIME, LATE = timedelta(minutes=3), timedelta(minutes=3), timedelta(minutes=5)  # DUE-02
DUE_02 = Rule(
    "DUE-02",
    "A set is due soon 3 min before its time, on time within 3 min, late after more than 5 min, "
    "and missed when the next one falls due.",
    source="clinic default",
)

DUE_03 = Rule(
    "DUE-03",
    "A set fills the nearest open due time, which opens 3 min before it and closes when the next falls due; "
    "any other set is an extra one.",
    source="clinic default",
)

BOTH = timedelta(minutes=5)  # DUE-04
DUE_04 = Rule(
    "DUE-04",
    "Two sets for one due time by two nurses within 5 min are both kept; the second is marked as also taken, "
    "with both names.",
    source="clinic default",
)
DUE_05 = Rule(
    "DUE-05",
    "A missed set is shown as missed for good and nothing is filled in; a missed set at the end of the infusion, "
    "when the pressure is highest, is called out until a set is read after it.",
    source="clinic default; the end for the peak at 40 min (Yale, Gen Hosp Psychiatry 2024)",
)

BASELINE, END, EXTRA = "baseline", "end", "extra"


@dataclass(frozen=True, slots=True)
class Slot:
    """One due time. code: "start+15", "end", "end+15" …, as stored on the set that fills it."""

    code: str
    label: str
    due_at: datetime


class Status(StrEnum):
    UPCOMING = "upcoming"
    DUE_SOON = "due soon"
    DUE = "due"
    LATE = "late"
    MISSED = "missed"
    DONE = "done"


class Timeliness(StrEnum):
    """When a set was taken that fills a due time."""

    EARLY = "early"
    ON_TIME = "on time"
    DELAYED = "delayed"
    LATE = "late"


def slots(
    *, started_at: datetime, ends_at: datetime, every: timedelta = EVERY, observation: timedelta = OBSERVATION
) -> tuple[Slot, ...]:
    """Return the due times in order.

    ends_at: the planned end (moved by pauses) while it runs, the true end afterwards. every, observation: as
    the order's protocol says; an observation shorter than the interval has one set, at its end.
    Raises ValueError when the end lies before the start.
    """
    if ends_at < started_at:
        raise ValueError(f"an infusion cannot end at {ends_at}, before its start at {started_at}")
    grid = []
    due_at = started_at + every
    while due_at < ends_at:
        minutes = (due_at - started_at) // MINUTE
        grid.append(Slot(f"start+{minutes}", f"+{minutes}", due_at))
        due_at += every
    grid.append(Slot(END, "End", ends_at))
    observed = [every * times for times in range(1, observation // every + 1)] or [observation]
    for after in observed:
        minutes = after // MINUTE
        grid.append(Slot(f"end+{minutes}", f"End+{minutes}", ends_at + after))
    return tuple(grid)


def _closes_at(grid: Sequence[Slot], index: int) -> datetime | None:
    return grid[index + 1].due_at if index + 1 < len(grid) else None


def status(grid: Sequence[Slot], code: str, *, at: datetime, filled: frozenset[str]) -> Status:
    """Return how one due time stands (DUE-02).

    filled: codes that have a set. Raises ValueError for a code that is not in the grid.
    """
    index = next((i for i, slot in enumerate(grid) if slot.code == code), None)
    if index is None:
        raise ValueError(f"{code!r} is not a due time of this infusion")
    if code in filled:
        return Status.DONE
    due_at, closes_at = grid[index].due_at, _closes_at(grid, index)
    if closes_at is not None and at >= closes_at:
        return Status.MISSED
    if at > due_at + LATE:
        return Status.LATE
    if at >= due_at:
        return Status.DUE
    return Status.DUE_SOON if at >= due_at - SOON else Status.UPCOMING


def next_slot(grid: Sequence[Slot], *, at: datetime, filled: frozenset[str]) -> Slot | None:
    """Return the first due time that is neither filled nor missed, or None."""
    over = (Status.DONE, Status.MISSED)
    return next((s for s in grid if status(grid, s.code, at=at, filled=filled) not in over), None)


def statuses(grid: Sequence[Slot], *, at: datetime, filled: frozenset[str]) -> Mapping[str, Status]:
    """Return the status of every due time by its code."""
    return {slot.code: status(grid, slot.code, at=at, filled=filled) for slot in grid}


def slot_filled_by(grid: Sequence[Slot], *, taken_at: datetime, filled: frozenset[str]) -> str:
    """Return the code of the due time that a set fills, or "extra" (DUE-03).

    taken_at: when the signs were read, not when they were typed.
    """
    reachable = []
    for index, slot in enumerate(grid):
        closes_at = _closes_at(grid, index)
        opened = taken_at >= slot.due_at - SOON
        if opened and slot.code not in filled and (closes_at is None or taken_at < closes_at):
            reachable.append(slot)
    nearest = min(reachable, key=lambda slot: abs(taken_at - slot.due_at), default=None)
    return EXTRA if nearest is None else nearest.code


def timeliness(*, due_at: datetime, taken_at: datetime) -> Timeliness:
    """Return whether a set was taken in time for the due time it fills."""
    after = taken_at - due_at
    if abs(after) <= ON_TIME:
        return Timeliness.ON_TIME
    if after < timedelta(0):
        return Timeliness.EARLY
    return Timeliness.LATE if after > LATE else Timeliness.DELAYED


def missed_end(
    grid: Sequence[Slot], *, at: datetime, filled: frozenset[str], last_taken_at: datetime | None
) -> Slot | None:
    """Return the due time at the end where it was missed and nothing was read since, or None (DUE-05)."""
    slot = next((slot for slot in grid if slot.code == END), None)
    if slot is None or status(grid, END, at=at, filled=filled) is not Status.MISSED:
        return None
    return None if last_taken_at is not None and last_taken_at >= slot.due_at else slot


@dataclass(frozen=True, slots=True)
class Taken:
    """A recorded set as DUE-04 looks at it. code: the due time it fills, or "extra"; by: who read it."""

    number: int
    code: str
    taken_at: datetime
    by: int


def also_taken(sets: Sequence[Taken]) -> dict[int, int]:
    """Return for each set that was also taken the one it stands beside, by their numbers (DUE-04).

    sets: standing ones, in the order of recording. Before the start every set may be the baseline; there the
    later one is the one beside.
    """
    beside: dict[int, int] = {}
    for place, one in enumerate(sets):
        wanted = (BASELINE,) if one.code == BASELINE else () if one.code != EXTRA else None
        near = [
            other
            for other in sets[:place]
            if other.by != one.by
            and abs(other.taken_at - one.taken_at) <= BOTH
            and (other.code in wanted if wanted is not None else other.code not in (BASELINE, EXTRA))
        ]
        first = min(near, key=lambda other: abs(other.taken_at - one.taken_at), default=None)
        if first is not None:
            beside[one.number] = first.number
    return beside

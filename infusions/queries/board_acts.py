"""What a tile of the board offers at once, how loud it is, and when it changes by itself. No queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from infusions.queries.course import Course
from infusions.queries.tiles import READY, Tile, loudest
from infusions.rules.due import LATE, SOON
from infusions.rules.vitals import BASELINE_AGE, BOARDS_AFTER, OVERDUE_AFTER, Attention, attention
from infusions.states import InfusionState, Level

JUST_AFTER = timedelta(seconds=1)


@dataclass(frozen=True)
class Act:
    """The likely act. sheet: the chart's sheet that opens; else place: what the chart puts the focus on."""

    label: str
    sheet: str = ""
    place: str = ""


ACTS = {
    READY: Act("Start", place="start"),
    "Stopped": Act("Say why", sheet="stop_reason"),
    "Paused": Act("Resume", sheet="resume"),
    "Driver not here": Act("Driver is here", sheet="driver"),
    "Ready to leave": Act("Discharge", sheet="discharge"),
}
BY_KIND = {
    "flag": Act("Answer the flag", place="flag"),
    "late": Act("Enter the set", place="set"),
    "soon": Act("Enter the set", place="set"),
}


def act_of(tile: Tile) -> Act | None:
    return ACTS.get(tile.word) or BY_KIND.get(tile.kind)


def loudness(course: Course, at: datetime) -> str:
    """What may sound: "urgent" for an urgent flag, "overdue" for one that nobody answered in time, else ""."""
    if any(flag.level == Level.URGENT for flag in course.open_flags):
        return "urgent"
    flag = loudest(course, at)
    waits = flag is not None and attention(opened_at=course.opened_at(flag), at=at) is Attention.OVERDUE
    return "overdue" if waits else ""


def changes_at(courses: Iterable[Course], at: datetime) -> datetime | None:
    """The next moment at which a tile changes with nothing done: a set due, late, a flag on the boards, …"""
    moments = []
    for course in courses:
        opened = [course.opened_at(flag) for flag in course.open_flags]
        moments += [moment + after for moment in opened for after in (BOARDS_AFTER, OVERDUE_AFTER)]
        for slot in course.grid(at):
            moments += [slot.due_at - SOON, slot.due_at, slot.due_at + LATE + JUST_AFTER]
        if course.infusion.state == InfusionState.ARRIVED and course.baseline is not None:
            moments.append(course.baseline.occurred_at + BASELINE_AGE + JUST_AFTER)
        if course.may_leave_at is not None:
            moments.append(course.may_leave_at)
    return min((moment for moment in moments if moment > at), default=None)

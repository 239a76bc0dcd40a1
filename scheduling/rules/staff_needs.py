"""What the bookings of a day ask of its roster, and where the roster leaves the suite alone."""

from collections.abc import Iterable

from kitclinic.problems import Notice, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import (
    PATIENTS_PER_NURSE,
    STARTS_PER_NURSE,
    DayPlan,
    Span,
    clock,
)

LONG_SHIFT_MINUTES = 6 * 60  # SCH-38

SCH_38 = Rule(
    "SCH-38",
    "A shift of 6 hours or more without a break is pointed out; it is entered all the same.",
    source="clinic default",
)


def needed_nurses(day: DayPlan, minute: int) -> int:
    """Return how many nurses the booked visits need on the floor at this minute (SCH-04, SCH-05)."""
    patients = _count((visit.attended for visit in day.booked), minute)
    starts = _count((visit.iv for visit in day.booked), minute)
    return max(-(-patients // PATIENTS_PER_NURSE), -(-starts // STARTS_PER_NURSE))


def uncovered(day: DayPlan) -> list[tuple[str, list[Span]]]:
    """Return when the open suite has no nurse or no provider: ("provider on site", [(720, 750)])."""
    found = []
    for who, spans in (("nurse on the floor", day.nurses), ("provider on site", day.provider)):
        if gaps := _gaps((day.open, day.close), spans):
            found.append((who, gaps))
    return found


def shift_notices(span: Span, breaks: Iterable[Span]) -> list[Problem]:
    """Return what is pointed out about a shift that may be entered."""
    if span[1] - span[0] < LONG_SHIFT_MINUTES or any(True for _ in breaks):
        return []
    sentence = f"The shift from {clock(span[0])} to {clock(span[1])} has no break yet."
    return [Notice(SCH_38.id, sentence)]


def _gaps(hours: Span, spans: Iterable[Span]) -> list[Span]:
    """Return the stretches of the hours that no span covers."""
    gaps, at = [], hours[0]
    for start, end in sorted(spans):
        if start > at:
            gaps.append((at, min(start, hours[1])))
        at = max(at, end)
        if at >= hours[1]:
            break
    if at < hours[1]:
        gaps.append((at, hours[1]))
    return [(start, end) for start, end in gaps if start < end]


def _count(spans: Iterable[Span], minute: int) -> int:
    return sum(start <= minute < end for start, end in spans)

"""Calls that nobody has answered yet, and the facts of a chart that may be struck out. No queries."""

from dataclasses import dataclass

from infusions.models import InfusionEvent
from infusions.queries.course import Course, Kind
from infusions.rules.facts import SEEN_AND_DONE, calls


@dataclass(frozen=True)
class OpenCalls:
    """The first open call of each kind (CHS-12); None where everybody came or answered."""

    team: InfusionEvent | None = None
    provider: InfusionEvent | None = None


def open_calls(course: Course | None) -> OpenCalls:
    if course is None:
        return OpenCalls()
    return OpenCalls(
        team=_open(course, Kind.EMERGENCY_TEAM, Kind.EMERGENCY_ARRIVED),
        provider=_open(course, Kind.PROVIDER_CALLED, Kind.PROVIDER_ARRIVED),
    )


def _open(course: Course, made: str, answered: str) -> InfusionEvent | None:
    rows = course.of_kind(made)
    ends = [event.occurred_at for event in course.of_kind(answered)]
    found = calls((event.occurred_at for event in rows), ends)
    waiting = [row for row, call in zip(rows, found, strict=True) if call.answered_at is None]
    return waiting[0] if waiting else None


def strikable(course: Course, wanted: str) -> InfusionEvent | None:
    """The fact that this address asks to strike out, where it still stands and may be."""
    return next((event for event in course.of_kind(*SEEN_AND_DONE) if str(event.pk) == wanted), None)

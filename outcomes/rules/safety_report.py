"""How fast safety tasks were answered: minutes, medians, the share in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from kitclinic.register import Rule
from outcomes.rules.safety_times import Span, open_between

REPORT_DAYS = 90  # shown when no days are asked for
MOST_DAYS = 366

COUNTED = Rule(
    "PRO-134",
    "An alert is answered when a named person has recorded what was done, and in time when that was not after its "
    "time; the share in time is of all whose time is over or that were answered. Minutes are whole, rounded down, "
    "and counted on the clock and in opening hours.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Answered:
    """How one alert was answered. minutes: None while it waits; in_time: None while it still may be."""

    minutes: int | None
    open_minutes: int | None
    in_time: bool | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Some alerts together. judged: those with in_time known; medians None where nothing was answered."""

    alerts: int
    answered: int
    unanswered: int
    judged: int
    in_time: int
    median_minutes: float | None
    median_open_minutes: float | None

    @property
    def share(self) -> int | None:
        """Percent in time, whole, rounded down: 100 only where all were."""
        return self.in_time * 100 // self.judged if self.judged else None


def answered(
    *,
    opened_at: datetime,
    due_at: datetime,
    acknowledged_at: datetime | None,
    now: datetime,
    spans: Iterable[Span],
) -> Answered:
    """Return how this alert was answered, as far as it is now."""
    if acknowledged_at is None:
        return Answered(None, None, False if now > due_at else None)
    return Answered(
        minutes=int((acknowledged_at - opened_at).total_seconds() // 60),
        open_minutes=int(open_between(opened_at, acknowledged_at, spans).total_seconds() // 60),
        in_time=acknowledged_at <= due_at,
    )


def summary(lines: Iterable[Answered]) -> Summary:
    """Return the figures of these alerts."""
    lines = list(lines)
    minutes = [line.minutes for line in lines if line.minutes is not None]
    open_minutes = [line.open_minutes for line in lines if line.open_minutes is not None]
    judged = [line.in_time for line in lines if line.in_time is not None]
    return Summary(
        alerts=len(lines),
        answered=len(minutes),
        unanswered=len(lines) - len(minutes),
        judged=len(judged),
        in_time=sum(judged),
        median_minutes=median(minutes) if minutes else None,
        median_open_minutes=median(open_minutes) if open_minutes else None,
    )

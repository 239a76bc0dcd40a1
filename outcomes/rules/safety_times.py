"""How long a safety task may wait, whom it is told to next, and what happens while the clinic is closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

RAISED_MINUTES = 60  # PRO-10
HIGH_MINUTES = 30  # PRO-125
AGAIN_MINUTES = 30  # PRO-126
SECOND_LINE_HOURS = 10  # PRO-130; a clinic day of 07:30 to 17:30
PAGES_AT_NIGHT = True  # PRO-127
MINUTES, HOURS = (5, 240), (1, 50)  # what a clinic may choose

ESCALATION = Rule(
    "PRO-10",
    "A safety task that nobody has acknowledged within 60 minutes of opening hours is escalated.",
    source="clinic default",
)
HIGH_TIMER = Rule(
    "PRO-125",
    "A high safety task is escalated after 30 minutes. A clinic sets its own minutes, from 5 to 240; "
    "high never waits longer than raised.",
    source="clinic default",
)
CHAIN = Rule(
    "PRO-126",
    "A safety task is told to the nurse on call at once, when late to the physician on call, and 30 minutes later "
    "to the clinic lead; each once.",
    source="clinic default",
)
AT_NIGHT = Rule(
    "PRO-127",
    "Where the clinic pages at night, the clock of a high task never stops, and one raised while the clinic is "
    "closed is told to the physician on call at once; otherwise its time begins when the clinic opens.",
    source="clinic default",
)
SECOND_LINE_TIMER = Rule(
    "PRO-130",
    "A second-line task is looked at within 10 opening hours; then the physician on call is told, once.",
    source="clinic default",
)

NURSE, PHYSICIAN, LEAD = "nurse on call", "physician on call", "clinic lead"
FIRST_LINE_CHAIN, SECOND_LINE_CHAIN = (NURSE, PHYSICIAN, LEAD), ("", PHYSICIAN)

Span = tuple[datetime, datetime]  # opening and closing of one clinic day, aware, in order, never overlapping


@dataclass(frozen=True, slots=True)
class Times:
    """How fast a clinic answers; the defaults are the rules'."""

    raised_minutes: int = RAISED_MINUTES
    high_minutes: int = HIGH_MINUTES
    again_minutes: int = AGAIN_MINUTES
    second_line_hours: int = SECOND_LINE_HOURS
    pages_at_night: bool = PAGES_AT_NIGHT


@dataclass(frozen=True, slots=True)
class Clock:
    """When a task is due, and who is told at once. escalations: how far along the chain that is."""

    due_at: datetime
    told: tuple[str, ...]
    escalations: int


DEFAULTS = Times()


def after_open(at: datetime, length: timedelta, spans: Iterable[Span]) -> datetime:
    """Return when ``length`` of opening time has passed since ``at``; exactly at closing counts as that day.

    Without enough known opening time the clock runs through: a task is never left without a time.
    """
    left = length
    for opens, closes in spans:
        begins = max(at, opens)
        if begins >= closes:
            continue
        if begins + left <= closes:
            return begins + left
        left -= closes - begins
    return at + length


def open_between(start: datetime, end: datetime, spans: Iterable[Span]) -> timedelta:
    """Return how much of this time the clinic was open."""
    shared = (min(end, closes) - max(start, opens) for opens, closes in spans)
    return sum((one for one in shared if one > timedelta(0)), timedelta(0))


def is_open(at: datetime, spans: Iterable[Span]) -> bool:
    """True from opening up to, not including, closing."""
    return any(opens <= at < closes for opens, closes in spans)


def first_line_clock(at: datetime, *, high: bool, times: Times, spans: Sequence[Span]) -> Clock:
    """Return the clock of a task that an answer raised (PRO-10, PRO-125, PRO-127)."""
    length = timedelta(minutes=times.high_minutes if high else times.raised_minutes)
    if not (high and times.pages_at_night):
        return Clock(after_open(at, length, spans), (NURSE,), 0)
    if is_open(at, spans):
        return Clock(at + length, (NURSE,), 0)
    return Clock(at + length, (NURSE, PHYSICIAN), 1)


def second_line_due(at: datetime, *, times: Times, spans: Iterable[Span]) -> datetime:
    """Return until when a second-line task is looked at (PRO-130)."""
    return after_open(at, timedelta(hours=times.second_line_hours), spans)


def must_escalate(next_escalation_at: datetime | None, *, at: datetime) -> bool:
    """True when an unacknowledged task has passed its time; exactly at that time it has not."""
    return next_escalation_at is not None and at > next_escalation_at


def next_told(escalations: int, *, second_line: bool) -> str:
    """Return who is told after this many escalations, "" when everybody has been."""
    chain = SECOND_LINE_CHAIN if second_line else FIRST_LINE_CHAIN
    return chain[escalations + 1] if escalations + 1 < len(chain) else ""


def again_at(
    at: datetime, *, escalations: int, high: bool, second_line: bool, times: Times, spans: Iterable[Span]
) -> datetime | None:
    """Return when the task goes further, counting from this escalation; None when everybody has been told."""
    if not next_told(escalations, second_line=second_line):
        return None
    length = timedelta(minutes=times.again_minutes)
    return at + length if high and times.pages_at_night else after_open(at, length, spans)


def times_problems(times: Times) -> list[Problem]:
    """Return why these settings do not hold, everything at once."""
    problems: list[Problem] = []
    low, most = MINUTES
    for name, value in (
        ("raised_minutes", times.raised_minutes),
        ("high_minutes", times.high_minutes),
        ("again_minutes", times.again_minutes),
    ):
        if not low <= value <= most:
            problems.append(Blocker(HIGH_TIMER.id, f"Choose {low} to {most} minutes.", name))
    if times.high_minutes > times.raised_minutes:
        problems.append(
            Blocker(HIGH_TIMER.id, "A high task cannot wait longer than a raised one.", "high_minutes")
        )
    if not HOURS[0] <= times.second_line_hours <= HOURS[1]:
        problems.append(
            Blocker(SECOND_LINE_TIMER.id, f"Choose {HOURS[0]} to {HOURS[1]} hours.", "second_line_hours")
        )
    return problems

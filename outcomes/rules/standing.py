"""The gate of the readiness strip that outcomes answer: baseline questionnaires, before the first infusion."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kitclinic.register import Rule
from kitclinic.roles import Permission
from outcomes.rules.windows import (
    BASELINE,
    BASELINE_DAYS,
    LAST,
    LAST_DAYS,
    SIX_MONTH_DAYS,
    SIX_MONTHS,
    THREE_MONTH_DAYS,
    THREE_MONTHS,
    WINDOW_NAMES,
    Frame,
    Infusion,
    Score,
    columns,
    frame,
)
from scheduling.rules.enrolment import EnrolmentFacts, short_day
from scheduling.rules.readiness import Gate, GateState, Todo
from scheduling.states import SeatState

ENR_86 = Rule(
    "ENR-86",
    "Baseline questionnaires are done when each one the clinic asks has a score 0 to 100 days before the first "
    "infusion ever, planned or completed; after that infusion what is missing cannot be made up.",
    source="Tankha 2025, Outcome measures; clinic default",
)
SEND = "outcomes:send"
FOLLOW_UPS = {LAST: LAST_DAYS, THREE_MONTHS: THREE_MONTH_DAYS, SIX_MONTHS: SIX_MONTH_DAYS}
ASKED_FROM = (SeatState.BOOKED, SeatState.ATTENDED, SeatState.REVIEW, SeatState.CLEARED)


@dataclass(frozen=True, slots=True)
class Answered:
    """How many of the clinic's measures have a score for one column, and the day of the latest."""

    number: int
    total: int
    last_on: date | None

    @property
    def complete(self) -> bool:
        return self.number == self.total

    @property
    def words(self) -> str:
        return f"{self.number} of {self.total} answered"


@dataclass(frozen=True, slots=True)
class Window:
    """One column of the paper on the calendar. answered: None before the infusions it follows."""

    name: str
    first_day: date
    last_day: date
    answered: Answered | None


def answered(scores: Iterable[Score], refs: Frame, column: str, asked: Collection[str]) -> Answered:
    """Count the measures with a score for this column. asked: names of the measures the clinic asks."""
    found = {
        score.instrument: score.date
        for score in sorted(scores, key=lambda score: score.date)
        if score.instrument in asked and column in columns(score, refs)
    }
    return Answered(len(found), len(asked), max(found.values(), default=None))


def baseline_gate(
    facts: EnrolmentFacts,
    *,
    scores: Sequence[Score],
    infusions: Sequence[Infusion],
    asked: Collection[str],
    sent_on: date | None,
    today: date,
) -> Gate:
    """Return the gate "baseline questionnaires" (ENR-86). sent_on: day of the last link that still works."""
    gate = Gate("baseline", "Baseline questions", GateState.DUE, url_name=SEND, url_key=facts.patient)
    gate = replace(gate, permission=Permission.SEND_QUESTIONNAIRES)
    refs, course = frame(infusions, today), facts.open_course
    treated = refs is not None
    if refs is None:
        planned = course.first_day if course else today
        refs = Frame(today, planned, None, planned)
    count = answered(scores, refs, BASELINE, asked)
    if count.complete:
        return replace(gate, state=GateState.DONE, detail=count.words, when=count.last_on)
    if treated:
        words = f"{count.words} before the first infusion"
        return replace(gate, state=GateState.NOT_APPLICABLE, detail=words, url_name="")
    sent = f", link sent {short_day(sent_on)}" if sent_on else ""
    seated = facts.seat is not None and facts.seat.state in ASKED_FROM and not facts.stale(today)
    if course is None and not seated and not sent:
        return replace(gate, quiet=True, detail=f"{count.words}; with the group visit")
    open_ones = count.total - count.number
    title = "Send the baseline questionnaires"
    if sent_on:
        title = f"Remind: {open_ones} questionnaire{'' if open_ones == 1 else 's'} open"
    whose = f"Sent {short_day(sent_on)}" if sent_on else "Scheduler or nurse"
    due = course.first_day if course else None
    todo = Todo(title, whose, "Send link", due if due and due >= today else None)
    return replace(gate, detail=f"{count.words}{sent}", todo=todo)


def calendar(
    scores: Sequence[Score],
    infusions: Sequence[Infusion],
    *,
    asked: Collection[str],
    booked: tuple[date, date] | None,
    today: date,
) -> list[Window]:
    """Return the columns on the calendar: baseline, the follow-ups so far, and those of the course that is booked.

    booked: first and last day of the open course; it ends the follow-ups of the course before.
    """
    done = frame(infusions, today)
    refs = done or (Frame(today, booked[0], None, booked[1]) if booked else None)
    if refs is None:
        return []
    spans = [(BASELINE, refs.first - timedelta(days=BASELINE_DAYS), refs.first)]
    if done and (booked is None or done.last < booked[0]):
        until = booked[0] - timedelta(days=1) if booked else None
        spans += [(name, first, min(last, until or last)) for name, first, last in _follow_ups(done.last)]
    found = [
        Window(WINDOW_NAMES[name], first, last, answered(scores, refs, name, asked))
        for name, first, last in spans
        if first <= last
    ]
    ahead = _follow_ups(booked[1]) if booked else []
    return found + [Window(WINDOW_NAMES[name], first, last, None) for name, first, last in ahead]


def _follow_ups(last: date) -> list[tuple[str, date, date]]:
    """Name, first and last day of each column after this last infusion."""
    return [(name, last + timedelta(days=a), last + timedelta(days=b)) for name, (a, b) in FOLLOW_UPS.items()]

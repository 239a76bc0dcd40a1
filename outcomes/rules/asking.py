"""When a patient is asked: the windows of each course, from the days of its infusions. Pure; days are clinic days.

A *course* is one sequence of infusions. Its baseline counts back from its first infusion, planned or begun, its
follow-ups count on from its last completed one. The next course ends the follow-ups of the one before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kitclinic.register import Rule
from outcomes.rules.windows import (
    BASELINE,
    BASELINE_DAYS,
    LAST,
    LAST_DAYS,
    SIX_MONTH_DAYS,
    SIX_MONTH_TARGET,
    SIX_MONTHS,
    THREE_MONTH_DAYS,
    THREE_MONTH_TARGET,
    THREE_MONTHS,
)
from outcomes.states import AskState

BASELINE_ASKED_DAYS = 7  # PRO-81: before the first infusion, where there is no group visit
LAST_ASKED_DAY = 1  # PRO-82: after the last infusion
INVITE_AHEAD_DAYS = 3  # PRO-82: before day 90 and day 180, so that answers fall on them
LATE_AFTER_DAYS = 3  # PRO-93: the day on which the staff calls
CATCH_UP_DAYS = 30  # PRO-83: a window that closed longer ago without being planned is left alone

BASELINE_ASKED = Rule(
    "PRO-81",
    "Baseline is asked from the day of the group visit on, else from 7 days before the first infusion, and again "
    "at the chair on day 1 before the infusion; answers count from 100 days before it, and after the infusions of "
    "an earlier course.",
    source="Tankha 2025, Outcome measures; clinic default (7 days)",
)
FOLLOW_UPS_ASKED = Rule(
    "PRO-82",
    "After the last completed infusion of a course a patient is asked on day 1 (window 1 to 30), for day 90 "
    "(31 to 135) and for day 180 (136 to 240); the invitation leaves 3 days before days 90 and 180.",
    source="Tankha 2025, Outcome measures; clinic default (invitation)",
)
ANCHORED_ANEW = Rule(
    "PRO-83",
    "The windows follow the infusions: a course that moves takes its baseline with it, one that is cancelled "
    "drops it, one that ends early counts from its last completed infusion. When the patient returns, follow-ups "
    "of the course before end on the day before the new baseline is asked, and those not asked by then are "
    "dropped with the reason.",
    source="Tankha 2025 (returning patients); clinic default",
)
NOT_ASKED = Rule(
    "PRO-84",
    "A patient who was declined, has withdrawn, or whose record was merged into another is not asked under that "
    "record; what was planned is dropped with the reason.",
    source="clinic default",
)
OTHERWISE = Rule(
    "PRO-85",
    "What was answered otherwise inside the window counts, each instrument by itself: a questionnaire sent by "
    "hand, paper, a score from elsewhere. Only what is missing is asked; when nothing is missing it is done.",
    source="clinic default",
)
STANDING = Rule(
    "PRO-93",
    "A window is due from its day of asking until the questions are out, open for 3 days after that, late from "
    "the day on which the staff calls, done when everything was answered, missed when it closed before.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Course:
    """One sequence. seat_on: day of its group visit. planned: first day still to come; None: none is.

    began: day of its first infusion that was started; last: of its last completed one. over: no day is to come.
    """

    key: int
    protocol: str
    planned: date | None
    seat_on: date | None = None
    began: date | None = None
    last: date | None = None
    over: bool = False

    @property
    def begins(self) -> date | None:
        """The day its baseline counts back from."""
        return self.began or self.planned


@dataclass(frozen=True, slots=True)
class AskFacts:
    """One person. unwilling: why nobody asks, "" where one does."""

    courses: tuple[Course, ...]
    unwilling: str = ""


@dataclass(frozen=True, slots=True)
class Desired:
    """One occasion of one course. opens_on to closes_on: the window; counts_from: answers count from this day."""

    course: int
    protocol: str
    occasion: str
    anchor: date
    opens_on: date
    ask_on: date
    closes_on: date
    counts_from: date


def desired_asks(facts: AskFacts, today: date) -> list[Desired]:
    """Return what should be asked of this person, in order of time; what closed long ago is left out."""
    if facts.unwilling:
        return []
    courses = sorted((one for one in facts.courses if one.begins), key=lambda one: (one.begins or today, one.key))
    found: list[Desired] = []
    treated: date | None = None  # last infusion day of the courses before
    for course in courses:
        baseline = _baseline(course, treated)
        if found:
            found = _censored(found, before=baseline.ask_on)
        found.append(baseline)
        treated = max(filter(None, (treated, course.last, course.began)), default=None)
        if course.over and course.last is not None:
            found += _follow_ups(course, course.last)
    earliest = today - timedelta(days=CATCH_UP_DAYS)
    return [one for one in found if one.closes_on >= earliest]


def _baseline(course: Course, treated: date | None) -> Desired:
    begins = course.begins
    assert begins is not None
    counts_from = begins - timedelta(days=BASELINE_DAYS)
    if treated is not None:
        counts_from = min(begins, max(counts_from, treated + timedelta(days=1)))
    wanted = course.seat_on if course.seat_on and course.seat_on <= begins else None
    wanted = wanted or begins - timedelta(days=BASELINE_ASKED_DAYS)
    ask_on = min(max(wanted, counts_from), begins)
    opens_on = counts_from if treated is None else ask_on
    return Desired(
        course.key, course.protocol, BASELINE, begins, opens_on, ask_on, begins, counts_from=counts_from
    )


def _follow_ups(course: Course, last: date) -> list[Desired]:
    spans = (
        (LAST, LAST_DAYS, LAST_ASKED_DAY),
        (THREE_MONTHS, THREE_MONTH_DAYS, THREE_MONTH_TARGET - INVITE_AHEAD_DAYS),
        (SIX_MONTHS, SIX_MONTH_DAYS, SIX_MONTH_TARGET - INVITE_AHEAD_DAYS),
    )
    found = []
    for occasion, (first, end), asked in spans:
        opens, asks, closes = (last + timedelta(days=days) for days in (first, asked, end))
        found.append(Desired(course.key, course.protocol, occasion, last, opens, asks, closes, counts_from=opens))
    return found


def _censored(asks: Iterable[Desired], *, before: date) -> list[Desired]:
    """Follow-ups end on the day before the next baseline is asked; those not asked by then are not asked."""
    found = []
    for one in asks:
        closes = min(one.closes_on, before - timedelta(days=1)) if one.occasion != BASELINE else one.closes_on
        if closes >= one.ask_on:
            found.append(replace(one, closes_on=closes))
    return found


def ideal_day(occasion: str, anchor: date) -> date:
    """Return the day on which the answers are wanted."""
    targets = {LAST: LAST_ASKED_DAY, THREE_MONTHS: THREE_MONTH_TARGET, SIX_MONTHS: SIX_MONTH_TARGET}
    return anchor + timedelta(days=targets.get(occasion, 0))


def missing(battery: Sequence[str], answered: Iterable[str]) -> tuple[str, ...]:
    """Return what of a battery is not answered yet, in order."""
    known = set(answered)
    return tuple(name for name in battery if name not in known)


def standing(state: str, *, ask_on: date, asked_on: date | None, today: date) -> str:
    """Return upcoming, due, open, late, done, missed or dropped (PRO-93). asked_on: None while nothing is out."""
    if state in (AskState.DONE, AskState.MISSED, AskState.DROPPED):
        return str(state)
    if asked_on is None:
        return "due" if today >= ask_on else "upcoming"
    return "late" if today >= asked_on + timedelta(days=LATE_AFTER_DAYS) else "open"


@dataclass(frozen=True, slots=True)
class Row:
    """One planned assessment as it stands. own: it is under the record that the person goes by now."""

    key: int
    course: int | None
    occasion: str
    anchor: date
    opens_on: date
    ask_on: date
    closes_on: date
    state: str
    own: bool = True

    @property
    def is_live(self) -> bool:
        return self.state in (AskState.PLANNED, AskState.ASKED)

    def agrees(self, wanted: Desired) -> bool:
        mine = (self.anchor, self.opens_on, self.ask_on, self.closes_on)
        return mine == (wanted.anchor, wanted.opens_on, wanted.ask_on, wanted.closes_on)


@dataclass(frozen=True, slots=True)
class Changes:
    """What makes the rows agree with what is desired. move: row -> its new window; drop: row -> the reason."""

    create: tuple[Desired, ...]
    move: tuple[tuple[int, Desired], ...]
    drop: tuple[tuple[int, str], ...]

    def __bool__(self) -> bool:
        return bool(self.create or self.move or self.drop)


def reconcile(facts: AskFacts, rows: Sequence[Row], today: date, *, answered: Iterable[Desired] = ()) -> Changes:
    """Return the changes to the rows of one person (PRO-83). answered: desired asks with nothing left to ask."""
    wanted = {(one.course, one.occasion): one for one in desired_asks(facts, today)}
    nothing_left = set(answered)
    kept: set[tuple[int | None, str]] = set()
    move: list[tuple[int, Desired]] = []
    drop: list[tuple[int, str]] = []
    for row in (one for one in rows if one.is_live):
        there = wanted.get((row.course or 0, row.occasion))
        if there is None and row.closes_on < today and row.own and not facts.unwilling:
            kept.add((row.course, row.occasion))  # its time is over: missed, not dropped
        elif there is None or not row.own or _asked_elsewhen(row, there, today):
            drop.append((row.key, _reason(facts, row, there)))
        else:
            kept.add((row.course, row.occasion))
            if not row.agrees(there):
                move.append((row.key, there))
    ended = [row for row in rows if row.own and row.state in (AskState.DONE, AskState.MISSED)]
    create = [
        one
        for key, one in wanted.items()
        if key not in kept and not _is_settled(one, ended, today, one in nothing_left)
    ]
    return Changes(tuple(create), tuple(move), tuple(drop))


def _asked_elsewhen(row: Row, there: Desired, today: date) -> bool:
    """True when a course moved so far that the patient is to be asked anew, later."""
    return row.state == AskState.ASKED and row.anchor != there.anchor and there.ask_on > today


def _is_settled(wanted: Desired, ended: Sequence[Row], today: date, nothing_left: bool) -> bool:
    """True when what ended before stands for this occasion too: same day, or same course before it moved."""
    if any((row.occasion, row.anchor) == (wanted.occasion, wanted.anchor) for row in ended):
        return True
    of_course = any((row.course, row.occasion) == (wanted.course, wanted.occasion) for row in ended)
    return of_course and (nothing_left or wanted.closes_on < today)


def _reason(facts: AskFacts, row: Row, there: Desired | None) -> str:
    if facts.unwilling:
        return facts.unwilling
    if not row.own:
        return "The record was merged with another, or separated from it."
    if there is not None:
        return f"The course moved: its first infusion is planned for {there.anchor.isoformat()}."
    mine = next((one for one in facts.courses if one.key == row.course), None)
    if mine is None or mine.begins is None:
        return "The course was cancelled."
    later = [one.begins for one in facts.courses if one.begins and one.begins > mine.begins]
    if later:
        return f"Treated again from {min(later).isoformat()}: the new baseline asks instead."
    return "The infusions it counted from changed."

"""Where a patient stands before the first infusion, in steps and in words.

Dates and times are of the clinic. Nothing here refuses anything; the refusals are in
``eligibility``, ``groups``, ``sequences`` and ``drivers``.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduling.rules.capacity import clock
from scheduling.rules.groups import clearing_lapsed
from scheduling.rules.visits import OPEN_SEQUENCE, RELEASED, TO_COME
from scheduling.states import EnrolmentState, SeatState, SequenceState, VisitState

FINISHED = frozenset({SequenceState.COMPLETED, SequenceState.ENDED_EARLY})


class StepState(StrEnum):
    """How a step stands; the value is the word shown."""

    DONE = "Done"
    DUE = "Due"
    BLOCKED = "Blocked"
    LATER = "Later"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. detail: one line for everybody who may find patients; no clinical content."""

    name: str
    state: StepState
    detail: str


@dataclass(frozen=True, slots=True)
class SeatView:
    """The patient's last seat in a group visit."""

    group: int
    day: date
    minute: int
    state: str
    support_attended: bool | None = None
    decided_on: date | None = None
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class DayView:
    """One day of a sequence."""

    key: int
    index: int
    day: date
    minute: int
    chair: int
    state: str
    driver: str = ""
    missed_reason: str = ""


@dataclass(frozen=True, slots=True)
class CourseView:
    """One sequence with its days in order."""

    key: int
    number: int
    first_day: date
    minute: int
    state: str
    days: tuple[DayView, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_SEQUENCE

    @property
    def last_day(self) -> date:
        return max((day.day for day in self.days), default=self.first_day)

    @property
    def without_driver(self) -> tuple[DayView, ...]:
        """The days to come for which nobody is named to drive home."""
        return tuple(day for day in self.days if day.state in TO_COME and not day.driver)

    @property
    def next_day(self) -> DayView | None:
        return next((day for day in self.days if day.state in TO_COME), None)


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    """What is known about one patient's way in. eligible: None while nobody has assessed.

    decision_open: a prescriber's decision is asked for and not taken.
    seat: the last one that was not cancelled; course: the open sequence, or else the last one.
    """

    state: str
    referred_on: date
    referred_by: str = ""
    assessed_on: date | None = None
    assessed_by: str = ""
    eligible: bool | None = None
    decision_open: bool = False
    seat: SeatView | None = None
    course: CourseView | None = None

    @property
    def is_over(self) -> bool:
        return self.state in (EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN)

    @property
    def open_course(self) -> CourseView | None:
        return self.course if self.course and self.course.is_open else None

    @property
    def finished_course(self) -> CourseView | None:
        """The course that followed the last group visit and is over; a cancelled one does not count."""
        course = self.course
        if course is None or course.state not in FINISHED or self.open_course:
            return None
        return course if self.seat is None or course.first_day >= self.seat.day else None

    def lapsed(self, today: date) -> bool:
        """Whether the last clearing is used up or too old to begin a sequence on (ENR-26)."""
        if self.state != EnrolmentState.CLEARED:
            return False
        return bool(self.finished_course) or self.seat is None or clearing_lapsed(self.seat.day, today)


def steps(facts: EnrolmentFacts, today: date) -> tuple[Step, ...]:
    """Return the six steps of the way in, in order."""
    return (
        _referral(facts),
        _eligible(facts),
        _group_visit(facts, today),
        _cleared(facts, today),
        _sequence(facts, today),
        _driver(facts),
    )


def headline(facts: EnrolmentFacts, found: tuple[Step, ...]) -> str:
    """Return "Not ready for Monday 14 September: 1 blocked, 2 due", or what is reached."""
    if facts.is_over:
        return f"{EnrolmentState(facts.state).label}: nothing is planned"
    course = facts.open_course
    blocked = sum(step.state == StepState.BLOCKED for step in found)
    due = sum(step.state == StepState.DUE for step in found)
    open_ones = " and ".join(f"{count} {word}" for count, word in ((blocked, "blocked"), (due, "due")) if count)
    if course is None:
        done = facts.finished_course if facts.state == EnrolmentState.CLEARED else None
        reached = _finished_words(done) if done else "No infusions booked"
        return f"{reached}: {open_ones}" if open_ones else reached
    ahead = course.next_day
    aim = f"{long_day(ahead.day)}" if ahead else "the next infusion"
    return f"Not ready for {aim}: {open_ones}" if open_ones else f"Ready for {aim}"


def in_words(facts: EnrolmentFacts, today: date) -> tuple[str, str]:
    """Return (tone, words) for a list: the first thing that is open, or what comes next."""
    if facts.is_over:
        return "held", EnrolmentState(facts.state).label
    course = facts.open_course
    if course is not None:
        return _course_words(course, today)
    if facts.eligible is None:
        return "due", "Eligibility not recorded"
    if not facts.eligible:
        return "overdue", "Physician decides" if facts.decision_open else "Eligibility not finished"
    if facts.state == EnrolmentState.CLEARED and not facts.lapsed(today):
        return "due", "Cleared, infusions not booked"
    if facts.state == EnrolmentState.GROUP_BOOKED and facts.seat is not None:
        return "info", f"Group visit {short_day(facts.seat.day)}"
    if facts.finished_course is not None and facts.state == EnrolmentState.CLEARED:
        return "ok", _finished_words(facts.finished_course)
    return "due", "Group visit not booked"


def _finished_words(course: CourseView) -> str:
    return f"Course {course.number} {SequenceState(course.state).label.lower()}"


def _course_words(course: CourseView, today: date) -> tuple[str, str]:
    missing = len(course.without_driver)
    attended = sum(day.state == VisitState.ATTENDED for day in course.days)
    if course.state == SequenceState.INTERRUPTED:
        return "overdue", "Interrupted, decision needed"
    if missing:
        return "due", f"{missing} {'day' if missing == 1 else 'days'} without a driver"
    if attended:
        return "ok", f"In treatment, {attended} of {len(course.days)} days done"
    return "ok", f"Ready for {short_day(course.first_day)}"


def _referral(facts: EnrolmentFacts) -> Step:
    if facts.is_over:
        return Step("Referral", StepState.BLOCKED, EnrolmentState(facts.state).label)
    return Step("Referral accepted", StepState.DONE, _who_when(facts.referred_on, facts.referred_by))


def _eligible(facts: EnrolmentFacts) -> Step:
    if facts.eligible is None:
        return Step("Eligible", StepState.DUE, "Not assessed yet")
    if facts.eligible:
        return Step("Eligible", StepState.DONE, _who_when(facts.assessed_on, facts.assessed_by))
    return Step("Eligible", StepState.BLOCKED, "The physician decides" if facts.decision_open else "Not finished")


def _group_visit(facts: EnrolmentFacts, today: date) -> Step:
    name, seat = "Group visit (SMA)", facts.seat
    if seat is not None and seat.state in (SeatState.ATTENDED, SeatState.CLEARED) and not facts.lapsed(today):
        who = "with support person" if seat.support_attended else "without support person"
        return Step(name, StepState.DONE, f"{short_day(seat.day)}, {who}")
    if seat is not None and seat.state == SeatState.BOOKED:
        passed = seat.day < today
        detail = f"{short_day(seat.day)}, {clock(seat.minute)}{', attendance not recorded' if passed else ''}"
        return Step(name, StepState.BLOCKED if passed else StepState.DUE, detail)
    if seat is not None and seat.state == SeatState.ABSENT and facts.eligible:
        return Step(name, StepState.DUE, f"Absent on {short_day(seat.day)}, book again")
    if not facts.eligible or facts.is_over:
        return Step(name, StepState.LATER, "After eligibility")
    if facts.lapsed(today):
        state = StepState.LATER if facts.finished_course else StepState.DUE
        return Step(name, state, "A new one for a new course")
    return Step(name, StepState.DUE, "No seat booked")


def _cleared(facts: EnrolmentFacts, today: date) -> Step:
    seat = facts.seat
    if seat is not None and seat.state == SeatState.CLEARED and not facts.lapsed(today):
        return Step("Cleared", StepState.DONE, _who_when(seat.decided_on, seat.decided_by))
    if seat is not None and seat.state == SeatState.NOT_CLEARED:
        return Step("Cleared", StepState.BLOCKED, f"Not cleared on {short_day(seat.day)}")
    if seat is not None and seat.state == SeatState.ATTENDED:
        return Step("Cleared", StepState.DUE, "Decision open since the group visit")
    return Step("Cleared", StepState.LATER, "At the group visit")


def _sequence(facts: EnrolmentFacts, today: date) -> Step:
    name, course = "Five days booked", facts.open_course
    if course is not None:
        detail = f"{span_words(course.first_day, course.last_day)}, {clock(course.minute)}"
        return Step(name, StepState.DONE, detail)
    bookable = facts.state in (EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED)
    if bookable and not facts.lapsed(today):
        return Step(name, StepState.DUE, "5 to 9 days after the group visit")
    return Step(name, StepState.LATER, "After the group visit is booked")


def _driver(facts: EnrolmentFacts) -> Step:
    course = facts.open_course
    if course is None:
        return Step("Driver named", StepState.LATER, "Once five days are booked")
    days = [day for day in course.days if day.state not in RELEASED]
    missing = course.without_driver
    if not missing:
        return Step("Driver named", StepState.DONE, f"All {len(days)} days")
    when = ", ".join(f"{day.day:%a}" for day in missing)
    return Step("Driver named", StepState.DUE, f"{len(days) - len(missing)} of {len(days)} days; {when} open")


def short_day(day: date) -> str:
    """Return "Mon 14 Sep"."""
    return f"{day:%a} {day.day} {day:%b}"


def long_day(day: date) -> str:
    """Return "Monday 14 September"."""
    return f"{day:%A} {day.day} {day:%B}"


def span_words(first: date, last: date) -> str:
    """Return "14–18 Sep", or "28 Sep–2 Oct"."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b}"
    return f"{first.day} {first:%b}–{last.day} {last:%b}"


def _who_when(day: date | None, who: str) -> str:
    return ", ".join(part for part in (short_day(day) if day else "", who) if part)

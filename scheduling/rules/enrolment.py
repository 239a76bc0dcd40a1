"""Where a patient stands before the first infusion: the facts, and words for lists.

The ten gates are in ``readiness``. Dates and times are of the clinic. Nothing here refuses
anything; the refusals are in ``eligibility``, ``groups``, ``sequences`` and ``drivers``.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduling.rules.groups import CLEARANCE_DAYS, STANDARD, Clearance, Window, clearing_lapsed
from scheduling.rules.protocols import STANDARD as STANDARD_PROTOCOL
from scheduling.rules.visits import FINISHED, OPEN_SEQUENCE, TO_COME
from scheduling.states import EnrolmentState, SequenceState, VisitState


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
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class ConsentView:
    """The patient's last consent. method: how it was signed, in words."""

    signed_on: date
    method: str
    withdrawn_on: date | None = None


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
    booked_on: date | None = None
    booked_by: str = ""
    planned: int = 5
    protocol: str = STANDARD_PROTOCOL

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_SEQUENCE

    @property
    def last_day(self) -> date:
        return max((day.day for day in self.days), default=self.first_day)

    @property
    def ended_on(self) -> date:
        """Date of the last infusion that was attended; the first day where none is recorded."""
        attended = (day.day for day in self.days if day.state == VisitState.ATTENDED)
        return max(attended, default=self.first_day)

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

    referral: key of the accepted one, 0 for a patient of an imported registry.
    decision_open: a prescriber's decision is asked for and not taken.
    unsuitable: the answers speak against the infusions; reassess_on: put off until then.
    seat: the last one that was not cancelled; course: the open sequence, or else the last one;
    finished: the last one that was completed or ended early.
    screened_on: date of the last health screen; screen_concern: it has a yes that nobody answered.
    window, clearance_days: settings of the clinic.
    """

    state: str
    referred_on: date
    referred_by: str = ""
    patient: int = 0
    referral: int = 0
    assessed_at: datetime | None = None
    assessed_on: date | None = None
    assessed_by: str = ""
    eligible: bool | None = None
    decision_open: bool = False
    undecided: tuple[str, ...] = ()
    unsuitable: bool = False
    reassess_on: date | None = None
    pregnancy: str = ""
    pregnancy_on: date | None = None
    pregnancy_note: str = ""
    consent: ConsentView | None = None
    seat: SeatView | None = None
    course: CourseView | None = None
    finished: CourseView | None = None
    screened_on: date | None = None
    screen_concern: bool = False
    window: Window = STANDARD
    clearance_days: int = CLEARANCE_DAYS

    @property
    def is_over(self) -> bool:
        return self.state in (EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN, EnrolmentState.MERGED)

    @property
    def open_course(self) -> CourseView | None:
        return self.course if self.course and self.course.is_open else None

    @property
    def finished_course(self) -> CourseView | None:
        """The course that followed the last group visit and is over; a cancelled one does not count."""
        course = self.finished or self.course
        if course is None or course.state not in FINISHED or self.open_course:
            return None
        return course if self.seat is None or course.first_day >= self.seat.day else None

    @property
    def clearance(self) -> Clearance | None:
        """What a further course can begin on without a new group visit (ENR-60); None for a first one."""
        seat, course = self.seat, self.finished_course
        if self.state != EnrolmentState.CLEARED or seat is None or seat.decided_on is None or course is None:
            return None
        return Clearance(
            seat.decided_on, course.ended_on, self.screened_on, self.screen_concern, self.clearance_days
        )

    def lapsed(self, today: date) -> bool:
        """Whether no sequence can begin on the last clearing any more: a new group visit is asked for."""
        if self.state != EnrolmentState.CLEARED:
            return False
        if self.clearance is not None:
            return not self.clearance.holds(today + timedelta(days=1))
        return self.seat is None or clearing_lapsed(self.seat.day, today, self.window)

    def stale(self, today: date) -> bool:
        """Whether clearing and group visit count for no course: lapsed, and none is under way on them."""
        return self.open_course is None and self.lapsed(today)


def in_words(facts: EnrolmentFacts, today: date) -> tuple[str, str]:
    """Return (tone, words) for a list: the first thing that is open, or what comes next."""
    if facts.is_over:
        return "held", EnrolmentState(facts.state).label
    course = facts.open_course
    if course is not None:
        return _course_words(course, today)
    if facts.eligible is None:
        return "due", "Eligibility not recorded"
    if facts.reassess_on is not None:
        return "held" if facts.reassess_on > today else "due", f"Assess again from {short_day(facts.reassess_on)}"
    if not facts.eligible:
        if facts.unsuitable:
            return "overdue", "Not eligible"
        return "overdue", "Physician decides" if facts.decision_open else "Eligibility not finished"
    if facts.clearance is None and facts.state == EnrolmentState.CLEARED and not facts.lapsed(today):
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
        return "ok", f"In treatment, {attended} of {course.planned} days done"
    return "info", f"Infusions from {short_day(course.first_day)}"


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

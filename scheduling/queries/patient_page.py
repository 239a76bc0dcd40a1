"""Everything the patient page shows from enrolment and schedule, for one reader."""

from dataclasses import dataclass
from datetime import date, datetime

from kitclinic.access import sees_clinical
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Permission
from scheduling.models import Eligibility, Patient
from scheduling.queries.enrolment import all_courses, enrolment_facts
from scheduling.queries.patients import latest_eligibility
from scheduling.rules.capacity import clock
from scheduling.rules.enrolment import (
    CourseView,
    DayView,
    EnrolmentFacts,
    Step,
    StepState,
    headline,
    long_day,
    short_day,
    steps,
)
from scheduling.rules.visits import RELEASED, TO_COME
from scheduling.states import Caution, EnrolmentState, SeatState, SequenceState, VisitState

ASSESS, SEAT, GROUP = "scheduling:eligibility", "scheduling:seat_new", "scheduling:group"
OFFERS, DRIVERS, END = "scheduling:offers", "scheduling:drivers", "scheduling:sequence_end"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do next. who: whose it is; url: URL name; key: its argument; mine: this reader may do it."""

    title: str
    who: str
    label: str
    url: str
    key: int
    mine: bool


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of a sequence in the table. tone: done, due, blocked or na; booked: key of a visit still to come."""

    tone: str
    when: str
    note: str
    booked: int | None = None


@dataclass(frozen=True, slots=True)
class CourseRow:
    name: str
    note: str
    cells: tuple[DayCell, ...]


@dataclass(frozen=True, slots=True)
class PatientPage:
    """clinical: the reader may see more than readiness; then assessment and diagnosis are filled.

    changes: what this reader can change about the open sequence; may_miss: may record a missed day.
    """

    patient: Patient
    facts: EnrolmentFacts
    steps: tuple[Step, ...]
    headline: str
    tally: str
    acts: tuple[Act, ...]
    courses: tuple[CourseRow, ...]
    changes: tuple[Act, ...]
    may_miss: bool
    chair: int | None
    next_visit: str
    clinical: bool
    assessment: Eligibility | None

    @property
    def cautions(self) -> list[str]:
        """The cautions that apply, in words, with those nobody acknowledged marked."""
        last = self.assessment
        if last is None:
            return []
        known = set(last.acknowledged_cautions)
        open_ = ", not acknowledged"
        return [f"{Caution(one).label}{'' if one in known else open_}" for one in last.cautions]


def patient_page(*, patient: Patient, site: Site, reader: StaffUser, at: datetime) -> PatientPage:
    """Return the page as this reader may see it: who only books sees readiness in words."""
    today = site.today(at)
    courses = all_courses([patient.pk], site=site)
    facts = enrolment_facts([patient], site=site, courses=courses)[patient.pk]
    found = steps(facts, today)
    clinical = sees_clinical(reader)
    course = facts.open_course
    ahead = course.next_day if course else None
    return PatientPage(
        patient=patient,
        facts=facts,
        steps=found,
        headline=headline(facts, found),
        tally=_tally(found),
        acts=tuple(_acts(patient, facts, today, reader)),
        courses=tuple(_row(course) for course in courses.get(patient.pk, [])),
        changes=tuple(_changes(course, reader)) if course else (),
        may_miss=reader.may(Permission.BOOK) or reader.may(Permission.CHART),
        chair=ahead.chair if ahead else None,
        next_visit=f"{short_day(ahead.day)}, {clock(ahead.minute)}, {_away(ahead.day, today)}" if ahead else "",
        clinical=clinical,
        assessment=latest_eligibility(patient) if clinical else None,
    )


def _tally(found: tuple[Step, ...]) -> str:
    counts = {state: sum(step.state == state for step in found) for state in (StepState.DONE, StepState.LATER)}
    return ", ".join(f"{count} {state.value.lower()}" for state, count in counts.items() if count)


def _acts(patient: Patient, facts: EnrolmentFacts, today: date, reader: StaffUser) -> list[Act]:
    """Return what comes next, the likeliest first."""
    acts: list[Act] = []

    def add(title: str, who: str, label: str, url: str, key: int, permission: Permission) -> None:
        acts.append(Act(title, who, label, url, key, reader.may(permission)))

    key, seat, course = patient.pk, facts.seat, facts.open_course
    register, book, lead = Permission.REGISTER_PATIENTS, Permission.BOOK, Permission.LEAD_GROUPS
    seated = seat is not None and seat.state in (SeatState.BOOKED, SeatState.ATTENDED)
    if facts.is_over:
        add("Reopen the referral", "Every question is asked again", "Assess again", ASSESS, key, register)
        return acts
    if facts.eligible is None:
        add("Record eligibility", "Scheduler or physician", "Record", ASSESS, key, register)
    elif not facts.eligible:
        who = "Physician" if facts.decision_open else "Scheduler or physician"
        add("Finish the assessment", who, "Open", ASSESS, key, register)
    elif facts.lapsed(today) and course is None:
        add("Assess for a new course", "Scheduler or physician", "Assess", ASSESS, key, register)
    elif facts.state == EnrolmentState.ELIGIBLE:
        add("Book the group visit", "Scheduler, with a support person", "Choose", SEAT, key, book)
    if seat is not None and seated:
        title = "Check in, weigh, clear" if seat.day <= today else "Group visit"
        who = f"{long_day(seat.day)}, {clock(seat.minute)}"
        add(title, who, "Open roster", GROUP, seat.group, lead if seat.day <= today else Permission.SEE_SCHEDULE)
    bookable = facts.state in (EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED) and not facts.lapsed(today)
    if bookable and course is None:
        add("Book five infusion days", "Scheduler, 5 to 9 days after the group visit", "Offers", OFFERS, key, book)
    if course is not None and course.without_driver:
        open_days = course.without_driver
        days = (
            ", ".join(short_day(day.day) for day in open_days)
            if len(open_days) < len(course.days)
            else "all five days"
        )
        add(f"Name drivers for {days}", "Scheduler", "Name driver", DRIVERS, course.key, book)
    return acts


def _changes(course: CourseView, reader: StaffUser) -> list[Act]:
    """Return what can be changed about the open sequence when the patient calls."""
    book = reader.may(Permission.BOOK)
    changes = []
    if any(day.state in TO_COME and day.driver for day in course.days) and (book or reader.may(Permission.CHART)):
        changes.append(Act("Change the driver", "Scheduler", "Change the driver", DRIVERS, course.key, True))
    if book:
        changes.append(Act("End or cancel", "Scheduler", "End or cancel the sequence", END, course.key, True))
    return changes


def _row(course: CourseView) -> CourseRow:
    state = SequenceState(course.state).label.lower()
    chairs = {day.chair for day in course.days}
    where = f"chair {chairs.pop()}, {state}" if len(chairs) == 1 else state
    return CourseRow(f"Sequence {course.number}", where.capitalize(), tuple(_cell(day) for day in course.days))


def _cell(day: DayView) -> DayCell:
    when = f"{short_day(day.day)}, {clock(day.minute)}"
    if day.state == VisitState.ATTENDED:
        return DayCell("done", when, "Attended")
    if day.state in RELEASED:
        return DayCell("blocked", when, f"{VisitState(day.state).label}: {day.missed_reason.lower()}")
    if day.state == VisitState.ARRIVED:
        return DayCell("done" if day.driver else "due", when, "In the suite")
    if day.driver:
        return DayCell("na", when, f"{day.driver} drives", day.key)
    return DayCell("due", when, "No driver named", day.key)


def _away(day: date, today: date) -> str:
    days = (day - today).days
    if days <= 0:
        return "today" if days == 0 else "overdue"
    return "tomorrow" if days == 1 else f"in {days} days"

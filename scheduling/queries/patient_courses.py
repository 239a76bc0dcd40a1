"""The table of a patient's sequences with their five days, and what can be changed about the open one."""

from dataclasses import dataclass

from kitclinic.models import StaffUser
from kitclinic.roles import Permission
from scheduling.rules.capacity import clock
from scheduling.rules.enrolment import CourseView, DayView, short_day
from scheduling.rules.readiness import DRIVERS
from scheduling.rules.visits import RELEASED, TO_COME
from scheduling.states import SequenceState, VisitState

DAYS, END, WAIT = "scheduling:sequence", "scheduling:sequence_end", "scheduling:place_wait_new"


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
class Change:
    """One thing this reader can change about the open sequence. url: URL name; key: its argument."""

    label: str
    url: str
    key: int


def course_row(course: CourseView) -> CourseRow:
    """Return one line of the table."""
    state = SequenceState(course.state).label.lower()
    chairs = {day.chair for day in course.days}
    where = f"chair {chairs.pop()}, {state}" if len(chairs) == 1 else state
    return CourseRow(f"Sequence {course.number}", where.capitalize(), tuple(_cell(day) for day in course.days))


def changes(course: CourseView, reader: StaffUser, *, patient: int) -> list[Change]:
    """Return what can be changed about the open sequence when the patient calls. patient: the patient's key."""
    book = reader.may(Permission.BOOK)
    found = []
    if any(day.state in TO_COME and day.driver for day in course.days) and (book or reader.may(Permission.CHART)):
        found.append(Change("Change the driver", DRIVERS, course.key))
    if book:
        found.append(Change("Change the days", DAYS, course.key))
        if course.state in (SequenceState.TENTATIVE, SequenceState.CONFIRMED):
            found.append(Change("Wait for an earlier place", WAIT, patient))
        found.append(Change("End or cancel the sequence", END, course.key))
    return found


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

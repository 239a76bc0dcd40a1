"""How many infusion days patients completed, and why the others did not: the paper's counting, from visits."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from kitclinic.register import Rule
from scheduling.states import MissedReason, SequenceMode, VisitState

FULL = 5  # SCH-80

SCH_80 = Rule(
    "SCH-80",
    "A patient counts by the attended days of all sequences up to the as-of date: five or more, 4, 3, 2 or 1. "
    "One with fewer than five whose sequence is not over is under way and not counted; nobody counts before the "
    "first attended day.",
    source="Tankha 2025 (890 of 1,034 patients with five or more); under way: clinic default",
)
SCH_81 = Rule(
    "SCH-81",
    "A patient with fewer than five attended days and a past day that nobody recorded counts as unknown. The "
    "levels and unknown add up to the patients counted; nothing is forced.",
    source="clinic default; the published levels leave 2 of 1,034 patients open",
)
SCH_82 = Rule(
    "SCH-82",
    "The reason for fewer than five days is that of the first missed or cancelled day without an attended "
    "make-up; a course booked as four days counts as clinic closed. Every such day is counted beside it.",
    source="Tankha 2025 (categories of reasons); the first day's reason: clinic default",
)


class Level(IntEnum):
    """Attended days of one patient, as the paper groups them."""

    FIVE = 5
    FOUR = 4
    THREE = 3
    TWO = 2
    ONE = 1
    UNKNOWN = 0

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Level.FIVE: "5 or more",
    Level.FOUR: "4",
    Level.THREE: "3",
    Level.TWO: "2",
    Level.ONE: "1",
    Level.UNKNOWN: "Unknown",
}
PUBLISHED_PATIENTS = 1034  # Tankha 2025, Results
PUBLISHED = {Level.FIVE: 890, Level.FOUR: 80, Level.THREE: 32, Level.TWO: 18, Level.ONE: 12, Level.UNKNOWN: 2}
PUBLISHED_PERCENT = {  # as printed; unknown is not printed
    Level.FIVE: "86.1%",
    Level.FOUR: "7.7%",
    Level.THREE: "3.1%",
    Level.TWO: "1.7%",
    Level.ONE: "1.2%",
    Level.UNKNOWN: "",
}


@dataclass(frozen=True, slots=True)
class CourseDay:
    """One visit. state: VisitState; reason: MissedReason of a day missed or cancelled; made_up: attended later."""

    date: date
    state: str
    reason: str = ""
    made_up: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """One sequence with its days in order. over: nothing of it is to come; mode: SequenceMode."""

    days: tuple[CourseDay, ...]
    over: bool
    mode: str = SequenceMode.SAME_WEEK


@dataclass(frozen=True, slots=True)
class Finish:
    """Where one patient stands. level: None before the first day and while under way."""

    key: int
    attended: int
    first_on: date | None
    under_way: bool
    level: Level | None
    reason: str = ""
    lost_days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """The counted patients by level, the reasons of those with fewer than five, and who is under way."""

    counts: dict[Level, int]
    patients_by_reason: dict[str, int]
    days_by_reason: dict[str, int]
    under_way: int

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def fewer(self) -> int:
        """Patients with one to four attended days."""
        return sum(count for level, count in self.counts.items() if 0 < level < FULL)


def finish(key: int, courses: Sequence[Course], *, as_of: date) -> Finish:
    """Return where one patient stands on this day. courses: in the order of their first days."""
    days = [day for course in courses for day in course.days if day.date <= as_of]
    attended = sorted(day.date for day in days if day.state == VisitState.ATTENDED)
    first_on = attended[0] if attended else None
    if not attended or len(attended) >= FULL:
        return Finish(key, len(attended), first_on, False, Level.FIVE if attended else None)
    unrecorded = any(day.date < as_of and day.state in (VisitState.BOOKED, VisitState.ARRIVED) for day in days)
    if unrecorded:
        return Finish(key, len(attended), first_on, False, Level.UNKNOWN)
    if any(not course.over for course in courses):
        return Finish(key, len(attended), first_on, True, None)
    lost = tuple(reason for course in courses for reason in _lost(course))
    reason = lost[0] if lost else MissedReason.UNKNOWN.value
    return Finish(key, len(attended), first_on, False, Level(len(attended)), reason, lost)


def completion(finishes: Iterable[Finish]) -> Completion:
    """Count the patients given."""
    finishes = list(finishes)
    counts = Counter(one.level for one in finishes)
    fewer = [one for one in finishes if one.level is not None and 0 < one.level < FULL]
    return Completion(
        counts={level: counts[level] for level in Level},
        patients_by_reason=dict(Counter(one.reason for one in fewer)),
        days_by_reason=dict(Counter(reason for one in fewer for reason in one.lost_days)),
        under_way=sum(one.under_way for one in finishes),
    )


def _lost(course: Course) -> list[str]:
    """Return the reasons of the days this course lost, in order; none where nobody came at all."""
    if all(day.state != VisitState.ATTENDED for day in course.days):
        return []
    lost = [
        day.reason or MissedReason.UNKNOWN.value
        for day in course.days
        if day.state in (VisitState.MISSED, VisitState.CANCELLED) and not day.made_up
    ]
    if course.mode == SequenceMode.SHORT:
        lost.append(MissedReason.CLINIC_CLOSED.value)
    return lost

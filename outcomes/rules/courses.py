"""Course mode: each course of infusions with its own baseline and follow-ups, for the chart of one person.

A *course* is a run of completed infusion days without a gap of more than 14 days between two of them. Paper mode
(``outcomes.rules.windows``) counts from the first infusion ever to the last; a person's own chart does not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from kitclinic.register import Rule
from outcomes.rules.completion import NEW_SEQUENCE_AFTER_DAYS
from outcomes.rules.windows import (
    BASELINE,
    BASELINE_DAYS,
    LAST,
    LAST_DAYS,
    SIX_MONTH_DAYS,
    SIX_MONTHS,
    THREE_MONTH_DAYS,
    THREE_MONTHS,
    Frame,
    Infusion,
    Score,
    chosen,
    frame,
)

FOLLOW_UPS = {LAST: LAST_DAYS, THREE_MONTHS: THREE_MONTH_DAYS, SIX_MONTHS: SIX_MONTH_DAYS}

COURSE_MODE = Rule(
    "PRO-140",
    "A person's own chart is read in course mode: a new course begins after more than 14 days without a completed "
    "infusion; its baseline comes after the course before, its follow-ups end with the next course's first "
    "infusion. The windows are those of OUT-02 to OUT-08.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Course:
    """One course. days: its completed infusions. after: last infusion before it; before: first one after it."""

    number: int
    days: tuple[date, ...]
    first_start: time | None
    after: date | None
    before: date | None

    @property
    def first(self) -> date:
        return self.days[0]

    @property
    def last(self) -> date:
        return self.days[-1]

    def owns(self, day: date) -> bool:
        """True between the courses on both sides, from where scores of this course come."""
        return (self.after is None or day > self.after) and (self.before is None or day < self.before)


@dataclass(frozen=True, slots=True)
class Span:
    """One window of one course on the calendar, both ends included."""

    course: int
    column: str
    first: date
    last: date


def courses(infusions: Iterable[Infusion], as_of: date) -> tuple[Course, ...]:
    """Return the courses of one person up to a day, in order (PRO-140)."""
    completed = sorted((one for one in infusions if one.completed and one.date <= as_of), key=lambda one: one.date)
    groups: list[list[Infusion]] = []
    for one in completed:
        if groups and (one.date - groups[-1][-1].date).days <= NEW_SEQUENCE_AFTER_DAYS:
            groups[-1].append(one)
        else:
            groups.append([one])
    found = []
    for place, group in enumerate(groups):
        refs = frame(group, as_of)
        found.append(
            Course(
                number=place + 1,
                days=tuple(dict.fromkeys(one.date for one in group)),
                first_start=refs.first_start if refs else None,
                after=groups[place - 1][-1].date if place else None,
                before=groups[place + 1][0].date if place + 1 < len(groups) else None,
            )
        )
    return tuple(found)


def counting(scores: Iterable[Score], course: Course, as_of: date) -> dict[str, dict[str, Score]]:
    """Return column -> measure -> the score that counts for this course (PRO-140)."""
    refs = Frame(as_of, course.first, course.first_start, course.last)
    return chosen([score for score in scores if course.owns(score.date)], refs)


def after_course(scores: Sequence[Score], course: Course, as_of: date) -> list[Score]:
    """Return the scores after the course's last infusion and before the next course, in the order given."""
    return [one for one in scores if course.last < one.date <= as_of and course.owns(one.date)]


def spans(course: Course) -> list[Span]:
    """Return the windows of a course on the calendar; what the courses beside it leave no room for is left out."""
    opens = course.first - timedelta(days=BASELINE_DAYS)
    if course.after is not None:
        opens = max(opens, course.after + timedelta(days=1))
    found = [Span(course.number, BASELINE, opens, course.first)]
    ends = None if course.before is None else course.before - timedelta(days=1)
    for column, (from_day, to_day) in FOLLOW_UPS.items():
        first, last = course.last + timedelta(days=from_day), course.last + timedelta(days=to_day)
        last = min(last, ends or last)
        if first <= last:
            found.append(Span(course.number, column, first, last))
    return found

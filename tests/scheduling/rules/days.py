"""Suite-days for the tests of the rules: small, plain and readable in one line."""

from dataclasses import replace
from datetime import date, timedelta

from scheduling.rules.capacity import BookedVisit, DayPlan, Lengths, Span
from scheduling.rules.sequences import WeekPlan

MONDAY = date(2026, 9, 14)
OPEN, CLOSE = 7 * 60 + 30, 17 * 60 + 30
NINE = 9 * 60


def at(text: str) -> int:
    """Return "09:05" as minutes after midnight."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def visits(*starts: int, lengths: Lengths = Lengths()) -> tuple[BookedVisit, ...]:
    """Return visits in chairs 1, 2, 3 …, keyed by their place in the list."""
    return tuple(
        BookedVisit(start, lengths, chair=place, key=place) for place, start in enumerate(starts, start=1)
    )


def suite_day(
    *booked: BookedVisit,
    day: date = MONDAY,
    nurses: tuple[Span, ...] = ((OPEN, CLOSE),) * 5,
    provider: tuple[Span, ...] = ((OPEN, CLOSE),),
    chairs: int = 8,
    closed: str = "",
    lengths: Lengths = Lengths(),
    hours: Span = (OPEN, CLOSE),
) -> DayPlan:
    return DayPlan(day, hours[0], hours[1], nurses, provider, tuple(booked), chairs, lengths, closed)


def suite_week(first: date = MONDAY, *booked: BookedVisit, plan: DayPlan | None = None) -> WeekPlan:
    """Return five equal days; booked visits stand on each of them."""
    template = plan or suite_day(*booked)
    return WeekPlan(tuple(replace(template, day=first + timedelta(days=place)) for place in range(5)))

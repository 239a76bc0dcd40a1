"""Weeks to book into, requests that want a place, and the ways of choosing a start for one of them.

Assumptions, as in the reference: 10 hours, visits of 10 + 70 + 5 minutes, 8 chairs, 5 nurses whose breaks a relief
nurse covers, 6% of days with 4; half the requests have a hard window: morning 45%, midday 25%, afternoon 30%.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import BookedVisit, DayPlan, Profile, after, feasible, minutes, profile, together
from scheduling.rules.residual import free_of, further_after

OPEN, CLOSE, ATTENDED = 450, 1050, 80
LAST = CLOSE - ATTENDED
WINDOWS = ((OPEN, 630), (630, 780), (780, LAST))  # starts: morning, midday, afternoon
SHARES = (0.45, 0.25, 0.30)
HARD, FEWER = 0.5, 0.06


@dataclass(frozen=True, slots=True)
class Request:
    """key: order of arrival; first, last: the window of starts; wish: the clock time liked best."""

    key: int
    first: int
    last: int
    wish: int


def request(rnd: random.Random, key: int) -> Request:
    window = rnd.choices(WINDOWS, SHARES)[0]
    wish = rnd.randrange(window[0], window[1] + 1, 5)
    return Request(key, *window, wish) if rnd.random() < HARD else Request(key, OPEN, LAST, wish)


@dataclass(slots=True)
class Week:
    """One week's days, with what is free on all five at one clock time."""

    days: list[DayPlan]
    free: Profile = field(init=False)
    _after: dict[int, int] | None = None

    def __post_init__(self) -> None:
        self._count()

    def book(self, key: object, start: int) -> None:
        visit = BookedVisit(start, key=str(key))
        self.days = [replace(day, booked=(*day.booked, visit)) for day in self.days]
        self.free, self._after = after(self.free, start), None

    def release(self, key: object) -> None:
        self.days = [
            replace(day, booked=tuple(visit for visit in day.booked if visit.key != str(key))) for day in self.days
        ]
        self._count()

    def starts(self, first: int, last: int, *, grid: int = 5) -> list[int]:
        return [
            start
            for start in minutes(feasible(self.free))
            if first <= start <= last and (start - OPEN) % grid == 0
        ]

    def losses(self) -> dict[int, int]:
        """Places that a booking at each start costs others, beside the best start of this week."""
        if self._after is None:
            self._after = further_after(free_of(self.days))
        best = max(self._after.values(), default=0)
        return {start: best - left for start, left in self._after.items()}

    def violations(self) -> int:
        """Breaches, counted anew from the visits alone."""
        return sum(len(breaches(day)) for day in self.days)

    def _count(self) -> None:
        self.free, self._after = together([profile(day) for day in self.days]), None


def week(rnd: random.Random, monday: date) -> Week:
    def day(place: int) -> DayPlan:
        nurses = 4 if rnd.random() < FEWER else 5
        whole = ((OPEN, CLOSE),)
        return DayPlan(monday + timedelta(days=place), OPEN, CLOSE, whole * nurses, whole)

    return Week([day(place) for place in range(5)])


Rank = tuple[int, int, int]  # the smaller, the better; the last number is the start


def first_fit_15(some: Week, asks: Request) -> Rank | None:
    return min(((0, start, start) for start in some.starts(asks.first, asks.last, grid=15)), default=None)


def nearest_15(some: Week, asks: Request) -> Rank | None:
    starts = some.starts(asks.first, asks.last, grid=15)
    return min(((0, abs(start - asks.wish), start) for start in starts), default=None)


def best_fit(some: Week, asks: Request) -> Rank | None:
    """The product's way: the fewest places lost to others, then nearest to the wish."""
    starts = some.starts(asks.first, asks.last)
    if not starts:
        return None
    losses = some.losses()
    return min((losses[start], abs(start - asks.wish), start) for start in starts)


ENGINES: dict[str, Callable[[Week, Request], Rank | None]] = {
    "first-fit-15": first_fit_15,
    "nearest-15": nearest_15,
    "best-fit": best_fit,
}


def met(name: str, is_met: bool, words: str) -> bool:
    print(f"{name:<4} {words}: {'met' if is_met else 'NOT met'}")
    return is_met

"""Better times for the tentative sequences of a week, so that more of those who wait find a place.

A tentative patient was promised a week and a window of clock times, not a minute. The quick way of this file
answers at once; the solver in the worker finds better plans for the same problem. Both are checked by
``plan_errors``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kitclinic.register import Rule
from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import (
    BookedVisit,
    DayPlan,
    Lengths,
    Profile,
    after,
    feasible,
    mask,
    minutes,
    profile,
    together,
)

SETTLED_DAYS = 7  # SCH-51

SCH_51 = Rule(
    "SCH-51",
    f"Re-timing moves tentative sequences only, inside the window of clock times promised to the patient, and "
    f"none that begins in less than {SETTLED_DAYS} days; it places as many waiting requests as possible, then "
    "comes nearest to the wishes, then moves the fewest.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sequence to be timed: a tentative one with its ``start``, or a waiting request without.

    dates: its days; first, last: the earliest and the latest start promised or asked for;
    wish: the preferred start, None for any.
    """

    key: int | str
    dates: tuple[date, ...]
    first: int
    last: int
    start: int | None = None
    wish: int | None = None
    lengths: Lengths = field(default_factory=Lengths)

    def off_wish(self, start: int) -> int:
        return 0 if self.wish is None else abs(start - self.wish)


@dataclass(frozen=True, slots=True)
class RetimeProblem:
    """days: what is booked and stays (the tentative sequences are not in it); tentative, waiting: to be timed."""

    days: tuple[DayPlan, ...]
    tentative: tuple[Wanted, ...]
    waiting: tuple[Wanted, ...] = ()

    def profiles(self, lengths: Lengths | None = None) -> dict[date, Profile]:
        """Return what is free beside the fixed visits, for visits of these lengths."""
        days = [day if lengths is None else replace(day, lengths=lengths) for day in self.days]
        return {day.day: profile(day) for day in days}


@dataclass(frozen=True, slots=True)
class RetimePlan:
    """starts: one for each tentative sequence; placed: one for each waiting request that fits then."""

    starts: dict[int | str, int]
    placed: dict[int | str, int]
    proven: bool = False
    by_solver: bool = False

    def moved(self, problem: RetimeProblem) -> list[Wanted]:
        return [wanted for wanted in problem.tentative if self.starts[wanted.key] != wanted.start]


def score(problem: RetimeProblem, plan: RetimePlan) -> tuple[int, int, int]:
    """SCH-51: requests not placed, minutes off the wishes, sequences moved; smaller is better."""
    off = sum(wanted.off_wish(plan.starts[wanted.key]) for wanted in problem.tentative)
    off += sum(wanted.off_wish(plan.placed[wanted.key]) for wanted in problem.waiting if wanted.key in plan.placed)
    return len(problem.waiting) - len(plan.placed), off, len(plan.moved(problem))


def may_be_retimed(first_day: date, *, today: date) -> bool:
    """SCH-51: return whether a tentative sequence that begins on ``first_day`` may still get another time."""
    return first_day >= today + timedelta(days=SETTLED_DAYS)


def current_plan(problem: RetimeProblem) -> RetimePlan:
    """Return the week as it stands, nobody moved and nobody placed."""
    return RetimePlan({wanted.key: _start(wanted) for wanted in problem.tentative}, {})


def unmoved_plan(problem: RetimeProblem) -> RetimePlan:
    """Return the week with nobody moved, and those who wait placed as far as they fit all the same."""
    plan, free = current_plan(problem), _Free(problem)
    for wanted in problem.tentative:
        free.take(wanted, plan.starts[wanted.key])
    for request in _narrow_first(problem.waiting):
        found = free.nearest(request)
        if found is not None:
            plan.placed[request.key] = found
            free.take(request, found)
    return plan


def quick_plan(problem: RetimeProblem) -> RetimePlan:
    """Return a plan at once: each waiting request takes a free start, or one that a single move makes free."""
    plan = current_plan(problem)
    free = _Free(problem)
    for wanted in problem.tentative:
        free.take(wanted, plan.starts[wanted.key])
    for request in _narrow_first(problem.waiting):
        found = free.nearest(request)
        if found is None:
            found = _make_room(problem, plan, free, request)
        if found is not None:
            plan.placed[request.key] = found
            free.take(request, found)
    for wanted in problem.tentative:
        free.give(wanted, plan.starts[wanted.key])
        better = free.nearest(wanted)
        if better is not None and wanted.off_wish(better) < wanted.off_wish(plan.starts[wanted.key]):
            plan.starts[wanted.key] = better
        free.take(wanted, plan.starts[wanted.key])
    return plan


def plan_errors(problem: RetimeProblem, plan: RetimePlan) -> list[str]:
    """Return everything a plan may not do, counted anew; empty for a plan that can be carried out."""
    errors = [f"{wanted.key} is left out" for wanted in problem.tentative if wanted.key not in plan.starts]
    for wanted, start in _timed(problem, plan):
        stays = start == wanted.start
        if not stays and not wanted.first <= start <= wanted.last:
            errors.append(f"{wanted.key} is outside its window")
    known = {breach for day in problem.days for breach in breaches(day)}
    for day in planned_days(problem, plan):
        errors += [f"{day.day}: {found.sentence}" for found in breaches(day) if found not in known]
        if day.cap is not None and len(day.booked) > day.cap:
            errors.append(f"{day.day}: more visits than the daily cap")
    return errors


def planned_days(problem: RetimeProblem, plan: RetimePlan) -> list[DayPlan]:
    """Return the days with everything that is booked, planned and placed; new visits without a chair."""
    added: dict[date, list[BookedVisit]] = {day.day: [] for day in problem.days}
    for wanted, start in _timed(problem, plan):
        for day in wanted.dates:
            added[day].append(BookedVisit(start, wanted.lengths, key=wanted.key))
    return [replace(day, booked=(*day.booked, *added[day.day])) for day in problem.days]


def _timed(problem: RetimeProblem, plan: RetimePlan) -> Iterator[tuple[Wanted, int]]:
    for wanted in problem.tentative:
        yield wanted, plan.starts.get(wanted.key, _start(wanted))
    for wanted in problem.waiting:
        if wanted.key in plan.placed:
            yield wanted, plan.placed[wanted.key]


class _Free:
    """What is free on each day; the sequences timed so far can be taken out again."""

    def __init__(self, problem: RetimeProblem) -> None:
        self.days = {day.day: day for day in problem.days}
        self.taken: dict[tuple[int | str, int], Wanted] = {}
        self._profiles: dict[tuple[date, Lengths], Profile] = {}

    def take(self, wanted: Wanted, start: int) -> None:
        self.taken[wanted.key, start] = wanted
        for (day, lengths), free in list(self._profiles.items()):
            if day in wanted.dates:
                self._profiles[day, lengths] = _less(free, start, wanted.lengths)

    def give(self, wanted: Wanted, start: int) -> None:
        del self.taken[wanted.key, start]
        self._profiles = {key: free for key, free in self._profiles.items() if key[0] not in wanted.dates}

    def starts(self, wanted: Wanted) -> list[int]:
        free = together([self._free(day, wanted.lengths) for day in wanted.dates])
        return minutes(feasible(free) & mask((wanted.first, wanted.last + 1)))

    def nearest(self, wanted: Wanted) -> int | None:
        return min(self.starts(wanted), key=lambda start: (wanted.off_wish(start), start), default=None)

    def _free(self, day: date, lengths: Lengths) -> Profile:
        if (day, lengths) not in self._profiles:
            free = profile(replace(self.days[day], lengths=lengths))
            for (_, start), wanted in self.taken.items():
                if day in wanted.dates:
                    free = _less(free, start, wanted.lengths)
            self._profiles[day, lengths] = free
        return self._profiles[day, lengths]


def _less(free: Profile, start: int, lengths: Lengths) -> Profile:
    """Take one visit of these lengths out of what is free for visits of maybe other lengths."""
    if lengths == free.lengths:
        return after(free, start)
    return replace(after(replace(free, lengths=lengths), start), lengths=free.lengths)


def _narrow_first(waiting: Iterable[Wanted]) -> list[Wanted]:
    return sorted(waiting, key=lambda wanted: (wanted.last - wanted.first, str(wanted.key)))


def _make_room(problem: RetimeProblem, plan: RetimePlan, free: _Free, request: Wanted) -> int | None:
    """Move one tentative sequence so that the request fits; return the start that it gets, None for no way."""
    for wanted in _movable(problem.tentative, request):
        at = plan.starts[wanted.key]
        free.give(wanted, at)
        for start in free.starts(request):
            free.take(request, start)
            other = free.nearest(wanted)
            free.give(request, start)
            if other is not None:
                plan.starts[wanted.key] = other
                free.take(wanted, other)
                return start
        free.take(wanted, at)
    return None


def _movable(tentative: Iterable[Wanted], request: Wanted) -> Iterator[Wanted]:
    for wanted in tentative:
        if wanted.first < wanted.last and set(wanted.dates) & set(request.dates):
            yield wanted


def _start(wanted: Wanted) -> int:
    if wanted.start is None:
        raise ValueError("a tentative sequence has a start")
    return wanted.start

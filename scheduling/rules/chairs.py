"""Which chair: one chair for all five days where that is possible, and never two patients in one.

The counts of ``capacity`` say whether a visit fits; a chair is named after that. Where every chair
has a visit in the way although fewer than all are taken at each minute, later chairs are renumbered:
visits that never exceed the number of chairs always fit into them. Times never change.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from kitclinic.problems import Blocker, Problem, Refused
from kitclinic.register import Rule
from scheduling.rules.capacity import BookedVisit, DayPlan, Span, clock, date_words

SCH_16 = Rule(
    "SCH-16",
    "A patient keeps one chair for all five days where one is free; otherwise as many days as possible.",
    source="clinic default",
)
SCH_17 = Rule(
    "SCH-17",
    "A chair number may change until the patient arrives; the time never does.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class ChairMove:
    """Another patient's visit that gets another chair number; key: its row's key."""

    day: date
    key: int | str | None
    from_chair: int | None
    to_chair: int


@dataclass(frozen=True, slots=True)
class ChairPlan:
    """chairs: one number a day, in the order of the days; moves: to be written with the booking."""

    chairs: tuple[int, ...]
    moves: tuple[ChairMove, ...] = ()

    @property
    def is_one_chair(self) -> bool:
        return len(set(self.chairs)) == 1


def free_chairs(day: DayPlan, start: int) -> list[int]:
    """Return the chairs nobody is in from ``start`` to the end of cleaning, lowest first."""
    end = start + day.lengths.occupied
    taken = {visit.chair for visit in day.booked if visit.start < end and start < visit.occupied[1]}
    return [chair for chair in day.usable if chair not in taken]


def free_chair(day: DayPlan, start: int, prefer: Sequence[int] = ()) -> int:
    """Return the first preferred chair that is free, else the one that stood empty for the shortest time.

    Raises Refused (SCH-16) when every chair has somebody in the way.
    """
    free = free_chairs(day, start)
    if not free:
        raise Refused([_none_free(day, start)])
    wanted = [chair for chair in prefer if chair in free]
    return wanted[0] if wanted else min(free, key=lambda chair: (_idle(day, chair, start), chair))


def plan_chairs(days: Sequence[DayPlan], start: int, prefer: Sequence[int] = ()) -> ChairPlan:
    """Return the chairs of one new visit at ``start`` on each of these days.

    Raises Refused when visits that cannot change their chair leave none.
    """
    free = [free_chairs(day, start) for day in days]
    everywhere = set(free[0]).intersection(*free[1:])
    if everywhere:
        wanted = [chair for chair in prefer if chair in everywhere]
        chair = wanted[0] if wanted else min(everywhere, key=lambda chair: (_idle_sum(days, chair, start), chair))
        return ChairPlan((chair,) * len(days))
    often = [chair for chair, _ in Counter(chair for day in free for chair in day).most_common()]
    liking = [*prefer, *often]
    chairs: list[int] = []
    moves: list[ChairMove] = []
    for day, some in zip(days, free, strict=True):
        if some:
            chairs.append(free_chair(day, start, liking))
        else:
            own_chair, moved = _renumber(day, start)
            chairs.append(own_chair)
            moves += moved
    return ChairPlan(tuple(chairs), tuple(moves))


def _renumber(day: DayPlan, start: int) -> tuple[int, list[ChairMove]]:
    """Name chairs anew, earliest visit first, leaving as many as possible where they are."""
    new = BookedVisit(start, day.lengths)
    loose = [visit for visit in day.booked if not (visit.pinned and visit.chair is not None)]
    fixed: dict[int, list[Span]] = defaultdict(list)
    for visit in day.booked:
        if visit.chair is not None and visit.pinned:
            fixed[visit.chair].append(visit.occupied)
    left: dict[int, int] = defaultdict(int)  # by chair: when the visit named last leaves it
    usable, own_chair = day.usable, 0
    moves: list[ChairMove] = []
    for visit in sorted([*loose, new], key=lambda visit: visit.start):
        begin, end = visit.occupied
        free = [chair for chair in usable if left[chair] <= begin]
        if fixed:
            free = [chair for chair in free if _is_clear(fixed.get(chair, ()), begin, end)]
        if not free:
            raise Refused([_none_free(day, start)])
        if visit.chair is not None and visit.chair in free:
            chair = visit.chair
        else:
            chair = max(free, key=partial(_next_use, day, begin))
        left[chair] = end
        if visit is new:
            own_chair = chair
        elif chair != visit.chair:
            moves.append(ChairMove(day.day, visit.key, visit.chair, chair))
    return own_chair, moves


def _is_clear(spans: Sequence[Span], begin: int, end: int) -> bool:
    return not any(start < end and begin < until for start, until in spans)


def empty_chair(day: DayPlan, chair: int, *, since: int = 0) -> tuple[list[ChairMove], list[Problem]]:
    """Return the chair changes that leave this chair to nobody, or what stands against it; times stay.

    day: with the chair among those out of service; since: minute from which it must be empty.
    """
    when = date_words(day.day)
    for visit in day.booked:
        if visit.chair == chair and visit.came and visit.occupied[1] > since:
            sentence = (
                f"{when}: a patient is in chair {chair} until {clock(visit.occupied[1])}. "
                "Seat the patient in another chair first, or take the chair out from the next day."
            )
            return [], [Blocker(SCH_17.id, sentence, "chair")]
    seated = [visit for visit in day.booked if visit.came]
    moves: list[ChairMove] = []
    problems: list[Problem] = []
    for visit in sorted((visit for visit in day.booked if not visit.came), key=lambda visit: visit.start):
        free = free_chairs(replace(day, booked=tuple(seated), lengths=visit.lengths), visit.start)
        if not free:
            sentence = f"{when}: no other chair is free for the visit at {clock(visit.start)}."
            problems.append(Blocker(SCH_17.id, f"{sentence} Move that visit first; nothing was changed.", "chair"))
            continue
        to_chair = visit.chair if visit.chair in free else max(free, key=partial(_next_use, day, visit.start))
        seated.append(replace(visit, chair=to_chair))
        if to_chair != visit.chair:
            moves.append(ChairMove(day.day, visit.key, visit.chair, to_chair))
    return ([], problems) if problems else (moves, [])


def _next_use(day: DayPlan, start: int, chair: int) -> tuple[int, int]:
    """Rank a chair by how late its next patient comes; the lowest number wins a tie."""
    coming = [visit.start for visit in day.booked if visit.chair == chair and visit.start >= start]
    return min(coming, default=day.close), -chair


def _idle(day: DayPlan, chair: int, start: int) -> int:
    ended = [visit.occupied[1] for visit in day.booked if visit.chair == chair and visit.occupied[1] <= start]
    return start - max(ended, default=day.open)


def _idle_sum(days: Sequence[DayPlan], chair: int, start: int) -> int:
    return sum(_idle(day, chair, start) for day in days)


def _none_free(day: DayPlan, start: int) -> Blocker:
    sentence = f"{date_words(day.day)}: no chair is free for the whole visit at {clock(start)}."
    return Blocker(SCH_16.id, f"{sentence} Choose another start.", "start")

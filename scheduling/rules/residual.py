"""How many further sequences a week holds, and how many are left after each start: exact, without a solver.

Free chairs, free places beside the nurses and free IV starts are counted a tick at a time; the days of a block
are one row of numbers, because a sequence starts at one clock time: at each tick the scarcest day counts.
A tick is a minute, or the grid's five where every length and every booked minute is a multiple of it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import gcd

from kitclinic.problems import Refused
from kitclinic.register import Rule
from scheduling.rules.blocks import VISITS, Block, WeekPlan, blocks_of, plans_of
from scheduling.rules.capacity import GRID_MINUTES, PATIENTS_PER_NURSE, STARTS_PER_NURSE, DayPlan, Span
from scheduling.rules.chairs import ChairPlan, plan_chairs

SCH_46 = Rule(
    "SCH-46",
    "The places left in a week are counted exactly, earliest start first; where two blocks of a week share a day "
    "the number says that it is at most so many.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Places:
    """Further sequences that fit. is_exact: so many to the one; otherwise at most so many."""

    number: int
    is_exact: bool = True

    def __str__(self) -> str:
        return str(self.number) if self.is_exact else f"at most {self.number}"


@dataclass(frozen=True, slots=True)
class Free:
    """What is free on some days at one clock time, a number for each tick from midnight on.

    starts: ticks that grid, hours and provider allow; iv, attended, occupied: of a visit, in ticks;
    left: visits that the daily cap still lets in, None without a cap.
    """

    tick: int
    starts: tuple[int, ...]
    chairs: list[int]
    places: list[int]
    ivs: list[int]
    iv: int
    attended: int
    occupied: int
    left: int | None = None


def free_of(days: Sequence[DayPlan]) -> Free:
    """Return what is free on all these days at once. Their next visits have one length."""
    lengths = days[0].lengths
    if any(day.lengths != lengths for day in days):
        raise ValueError("days taken together need visits of one length")
    tick = _tick(days)
    chairs, places, ivs = (_scarcest(same) for same in zip(*(_rows(day, tick) for day in days), strict=True))
    allowed = set.intersection(*(set(_starts(day)) for day in days))
    return Free(
        tick,
        tuple(sorted(minute // tick for minute in allowed)),
        chairs,
        places,
        ivs,
        lengths.iv // tick,
        lengths.attended // tick,
        lengths.occupied // tick,
        min((max(0, day.cap - len(day.booked)) for day in days if day.cap is not None), default=None),
    )


def starts_of(free: Free) -> list[int]:
    """Return the minutes at which one more visit fits on every one of the days."""
    if free.left == 0:
        return []
    return [start * free.tick for start in free.starts if _room(free, start, free.chairs, free.places, free.ivs)]


def further(free: Free) -> int:
    """Return exactly how many more visits fit, the same on every one of the days.

    As many as fit at the earliest start, then at the next: moving the first new visit of any best plan to the
    earliest start that fits only vacates later ticks, because all new visits have equal lengths. Visits booked
    before may have other lengths.
    """
    return _capped(free, sum(many for _, many in _sweep(free, free.starts)))


def further_after(free: Free) -> dict[int, int]:
    """Return how many more fit once one visit is seated, by the minute of its start; every start that fits.

    A start more than a visit before it is not touched by it: the sweep goes on from there.
    """
    chairs, places, ivs = list(free.chairs), list(free.places), list(free.ivs)
    fitting = [minute // free.tick for minute in starts_of(free)]  # nowhere else will one fit later
    untouched, counted = list(_sweep(free, fitting)), 0
    found: dict[int, int] = {}
    waiting = iter([*untouched, (free.starts[-1] + 2 * free.occupied, 0)] if untouched else [])
    start, many = next(waiting, (0, 0))
    for seat in fitting:
        while start <= seat - free.occupied:
            _take(free, start, many, chairs, places, ivs)
            counted += many
            start, many = next(waiting)
        rows = (list(chairs), list(places), list(ivs))
        _take(free, seat, 1, *rows)
        rest = fitting[bisect_right(fitting, seat - free.occupied) :]
        later = sum(more for _, more in _sweep(free, rest, rows))
        found[seat * free.tick] = _capped(free, counted + later + 1) - 1
    return found


class CountedWeek:
    """One week with everything counted in it, each number when it is first asked for."""

    def __init__(self, week: WeekPlan) -> None:
        self.week = week
        self._chairs: dict[tuple[Block, int, int | None], ChairPlan | None] = {}
        self._left: dict[Block, dict[int, int]] = {}

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(blocks_of(self.week))

    @cached_property
    def starts(self) -> dict[Block, tuple[int, ...]]:
        """The minutes at which a sequence fits, of each block."""
        return {block: tuple(starts_of(free)) for block, free in self._free.items()}

    @cached_property
    def places(self) -> Places:
        """Further sequences that fit into this week; none where no block begins in it."""
        if not self.blocks:
            return Places(0)
        most = further(self._shared)
        return Places(most, len(self.blocks) == 1 or most == max(map(further, self._free.values())))

    @cached_property
    def after(self) -> dict[int, int]:
        """The places left after a sequence at each minute, of whichever block; exact where ``places`` is."""
        return further_after(self._shared) if self.blocks else {}

    def here(self, block: Block) -> Places:
        """Return the places that this block's own days still have, of the week where every block has five days."""
        if self.week.visits == VISITS:
            return self.places
        return Places(further(self._free[block]))

    def left(self, block: Block, minute: int) -> int:
        """Return the places of ``here`` that are left after a sequence at this minute."""
        if self.week.visits == VISITS:
            return self.after[minute]
        if block not in self._left:
            self._left[block] = further_after(self._free[block])
        return self._left[block][minute]

    def chairs(self, block: Block, minute: int, wish: int | None = None) -> ChairPlan | None:
        """Return the chairs of a sequence at this minute; None where patients who already sit leave none.

        wish: a chair to be preferred.
        """
        key = (block, minute, wish)
        if key not in self._chairs:
            try:
                found = plan_chairs(plans_of(self.week, block.dates), minute, [wish] if wish else [])
            except Refused:
                found = None
            self._chairs[key] = found
        return self._chairs[key]

    @cached_property
    def _free(self) -> dict[Block, Free]:
        return {block: free_of(plans_of(self.week, block.dates)) for block in self.blocks}

    @cached_property
    def _shared(self) -> Free:
        """What is free on the days that every block has: all sequences of this week meet there."""
        if len(self.blocks) == 1:
            return self._free[self.blocks[0]]
        first, *others = self.blocks
        dates = [day for day in first.dates if all(day in block.dates for block in others)]
        return free_of(plans_of(self.week, dates))


def places(week: WeekPlan) -> Places:
    """Return how many further sequences fit into this week."""
    return CountedWeek(week).places


def _tick(days: Iterable[DayPlan]) -> int:
    numbers = {GRID_MINUTES}
    for day in days:
        every = {day.lengths, *(visit.lengths for visit in day.booked)}
        numbers.update(minute for some in every for minute in (some.iv, some.attended, some.occupied))
        numbers.update(visit.start for visit in day.booked)
        numbers.update(minute for span in day.nurses for minute in span)
    return gcd(*numbers)


def _rows(day: DayPlan, tick: int) -> tuple[list[int], list[int], list[int]]:
    """Return free chairs, places and IV starts of one day, tick by tick."""
    ends = [day.close + day.lengths.occupied, *(visit.occupied[1] for visit in day.booked)]
    size = max(*ends, *(end for _, end in day.nurses), 0) // tick + 2
    chairs, places, ivs = [0] * size, [0] * size, [0] * size
    chairs[0] = len(day.usable)
    for begin, end in day.nurses:
        for row, each in ((places, PATIENTS_PER_NURSE), (ivs, STARTS_PER_NURSE)):
            row[begin // tick] += each
            row[end // tick] -= each
    for visit in day.booked:
        start, lengths = visit.start // tick, visit.lengths
        for row, long in ((chairs, lengths.occupied), (places, lengths.attended), (ivs, lengths.iv)):
            row[start] -= 1
            row[start + long // tick] += 1
    return list(accumulate(chairs)), list(accumulate(places)), list(accumulate(ivs))


def _scarcest(rows: Sequence[list[int]]) -> list[int]:
    return [
        min(same) for same in zip(*rows, strict=False)
    ]  # no start that all days allow reaches past the shortest


def _starts(day: DayPlan) -> Iterator[int]:
    """Yield the minutes that grid, hours, provider and a closed day allow."""
    if day.closed:
        return
    for begin, end in _joined(day.provider):
        first = -(-max(day.open, begin) // GRID_MINUTES) * GRID_MINUTES
        yield from range(first, min(day.close, end) - day.lengths.attended + 1, GRID_MINUTES)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return the spans with those that touch or overlap made one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((begin, end))
    return found


def _sweep(
    free: Free, starts: Iterable[int], rows: tuple[list[int], list[int], list[int]] | None = None
) -> Iterator[tuple[int, int]]:
    """Yield (start, how many are seated there), earliest first, as many as fit at each."""
    chairs, places, ivs = rows or (list(free.chairs), list(free.places), list(free.ivs))
    for start in starts:
        if many := _room(free, start, chairs, places, ivs):
            _take(free, start, many, chairs, places, ivs)
            yield start, many


def _room(free: Free, start: int, chairs: list[int], places: list[int], ivs: list[int]) -> int:
    """Return how many visits fit at this start, at once."""
    if ivs[start] < 1 or places[start] < 1 or chairs[start] < 1:
        return 0
    least = min(
        min(ivs[start : start + free.iv]),
        min(places[start : start + free.attended]),
        min(chairs[start : start + free.occupied]),
    )
    return max(0, least)


def _take(free: Free, start: int, many: int, chairs: list[int], places: list[int], ivs: list[int]) -> None:
    for row, end in (
        (chairs, start + free.occupied),
        (places, start + free.attended),
        (ivs, start + free.iv),
    ):
        row[start:end] = [number - many for number in row[start:end]]


def _capped(free: Free, number: int) -> int:
    return number if free.left is None else min(number, free.left)

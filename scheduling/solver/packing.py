"""Packing questions with equal visits: how many, or how much weight, fits."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from typing import Any

from scheduling.rules.capacity import Profile, feasible, mask, minutes, together
from scheduling.solver.model import Limits, Term, cp_model, keep_counts, solve


@dataclass(frozen=True, slots=True)
class Request:
    """A wish for a start from ``first`` to ``last``; the weight says how much it counts."""

    key: str
    first: int
    last: int
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Packed:
    """starts: of each request that found a place; proven: nothing better exists."""

    starts: dict[str, int]
    weight: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """sequences: the start on each of its days, one tuple of (date, start) a sequence."""

    sequences: tuple[tuple[tuple[date, int], ...], ...]
    proven: bool


def most_weight(free: Profile, requests: Sequence[Request], limits: Limits = Limits()) -> Packed:
    """Return the heaviest set of requests that fits. free: the five days taken together."""
    model = cp_model.CpModel()
    groups: dict[tuple[int, int, int], list[Request]] = defaultdict(list)
    for request in requests:
        groups[request.first, request.last, request.weight].append(request)
    counts: dict[tuple[tuple[int, int, int], int], Any] = {}
    by_start: dict[int, list[Any]] = defaultdict(list)
    for group, some in groups.items():
        for start in minutes(feasible(free) & mask((group[0], group[1] + 1))):
            counts[group, start] = var = model.new_int_var(0, len(some), f"{group}@{start}")
            by_start[start].append(var)
        model.add(sum(var for (whose, _), var in counts.items() if whose == group) <= len(some))
    keep_counts(model, free, [Term(start, free.lengths, sum(some)) for start, some in by_start.items()])
    model.maximize(sum(group[2] * var for (group, _), var in counts.items()))
    found = solve(model, limits)
    starts: dict[str, int] = {}
    for (group, start), var in counts.items():
        for request in [groups[group].pop() for _ in range(found.value(var))]:
            starts[request.key] = start
    weight = sum(request.weight for request in requests if request.key in starts)
    return Packed(starts, weight, found.proven)


def most_in_blocks(
    free: Mapping[date, Profile], blocks: Sequence[Sequence[date]], limits: Limits = Limits()
) -> Placed:
    """Return the most sequences at one clock time each, over blocks of days that may overlap."""
    model = cp_model.CpModel()
    most = max((len(profile.chairs) for profile in free.values()), default=0)
    counts: dict[tuple[tuple[date, ...], int], Any] = {}
    terms: dict[date, list[Term]] = defaultdict(list)
    for block in map(tuple, blocks):
        whole = together([free[day] for day in block])
        for start in minutes(feasible(whole)):
            counts[block, start] = var = model.new_int_var(0, most, f"{block[0]}@{start}")
            for day in block:
                terms[day].append(Term(start, whole.lengths, var))
    for day, some in terms.items():
        keep_counts(model, free[day], some)
    model.maximize(sum(counts.values()))
    found = solve(model, limits)
    sequences = [
        tuple((day, start) for day in block)
        for (block, start), var in counts.items()
        for _ in range(found.value(var))
    ]
    return Placed(tuple(sequences), found.proven)


def most_with_spread(free: Mapping[date, Profile], spread: int, limits: Limits = Limits()) -> Placed:
    """Return the most sequences over all these days whose starts differ by at most ``spread`` minutes.

    Only the counts of each day matter: the k-th start of each day belongs to the k-th sequence, which is allowed
    exactly when every day has, by each minute plus the spread, as many starts as any other day by that minute.
    """
    model = cp_model.CpModel()
    counts: dict[date, dict[int, Any]] = {}
    for day, profile in free.items():
        most = len(profile.chairs)
        starts = minutes(feasible(profile))
        counts[day] = {start: model.new_int_var(0, most, f"{day}@{start}") for start in starts}
        keep_counts(model, profile, [Term(start, profile.lengths, var) for start, var in counts[day].items()])
    first = next(iter(counts))
    for day in counts:
        model.add(sum(counts[day].values()) == sum(counts[first].values()))
    for one, other in permutations(counts, 2):
        for minute in counts[one]:
            model.add(_until(counts[other], minute + spread) >= _until(counts[one], minute))
    model.maximize(sum(counts[first].values()))
    found = solve(model, limits)
    by_day = [
        [
            (day, start)
            for start, number in Counter({s: found.value(v) for s, v in some.items()}).items()
            for _ in range(number)
        ]
        for day, some in counts.items()
    ]
    return Placed(tuple(zip(*by_day, strict=True)), found.proven)


def _until(counts: Mapping[int, Any], minute: int) -> Any:
    return sum(var for start, var in counts.items() if start <= minute)

"""The best times for the tentative sequences of a week, after SCH-51."""

from collections import defaultdict
from datetime import date
from typing import Any

from scheduling.rules.capacity import Lengths, feasible, mask, minutes, together
from scheduling.rules.retime import RetimePlan, RetimeProblem, Wanted, quick_plan
from scheduling.solver.model import Found, Limits, Term, cp_model, keep_counts, solve

Group = tuple[bool, tuple[date, ...], int, int, int | None, int | None, Lengths]


def best_times(problem: RetimeProblem, *, limits: Limits = Limits(), hint: RetimePlan | None = None) -> RetimePlan:
    """Return the best plan found, proven where the time sufficed. hint: a plan to begin with.

    Sequences that differ in their key alone are counted together, so that the solver never tells twins apart.
    Raises NothingFound.
    """
    groups: dict[Group, list[Wanted]] = defaultdict(list)
    for waits, some in ((False, problem.tentative), (True, problem.waiting)):
        for wanted in some:
            groups[
                waits, wanted.dates, wanted.first, wanted.last, wanted.start, wanted.wish, wanted.lengths
            ].append(wanted)
    model = cp_model.CpModel()
    counts: dict[tuple[Group, int], Any] = {}
    for group, members in groups.items():
        own = []
        for start in _starts(problem, members[0]):
            counts[group, start] = var = model.new_int_var(0, len(members), "")
            own.append(var)
        total = cp_model.LinearExpr.sum(own)
        model.add(total <= len(members) if group[0] else total == len(members))
    _keep_days(model, problem, counts)
    model.minimize(_cost(problem, groups, counts))
    begin = hint or quick_plan(problem)
    return _read(solve(model, limits, _hint(begin, groups, counts), linear=True), groups, counts)


def _starts(problem: RetimeProblem, wanted: Wanted) -> list[int]:
    free = problem.profiles(wanted.lengths)
    allowed = feasible(together([free[day] for day in wanted.dates])) & mask((wanted.first, wanted.last + 1))
    found = minutes(allowed)
    return found if wanted.start is None or wanted.start in found else [wanted.start, *found]


def _keep_days(model: Any, problem: RetimeProblem, counts: dict[tuple[Group, int], Any]) -> None:
    """Days on which the same sequences come are one day with what is free on all of them."""
    comers: dict[date, frozenset[Group]] = {
        day.day: frozenset(group for group, _ in counts if day.day in group[1]) for day in problem.days
    }
    alike: dict[frozenset[Group], list[date]] = defaultdict(list)
    for day, some in comers.items():
        alike[some].append(day)
    free = problem.profiles()
    for some, days in alike.items():
        sums: dict[tuple[int, Lengths], list[Any]] = defaultdict(list)
        for (group, start), var in counts.items():
            if group in some:
                sums[start, group[6]].append(var)
        terms = [Term(start, lengths, cp_model.LinearExpr.sum(own)) for (start, lengths), own in sums.items()]
        if terms:
            keep_counts(model, together([free[day] for day in days]), terms)


def _cost(problem: RetimeProblem, groups: dict[Group, list[Wanted]], counts: dict[tuple[Group, int], Any]) -> Any:
    people = len(problem.tentative) + len(problem.waiting)
    minute = people + 1  # one minute nearer to a wish outweighs every move
    request = minute * (24 * 60 * people + 1)
    cost = []
    for (group, start), var in counts.items():
        weight = minute * groups[group][0].off_wish(start)
        weight += -request if group[0] else int(start != group[4])
        cost.append(weight * var)
    return sum(cost)


def _hint(
    plan: RetimePlan, groups: dict[Group, list[Wanted]], counts: dict[tuple[Group, int], Any]
) -> dict[Any, int]:
    hint = {}
    for (group, start), var in counts.items():
        starts = plan.placed if group[0] else plan.starts
        hint[var] = sum(starts.get(wanted.key) == start for wanted in groups[group])
    return hint


def _read(found: Found, groups: dict[Group, list[Wanted]], counts: dict[tuple[Group, int], Any]) -> RetimePlan:
    left = {group: list(members) for group, members in groups.items()}
    starts: dict[int | str, int] = {}
    placed: dict[int | str, int] = {}
    for (group, start), var in counts.items():
        for _ in range(found.value(var)):
            (placed if group[0] else starts)[left[group].pop(0).key] = start
    return RetimePlan(starts, placed, proven=found.proven, by_solver=True)

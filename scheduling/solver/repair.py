"""The best repair of a day, after SCH-49."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import gcd
from typing import Any

from scheduling.rules.capacity import (
    PATIENTS_PER_NURSE,
    STARTS_PER_NURSE,
    BookedVisit,
    Lengths,
    Profile,
    Span,
    minutes,
    profile,
)
from scheduling.rules.repair import (
    AS_THEY_ARE,
    MOVED,
    OVERTIME,
    OVERTIME_MINUTES,
    Named,
    RepairPlan,
    RepairProblem,
    Seat,
    break_choices,
    break_gaps,
    cover_needed,
    free_for_moving,
    quick_plan,
    score,
    starts_of,
)
from scheduling.solver.model import (
    Found,
    Limits,
    NothingFound,
    Term,
    attended,
    cp_model,
    iv,
    keep_counts,
    occupied,
    over_marks,
    solve,
)

Key = int | str
FIRST, BETTER = Limits(seconds=2), Limits(seconds=8)


def best_repair(
    problem: RepairProblem, *, breaks_free: bool = False, limits: Limits = Limits(), hint: RepairPlan | None = None
) -> RepairPlan:
    """Return the best plan found, proven where the time sufficed. hint: a plan to begin with.

    breaks_free: the breaks that have not begun may move (SCH-50). Raises NothingFound.
    """
    return _Repair(problem, breaks_free).plan(hint or quick_plan(problem), limits)


@dataclass(slots=True)
class _Repair:
    problem: RepairProblem
    breaks_free: bool
    model: Any = field(init=False)
    choices: dict[tuple[Key, int], Any] = field(default_factory=dict)  # visit and start
    gone: dict[Key, Any] = field(default_factory=dict)  # cancelled
    pauses: dict[tuple[Key, Span], Any] = field(default_factory=dict)  # break and place
    away: list[tuple[int, int, Any]] = field(default_factory=list)  # the breaks as spans
    uncovered: list[tuple[int, Any]] = field(default_factory=list)  # minutes and nurses

    def plan(self, hint: RepairPlan, limits: Limits) -> RepairPlan:
        self.model = cp_model.CpModel()
        free = self._room()
        terms = self._visits(free)
        keep_counts(self.model, free, terms)  # with free breaks: chairs, and the staff without any break
        if self.breaks_free:
            self._breaks()
            self._staff(terms)
        self.model.minimize(self._cost())
        return self._read(solve(self.model, limits, self._hint(hint)))

    def _room(self) -> Profile:
        """With free breaks a visit may start wherever the shifts would allow it without any break."""
        if not self.breaks_free:
            return free_for_moving(self.problem)
        staff = tuple(span for nurse in self.problem.staff for span in nurse.spans)
        seated = tuple(BookedVisit(seat.start, seat.lengths) for seat in self.problem.seated)
        return profile(replace(self.problem.empty_day(), nurses=staff, booked=seated))

    def _visits(self, free: Profile) -> list[Term]:
        by_start: dict[tuple[int, Lengths], list[Any]] = defaultdict(list)
        for seat in self.problem.movable:
            self.gone[seat.key] = gone = self.model.new_bool_var(f"{seat.key} gone")
            own = []
            for start in minutes(starts_of(self.problem, seat, free)):
                var = self.model.new_bool_var(f"{seat.key}@{start}")
                self.choices[seat.key, start] = var
                by_start[start, seat.lengths].append(var)
                own.append(var)
            self.model.add_exactly_one([*own, gone])
        return [Term(start, lengths, cp_model.LinearExpr.sum(some)) for (start, lengths), some in by_start.items()]

    def _breaks(self) -> None:
        for nurse in self.problem.staff:
            for pause in nurse.breaks:
                own = []
                for span in break_choices(self.problem, nurse, pause):
                    self.pauses[pause.key, span] = var = self.model.new_bool_var(f"break {pause.key}@{span}")
                    own.append(var)
                    at_work = [(max(a, span[0]), min(b, span[1])) for a, b in nurse.spans]
                    self.away += [(start, end, var) for start, end in at_work if start < end]
                self.model.add_exactly_one(own)
            for one, other, gap in break_gaps(nurse):
                ends = sum(span[1] * var for (key, span), var in self.pauses.items() if key == one.key)
                begins = sum(span[0] * var for (key, span), var in self.pauses.items() if key == other.key)
                self.model.add(begins - ends >= gap)

    def _staff(self, terms: list[Term]) -> None:
        """Places and IV starts under breaks that move; seated patients above the ratio need cover."""
        shifts = [span for nurse in self.problem.staff for span in nurse.spans]
        seated = [Term(seat.start, seat.lengths, 1) for seat in self.problem.seated]
        edges = sorted(
            {self.problem.known_at}
            | {edge for span in shifts for edge in span}
            | {edge for start, end, _ in self.away for edge in (start, end)}
            | {edge for term in seated for span in (attended(term), iv(term), occupied(term)) for edge in span}
            | {term.start for term in terms}
        )
        places = dict(over_marks([(*attended(term), term.var) for term in terms], edges))
        ivs = dict(over_marks([(*iv(term), term.var) for term in terms], edges))
        away = dict(over_marks(self.away, edges))
        for mark, end in pairwise(edges):
            if mark < self.problem.known_at:
                continue
            floor = sum(start <= mark < stop for start, stop in shifts) - sum(away[mark])
            sitting = sum(start <= mark < stop for start, stop in map(attended, seated))
            beginning = sum(start <= mark < stop for start, stop in map(iv, seated))
            if sitting:
                short = self.model.new_int_var(0, len(seated), f"short {mark}")
                self.model.add(PATIENTS_PER_NURSE * (floor + short) >= sitting)
                self.model.add(STARTS_PER_NURSE * (floor + short) >= beginning)
                self.uncovered.append((end - mark, short))
            self._limit(places[mark], PATIENTS_PER_NURSE * floor, sitting)
            self._limit(ivs[mark], STARTS_PER_NURSE * floor, beginning)

    def _limit(self, active: list[Any], capacity: Any, taken: int) -> None:
        """Either nobody else is there, or all fit together."""
        if not active:
            return
        others = cp_model.LinearExpr.sum(active)
        if not taken:
            self.model.add(others <= capacity)
            return
        anybody = self.model.new_bool_var("")
        self.model.add(others == 0).only_enforce_if(~anybody)
        self.model.add(others + taken <= capacity).only_enforce_if(anybody)

    def _cost(self) -> Any:
        """SCH-49 as one number: each step outweighs everything after it."""
        seats: dict[Key, Seat] = {seat.key: seat for seat in self.problem.movable}
        shifts = {(key, start): abs(start - seats[key].start) for key, start in self.choices}
        unit = gcd(*shifts.values()) or 1  # small numbers are solved faster
        move = len(seats) * max(shifts.values(), default=0) // unit + 1
        worth = move * (len(seats) + 1)
        cancel = worth * (sum(seat.priority for seat in seats.values()) + 1)
        cover = cancel * (len(seats) + 1)
        cost = sum(cover * span * var for span, var in self.uncovered)
        cost += sum((cancel + worth * seats[key].priority) * var for key, var in self.gone.items())
        moved = [(move + by // unit, self.choices[choice]) for choice, by in shifts.items() if by]
        return cost + sum(weight * var for weight, var in moved)

    def _hint(self, plan: RepairPlan) -> dict[Any, int]:
        starts = {seat.key: plan.starts.get(seat.key, seat.start) for seat in self.problem.movable}
        hint = {var: int(key in plan.cancels) for key, var in self.gone.items()}
        for (key, start), var in self.choices.items():
            hint[var] = int(key not in plan.cancels and starts[key] == start)
        planned = {pause.key: pause.span for nurse in self.problem.nurses for pause in nurse.breaks}
        for (key, span), var in self.pauses.items():
            hint[var] = int(plan.breaks.get(key, planned[key]) == span)
        return hint

    def _read(self, found: Found) -> RepairPlan:
        booked = {seat.key: seat.start for seat in self.problem.movable}
        planned = {pause.key: pause.span for nurse in self.problem.nurses for pause in nurse.breaks}
        starts = {key: start for (key, start), var in self.choices.items() if found.value(var)}
        breaks = {
            key: span for (key, span), var in self.pauses.items() if found.value(var) and span != planned[key]
        }
        return RepairPlan(
            {key: start for key, start in starts.items() if start != booked[key]},
            tuple(key for key, var in self.gone.items() if found.value(var)),
            cover_needed(self.problem, breaks),
            breaks,
            proven=found.proven,
            by_solver=True,
        )


def repairs(problem: RepairProblem, *, first: Limits = FIRST, better: Limits = BETTER) -> list[Named]:
    """Return two or three plans: breaks as they are, breaks moved where that helps, overtime where it helps.

    first: for the answer with fixed breaks; better: for each of the others. Raises NothingFound for the first.
    """
    fixed = best_repair(problem, limits=first)
    plans = [Named(AS_THEY_ARE, problem, fixed)]
    with suppress(NothingFound):
        free = best_repair(problem, breaks_free=True, limits=better, hint=fixed)
        if score(problem, free) < score(problem, fixed):
            plans.append(Named(MOVED, problem, free))
    if plans[-1].plan.cancels and not problem.day.closed:
        longer = replace(problem, overtime=OVERTIME_MINUTES)
        with suppress(NothingFound):
            late = best_repair(longer, breaks_free=len(plans) > 1, limits=better)
            if len(late.cancels) < len(plans[-1].plan.cancels):
                plans.append(Named(OVERTIME, longer, late))
    return plans

"""What all models share: the counts of a day as linear sums, and one call of the solver.

CP-SAT has no cumulative constraint whose capacity changes over time, so each resource is one sum a mark. A mark is
a minute at which a visit may start or the capacity changes; between two marks the sum can only fall.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scheduling.rules.capacity import Layers, Lengths, Profile, Span, minutes

try:
    from ortools.sat.python import cp_model
except ImportError:  # everything works without, only less well
    cp_model = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Limits:
    """seconds: the solver stops then, with the best it has; workers: threads."""

    seconds: float = 10.0
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Term:
    """``var`` visits of these lengths start at ``start``."""

    start: int
    lengths: Lengths
    var: Any


@dataclass(frozen=True, slots=True)
class Found:
    """The solver's answer: values of variables, and whether nothing better exists."""

    solver: Any
    proven: bool

    def value(self, var: Any) -> int:
        return int(self.solver.value(var))


class NothingFound(Exception):
    """No plan within the time, or none at all."""


def is_available() -> bool:
    """Whether OR-Tools is installed."""
    return cp_model is not None


def solve(model: Any, limits: Limits, hint: Mapping[Any, int] | None = None, *, linear: bool = False) -> Found:
    """Solve a model. linear: it is nearly a linear programme, so probing is idle. Raises NothingFound."""
    for var, value in (hint or {}).items():
        model.add_hint(var, value)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limits.seconds
    solver.parameters.num_workers = limits.workers
    solver.parameters.random_seed = 1
    if linear:
        solver.parameters.linearization_level = 2
        solver.parameters.cp_model_probing_level = 0
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise NothingFound(solver.status_name(status))
    return Found(solver, status == cp_model.OPTIMAL)


def keep_counts(model: Any, free: Profile, terms: Sequence[Term]) -> None:
    """At each minute no more chairs, places and IV starts than are free, and no more visits than the cap."""
    for layers, span_of in ((free.chairs, occupied), (free.places, attended), (free.ivs, iv)):
        limit_sums(model, [(*span_of(term), term.var) for term in terms], layers)
    if free.left is not None:
        model.add(sum(term.var for term in terms) <= free.left)


def limit_sums(model: Any, spans: Sequence[tuple[int, int, Any]], layers: Layers) -> None:
    """At each mark the spans over it sum up to at most the number of layers there."""
    edges = {minute for layer in layers for minute in minutes(layer ^ (layer << 1))}
    for mark, active in over_marks(spans, edges):
        if active:
            model.add(cp_model.LinearExpr.sum(active) <= depth(layers, mark))


def over_marks(spans: Sequence[tuple[int, int, Any]], edges: Iterable[int]) -> Iterable[tuple[int, list[Any]]]:
    """Yield each mark with the variables whose span lies over it."""
    coming = sorted(spans, key=lambda span: span[0])
    active: list[tuple[int, Any]] = []
    place = 0
    for mark in sorted({*edges, *(span[0] for span in spans)}):
        while place < len(coming) and coming[place][0] <= mark:
            active.append((coming[place][1], coming[place][2]))
            place += 1
        active = [(end, var) for end, var in active if end > mark]
        yield mark, [var for _, var in active]


def depth(layers: Layers, minute: int) -> int:
    """Return how many of the layers are set at this minute."""
    return sum(layer >> minute & 1 for layer in layers)


def occupied(term: Term) -> Span:
    return term.start, term.start + term.lengths.occupied


def attended(term: Term) -> Span:
    return term.start, term.start + term.lengths.attended


def iv(term: Term) -> Span:
    return term.start, term.start + term.lengths.iv

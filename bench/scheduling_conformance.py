"""Does the engine answer problems with proven optima exactly? One line a problem, and a total.

Run: python bench/scheduling_conformance.py DIR. The folder holds JSON files of day, week, window, holiday, repair,
loss and verdict problems. The reader drops the stored answers, so nothing that solves can see them; they are read
apart, after the answer is there. Every answer is checked visit by visit by ``rules.breaches`` and
``rules.repair.plan_errors``, which know nothing of the solver. Layer 1 (plain Python) answers days, losses,
verdicts, weeks at one clock time and weeks that do not overlap; the solver answers the rest.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import (
    GRID_MINUTES,
    PATIENTS_PER_NURSE,
    STARTS_PER_NURSE,
    BookedVisit,
    DayPlan,
    Lengths,
    Profile,
    Span,
    after,
    clock,
    feasible,
    further_visits,
    minutes,
    on_floor,
    profile,
    together,
)
from scheduling.rules.repair import Nurse, RepairPlan, RepairProblem, Seat, plan_errors, score
from scheduling.solver import Limits, best_repair, most_in_blocks, most_weight, most_with_spread
from scheduling.solver.packing import Request

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "scheduling"
ANSWERS = frozenset({"optimum", "witness", "feasible_starts", "solve_s", "proof"})  # never seen while solving
LIMITS = Limits(seconds=60, workers=1)
BROKEN = {
    "SCH-05": "iv_start",
    "SCH-04": "ratio",
    "SCH-06": "provider",
    "SCH-08": "chair",
    "SCH-03": "chairs",
    "SCH-01": "grid",
    "SCH-07": "closed",
}
ALIASES = {"iv": "iv_start", "chair_overlap": "chair", "too_many_chairs": "chairs", "off_grid": "grid"}

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine says. value: as ``optimum``; errors: what the independent count found; by: which layer."""

    value: Any
    errors: list[str]
    by: str


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    family: str
    answer: Any
    optimum: Any
    ok: bool
    by: str
    seconds: float


def read_problem(path: Path) -> dict[str, Any]:
    """Return the problem alone, without anything that was stored about its answer."""
    return {key: value for key, value in json.loads(path.read_text()).items() if key not in ANSWERS}


def read_answer(path: Path) -> dict[str, Any]:
    """Return what is stored about the answer; called when the engine has answered."""
    return {key: value for key, value in json.loads(path.read_text()).items() if key in ANSWERS}


def at(text: str) -> int:
    hours, minute = text.split(":")
    return int(hours) * 60 + int(minute)


def lengths_of(rules: Raw) -> Lengths:
    if (rules["grid_min"], rules["ratio"], rules["iv_starts_per_nurse"], rules["handover"]) != (
        GRID_MINUTES,
        PATIENTS_PER_NURSE,
        STARTS_PER_NURSE,
        "allowed",
    ):
        raise ValueError("grid, ratio, IV starts or hand-over differ from the clinic's rules")
    return Lengths(rules["iv_min"], rules["infusion_min"], rules["observe_min"], rules["turnover_min"])


def nurse_of(raw: Raw) -> Nurse:
    breaks = [(at(start), at(end)) for start, end in raw["breaks"]]
    return Nurse(on_floor((at(raw["from"]), at(raw["to"])), breaks))


def day_of(raw: Raw, rules: Raw) -> DayPlan:
    lengths = lengths_of(rules)
    closed = "closed" if raw["closed"] else ""
    opens, closes = (at(raw["open"]), at(raw["close"])) if not closed or raw.get("open") else (0, 1440)
    if not rules["turnover_may_pass_close"]:
        closes -= lengths.cleaning
    return DayPlan(
        date.fromisoformat(raw["date"]),
        opens,
        closes,
        tuple(span for nurse in raw["nurses"] for span in nurse_of(nurse).spans),
        tuple((at(start), at(end)) for start, end in raw["provider"]),
        tuple(BookedVisit(at(visit["start"]), lengths, key=visit["id"]) for visit in raw["booked"]),
        rules["chairs"],
        lengths,
        closed,
    )


def days_of(problem: Raw) -> list[DayPlan]:
    return [day_of(raw, problem["rules"]) for raw in problem["days"]]


def earliest_first(free: Profile) -> list[int]:
    """Return the starts of the largest set of further visits (exact for visits of one length)."""
    found = []
    while starts := feasible(free):
        found.append((starts & -starts).bit_length() - 1)
        free = after(free, found[-1])
    return found


def recount(days: Iterable[DayPlan], added: Iterable[tuple[date, int]]) -> list[str]:
    """Return every breach that the added visits cause, counted by the independent checker."""
    more: dict[date, list[int]] = {}
    for day, start in added:
        more.setdefault(day, []).append(start)
    errors = []
    for plan in days:
        visits = tuple(BookedVisit(start, plan.lengths) for start in more.pop(plan.day, ()))
        errors += [found.sentence for found in breaches(replace(plan, booked=(*plan.booked, *visits)))]
    return errors + [f"{day} is no day of this problem" for day in more]


def answer_day(problem: Raw) -> Answer:
    (day,) = days_of(problem)
    starts = earliest_first(profile(day))
    return Answer(len(starts), recount([day], [(day.day, start) for start in starts]), "rules")


def answer_week(problem: Raw) -> Answer:
    days, spread = days_of(problem), problem["max_clock_spread_min"]
    free = {day.day: profile(day) for day in days}
    if spread == 0:
        starts = earliest_first(together(list(free.values())))
        return Answer(len(starts), recount(days, [(day, s) for day in free for s in starts]), "rules")
    placed = most_with_spread(free, spread, LIMITS)
    errors = recount(days, [visit for sequence in placed.sequences for visit in sequence])
    for sequence in placed.sequences:
        starts = [start for _, start in sequence]
        if [day for day, _ in sequence] != list(free) or max(starts) - min(starts) > spread:
            errors.append("a sequence misses a day or spreads too far")
    return Answer(len(placed.sequences), errors + unproven(placed.proven), "solver")


def answer_window(problem: Raw) -> Answer:
    days = days_of(problem)
    free = together([profile(day) for day in days])
    requests = [
        Request(raw["id"], at(raw["earliest_start"]), at(raw["latest_start"]), raw["weight"])
        for raw in problem["requests"]
    ]
    packed = most_weight(free, requests, LIMITS)
    errors = recount(days, [(day.day, start) for day in days for start in packed.starts.values()])
    by_key = {request.key: request for request in requests}
    for key, start in packed.starts.items():
        if not by_key[key].first <= start <= by_key[key].last:
            errors.append(f"{key} is outside its window")
    return Answer(packed.weight, errors + unproven(packed.proven), "solver")


def answer_holiday(problem: Raw) -> Answer:
    days = days_of(problem)
    free = {day.day: profile(day) for day in days}
    blocks = [tuple(date.fromisoformat(name) for name in block) for block in problem["allowed_blocks"]]
    if len({day for block in blocks for day in block}) == sum(map(len, blocks)):  # no day in two blocks
        sequences = [
            tuple((day, start) for day in block)
            for block in blocks
            for start in earliest_first(together([free[day] for day in block]))
        ]
        errors, by = [], "rules"
    else:
        placed = most_in_blocks(free, blocks, LIMITS)
        sequences, errors, by = list(placed.sequences), unproven(placed.proven), "solver"
    for sequence in sequences:
        if tuple(day for day, _ in sequence) not in blocks or len({start for _, start in sequence}) != 1:
            errors.append("a sequence is not at one clock time on an allowed block")
    return Answer(len(sequences), errors + recount(days, [v for s in sequences for v in s]), by)


def answer_repair(problem: Raw) -> Answer:
    day = day_of(problem["day"], problem["rules"])
    repair = RepairProblem(
        replace(day, booked=()),
        tuple(Seat(str(visit.key), visit.start, visit.lengths) for visit in day.booked),
        tuple(nurse_of(raw) for raw in problem["new_nurses"]),
        at(problem["call_out_known_at"]),
        problem["max_early_min"],
        problem["max_late_min"],
    )
    plan = best_repair(repair, limits=LIMITS)
    return Answer(repair_figures(repair, plan), plan_errors(repair, plan) + unproven(plan.proven), "solver")


def repair_figures(problem: RepairProblem, plan: RepairPlan) -> dict[str, int]:
    uncovered, cancelled, _, moved, shift = score(problem, plan)
    return {
        "cancelled": cancelled,
        "moved": moved,
        "shift_min": shift,
        "uncovered_nurse_min_of_seated_patients": uncovered,
    }


def answer_loss(problem: Raw) -> Answer:
    days = days_of(problem)
    free = together([profile(day) for day in days])
    starts = minutes(feasible(free))
    value = {
        "feasible_starts": [clock(start) for start in starts],
        "residual_now": further_visits(free),
        "residual_after": {clock(start): further_visits(after(free, start)) for start in starts},
    }
    errors = recount(days, [(day.day, start) for day in days for start in earliest_first(free)])
    for start in starts:
        errors += recount(days, [(day.day, start) for day in days])
    return Answer(value, errors, "rules")


def answer_verdict(problem: Raw) -> Answer:
    days = days_of(problem)
    broken: list[str] = []
    for place, day in enumerate(days):
        visits = tuple(
            BookedVisit(at(visit["start"]), day.lengths, visit.get("chair"), visit["id"])
            for visit in problem["visits"]
            if visit.get("day", 0) == place
        )
        whole = replace(day, booked=(*day.booked, *visits))
        broken += [broken_name(whole, found.rule, found.span) for found in breaches(whole)]
    return Answer({"valid": not broken, "broken": sorted(set(broken))}, [], "rules")


def broken_name(day: DayPlan, rule: str, span: Span) -> str:
    if rule == "SCH-02":
        return "before_open" if span[0] < day.open else "after_close"
    return BROKEN[rule]


def unproven(proven: bool) -> list[str]:
    return [] if proven else ["the solver did not prove its answer"]


ENGINES = {
    "day_max": answer_day,
    "week_max": answer_week,
    "window_pack": answer_window,
    "holiday": answer_holiday,
    "repair": answer_repair,
    "offer_loss": answer_loss,
    "verdict": answer_verdict,
}


def agrees(family: str, value: Any, stored: Raw) -> bool:
    """Return whether the answer is the stored one, to the last figure."""
    optimum = stored["optimum"]
    if family == "verdict":
        named = optimum["valid"] or ALIASES.get(optimum["broken"], optimum["broken"]) in value["broken"]
        return value["valid"] is optimum["valid"] and named
    if family == "offer_loss":
        return (
            value["feasible_starts"] == stored["feasible_starts"]
            and value["residual_now"] == optimum["residual_now"]
            and all(
                value["residual_after"].get(start) == left for start, left in optimum["residual_after"].items()
            )
        )
    return bool(value == optimum)


def run(path: Path) -> Line:
    """Answer one problem, then compare."""
    problem = read_problem(path)
    begun = perf_counter()
    answer = ENGINES[problem["family"]](problem)
    seconds = perf_counter() - begun
    stored = read_answer(path)
    ok = agrees(problem["family"], answer.value, stored) and not answer.errors
    return Line(problem["id"], problem["family"], answer.value, stored["optimum"], ok, answer.by, seconds)


def shown(value: Any) -> str:
    """Return an answer in a few words."""
    if isinstance(value, dict) and "residual_now" in value:
        return f"now {value['residual_now']}, after {len(value['residual_after'])} starts"
    if isinstance(value, dict):
        return " ".join(f"{name.split('_')[0]}={part}" for name, part in value.items())
    return str(value)


def main(arguments: Sequence[str]) -> int:
    if not arguments and not SHARED.is_dir():
        print("no folder was named and no shared problems are here: nothing to answer")
        return 0
    folder = Path(arguments[0]) if arguments else SHARED
    if len(arguments) > 1 or not folder.is_dir():
        print("Run: python bench/scheduling_conformance.py DIR", file=sys.stderr)
        return 2
    paths = sorted(folder.glob("*.json"))
    lines = []
    for path in paths:
        lines.append(line := run(path))
        verdict = "ok" if line.ok else "WRONG"
        figures = f"answer {shown(line.answer)} | optimum {shown(line.optimum)}"
        print(f"{line.name:<14} {line.family:<12} {figures} | {verdict} ({line.by}, {line.seconds:.2f} s)")
    exact = sum(line.ok for line in lines)
    print(f"{exact} of {len(lines)} exact; goal G1 {'met' if lines and exact == len(lines) else 'NOT met'}")
    return 0 if lines and exact == len(lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

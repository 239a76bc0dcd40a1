"""Does the adaptive engine equal the reference? Item order, theta and SE for every case, and a total.

Run: python bench/cat_conformance.py BANK.csv CASES.json. The cases hold full answer vectors in bank order with the
expected items, categories, theta and SE (six decimals) and score; ``configs`` holds their rules. Prints the
compute time of a next question too: the replay of the whole test before it, as the product does it, and that
divided by its items. Exits with 1 unless every case is equal and no score is more than 0.05 T away.
"""

import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kitclinic.problems import Refused
from outcomes.rules.bank_file import read_bank
from outcomes.rules.cat import Path as Walked
from outcomes.rules.cat import StopRule, walk
from outcomes.rules.estimation import T_SCALE
from outcomes.rules.irt import GRID_HIGH, GRID_LOW, GRID_POINTS, Bank

SIX_DECIMALS = 0.51e-6  # the stored figures are rounded
MOST_T = 0.05
MOST_MS = 1.0
GRID_OF_ENGINE = {
    "lo": GRID_LOW,
    "hi": GRID_HIGH,
    "n_q": GRID_POINTS,
    "prior_mean": 0.0,
    "prior_sd": 1.0,
    "se_strict": True,
}

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One case. theta, se: the largest difference over all steps; t: of the final score in T."""

    name: str
    items: int
    order: bool
    theta: float
    se: float
    t: float
    score: bool

    @property
    def is_equal(self) -> bool:
        near = self.theta <= SIX_DECIMALS and self.se <= SIX_DECIMALS and self.t <= MOST_T
        return self.order and near and self.score


def stop_rule(name: str, config: Raw) -> StopRule:
    """Return the rule of a configuration; SystemExit for a model this engine does not have."""
    other = {key: config[key] for key, value in GRID_OF_ENGINE.items() if config[key] != value}
    if other:
        raise SystemExit(f"configuration {name} asks for another model: {other}")
    return StopRule(name, config["min_items"], config["max_items"], config["se_stop"], config["delta_se"])


def answered(bank: Bank, case: Raw) -> dict[str, int | None]:
    return {item.id: answer for item, answer in zip(bank.items, case["responses"], strict=True)}


def compare(case: Raw, path: Walked) -> Line:
    steps = path.steps
    same = [step.item_id for step in steps] == case["items"]
    order = same and [step.category for step in steps] == case["categories"] and len(steps) == case["n_items"]
    theta = max(abs(step.theta - wanted) for step, wanted in zip(steps, case["theta"], strict=False))
    se = max(abs(step.se - wanted) for step, wanted in zip(steps, case["se"], strict=False))
    last = steps[-1]
    wanted_tenths = round(case["T"] * 10), round(case["T_se"] * 10)
    score = (T_SCALE.tenths(last.theta), T_SCALE.se_tenths(last.se)) == wanted_tenths
    away = 10 * abs(last.theta - case["theta"][-1])
    return Line(f"{case['case']} {case['config']}", len(steps), order, theta, se, away, score)


def times(bank: Bank, rule: StopRule, path: Walked) -> tuple[list[float], list[float]]:
    """Return ms of the replay before each next question, and of one more item in it."""
    replays, shares = [], []
    given: dict[str, int | None] = {}
    for step in path.steps:
        given[step.item_id] = step.category
        begun = perf_counter()
        walk(bank, rule, given)
        took = (perf_counter() - begun) * 1000
        replays.append(took)
        shares.append(took / len(given))
    return replays, shares


def at(share: float, values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 2:
        print("Run: python bench/cat_conformance.py BANK.csv CASES.json", file=sys.stderr)
        return 2
    try:
        bank = read_bank(Path(arguments[0]).read_text(encoding="utf-8"))
    except Refused as refused:
        print(*(problem.sentence for problem in refused.problems), sep="\n", file=sys.stderr)
        return 2
    stored = json.loads(Path(arguments[1]).read_text(encoding="utf-8"))
    rules = {name: stop_rule(name, config) for name, config in stored["configs"].items()}
    lines: list[Line] = []
    replays: list[float] = []
    shares: list[float] = []
    for case in stored["cases"]:
        rule, start = rules[case["config"]], stored["configs"][case["config"]]["start_item"]
        path = walk(bank, rule, answered(bank, case), start_item=start)
        line = compare(case, path)
        lines.append(line)
        took, each = times(bank, rule, path)
        replays, shares = replays + took, shares + each
        print(
            f"{line.name:<28} {line.items:2} items   order {'equal' if line.order else 'DIFFERS':<7}   "
            f"|d theta| {line.theta:.1e}   |d SE| {line.se:.1e}   |dT| {line.t:.4f}   "
            f"score {'equal' if line.score else 'DIFFERS'}   {'ok' if line.is_equal else 'WRONG'}"
        )
    equal = sum(line.is_equal for line in lines)
    for name, values in (("whole replay", replays), ("one item of it", shares)):
        most = at(0.99, values)
        print(
            f"compute per next question, {name:<14} median {statistics.median(values):.3f} ms   "
            f"p99 {most:.3f} ms   goal {MOST_MS:g} ms {'met' if most <= MOST_MS else 'NOT met'}"
        )
    is_met = bool(lines) and equal == len(lines)
    print(
        f"{bank.name}, {len(bank.items)} items, sha256 {bank.sha256[:16]}…: {equal} of {len(lines)} equal, "
        f"largest |dT| {max((line.t for line in lines), default=0):.4f}; goal {'met' if is_met else 'NOT met'}"
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

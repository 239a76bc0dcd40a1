"""What an imported bank does before patients see it: simulated patients, and a dry run over answer patterns."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.cat import Integers, Path, StopReason, StopRule, first_of_best, walk
from outcomes.rules.estimation import LOG_PRIOR, normalised
from outcomes.rules.irt import GRID, GRID_HIGH, GRID_LOW, Bank, Floats, curves_of

PATTERNS = 100  # CAT-19
MOST_SIMULEES = 20_000
SKIP_SHARE = 0.1  # of the answers of a random pattern

DRY_RUN = Rule(
    "CAT-19",
    "Before a bank is activated 100 answer patterns, all-lowest, all-highest and all-skipped among them, are "
    "walked: each ends within the rule's limits, asks nothing twice, keeps theta on the grid and replays alike.",
    source="our rule",
)
SIMULATION = Rule(
    "CAT-20",
    "A bank's report simulates 2000 patients and gives mean items, RMSE and bias in theta and the share of tests "
    "that end below the SE limit.",
    source="Segawa 2020 for the design",
)


@dataclass(frozen=True, slots=True)
class Report:
    """Simulated tests. mean, sd: of the true theta; rmse, bias (estimate - truth), mean_se: in theta.

    share_precise: 0-1, tests that end with an SE below the rule's limit.
    """

    rule: str
    simulees: int
    mean: float
    sd: float
    seed: int
    mean_items: float
    rmse: float
    bias: float
    mean_se: float
    share_precise: float


@dataclass(frozen=True, slots=True)
class DryRun:
    """patterns: how many were walked; failures: one sentence for each that broke an invariant."""

    patterns: int
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Simulated:
    """Where every simulated test ended. theta, se: [simulees]; order: [simulees, most items], -1 after the end."""

    theta: Floats
    se: Floats
    order: Integers


def simulate(
    bank: Bank, rule: StopRule, *, simulees: int = 2000, mean: float = 0.0, sd: float = 1.0, seed: int = 1
) -> Report:
    """Return how the rule measures simulated patients with theta drawn from N(mean, sd), all at once (CAT-20).

    Raises ValueError for no simulees or more than 20,000, and for an sd below 0.
    """
    if not 1 <= simulees <= MOST_SIMULEES or sd < 0:
        raise ValueError(f"simulate 1 to {MOST_SIMULEES} patients with an sd of at least 0")
    rng = np.random.default_rng(seed)
    truth = rng.normal(mean, sd, simulees)
    ended = run_tests(bank, rule, draw_answers(bank, truth, rng))
    error = ended.theta - truth
    return Report(
        rule=rule.name,
        simulees=simulees,
        mean=mean,
        sd=sd,
        seed=seed,
        mean_items=float((ended.order >= 0).sum(axis=1).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        bias=float(error.mean()),
        mean_se=float(ended.se.mean()),
        share_precise=float((ended.se < rule.se_below).mean()),
    )


def draw_answers(bank: Bank, truth: Floats, rng: np.random.Generator) -> Integers:
    """Return categories 1..K drawn from the model, [simulees, items], for the true thetas [simulees]."""
    chance = rng.random((truth.size, len(bank.items)))
    answers = np.ones(chance.shape, dtype=np.int64)
    for place, item in enumerate(bank.items):
        edges = item.a * (truth[:, None] - np.array(item.thresholds))
        answers[:, place] += (chance[:, place, None] < np.exp(-np.logaddexp(0.0, -edges))).sum(axis=1)
    return answers


def run_tests(bank: Bank, rule: StopRule, answers: Integers) -> Simulated:
    """Return the tests of many patients at once: the path of ``walk`` for every row of answers without skips.

    answers: categories 1..K, [simulees, items].
    """
    people, items = answers.shape
    curves = curves_of(bank)
    most = max(item.categories for item in bank.items)
    tables = np.zeros((items, most, GRID.size))
    for place, table in enumerate(curves.log_probability):
        tables[place, : len(table)] = table
    log_posterior = np.tile(LOG_PRIOR, (people, 1))
    order = np.full((people, min(rule.max_items, items)), -1)
    asked = np.zeros((people, items), dtype=np.bool_)
    theta, se, going = np.zeros(people), np.ones(people), np.arange(people)
    posterior = normalised(log_posterior)
    for step in range(order.shape[1]):
        weighted = posterior[going] @ curves.information.T
        chosen = first_of_best(np.where(asked[going], -1.0, weighted))
        asked[going, chosen], order[going, step] = True, chosen
        log_posterior[going] += tables[chosen, answers[going, chosen] - 1]
        posterior[going] = normalised(log_posterior[going])
        before = se[going]
        theta[going] = posterior[going] @ GRID
        se[going] = np.sqrt((posterior[going] * (GRID - theta[going, None]) ** 2).sum(axis=1))
        if step + 1 >= rule.min_items:
            fall = before - se[going]
            stuck = (step > 0) & (fall >= 0) & (fall < rule.se_change)
            going = going[~(stuck | (se[going] < rule.se_below))]
    return Simulated(theta, se, order)


def dry_run(bank: Bank, rule: StopRule, seed: int) -> DryRun:
    """Walk 100 extreme and random patterns, question by question, and say what went wrong (CAT-19)."""
    failures = []
    if len(bank.items) < rule.min_items:
        failures.append(
            f"The bank has {len(bank.items)} items; the {rule.name} rule asks at least {rule.min_items}."
        )
    for name, answers in patterns(bank, seed).items():
        failures += [f"Pattern {name}: {failure}" for failure in _failures(bank, rule, answers)]
    low, high = (_asked_one_by_one(bank, rule, answers).estimate.theta for answers in _extremes(bank))
    if not low < high:
        failures.append("All-highest answers score no higher than all-lowest ones. Check the thresholds.")
    return DryRun(PATTERNS, tuple(failures))


def patterns(bank: Bank, seed: int) -> dict[str, Mapping[str, int | None]]:
    """Return 100 complete answer patterns by name; None stands for "prefer not to answer"."""
    rng = np.random.default_rng(seed)
    lowest, highest = _extremes(bank)
    ends = {place: (1, item.categories) for place, item in enumerate(bank.items)}
    found: dict[str, Mapping[str, int | None]] = {
        "all lowest": lowest,
        "all highest": highest,
        "all skipped": dict.fromkeys(lowest),
        "lowest and highest in turn": {item.id: ends[at][at % 2] for at, item in enumerate(bank.items)},
        "highest and lowest in turn": {item.id: ends[at][(at + 1) % 2] for at, item in enumerate(bank.items)},
        "every second skipped": {item.id: (at % 2) or None for at, item in enumerate(bank.items)},
    }
    while len(found) < PATTERNS:
        skips = rng.random(len(bank.items)) < SKIP_SHARE
        found[f"random {len(found)}"] = {
            item.id: None if skip else int(rng.integers(1, item.categories + 1))
            for item, skip in zip(bank.items, skips, strict=True)
        }
    return found


def _extremes(bank: Bank) -> tuple[dict[str, int | None], dict[str, int | None]]:
    return {item.id: 1 for item in bank.items}, {item.id: item.categories for item in bank.items}


def _asked_one_by_one(bank: Bank, rule: StopRule, answers: Mapping[str, int | None]) -> Path:
    """Answer one question after the other, as a patient does; stops by itself after as many as there are items."""
    given: dict[str, int | None] = {}
    path = walk(bank, rule, given)
    for _ in bank.items:
        if path.next_item is None:
            break
        given[path.next_item] = answers[path.next_item]
        path = walk(bank, rule, given)
    return path


def _failures(bank: Bank, rule: StopRule, answers: Mapping[str, int | None]) -> list[str]:
    path = _asked_one_by_one(bank, rule, answers)
    failures = []
    if path.stop_reason is None:
        failures.append("the test does not end.")
    if len(set(path.asked)) != len(path.asked):
        failures.append("a question is asked twice.")
    short = path.stop_reason in {StopReason.EXHAUSTED, StopReason.TOO_MANY_SKIPPED}
    if not (0 if short else rule.min_items) <= len(path.steps) <= rule.max_items:
        failures.append(f"the test has {len(path.steps)} answers, outside {rule.min_items} to {rule.max_items}.")
    for step in path.steps:
        if not (isfinite(step.theta) and GRID_LOW <= step.theta <= GRID_HIGH and 0 <= step.se <= GRID_HIGH):
            failures.append(f"theta {step.theta:g} with SE {step.se:g} after {step.item_id} is not on the grid.")
    if walk(bank, rule, answers) != path:
        failures.append("answering all at once takes another path than one by one.")
    return failures

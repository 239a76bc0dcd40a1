"""The adaptive test: which question comes next, when it ends, and the score it ends with.

``walk`` replays a test from its answers. Nothing else is kept: the next question, going back one, changing an
earlier answer and resuming on another device are all the same call, and answers that the path no longer reaches
are simply not counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kitclinic.register import Rule
from outcomes.rules.estimation import LOG_PRIOR, Estimate, check_category, mean_and_sd, normalised
from outcomes.rules.irt import Bank, Curves, Floats, curves_of

ENGINE_VERSION = "kitclinic-cat 1"
SCORED_FROM = 4  # CAT-17
EQUAL = 1e-12  # CAT-11: of the information; what rounding leaves between items that are equally good

SELECTION = Rule(
    "CAT-11",
    "The next item is the one with the most information weighted by the posterior; the first is chosen by the "
    "prior unless a start item is set; of equal items the first in the bank.",
    source="MTBfx; CHOIR; ties our rule",
)
ADULT_RULE = Rule(
    "CAT-12",
    "Adult rule: at least 4 and at most 12 items; the test ends when the SE of theta is below 0.3; exactly 0.3 "
    "goes on.",
    source="HealthMeasures, Stopping Rules",
)
RECOMMENDED_RULE = Rule(
    "CAT-13",
    "Recommended rule: at least 4 and at most 8 items; the test ends when the SE is below 0.3 or the last answer "
    "lowered it by less than 0.01; an answer that raised the SE goes on.",
    source="HealthMeasures, Stopping Rules; a risen SE as in the reference cases",
)
SCREEN = Rule(
    "CAT-14",
    "Screen-to-CAT, where the clinic sets it: the test ends after the first answer when that is the "
    "healthiest one.",
    source="HealthMeasures, Stopping Rules",
)
SKIPS = Rule(
    "CAT-15",
    "A question the patient prefers not to answer counts neither as asked nor in the score and is not "
    "offered again.",
    source="CHOIR; our rule",
)
TOO_MANY_SKIPS = Rule(
    "CAT-16",
    "After as many skipped questions as the rule has items at most (12 or 8) the test ends.",
    source="our rule",
)
ENOUGH = Rule(
    "CAT-17",
    "A test with fewer than 4 answers has no score, unless its first answer was the healthiest one of "
    "screen-to-CAT.",
    source="HealthMeasures: at least 4 items",
)
REPLAY = Rule(
    "CAT-18",
    "A test is its answers replayed from the start: after a changed answer only answers on the new path count, "
    "and none is deleted.",
    source="our rule",
)

Healthiest: TypeAlias = Literal["lower", "higher"]
Integers: TypeAlias = NDArray[np.int64]


class StopReason(StrEnum):
    """Why a test ended."""

    PRECISE = "precise"
    UNCHANGING = "SE no longer changes"
    MOST_ITEMS = "most items"
    HEALTHIEST = "healthiest first answer"
    EXHAUSTED = "bank exhausted"
    TOO_MANY_SKIPPED = "too many skipped"


@dataclass(frozen=True, slots=True)
class StopRule:
    """When a test ends. se_below: in theta, strictly; se_change: a smaller fall ends it, in theta; 0 for never.

    Raises ValueError for limits that contradict each other.
    """

    name: str
    min_items: int
    max_items: int
    se_below: float
    se_change: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.min_items <= self.max_items or self.se_below < 0 or self.se_change < 0:
            raise ValueError(f"the limits of the rule {self.name} contradict each other")


ADULT = StopRule("adult", 4, 12, 0.3)  # CAT-12
RECOMMENDED = StopRule("recommended", 4, 8, 0.3, 0.01)  # CAT-13
STOP_RULES = {rule.name: rule for rule in (ADULT, RECOMMENDED)}


@dataclass(frozen=True, slots=True)
class Step:
    """One scored answer. theta, se: after it, unrounded."""

    item_id: str
    category: int
    theta: float
    se: float


@dataclass(frozen=True, slots=True)
class Path:
    """How far a test has come. Either next_item or stop_reason is set.

    steps: scored answers in their order; skipped: ids not answered; asked: both, as the patient saw them.
    """

    rule: StopRule
    steps: tuple[Step, ...]
    skipped: tuple[str, ...]
    asked: tuple[str, ...]
    next_item: str | None
    stop_reason: StopReason | None
    engine: str = ENGINE_VERSION

    @property
    def is_finished(self) -> bool:
        """True when no question is left to ask."""
        return self.stop_reason is not None

    @property
    def estimate(self) -> Estimate:
        """Theta and SE as they stand, for the engine's own use; before any answer those of the prior."""
        if not self.steps:
            theta, se = mean_and_sd(normalised(LOG_PRIOR))
            return Estimate(theta, se, 0)
        last = self.steps[-1]
        return Estimate(last.theta, last.se, len(self.steps))

    @property
    def score(self) -> Estimate | None:
        """The score of a finished test; None while it runs and for fewer than 4 answers (CAT-17)."""
        if self.stop_reason is None:
            return None
        if len(self.steps) < SCORED_FROM and self.stop_reason is not StopReason.HEALTHIEST:
            return None
        return self.estimate


@dataclass(slots=True)
class _Test:
    """A test while it is replayed. posterior: 81 weights; open: [items], which may still be asked."""

    bank: Bank
    curves: Curves
    log_posterior: Floats
    posterior: Floats
    open: NDArray[np.bool_]
    steps: list[Step] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def most_informative(self) -> str | None:
        """The open item with the most posterior-weighted information (CAT-11); None when all were asked."""
        if len(self.asked) == len(self.bank.items):
            return None
        weighted = self.curves.information @ self.posterior
        return self.bank.items[int(first_of_best(np.where(self.open, weighted, -1.0)))].id

    def take(self, item_id: str, category: int | None) -> None:
        place = self.curves.place[item_id]
        self.open[place] = False
        self.asked.append(item_id)
        if category is None:
            self.skipped.append(item_id)
            return
        self.log_posterior += self.curves.log_probability[place][category - 1]
        self.posterior = normalised(self.log_posterior)
        self.steps.append(Step(item_id, category, *mean_and_sd(self.posterior)))


def first_of_best(weighted: Floats) -> Integers:
    """Return the first position of the largest value along the last axis, rounding apart (CAT-11)."""
    most = weighted.max(axis=-1, keepdims=True)
    first: Integers = (weighted >= most - EQUAL * abs(most)).argmax(axis=-1)
    return first


def walk(
    bank: Bank,
    rule: StopRule,
    answers: Mapping[str, int | None],
    *,
    screen: Healthiest | None = None,
    start_item: str | None = None,
) -> Path:
    """Return the path that these answers take through the bank (CAT-18).

    answers: item id -> category 1..K in the direction of the parameters, or None for "prefer not to answer".
    screen: which end of the scale is the healthiest, where screen-to-CAT is on (CAT-14).
    start_item: asked first instead of the item that the prior selects.
    Raises KeyError for an id that is not in the bank, ValueError for a category its item does not have.
    """
    for item_id, category in answers.items():
        if category is None:
            bank.item(item_id)
        else:
            check_category(bank, item_id, category)
    if start_item is not None:
        bank.item(start_item)
    curves = curves_of(bank)
    test = _Test(bank, curves, LOG_PRIOR.copy(), normalised(LOG_PRIOR), np.ones(len(bank.items), dtype=np.bool_))
    next_item, reason = start_item or test.most_informative(), None
    while reason is None and next_item is not None and next_item in answers:
        test.take(next_item, answers[next_item])
        reason = _ends(test, rule, screen)
        next_item = test.most_informative() if reason is None else None
    if reason is None and next_item is None:
        reason = StopReason.EXHAUSTED
    return Path(rule, tuple(test.steps), tuple(test.skipped), tuple(test.asked), next_item, reason)


def _ends(test: _Test, rule: StopRule, screen: Healthiest | None) -> StopReason | None:
    """Why the test ends after what was just answered; None when it goes on."""
    steps, last = test.steps, test.asked[-1]
    if test.skipped and test.skipped[-1] == last:
        return StopReason.TOO_MANY_SKIPPED if len(test.skipped) >= rule.max_items else None
    if screen is not None and len(steps) == 1 and _is_healthiest(test.bank, steps[0], screen):
        return StopReason.HEALTHIEST
    if len(steps) >= rule.min_items:
        if steps[-1].se < rule.se_below:
            return StopReason.PRECISE
        if len(steps) > 1 and 0 <= steps[-2].se - steps[-1].se < rule.se_change:
            return StopReason.UNCHANGING
    return StopReason.MOST_ITEMS if len(steps) >= rule.max_items else None


def _is_healthiest(bank: Bank, step: Step, screen: Healthiest) -> bool:
    return step.category == (1 if screen == "lower" else bank.item(step.item_id).categories)

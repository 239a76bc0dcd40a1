"""The graded response model and the adaptive test once more, slowly: plain Python, one number at a time.

Written from the definitions, sharing nothing with the engine, so that the two can be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import exp, fsum, sqrt

from hypothesis import strategies as st

from outcomes.rules.irt import Bank, ItemParameters

THETAS = [float(Fraction(step, 10)) for step in range(-40, 41)]


@dataclass(frozen=True)
class SlowTest:
    order: list[str]
    theta: list[float]
    se: list[float]


def above(a: float, b: float, theta: float) -> float:
    return 1 / (1 + exp(-a * (theta - b)))


def probability(item: ItemParameters, category: int, theta: float) -> float:
    """P(category) as the difference of two cumulative logistics, taken on the side where they are small.

    On the other side both are close to 1, and their difference loses up to six of its sixteen digits.
    """
    cumulative = [1.0, *(above(item.a, b, theta) for b in item.thresholds), 0.0]
    if cumulative[category] <= 0.5:
        return cumulative[category - 1] - cumulative[category]
    below = [0.0, *(above(-item.a, b, theta) for b in item.thresholds), 1.0]
    return below[category] - below[category - 1]


def information(item: ItemParameters, theta: float) -> float:
    """The sum of P'² / P over the categories."""
    slopes = [0.0]
    for b in item.thresholds:
        p = above(item.a, b, theta)
        slopes.append(item.a * p * (1 - p))
    slopes.append(0.0)
    return fsum((slopes[k - 1] - slopes[k]) ** 2 / probability(item, k, theta) for k in range(1, len(slopes)))


def posterior(answers: Sequence[tuple[ItemParameters, int]], *, flat: bool = False) -> list[float]:
    weights = []
    for theta in THETAS:
        weight = 1.0 if flat else exp(-theta * theta / 2)
        for item, category in answers:
            weight *= probability(item, category, theta)
        weights.append(weight)
    total = fsum(weights)
    return [weight / total for weight in weights]


def eap(weights: Sequence[float]) -> tuple[float, float]:
    mean = fsum(weight * theta for weight, theta in zip(weights, THETAS, strict=True))
    spread = fsum(weight * (theta - mean) ** 2 for weight, theta in zip(weights, THETAS, strict=True))
    return mean, sqrt(spread)


def slow_test(
    bank: Bank, answers: Mapping[str, int], *, least: int, most: int, se_below: float, se_change: float
) -> SlowTest:
    """Ask until the rule ends the test; of items as good as equal the first one."""
    given: list[tuple[ItemParameters, int]] = []
    thetas: list[float] = []
    ses: list[float] = []
    curves = {item.id: [information(item, theta) for theta in THETAS] for item in bank.items}
    while len(given) < min(most, len(bank.items)):
        weights = posterior(given)
        left = [item for item in bank.items if item not in [asked for asked, _ in given]]
        worth = [fsum(w * i for w, i in zip(weights, curves[item.id], strict=True)) for item in left]
        best = next(item for item, value in zip(left, worth, strict=True) if value >= max(worth) * (1 - 1e-12))
        given.append((best, answers[best.id]))
        theta, se = eap(posterior(given))
        thetas.append(theta)
        ses.append(se)
        falls = ses[-2] - se if len(ses) > 1 else 1.0
        if len(given) >= least and (se < se_below or 0 <= falls < se_change):
            break
    return SlowTest([item.id for item, _ in given], thetas, ses)


def slow_sums(items: Sequence[ItemParameters], *, flat: bool = False) -> dict[int, tuple[float, float]]:
    """Theta and SE of every sum, from all patterns that give it: for small forms only."""
    by_sum: dict[int, list[float]] = {}
    for pattern in product(*(range(1, item.categories + 1) for item in items)):
        weights = by_sum.setdefault(sum(pattern), [0.0] * len(THETAS))
        for place, theta in enumerate(THETAS):
            weight = 1.0 if flat else exp(-theta * theta / 2)
            for item, category in zip(items, pattern, strict=True):
                weight *= probability(item, category, theta)
            weights[place] += weight
    return {raw: eap([weight / fsum(weights) for weight in weights]) for raw, weights in by_sum.items()}


@st.composite
def banks(draw: st.DrawFn, least: int = 1, most: int = 10) -> Bank:
    """Banks of made-up items with 2 to 5 categories."""
    hundredths = st.integers(-300, 300)
    items = []
    for number in range(draw(st.integers(least, most))):
        cuts = sorted(draw(st.sets(hundredths, min_size=1, max_size=4)))
        items.append(
            ItemParameters(f"X{number:02}", draw(st.integers(30, 400)) / 100, tuple(cut / 100 for cut in cuts))
        )
    return Bank("made up", "1", tuple(items))


@st.composite
def banks_and_answers(draw: st.DrawFn, least: int = 1, most: int = 10) -> tuple[Bank, dict[str, int]]:
    """A bank with a complete answer vector."""
    bank = draw(banks(least, most))
    return bank, {item.id: draw(st.integers(1, item.categories)) for item in bank.items}


def bank_of(size: int = 20, *, a: float = 2.0, categories: int = 5) -> Bank:
    """A plain bank: item n lies a little higher than item n - 1."""
    items = []
    for number in range(size):
        middle = -1.5 + 3 * number / max(size - 1, 1)
        cuts = tuple(middle + 0.7 * (cut - (categories - 2) / 2) for cut in range(categories - 1))
        items.append(ItemParameters(f"Q{number:02}", a + 0.05 * (number % 7), cuts))
    return Bank("plain", "1", tuple(items))

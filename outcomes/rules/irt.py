"""An item bank and its graded response model: probabilities and information on the scoring grid.

The logistic is taken with D = 1. The grid is theta -4.0, -3.9 … 4.0, 81 points in standard deviations of the
calibration sample. Answers are categories 1..K in the direction of the parameters: a higher category goes with
a higher theta. Nothing here knows the wording of a question.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kitclinic.register import Rule

GRID_LOW, GRID_HIGH, GRID_POINTS = -4.0, 4.0, 81
LARGEST_PARAMETER = 50.0  # CAT-04
MOST_CATEGORIES = 20  # CAT-03

MODEL = Rule(
    "CAT-01",
    "Item banks are scored by the graded response model, logistic with D = 1, on the grid of theta "
    "-4 to 4 in steps of 0.1 (81 points).",
    source="Samejima 1969; MTBfx; CHOIR",
)
BANK_HASH = Rule(
    "CAT-02",
    "A bank is known by the SHA-256 of its item ids, discriminations and thresholds in their order; "
    "parameters that do not give the recorded hash are not used.",
    source="our rule",
)

Floats: TypeAlias = NDArray[np.float64]

GRID: Floats = np.arange(-40, 41) / 10.0
GRID.setflags(write=False)


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """One item. a: discrimination per theta; thresholds: strictly increasing, in theta, one fewer than categories.

    Raises ValueError for parameters that no graded response model has.
    """

    id: str
    a: float
    thresholds: tuple[float, ...]

    def __post_init__(self) -> None:
        numbers = (self.a, *self.thresholds)
        if not self.id or not all(isfinite(number) and abs(number) <= LARGEST_PARAMETER for number in numbers):
            raise ValueError(f"item {self.id!r} needs an id and parameters within ±{LARGEST_PARAMETER:g}")
        if self.a <= 0:
            raise ValueError(f"the discrimination of item {self.id} is {self.a}, not above 0")
        if not 1 <= len(self.thresholds) < MOST_CATEGORIES:
            raise ValueError(f"item {self.id} has {len(self.thresholds)} thresholds")
        if any(low >= high for low, high in zip(self.thresholds, self.thresholds[1:], strict=False)):
            raise ValueError(f"the thresholds of item {self.id} do not increase: {self.thresholds}")

    @property
    def categories(self) -> int:
        """How many answers the item has; they are the categories 1..K."""
        return len(self.thresholds) + 1


@dataclass(frozen=True)
class Bank:
    """An immutable item bank. The order of the items matters: of two equally good items the first is asked.

    sha256: of the parameters (``bank_sha256``); left out it is computed, given it must agree (CAT-02).
    Raises ValueError for an empty bank, an id that stands twice, and a hash of other parameters.
    """

    name: str
    version: str
    items: tuple[ItemParameters, ...]
    sha256: str = ""

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("a bank needs at least one item")
        if len({item.id for item in self.items}) != len(self.items):
            raise ValueError("an item id stands twice in the bank")
        found = bank_sha256(self.items)
        if self.sha256 not in {"", found}:
            raise ValueError(f"the parameters of {self.name} {self.version} do not give the recorded hash")
        object.__setattr__(self, "sha256", found)

    def __hash__(self) -> int:
        return hash(self.sha256)

    def item(self, item_id: str) -> ItemParameters:
        """Return the item of this id; KeyError when the bank has none."""
        return self.items[curves_of(self).place[item_id]]


@dataclass(frozen=True, eq=False, slots=True)
class Curves:
    """What a bank gives on the grid, computed once. Arrays are read-only.

    place: item id -> position in the bank.
    log_probability: for each item an array [K, 81] of ln P(category | theta).
    information: [items, 81], Fisher information of each item.
    """

    place: dict[str, int]
    log_probability: tuple[Floats, ...]
    information: Floats


def canonical_text(items: tuple[ItemParameters, ...]) -> str:
    """Return the text that is hashed: one line an item, id, a and thresholds between tabs, shortest decimals."""
    lines = ["\t".join([item.id, *map(repr, map(float, (item.a, *item.thresholds)))]) for item in items]
    return "graded response model 1\n" + "\n".join(lines) + "\n"


def bank_sha256(items: tuple[ItemParameters, ...]) -> str:
    """Return the SHA-256 of a bank's parameters as 64 hexadecimal digits (CAT-02)."""
    return hashlib.sha256(canonical_text(items).encode()).hexdigest()


@lru_cache(maxsize=64)
def curves_of(bank: Bank) -> Curves:
    """Return the probabilities and the information of every item on the grid; cached by bank."""
    information = np.array([_information(item) for item in bank.items])
    tables = tuple(_log_probability(item) for item in bank.items)
    for array in (information, *tables):
        array.setflags(write=False)
    return Curves({item.id: place for place, item in enumerate(bank.items)}, tables, information)


def probabilities(item: ItemParameters) -> Floats:
    """Return P(category | theta) on the grid, shape [K, 81]; each column sums to 1 (CAT-01)."""
    table: Floats = np.exp(_log_probability(item))
    return table


def _edges(item: ItemParameters) -> Floats:
    """a·(theta - b) for every threshold and grid point, [K-1, 81]."""
    edges: Floats = item.a * (GRID[None, :] - np.array(item.thresholds)[:, None])
    return edges


def _log_probability(item: ItemParameters) -> Floats:
    """P(k) = s(u) - s(v) = s(u)·s(-v)·(1 - exp(v - u)): without the cancellation of the difference."""
    edges = _edges(item)
    table = np.zeros((item.categories, GRID.size))
    table[1:] += -np.logaddexp(0.0, -edges)
    table[:-1] += -np.logaddexp(0.0, edges)
    gaps = item.a * np.diff(np.array(item.thresholds))
    # Two thresholds as good as equal leave a category nearly impossible, but never without a logarithm.
    table[1:-1] += np.log(np.maximum(-np.expm1(-gaps), np.finfo(np.float64).tiny))[:, None]
    return table


def _information(item: ItemParameters) -> Floats:
    """I = a²·sum of P(k)·(1 - s(u) - s(v))², the sum of P'(k)²/P(k) written without a division."""
    at_least = np.exp(-np.logaddexp(0.0, -_edges(item)))
    cumulative = np.vstack([np.ones(GRID.size), at_least, np.zeros(GRID.size)])
    slope = 1.0 - cumulative[:-1] - cumulative[1:]
    information: Floats = item.a**2 * (probabilities(item) * slope**2).sum(axis=0)
    return information

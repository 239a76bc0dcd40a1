"""How often at most: the exact upper bound of a count, on plain arithmetic."""

from decimal import Decimal
from fractions import Fraction
from math import exp, lgamma, log

from kitclinic.display import half_up
from kitclinic.register import Rule

CONFIDENCE = 0.95  # AEV-08
HALVINGS = 60  # to the last bit that matters
PERCENT_STEP = Decimal("0.01")
RULE_OF_THREE = 3
AEV_08 = Rule(
    "AEV-08",
    "Events are counted of infusions that were started and of patients, each with the exact one-sided 95% upper "
    "bound (Clopper-Pearson), rounded half up to 0.01%; for none of N it is about 3/N, the rule of three.",
    source="Clopper and Pearson 1934; Hanley and Lippman-Hand 1983",
)


def at_most(count: int, n: int) -> float:
    """Return the one-sided 95% upper bound of ``count`` of ``n`` as a proportion from 0 to 1.

    It is the p at which so few would be seen with a chance of 5%. ValueError unless 0 <= count <= n and n > 0.
    """
    if n <= 0 or not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is not a proportion")
    if count == n:
        return 1.0
    low, high = count / n, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _so_few(count, n, middle) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def percent_at_most(count: int, n: int) -> Decimal:
    """Return the bound in percent, rounded half up to 0.01 (AEV-08)."""
    return half_up(Fraction(at_most(count, n)) * 100, PERCENT_STEP)


def _so_few(count: int, n: int, p: float) -> float:
    """Chance of at most ``count`` of ``n`` when each has the chance ``p``, 0 < p < 1."""
    whole, yes, no = lgamma(n + 1), log(p), log(1 - p)
    return sum(exp(whole - lgamma(i + 1) - lgamma(n - i + 1) + i * yes + (n - i) * no) for i in range(count + 1))

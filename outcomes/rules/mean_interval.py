"""How far a mean of so many changes may be off."""

from decimal import Decimal
from fractions import Fraction

from kitclinic.register import Rule
from outcomes.rules.distributions import t_quantile

MEAN_INTERVAL = Rule(
    "OUT-40",
    "Around a mean change stands its 95% interval by Student's t: mean ± t(n − 1) × SD / √n; it needs two values.",
    source="Student 1908",
)


def mean_interval(mean: Fraction | Decimal, sd: Decimal, n: int) -> tuple[float, float]:
    """Return the interval in the unit of the mean (OUT-40); ValueError with fewer than two values."""
    if n < 2:
        raise ValueError("an interval of a mean needs two values")
    reach = t_quantile(n - 1) * float(sd) / n**0.5
    return float(mean) - reach, float(mean) + reach

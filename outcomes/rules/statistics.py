"""Mean, standard deviation, exact interval and rounding, without a statistics package."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from kitclinic.register import Rule
from outcomes.rules.rounding import half_up_integer

CONFIDENCE = 0.95  # STAT-01
TINY = 1e-300
ROUNDS = 10_000  # enough for millions of patients; a few dozen are usual
CONVERGED = 1e-15

INTERVAL = Rule(
    "STAT-01",
    "A proportion carries its exact (Clopper-Pearson) 95% confidence interval.",
    source="Clopper and Pearson 1934",
)
PERCENT = Rule("STAT-02", "A percentage is rounded half up to 0.1, once, from whole counts.", source="Tankha 2025")
SAMPLE_SD = Rule(
    "STAT-03",
    "A standard deviation is the sample standard deviation (n - 1); it needs two values.",
    source="Tankha 2025",
)


@dataclass(frozen=True, slots=True)
class Sums:
    """Exact sums of integer tenths; enough for mean and standard deviation."""

    n: int
    total: int
    squares: int

    @property
    def mean(self) -> Fraction:
        """Mean in points; ValueError without values."""
        if self.n == 0:
            raise ValueError("there is no mean of no values")
        return Fraction(self.total, 10 * self.n)

    @property
    def sd(self) -> Decimal:
        """Sample standard deviation in points to 28 digits; ValueError with fewer than two values."""
        if self.n < 2:
            raise ValueError("a standard deviation needs two values")
        variance = Fraction(self.n * self.squares - self.total**2, self.n * (self.n - 1) * 100)
        with localcontext(prec=28):
            return (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()


def sums(tenths: Iterable[int]) -> Sums:
    """Return n, sum and sum of squares of integer tenths."""
    n = total = squares = 0
    for value in tenths:
        n += 1
        total += value
        squares += value * value
    return Sums(n, total, squares)


def half_up(value: Fraction | Decimal, places: int) -> Decimal:
    """Return value rounded to so many decimals; a half goes away from zero."""
    scaled = half_up_integer(Fraction(value) * 10**places)
    return Decimal(scaled).scaleb(-places)


def percent(count: int, n: int) -> Decimal:
    """Return 100 * count / n to 0.1, half up; ValueError unless 0 <= count <= n and n > 0."""
    _check(count, n)
    return half_up(Fraction(100 * count, n), 1)


def exact_interval(count: int, n: int, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of count out of n as proportions from 0 to 1."""
    _check(count, n)
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else _beta_quantile(tail, count, n - count + 1)
    high = 1.0 if count == n else _beta_quantile(1 - tail, count + 1, n - count)
    return low, high


def percent_interval(count: int, n: int) -> tuple[Decimal, Decimal]:
    """Return the exact 95% interval in percent, rounded half up to 0.1."""
    low, high = exact_interval(count, n)
    return half_up(Fraction(low) * 100, 1), half_up(Fraction(high) * 100, 1)


def _check(count: int, n: int) -> None:
    if n <= 0 or not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is not a proportion")


def _beta_quantile(probability: float, a: int, b: int) -> float:
    """Return x with I_x(a, b) = probability, by bisection to the last bit that matters."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if beta_cdf(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_cdf(x: float, a: int, b: int) -> float:
    """Return the regularised incomplete beta function I_x(a, b), for 0 <= x <= 1 and a, b > 0."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_cdf(1 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(front) / a * _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: int, b: int) -> float:
    """Lentz's evaluation of the incomplete beta continued fraction (DLMF 8.17.22)."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, ROUNDS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _away_from_zero(1 + even * d), _away_from_zero(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _away_from_zero(1 + odd * d), _away_from_zero(1 + odd / c)
        value *= d * c
        if abs(d * c - 1) < CONVERGED:
            return value
    raise ArithmeticError(f"incomplete beta did not converge at {x}, {a}, {b}")


def _away_from_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY

"""The one rounding of scores: a half goes away from zero."""

from decimal import Decimal
from fractions import Fraction

DIGITS = 9  # beyond these a float holds noise of its arithmetic, far below anything printed


def half_up_integer(value: Fraction) -> int:
    """Return the nearest integer; a half goes away from zero."""
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def half_up_float(value: float, places: int) -> Decimal:
    """Return a computed float to so many decimals; what is a half but for the noise of floats is a half."""
    scaled = half_up_integer(Fraction(f"{value:.{DIGITS}f}") * 10**places)
    return Decimal(scaled).scaleb(-places)

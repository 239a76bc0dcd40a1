"""The one rounding of scores: a half goes away from zero."""

from fractions import Fraction


def half_up_integer(value: Fraction) -> int:
    """Return the nearest integer; a half goes away from zero."""
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole

"""From numbers to the coordinates of an SVG, for pages and PDFs alike: text, never floats, leaves this module.

Nothing here knows what it draws. Colours and strokes come from style sheets by class name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Number = Decimal | int | float


def at(value: float) -> str:
    """Return a coordinate as SVG text: one decimal, no sign of zero."""
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis from low to high between two horizontal positions."""

    low: float
    high: float
    left: float
    right: float

    def place(self, value: Number) -> float:
        """Return the position of a value, kept inside the axis."""
        inside = min(max(float(value), self.low), self.high)
        return self.left + (inside - self.low) / (self.high - self.low) * (self.right - self.left)

    def x(self, value: Number) -> str:
        """Return the position of a value as text."""
        return at(self.place(value))


def top_of(values: Sequence[Number], *, step: int, least: int, most: int) -> int:
    """Return the first multiple of step that holds every value, from least to most."""
    highest = max((float(value) for value in values), default=0.0)
    needed = -int(-highest // step) * step
    return min(max(needed, least), most)

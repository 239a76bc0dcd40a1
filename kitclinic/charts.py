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


@dataclass(frozen=True, slots=True)
class IntervalBar:
    """A horizontal bar with its interval, inside and outside the bar, and a reference mark beside it."""

    css: str
    y: str
    width: str
    inside: str
    outside: str
    mark_x: str
    mark_y: str


def interval_bar(
    axis: Axis,
    *,
    css: str,
    middle: float,
    value: Number | None,
    low: Number | None,
    high: Number | None,
    mark: Number,
    height: float = 7,
) -> IntervalBar:
    """Return one bar around the height ``middle``. value, low, high: None when there is nothing to draw."""
    start, mark_x = axis.left, at(axis.place(mark) - 2.25)
    if value is None or low is None or high is None:
        return IntervalBar(css, at(middle - height / 2), "0", "", "", mark_x, at(middle - 5))
    end = axis.place(value)
    inside = f"M{axis.x(low)} {at(middle)}H{at(end)}"
    outside = f"M{at(end)} {at(middle)}H{axis.x(high)}v-2.5v5"
    return IntervalBar(css, at(middle - height / 2), at(end - start), inside, outside, mark_x, at(middle - 5))


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar of parts. text_x: where its label begins, ends or is centred; "" when it has no room."""

    x: str
    width: str
    text_x: str


def segments(counts: Sequence[int], *, left: float, width: float, room: float) -> tuple[Segment, ...]:
    """Return parts of a bar, proportional to their counts. room: width a label needs; labels are centred."""
    total = sum(counts)
    parts, x = [], left
    for count in counts:
        wide = width * count / total if total else 0.0
        parts.append(Segment(at(x), at(wide), at(x + wide / 2) if wide >= room else ""))
        x += wide
    return tuple(parts)

"""The small drawings of the outcomes page: coordinates only; every figure comes from the dashboard's facts."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

from django import template

from kitclinic.charts import Axis, at
from outcomes.queries.dashboard import Cell, Dashboard
from outcomes.rules.completion import Response
from outcomes.rules.definitions import Definitions
from outcomes.rules.effects import Effect
from outcomes.rules.measures import Measure
from outcomes.rules.scoring import points
from outcomes.rules.statistics import half_up
from outcomes.rules.windows import LAST, SIX_MONTHS, THREE_MONTHS, WINDOWS

register = template.Library()

CSS = {LAST: "w-last", THREE_MONTHS: "w-3m", SIX_MONTHS: "w-6m"}
SHORT = {LAST: "last", THREE_MONTHS: "3 months", SIX_MONTHS: "6 months"}


@register.simple_tag
def whole_percent(count: int, n: int) -> str:
    """Whole percent, half up: "33%"; a dash of nothing while n is 0."""
    return f"{half_up(Fraction(100 * count, n), 0)}%" if n else "none yet"


@register.simple_tag
def share_percent(count: int, n: int) -> str:
    """Percent to one decimal, half up: "86.1%"."""
    return f"{half_up(Fraction(100 * count, n), 1)}%" if n else "none yet"


@register.simple_tag
def net_points(cell: Cell) -> str:
    """Improved less worsened in whole percentage points: "+8"."""
    net = half_up(Fraction(100 * (cell.better - cell.ours.worsened), cell.ours.n), 0)
    return f"{'+' if net > 0 else '−' if net < 0 else ''}{abs(net)}"


@register.filter
def signed_points(value: Decimal | None) -> str:
    """A mean change with its sign and every decimal it is printed with: "−2.1", "+0.07"."""
    if value is None:
        return ""
    return f"{'−' if value < 0 else '+' if value > 0 else ''}{abs(value)}"


@register.inclusion_tag("outcomes/_share_bar.html")
def share_bar(part: int, whole: int, *, width: int, goal: int | None = None) -> dict[str, Any]:
    """A short bar of part in whole, with a line at the goal in percent."""
    inner = width - 2
    return {
        "width": width,
        "inner": inner,
        "on": at(inner * part / whole if whole else 0),
        "goal": at(1 + inner * goal / 100) if goal is not None else "",
    }


@register.inclusion_tag("outcomes/_effect.html")
def effect_of(effect: Effect, shown: Dashboard) -> dict[str, Any]:
    """What a switch would change, in a sentence and as 33 small squares in the order of Figure 1."""
    squares = [
        {"x": at(0.5 + 6 * column), "y": at(0.5 + 6 * line), "on": (row.measure.name, window) in effect.changed}
        for line, window in enumerate(WINDOWS)
        for column, row in enumerate(shown.rows)
    ]
    example = effect.example
    row = next((row for row in shown.rows if example and row.measure.name == example.measure), None)
    window = SHORT[example.window] if example else ""
    return {"effect": effect, "squares": squares, "example": example, "row": row, "window": window}


@register.inclusion_tag("outcomes/_window_line.html")
def window_line(definitions: Definitions) -> dict[str, Any]:
    """Baseline and windows on a line of days: 100 days before take 83 units, 240 after take 166."""
    reading = definitions.reading
    after = Axis(0, 240, 113, 279)
    spans = zip(WINDOWS, (reading.last_days, reading.three_month_days, reading.six_month_days), strict=True)
    boxes = [
        {"css": CSS[window], "x": after.x(first), "width": at(after.place(last) - after.place(first) - 1)}
        for window, (first, last) in spans
    ]
    days = reading.baseline_days
    return {
        "reading": reading,
        "baseline_x": at(91 - 83 * days / 100),
        "baseline_width": at(83 * days / 100),
        "days": days,
        "boxes": boxes,
        "targets": [after.x(90), after.x(180)],
        "is_first": definitions.reference == "first",
    }


@register.filter
def response_sentence(found: Response) -> str:
    """What stands after a response: how many are not due yet, or nothing."""
    return f", {found.not_due:,} not due" if found.not_due else ""


@register.simple_tag
def largest(rows: Sequence[tuple[str, int]]) -> int:
    """The largest count of labelled counts."""
    return max(chain((count for _, count in rows), (0,)))


@register.filter
def points_of(tenths: int, measure: Measure) -> Decimal:
    """A score in points with its measure's decimals: 655 is 65.5 in PROMIS, 120 is 12 in PHQ-9."""
    return points(measure, tenths)

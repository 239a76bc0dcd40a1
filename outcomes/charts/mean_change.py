"""Table 3 as a chart: mean change of each measure over time, with its interval."""

from collections.abc import Mapping, Sequence
from functools import cache
from math import ceil
from typing import Any

import altair as alt

from outcomes.charts.drawing import Drawing, Numbers, Spec, facts, filled, number, template
from outcomes.charts.figure_1 import FAINT, MARK, MARK_SIZE
from outcomes.charts.inks import ink
from outcomes.charts.measure_rows import Frame, Layout, row_facts
from outcomes.queries.dashboard import Cell, Row
from outcomes.rules.mean_interval import mean_interval

LEAST, STEP = 4, 2  # points at the ends of the axis, and between its lines
SMALLEST = -2  # points: the axis begins here unless somebody got worse

NOTE = (
    "Points in the direction that is better for the measure, so to the right is better. Line: 95% interval of the "
    "mean. Outlined mark: published mean (Tankha 2025). Lighter: fewer than 20 patients."
)


def mean_change(rows: Sequence[Row], *, layout: Layout = "left") -> Drawing:
    """Return the mean changes from baseline. rows: in the order to be shown, three cells each.

    Changes are turned so that better is to the right for every measure; tooltips and the table keep their sign.
    """
    found = [_fact(row, cell) for row in rows for cell in row.cells]
    ends = [fact[key] for fact in found for key in ("gain", "low", "high", "published") if fact[key] is not None]
    low = min([SMALLEST, *(STEP * -ceil(-end / STEP) for end in ends if end < 0)])
    high = max([LEAST, *(STEP * ceil(end / STEP) for end in ends)])
    notes = [f"{row.family}, {row.measure.better} is better" for row in rows]
    return Drawing(
        name="mean-change",
        title="Mean change from baseline, points",
        says=(
            f"Points for {len(rows)} measures, one each for last infusion, 3 months and 6 months, with the 95% "
            "interval of the mean as a line and the published mean as an outlined mark. To the right is better."
        ),
        spec=filled(_template(layout, int(low), int(high)), facts=found, rows=row_facts(rows, notes)),
        numbers=_numbers(rows),
        note=NOTE,
    )


def _interval(cell: Cell) -> tuple[float, float] | None:
    change = cell.change
    if change.mean is None or change.sd is None:
        return None
    return mean_interval(change.mean, change.sd, change.n)


def _fact(row: Row, cell: Cell) -> Mapping[str, Any]:
    sign, interval = row.measure.improve_sign, _interval(cell)
    ends = sorted(sign * end for end in interval) if interval else (None, None)
    return {
        "measure": row.measure.title,
        "window": cell.window_name,
        "gain": None if cell.change.mean is None else sign * float(cell.change.mean),
        "low": number(ends[0]),
        "high": number(ends[1]),
        "published": sign * float(cell.published.mean),
        "few": cell.is_few,
        "says": f"{row.measure.title}, {cell.window_name}: {_in_words(cell)}",
    }


def signed(value: float) -> str:
    """Return a number with its sign and one decimal: "−2.1", "+0.4", "0.0"."""
    text = f"{abs(value):.1f}"
    if text == "0.0":
        return text
    return f"{'−' if value < 0 else '+'}{text}"


def _in_words(cell: Cell) -> str:
    theirs = f"published {signed(float(cell.published.mean))}"
    if cell.change.mean is None:
        return f"no patients yet; {theirs}"
    interval = _interval(cell)
    between = f", 95% interval {signed(interval[0])} to {signed(interval[1])}" if interval else ""
    return f"{signed(float(cell.change.mean))} points, {cell.change.n} patients{between}; {theirs}"


def _numbers(rows: Sequence[Row]) -> Numbers:
    lines = []
    for row in rows:
        for cell in row.cells:
            interval = _interval(cell)
            lines.append(
                (
                    row.measure.title,
                    cell.window_name,
                    f"{cell.change.n:,}",
                    "–" if cell.change.mean is None else signed(float(cell.change.mean)),
                    f"{signed(interval[0])} to {signed(interval[1])}" if interval else "–",
                    signed(float(cell.published.mean)),
                )
            )
    return Numbers(("Measure", "Window", "N", "Mean change", "95% interval", "Published"), tuple(lines), words=2)


@cache
def _template(layout: Layout, low: int, high: int) -> Spec:
    frame = Frame(layout)
    axis = alt.Axis(
        orient="top",
        title=None,
        values=list(range(low, high + 1, STEP)),
        labelExpr="datum.value > 0 ? '+' + datum.label : datum.label",
        labelFlush=False,
        ticks=False,
        domain=False,
        labelPadding=5,
        gridColor={
            "condition": {"test": "datum.value === 0", "value": ink("border-strong")},
            "value": ink("border"),
        },
    )

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=alt.Scale(domain=[low, high], nice=False), axis=axis)

    faint = alt.condition("datum.few", alt.value(FAINT), alt.value(1))
    base = alt.Chart(facts()).encode(y=frame.y, yOffset=frame.offset, tooltip="says:N")
    line = base.mark_rule(color=ink("text"), strokeWidth=1.25).encode(x=x("low"), x2="high")
    published = base.mark_point(
        shape=MARK, size=MARK_SIZE, fill=ink("surface"), stroke=ink("published"), strokeWidth=1.5, opacity=1
    )
    mean = base.mark_point(shape="circle", filled=True, size=70).encode(
        x=x("gain"), color=frame.colour, opacity=faint
    )
    marks = [line, published.encode(x=x("published")), mean]
    return template(alt.layer(*frame.labels(), *marks), **frame.settings)

"""Figure 1: patients meaningfully improved, in percent, by measure and window."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import altair as alt

from kitclinic.charts import top_of
from outcomes.charts.drawing import GRID, Drawing, Numbers, Spec, facts, filled, number, template
from outcomes.charts.inks import ink
from outcomes.charts.measure_rows import Frame, Layout, row_facts
from outcomes.queries.dashboard import Cell, Row

LEAST, MOST = 50, 100  # percent at the end of the axis
BAR, FAINT = 7, 0.5  # px; opacity of a bar of few patients
MARK, MARK_SIZE = "M-.45,-1H.45V1H-.45Z", 100  # the published value: outlined, 4.5 by 10 px

NOTE = (
    "Line: exact 95% interval. Outlined mark: published value (Tankha 2025). Lighter: fewer than 20 patients. "
    "Ordered by our rate at the last infusion."
)


def figure_1(rows: Sequence[Row], *, layout: Layout = "left", absolute: bool = False) -> Drawing:
    """Return Figure 1. rows: in the order to be shown, three cells each; of a cell with no patients only the
    published mark is drawn. absolute: improved was counted in either direction. layout: see ``Frame``.
    """
    cells = [(row, cell) for row in rows for cell in row.cells]
    highs = [cell.ours.high for _, cell in cells if cell.ours.high is not None]
    top = top_of([*highs, *(cell.published.percent for _, cell in cells)], step=GRID, least=LEAST, most=MOST)
    what = "changed by the MCID, either way" if absolute else "meaningfully improved"
    spec = filled(
        _template(layout, top),
        facts=[_fact(row, cell) for row, cell in cells],
        rows=row_facts(rows, [f"{row.family}, {row.mcid}" for row in rows]),
    )
    return Drawing(
        name="figure-1",
        title=f"Patients {what}, %",
        says=(
            f"Bars for {len(rows)} measures, one each for last infusion, 3 months and 6 months, from 0 to {top} "
            "percent, with the exact 95% interval as a line and the published value as an outlined mark."
        ),
        spec=spec,
        numbers=_numbers(rows),
        note=NOTE,
    )


def _fact(row: Row, cell: Cell) -> Mapping[str, Any]:
    return {
        "measure": row.measure.title,
        "window": cell.window_name,
        "percent": number(cell.ours.percent),
        "low": number(cell.ours.low),
        "high": number(cell.ours.high),
        "published": number(cell.published.percent),
        "few": cell.is_few,
        "says": f"{row.measure.title}, {cell.window_name}: {_in_words(cell)}",
    }


def _in_words(cell: Cell) -> str:
    if not cell.ours.n:
        return f"no patients yet; published {cell.published.percent}%"
    return (
        f"{cell.ours.improved} of {cell.ours.n}, {cell.ours.percent}%, 95% interval {cell.ours.low} to "
        f"{cell.ours.high}; published {cell.published.percent}%"
    )


def _numbers(rows: Sequence[Row]) -> Numbers:
    head = ("Measure", "Window", "Improved", "With a pair", "%", "95% interval", "Published %")
    lines = [
        (
            row.measure.title,
            cell.window_name,
            str(cell.ours.improved),
            str(cell.ours.n),
            str(cell.ours.percent) if cell.ours.n else "–",
            f"{cell.ours.low} to {cell.ours.high}" if cell.ours.n else "–",
            str(cell.published.percent),
        )
        for row in rows
        for cell in row.cells
    ]
    return Numbers(head, tuple(lines), words=2)


@cache
def _template(layout: Layout, top: int) -> Spec:
    frame = Frame(layout)
    base = alt.Chart(facts()).encode(y=frame.y, yOffset=frame.offset, tooltip="says:N")
    bars = base.mark_bar(height=BAR).encode(
        x=_x("percent", top),
        color=frame.colour,
        opacity=alt.condition("datum.few", alt.value(FAINT), alt.value(1)),
    )
    inside = base.mark_rule(color=ink("surface"), strokeWidth=1.25).encode(x=_x("low", top), x2="percent")
    outside = base.mark_rule(color=ink("text"), strokeWidth=1.25).encode(x=_x("percent", top), x2="high")
    end = base.mark_tick(color=ink("text"), thickness=1.25, size=5, orient="vertical", opacity=1)
    published = base.mark_point(
        shape=MARK, size=MARK_SIZE, fill=ink("surface"), stroke=ink("published"), strokeWidth=1.5, opacity=1
    )
    marks = [bars, inside, outside, end.encode(x=_x("high", top)), published.encode(x=_x("published", top))]
    return template(alt.layer(*frame.labels(), *marks), **frame.settings)


def _x(field: str, top: int) -> alt.X:
    """The axis of percent: from 0, to the right, the sign at its last number only."""
    axis = alt.Axis(
        orient="top",
        title=None,
        values=list(range(0, top + 1, GRID)),
        labelExpr=f"datum.value === {top} ? datum.label + '%' : datum.label",
        labelFlush=False,
        ticks=False,
        domain=False,
        labelPadding=5,
        gridColor={
            "condition": {"test": "datum.value === 0", "value": ink("border-strong")},
            "value": ink("border"),
        },
    )
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=axis)

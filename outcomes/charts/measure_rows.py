"""What Figure 1 and the mean changes share: a row a measure, three windows in it, three ways to lay it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from outcomes.charts.drawing import facts
from outcomes.charts.inks import ink
from outcomes.queries.dashboard import Row
from outcomes.rules.windows import WINDOW_NAMES, WINDOWS

Layout = Literal["beside", "above", "left"]

ROW = 45  # px of a row of Figure 1: one of the table beside it, with its line
BARS = (4.5, 40.5)  # px of a row that its three windows share
LABEL_ABOVE = 18  # px
AXIS = 20  # px above the rows
LEFT = 178  # px for the names of the measures
WINDOW_INKS = ("w1", "w2", "w3")
NAMES = [WINDOW_NAMES[window] for window in WINDOWS]


@dataclass(frozen=True, slots=True)
class Frame:
    """Sizes in px. beside: rows of a table carry the names. above: for a narrow screen. left: for a file."""

    layout: Layout

    @property
    def width(self) -> int:
        return {"beside": 410, "above": 340, "left": 430}[self.layout]

    @property
    def step(self) -> int:
        return ROW + self.shift

    @property
    def shift(self) -> int:
        return LABEL_ABOVE if self.layout == "above" else 0

    @property
    def padding(self) -> dict[str, int]:
        left, right = {"beside": (8, 18), "above": (6, 20), "left": (LEFT, 30)}[self.layout]
        return {"left": left, "right": right, "top": AXIS, "bottom": 1}

    @property
    def settings(self) -> dict[str, Any]:
        """Properties of the whole chart. Only a file makes room for what stands around it."""
        sizes = {"width": self.width, "height": alt.Step(self.step, **{"for": "position"})}
        if self.layout == "left":
            return sizes | {"padding": 12}
        return sizes | {"padding": self.padding, "autosize": alt.AutoSizeParams(type="none")}

    @property
    def y(self) -> alt.Y:
        scale = alt.Scale(paddingInner=0, paddingOuter=0)
        return alt.Y("measure:N", sort=None, axis=None, scale=scale)

    def line_y(self, place: float) -> alt.Y:
        """The height of a place in each row: 0 its top, 1 its bottom."""
        return alt.Y("measure:N", sort=None, axis=None, bandPosition=place)

    @property
    def offset(self) -> alt.YOffset:
        top, bottom = (edge + self.shift for edge in BARS)
        scale = alt.Scale(domain=NAMES, range=[top, bottom], paddingInner=0, paddingOuter=0)
        return alt.YOffset("window:N", sort=None, scale=scale)

    @property
    def colour(self) -> alt.Color:
        legend = None
        if self.layout == "left":
            legend = alt.Legend(
                title=None, orient="bottom", symbolType="square", labelFontSize=13, labelColor=ink("text")
            )
        scale = alt.Scale(domain=NAMES, range=[ink(name) for name in WINDOW_INKS])
        return alt.Color("window:N", sort=None, scale=scale, legend=legend)

    def labels(self) -> list[alt.Chart]:
        """The names of the measures and a line under each row; none where a table beside has them."""
        if self.layout == "beside":
            return []
        rows = alt.Chart(facts("rows"))
        if self.layout == "above":
            line = rows.mark_rule(color=ink("border")).encode(y=self.line_y(1))
            both = rows.mark_text(align="left", baseline="middle", fontWeight="bold")
            return [line, both.encode(y=self.line_y(11 / self.step), x=alt.value(0), text="both:N")]
        line = rows.mark_rule(color=ink("border")).encode(
            y=self.line_y(1), x=alt.value(-LEFT), x2=alt.value(self.width)
        )
        title = rows.mark_text(align="left", baseline="middle", dy=-8, fontWeight="bold")
        note = rows.mark_text(align="left", baseline="middle", dy=9, color=ink("text-2"))
        names = [
            mark.encode(y=self.line_y(0.5), x=alt.value(-LEFT), text=f"{what}:N")
            for mark, what in ((title, "title"), (note, "note"))
        ]
        return [line, *names]


def row_facts(rows: Sequence[Row], notes: Sequence[str]) -> list[Mapping[str, str]]:
    """Return the data set of the rows' names. notes: what stands under each name."""
    return [
        {"measure": row.measure.title, "title": row.title, "note": note, "both": f"{row.title}, {note}"}
        for row, note in zip(rows, notes, strict=True)
    ]

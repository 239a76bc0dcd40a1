"""Estimates under one another with their intervals: subgroups, effects of a model, two cohorts compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt

from outcomes.charts.drawing import Drawing, Numbers, Spec, facts, filled, number, template
from outcomes.charts.inks import ink

WIDTH, ROW = 300, 26  # px
EM_SPACE = "\u2003"
LEFT, RIGHT = 220, 190  # px for labels and for figures
SPREAD = 0.06  # of the axis beyond the outermost interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """One line. low, high: its interval; None where it could not be estimated, and note says why.

    note: beside the figures ("n 172"), or the reason for none.
    """

    label: str
    estimate: float | None
    low: float | None
    high: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the axis means. reference: where no difference stands. ratio: a logarithmic axis around 1.

    less, more: what it means to lie left and right of the reference ("four days better").
    """

    unit: str
    reference: float = 0.0
    ratio: bool = False
    less: str = ""
    more: str = ""
    decimals: int = 1


def forest(name: str, title: str, estimates: Sequence[Estimate], scale: Scale, *, note: str = "") -> Drawing:
    """Return the plot. estimates: in the order to be shown, from the top. Larger is to the right.

    ValueError for an interval that does not hold its estimate, or a ratio that is not positive.
    """
    for one in estimates:
        _check(one, scale)
    low, high = _ends(estimates, scale)
    spec = filled(_template(scale, low, high), facts=[_fact(one, scale) for one in estimates])
    return Drawing(
        name=name,
        title=title,
        says=(
            f"{len(estimates)} estimates under one another, {scale.unit}, each with its 95% interval as a line; "
            f"the upright line at {_figure(scale.reference, scale)} means no difference."
        ),
        spec=spec,
        numbers=Numbers(
            ("", scale.unit, "95% interval", "Note"),
            tuple((one.label, _point(one, scale), _interval(one, scale), one.note) for one in estimates),
        ),
        note=note or "Line: 95% interval.",
    )


def _check(one: Estimate, scale: Scale) -> None:
    parts = (one.low, one.estimate, one.high)
    if any(part is None for part in parts):
        return
    low, middle, high = (float(part) for part in parts if part is not None)
    if not low <= middle <= high:
        raise ValueError(f"the interval of {one.label} does not hold its estimate")
    if scale.ratio and low <= 0:
        raise ValueError(f"{one.label} is not a ratio")


def _ends(estimates: Sequence[Estimate], scale: Scale) -> tuple[float, float]:
    """The ends of the axis: every interval, and the reference, with some room."""
    values = [scale.reference]
    for one in estimates:
        values += [float(part) for part in (one.low, one.estimate, one.high) if part is not None]
    low, high = min(values), max(values)
    if scale.ratio:
        return min(low / 1.1, scale.reference / 2), max(high * 1.1, scale.reference * 2)
    room = (high - low) * SPREAD or 1.0
    return low - room, high + room


def _fact(one: Estimate, scale: Scale) -> Mapping[str, Any]:
    figures = f"{_point(one, scale)} ({_interval(one, scale)})" if one.estimate is not None else ""
    return {
        "label": one.label,
        "estimate": number(one.estimate),
        "low": number(one.low),
        "high": number(one.high),
        "text": "  ".join(part for part in (figures, one.note) if part),
        "says": f"{one.label}: {figures or 'not estimated'} {one.note}".strip(),
    }


def _figure(value: float, scale: Scale) -> str:
    text = f"{abs(value):.{scale.decimals}f}"
    return f"−{text}" if value < 0 and float(text) else text


def _point(one: Estimate, scale: Scale) -> str:
    return "–" if one.estimate is None else _figure(one.estimate, scale)


def _interval(one: Estimate, scale: Scale) -> str:
    if one.low is None or one.high is None:
        return "–"
    return f"{_figure(one.low, scale)} to {_figure(one.high, scale)}"


@cache
def _template(scale: Scale, low: float, high: float) -> Spec:
    ends = alt.Scale(type="log" if scale.ratio else "linear", domain=[low, high], nice=False, zero=False)
    axis = alt.Axis(title=_axis_title(scale), orient="bottom", tickCount=6, grid=True)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=ends, axis=axis)

    names = alt.Axis(domain=False, ticks=False, labelPadding=10, labelLimit=LEFT, labelColor=ink("text"))
    base = alt.Chart(facts()).encode(y=alt.Y("label:N", sort=None, title=None, axis=names))
    reference = alt.Chart(alt.Data(values=[{"at": scale.reference}])).mark_rule(
        color=ink("border-strong"), strokeWidth=1.5
    )
    line = base.mark_rule(color=ink("text"), strokeWidth=1.5).encode(x=x("low"), x2="high", tooltip="says:N")
    point = base.mark_point(shape="square", filled=True, size=70, color=ink("w1"), opacity=1)
    figures = base.mark_text(align="left", baseline="middle", limit=RIGHT)
    layers = [
        reference.encode(x=x("at")),
        line,
        point.encode(x=x("estimate"), tooltip="says:N"),
        figures.encode(x=alt.value(WIDTH + 14), text="text:N"),
    ]
    return template(alt.layer(*layers), width=WIDTH, height=alt.Step(ROW), padding=12)


def _axis_title(scale: Scale) -> str:
    """One line: a PDF would not centre a second one. Em spaces, because a drawing runs others together."""
    sides = (f"← {scale.less}" if scale.less else "", scale.unit, f"{scale.more} →" if scale.more else "")
    return EM_SPACE.join(part for part in sides if part)

"""What changes along an axis: a figure month by month, and an estimate under ever stronger assumptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import altair as alt

from outcomes.charts.drawing import Drawing, Numbers, Spec, facts, filled, number, template
from outcomes.charts.inks import ink

WIDTH, HEIGHT = 520, 200  # px
ROOM = 1.08  # of the highest value, above it


@dataclass(frozen=True, slots=True)
class Month:
    """One month's figure. month: any day of it. value: None where there is nothing to count."""

    month: date
    value: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tip:
    """The estimate if those who did not answer had changed by delta less than those who did."""

    delta: float
    estimate: float
    low: float
    high: float


def time_series(
    name: str,
    title: str,
    months: Sequence[Month],
    *,
    unit: str,
    goal: float | None = None,
    top: float | None = None,
) -> Drawing:
    """Return a line over months, oldest left. The upright axis begins at 0, so lengths can be compared.

    goal: a line across. top: the end of the axis where it is known, 100 for percent.
    """
    ordered = sorted(months, key=lambda one: one.month)
    values = [one.value for one in ordered if one.value is not None]
    end = top if top is not None else max([*values, goal or 0.0], default=0.0) * ROOM or 1.0
    spec = filled(
        _months(unit, float(end), goal),
        facts=[
            {
                "month": f"{one.month:%Y-%m}-01",
                "value": number(one.value),
                "says": f"{one.month:%B %Y}: {_plain(one.value)} {unit} {one.note}".strip(),
            }
            for one in ordered
        ],
    )
    between = f", {ordered[0].month:%B %Y} to {ordered[-1].month:%B %Y}" if ordered else ""
    return Drawing(
        name=name,
        title=title,
        says=f"A line of {unit} by month{between}, from 0 upwards.",
        spec=spec,
        numbers=Numbers(
            ("Month", unit, "Note"),
            tuple((f"{one.month:%B %Y}", _plain(one.value), one.note) for one in ordered),
        ),
        note="" if goal is None else f"Dashed line: {_plain(goal)} {unit}, our goal.",
    )


def tipping_point(name: str, title: str, tips: Sequence[Tip], *, unit: str) -> Drawing:
    """Return the estimate against delta, both in ``unit``, delta growing to the right, its interval as a band.

    The first delta at which the interval holds 0 is marked: from there on the finding no longer stands.
    """
    ordered = sorted(tips, key=lambda one: one.delta)
    turns = next((one for one in ordered if one.low <= 0 <= one.high), None)
    spec = filled(
        _tips(unit),
        facts=[
            {
                "delta": float(one.delta),
                "estimate": float(one.estimate),
                "low": float(one.low),
                "high": float(one.high),
                "says": f"delta {_plain(one.delta)}: {_plain(one.estimate)} ({_between(one)})",
            }
            for one in ordered
        ],
        turns=[{"delta": float(turns.delta), "text": f"includes 0 from {_plain(turns.delta)}"}] if turns else [],
    )
    verdict = (
        f"From a delta of {_plain(turns.delta)} on, the interval includes 0."
        if turns
        else "At no delta shown does the interval include 0."
    )
    return Drawing(
        name=name,
        title=title,
        says=f"The estimate as a line with its 95% interval as a band, delta growing to the right. {verdict}",
        spec=spec,
        numbers=Numbers(
            ("Delta", f"Estimate, {unit}", "95% interval"),
            tuple((_plain(one.delta), _plain(one.estimate), _between(one)) for one in ordered),
        ),
        note=f"Band: 95% interval. {verdict}",
    )


def _between(one: Tip) -> str:
    return f"{_plain(one.low)} to {_plain(one.high)}"


def _plain(value: float | None) -> str:
    if value is None:
        return "–"
    text = f"{abs(value):,.1f}".removesuffix(".0")
    return f"−{text}" if value < 0 and text != "0" else text


@cache
def _months(unit: str, end: float, goal: float | None) -> Spec:
    time = alt.Axis(title=None, format="%b %Y", grid=False, tickCount=8, labelOverlap=True)
    x = alt.X("month:T", timeUnit="utcyearmonth", axis=time)
    axis = alt.Axis(title=unit, tickCount=5, domain=False, ticks=False)
    base = alt.Chart(facts()).encode(x=x, y=_y("value", 0, end, axis), tooltip="says:N")
    layers: list[alt.Chart] = [
        base.mark_line(
            color=ink("w1"), strokeWidth=2, interpolate="linear", invalid="break-paths-show-path-domains"
        ),
        base.mark_point(filled=True, size=50, color=ink("w1"), opacity=1),
    ]
    if goal is not None:
        line = alt.Chart(alt.Data(values=[{"goal": goal}])).mark_rule(color=ink("text"), strokeDash=[5, 3])
        layers.append(line.encode(y=_y("goal", 0, end, axis)))
    return template(alt.layer(*layers), width=WIDTH, height=HEIGHT, padding=12)


def _y(field: str, low: float, high: float, axis: alt.Axis) -> alt.Y:
    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[low, high], nice=False), axis=axis)


@cache
def _tips(unit: str) -> Spec:
    x = alt.X(
        "delta:Q", axis=alt.Axis(title=f"delta, {unit}", grid=False), scale=alt.Scale(nice=False, zero=False)
    )
    axis = alt.Axis(title=f"estimate, {unit}", tickCount=6)
    base = alt.Chart(facts()).encode(x=x)
    band = base.mark_area(color=ink("brand-soft")).encode(y=alt.Y("low:Q", axis=axis), y2="high")
    line = base.mark_line(color=ink("w1"), strokeWidth=2).encode(y=alt.Y("estimate:Q", axis=axis))
    points = base.mark_point(filled=True, size=40, color=ink("w1"), opacity=1)
    nothing = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=ink("border-strong"), strokeWidth=1.5)
    turn = alt.Chart(facts("turns")).encode(x=x)
    layers = [
        band,
        nothing.encode(y=alt.Y("zero:Q", axis=axis)),
        line,
        points.encode(y=alt.Y("estimate:Q", axis=axis), tooltip="says:N"),
        turn.mark_rule(color=ink("text"), strokeDash=[5, 3]),
        turn.mark_text(align="left", baseline="top", dx=6, dy=4).encode(y=alt.value(0), text="text:N"),
    ]
    return template(alt.layer(*layers), width=WIDTH, height=HEIGHT, padding=12)

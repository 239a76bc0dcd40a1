"""Counts against a whole: completion as a funnel, and response rates with the goal as a mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import altair as alt

from outcomes.charts.drawing import Drawing, Numbers, Spec, facts, filled, template
from outcomes.charts.inks import ink
from outcomes.rules.completion import Response
from outcomes.rules.statistics import half_up
from outcomes.rules.windows import WINDOW_NAMES

WIDTH, ROW, BAR = 300, 26, 9  # px
LEFT, RIGHT = 120, 96  # px for names and for counts
HUNDRED, QUARTER = 100, 25  # percent


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a funnel: patients who came this far. published: of the paper's sample, None if not printed."""

    label: str
    count: int
    published: int | None = None


def completion_funnel(steps: Sequence[Step], *, of: int) -> Drawing:
    """Return the funnel. steps: in the order to be shown, each a bar of its count. of: the patients counted."""
    numbers = [
        (step.label, f"{step.count:,}", _percent(step.count, of), _or_dash(step.published)) for step in steps
    ]
    spec = filled(
        _funnel(max([of, *(step.count for step in steps)], default=0) or 1),
        facts=[
            {
                "label": step.label,
                "count": step.count,
                "of": of,
                "text": f"{step.count:,}",
                "says": f"{step.label}: {step.count:,} of {of:,}, {_percent(step.count, of)}",
            }
            for step in steps
        ],
    )
    return Drawing(
        name="completion",
        title="Completion: patients by completed infusions",
        says=f"Of {of:,} patients, one bar each for {', '.join(step.label.lower() for step in steps)}.",
        spec=spec,
        numbers=Numbers(("Infusions", "Patients", "Share", "Published"), tuple(numbers)),
        note="Outline: all counted patients.",
    )


def response_rates(found: Sequence[Response]) -> Drawing:
    """Return a bar a window: answered of due, percent from 0 to 100, the goal as a line where there is one."""
    spec = filled(
        _rates(),
        facts=[
            {
                "label": _window(one),
                "percent": HUNDRED * one.answered / one.due if one.due else 0.0,
                "goal": one.goal,
                "whole": HUNDRED,
                "text": f"{_percent(one.answered, one.due)} of {one.due:,}",
                "says": f"{_window(one)}: {one.answered:,} of {one.due:,} answered; {one.not_due:,} not due yet",
            }
            for one in found
        ],
    )
    head = ("Window", "Answered", "Due", "%", "Goal", "Not due yet")
    lines = [
        (
            _window(one),
            f"{one.answered:,}",
            f"{one.due:,}",
            _percent(one.answered, one.due),
            "–" if one.goal is None else f"{one.goal}%",
            f"{one.not_due:,}",
        )
        for one in found
    ]
    return Drawing(
        name="response",
        title="Response, any questionnaire, %",
        says="One bar a window: the share of patients who answered, of those whose window has closed.",
        spec=spec,
        numbers=Numbers(head, tuple(lines)),
        note="Of patients whose window has closed. Line: our goal.",
    )


def _window(one: Response) -> str:
    name = WINDOW_NAMES.get(one.window, one.window)
    return name[:1].upper() + name[1:]


def _percent(count: int, of: int) -> str:
    return f"{half_up(Fraction(HUNDRED * count, of), 1)}%" if of else "–"


def _or_dash(count: int | None) -> str:
    return "–" if count is None else f"{count:,}"


def _bars(field: str, whole: str, x: alt.Scale, axis: alt.Axis | None) -> list[alt.Chart]:
    """Names, the outlined whole, the part, and its figure at the right."""
    y = alt.Y(
        "label:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False, labelPadding=8, labelLimit=LEFT)
    )
    base = alt.Chart(facts()).encode(y=y)
    ground = base.mark_bar(height=BAR, fill=ink("surface-2"), stroke=ink("border-strong"), strokeWidth=1)
    part = base.mark_bar(height=BAR, color=ink("w1"))
    text = base.mark_text(align="right", baseline="middle")
    return [
        ground.encode(x=alt.X(f"{whole}:Q", scale=x, axis=axis), tooltip="says:N"),
        part.encode(x=alt.X(f"{field}:Q", scale=x, axis=axis), tooltip="says:N"),
        text.encode(x=alt.value(WIDTH + RIGHT), text="text:N"),
    ]


@cache
def _funnel(top: int) -> Spec:
    chart = alt.layer(*_bars("count", "of", alt.Scale(domain=[0, top], nice=False), None))
    return template(chart, width=WIDTH, height=alt.Step(ROW), padding=12)


@cache
def _rates() -> Spec:
    axis = alt.Axis(
        orient="top",
        title=None,
        values=list(range(0, HUNDRED + 1, QUARTER)),
        domain=False,
        ticks=False,
        labelExpr=f"datum.value === {HUNDRED} ? '100%' : datum.label",
    )
    scale = alt.Scale(domain=[0, HUNDRED], nice=False)
    bars = _bars("percent", "whole", scale, axis)
    tick = alt.Chart(facts()).mark_tick(
        orient="vertical", size=BAR + 8, thickness=2.5, color=ink("text"), opacity=1
    )
    goals = tick.encode(
        x=alt.X("goal:Q", scale=scale, axis=axis), y=alt.Y("label:N", sort=None), tooltip=alt.Tooltip("says:N")
    )
    return template(alt.layer(*bars, goals), width=WIDTH, height=alt.Step(ROW), padding=12)

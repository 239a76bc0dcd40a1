"""Every chart with facts that can be checked by hand, and with the worst facts that may come."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from outcomes.charts.drawing import Drawing
from outcomes.charts.figure_1 import figure_1
from outcomes.charts.forest import Estimate, Scale, forest
from outcomes.charts.lines import Month, Tip, time_series, tipping_point
from outcomes.charts.mean_change import mean_change
from outcomes.charts.shares import Step, completion_funnel, response_rates
from outcomes.charts.strip import Noise, StripBar, strip
from outcomes.queries.dashboard import Cell, Row
from outcomes.rules.completion import Response
from outcomes.rules.measures import measures
from outcomes.rules.published import published_cells
from outcomes.rules.statistics import percent, percent_interval
from outcomes.rules.tables import Table2Cell, Table3Cell
from outcomes.rules.windows import WINDOWS

HOSTILE = "</template><script>alert('1')</script> & \"co\""


def cell(measure: str, window: str, *, n: int, improved: int, mean: Fraction | None = None) -> Cell:
    """One cell; a third of the others got worse."""
    low, high = percent_interval(improved, n) if n else (None, None)
    worsened = (n - improved) // 3
    ours = Table2Cell(
        window,
        improved,
        n,
        percent(improved, n) if n else None,
        low,
        high,
        worsened,
        n - improved - worsened,
        improved + worsened,
        n,
        n,
    )
    change = Table3Cell(window, n, mean if n else None, Decimal("6.1") if n > 1 else None)
    return Cell(window, ours, change, published_cells()[measure, window])


def row(name: str, *, n: int = 60, improved: int = 15, mean: Fraction = Fraction(-21, 10)) -> Row:
    return Row(
        measures()[name],
        "5.0 lower",
        tuple(cell(name, window, n=n, improved=improved, mean=mean) for window in WINDOWS),
    )


@cache
def table() -> tuple[Row, ...]:
    """Eleven rows; the third window has few patients, the last row none."""
    names = [name for name in measures() if (name, WINDOWS[0]) in published_cells()]
    found = []
    for place, name in enumerate(names):
        sizes = (0, 0, 0) if place == len(names) - 1 else (147, 133, 19)
        cells = tuple(
            cell(name, window, n=n, improved=n // 2 - place if n else 0, mean=Fraction(-21, 10))
            for window, n in zip(WINDOWS, sizes, strict=True)
        )
        found.append(Row(measures()[name], "5.0 lower", cells))
    return tuple(found)


def everything(name: str, count: int) -> list[Row]:
    """One row in which everybody, or nobody, improved."""
    return [row(name, n=count, improved=count)]


BARS = (
    StripBar("last infusion", 172, 43, 99, 30, 73, (33, 20)),
    StripBar("3 months", 177, 57, 90, 30, 87, (45, 19)),
    StripBar("6 months", 33, 1, 30, 2, 3, (0, 1)),
)
WITHOUT = (StripBar("last infusion", 3, 1, 1, 1, 2), StripBar("3 months", 0, 0, 0, 0, 0))
LOPSIDED = (
    StripBar("last infusion", 1034, 1034, 0, 0, 1034, (1034, 0)),
    StripBar("3 months", 1, 0, 0, 1, 1, (0, 1)),
)
RESPONSES = (Response("last", 498, 713, 11, None), Response("3m", 444, 644, 80, 75), Response("6m", 0, 0, 129, 65))
STEPS = (Step("Five or more", 890, 890), Step("Four", 44, 48), Step("None known", 0))
ESTIMATES = (
    Estimate("Neuropathic pain", -2.1, -3.0, -1.2, "n 172"),
    Estimate("Headache", 0.4, -1.0, 1.9, "n 60"),
    Estimate("Other", None, None, None, "3 patients are too few"),
)
POINTS = Scale("points", less="better", more="worse")
YEAR = tuple(Month(date(2026, number, 3), None if number == 3 else 50.0 + number) for number in range(1, 13))
TIPS = tuple(Tip(step / 2, 3 - step / 2, 2 - step / 2, 4 - step / 2) for step in range(8))
DAY = date(2026, 1, 1)

DRAWINGS: Mapping[str, Callable[[], Drawing]] = {
    "figure 1": lambda: figure_1(table()),
    "figure 1 beside": lambda: figure_1(table(), layout="beside"),
    "figure 1 above, either way": lambda: figure_1(table(), layout="above", absolute=True),
    "strip": lambda: strip("Fatigue", BARS, mcid="5.0 lower", noise=Noise(7.0, 6.6)),
    "strip beside": lambda: strip("Fatigue", WITHOUT, mcid="5.0 lower", layout="beside"),
    "strip above": lambda: strip("Fatigue", BARS, mcid="5.0 lower", layout="above"),
    "mean change": lambda: mean_change(table()),
    "mean change above": lambda: mean_change(table(), layout="above"),
    "completion": lambda: completion_funnel(STEPS, of=1034),
    "response": lambda: response_rates(RESPONSES),
    "forest": lambda: forest("by-category", "By category", ESTIMATES, POINTS),
    "forest of ratios": lambda: forest(
        "odds", "Odds", [Estimate("Age", 1.5, 0.8, 3.1)], Scale("odds ratio", 1, ratio=True)
    ),
    "time series": lambda: time_series("use", "Chairs in use", YEAR, unit="percent", goal=75, top=100),
    "tipping point": lambda: tipping_point("tipping", "Tipping point", TIPS, unit="points"),
}

EXTREMES: Mapping[str, Callable[[], Drawing]] = {
    "figure 1 of nothing": lambda: figure_1([]),
    "figure 1 of one row, nobody": lambda: figure_1([row("PHQ-9", n=0, improved=0)]),
    "figure 1 of one patient": lambda: figure_1(everything("PHQ-9", 1)),
    "figure 1, everybody": lambda: figure_1(everything("PHQ-9", 100_000), layout="beside"),
    "strip of nothing": lambda: strip("Fatigue", [], mcid="5.0 lower"),
    "strip of nobody": lambda: strip("Fatigue", [StripBar("last infusion", 0, 0, 0, 0, 0)], mcid="5.0 lower"),
    "strip, all one way": lambda: strip("Fatigue", LOPSIDED, mcid="5.0 lower", noise=Noise(0, 100)),
    "mean change of nothing": lambda: mean_change([]),
    "mean change, far out": lambda: mean_change([row("PHQ-9", mean=Fraction(27))]),
    "mean change of one patient": lambda: mean_change(everything("PHQ-9", 1)),
    "completion of nobody": lambda: completion_funnel([], of=0),
    "completion, none came": lambda: completion_funnel([Step("Five or more", 0)], of=0),
    "response of nothing": lambda: response_rates([]),
    "forest of nothing": lambda: forest("none", "None", [], POINTS),
    "forest of one point": lambda: forest("one", "One", [Estimate("A", 0.0, 0.0, 0.0)], POINTS),
    "forest, not estimated": lambda: forest("not", "Not", [Estimate("A", None, None, None, "too few")], POINTS),
    "forest, very wide": lambda: forest("wide", "Wide", [Estimate("A", 1.0, -1e6, 1e6)], POINTS),
    "forest of wide ratios": lambda: forest(
        "ratio", "Ratio", [Estimate("A", 1.0, 0.001, 1e6)], Scale("odds ratio", 1, ratio=True)
    ),
    "forest, hostile label": lambda: forest("bad", HOSTILE, [Estimate(HOSTILE, 1.0, 0.5, 2.0, HOSTILE)], POINTS),
    "no months": lambda: time_series("use", "Use", [], unit="infusions"),
    "one month": lambda: time_series("use", "Use", [Month(DAY, 3.0)], unit="infusions"),
    "months without a figure": lambda: time_series("use", "Use", [Month(DAY, None)], unit="infusions", goal=2),
    "months of zero": lambda: time_series("use", "Use", [Month(DAY, 0.0)], unit="infusions"),
    "no tips": lambda: tipping_point("tipping", "Tipping", [], unit="points"),
    "one tip": lambda: tipping_point("tipping", "Tipping", [Tip(0, 1, -1, 2)], unit="points"),
}

"""The charts of the outcomes page, by name, from its facts."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from outcomes.charts.drawing import Drawing
from outcomes.charts.figure_1 import figure_1
from outcomes.charts.mean_change import mean_change
from outcomes.charts.measure_rows import Layout
from outcomes.charts.shares import Step, completion_funnel, response_rates
from outcomes.charts.strip import Noise, StripBar, strip
from outcomes.queries.dashboard import Dashboard
from outcomes.rules.sureness import Sureness


def page_figure_1(shown: Dashboard, layout: Layout = "left") -> Drawing:
    return figure_1(shown.rows, layout=layout, absolute=shown.definitions.absolute)


def page_strip(shown: Dashboard, layout: Layout = "left") -> Drawing:
    """The measure that was chosen to be looked at closely."""
    bars = [
        StripBar(
            window=cell.window_name,
            n=cell.ours.n,
            improved=cell.better,
            unchanged=cell.ours.unchanged,
            worsened=cell.ours.worsened,
            literal=cell.ours.literal,
            reliable=_reliable(shown.sure[cell.window]),
        )
        for cell in shown.chosen.cells
    ]
    return strip(shown.chosen.measure.title, bars, mcid=shown.chosen.mcid, noise=_noise(shown), layout=layout)


def _reliable(sure: Sureness) -> tuple[int, int] | None:
    """What is more than chance, where it can be said of every pair."""
    return (sure.better, sure.worse) if sure.known == sure.n else None


def _noise(shown: Dashboard) -> Noise | None:
    found = next((sure.noise for sure in shown.sure.values() if sure.noise is not None), None)
    return None if found is None else Noise(found, found)


def _mean_change(shown: Dashboard) -> Drawing:
    return mean_change(shown.rows)


def _completion(shown: Dashboard) -> Drawing:
    steps = [Step(level.label, level.count, level.published) for level in shown.levels]
    return completion_funnel(steps, of=shown.completion.n)


def _response(shown: Dashboard) -> Drawing:
    return response_rates(shown.responses)


# name in the address -> the chart as a file
CHARTS: Mapping[str, Callable[[Dashboard], Drawing]] = MappingProxyType(
    {
        "figure-1": page_figure_1,
        "strip": page_strip,
        "mean-change": _mean_change,
        "completion": _completion,
        "response": _response,
    }
)

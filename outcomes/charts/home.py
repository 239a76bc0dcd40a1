"""The five panels of the clinic lead's home, each a chart and a sentence."""

from dataclasses import dataclass, replace
from fractions import Fraction

from outcomes.charts.drawing import Drawing, Numbers
from outcomes.charts.figure_1 import figure_1
from outcomes.charts.lines import Month, time_series
from outcomes.charts.shares import Step, completion_funnel, response_rates
from outcomes.queries.cohorts import Source
from outcomes.queries.completed import level_lines
from outcomes.queries.dashboard import measure_rows
from outcomes.queries.safety_figures import SafetyFigures, safety_figures
from outcomes.queries.study import Asked, Study, study
from outcomes.queries.use import UseFacts, use_facts
from outcomes.rules.comparison import finding
from outcomes.rules.completed import standings
from outcomes.rules.completion import responses
from outcomes.rules.counted import MISSING
from outcomes.rules.home_words import completion_words, response_words, safety_words, use_words
from outcomes.rules.safety_figures import Period
from outcomes.rules.statistics import half_up
from outcomes.rules.tallies import closed
from outcomes.rules.windows import WINDOWS

MONTHS = 24  # of the chart of utilisation


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. name: of its page's address; drawing: None while there is nothing; has_key: of Figure 1."""

    name: str
    title: str
    sentence: str
    drawing: Drawing | None
    clinic_only: bool = False
    has_key: bool = False


def panels(found: Study, clinic: Source) -> tuple[Panel, ...]:
    """Return the panels of a study (OUT-95). clinic: the source of safety and utilisation."""
    own = found
    if found.asked.source.is_registry:
        own = study(Asked(clinic, found.asked.as_of))
    return (
        _outcomes(found),
        _completion(found),
        _response(found),
        _safety(safety_figures(own, Period())),
        _use(use_facts(clinic.site, as_of=found.asked.as_of)),
    )


def _outcomes(found: Study) -> Panel:
    rows = measure_rows(found)
    absolute = found.asked.definitions.absolute
    cells = [(cell.ours, cell.published) for row in rows for cell in row.cells]
    drawing = figure_1(rows, layout="above", absolute=absolute) if any(ours.n for ours, _ in cells) else None
    return Panel("outcomes:dashboard", "Outcomes", finding(cells, absolute=absolute), drawing, has_key=True)


def _completion(found: Study) -> Panel:
    asked = found.asked
    stood = standings(found.kept.infusions, found.members, asked.as_of, complete=asked.protocol.days)
    lines = [line for line in level_lines(stood) if not line.depth and line.n]
    n = int(stood.counted.sum())
    steps = [Step(line.label, line.count, line.published) for line in lines]
    drawing = completion_funnel(steps, of=n) if n else None
    return Panel("outcomes:completion", "Completion", completion_words(stood), drawing)


def _response(found: Study) -> Panel:
    answered = {window: (found.counted.column(window) != MISSING).any(axis=1) for window in WINDOWS}
    rates = responses(answered, {window: closed(found.counted, window) for window in WINDOWS})
    drawing = response_rates(rates) if any(rate.due for rate in rates) else None
    return Panel("outcomes:asking", "Response", response_words(rates), drawing)


def _safety(shown: SafetyFigures) -> Panel:
    events = shown.shares[0]
    lines = [
        ("Adverse event", events.count),
        ("Emergency team", shown.calls.infusions),
        ("Stopped early", shown.stopped.count),
        ("Side effect", shown.with_effects.infusions),
        ("Flag", shown.flagged),
    ]
    drawing = None
    if shown.infusions:
        drawn = completion_funnel([Step(label, count) for label, count in lines], of=shown.infusions)
        rows = tuple((label, f"{count:,}", _percent(count, shown.infusions)) for label, count in lines)
        drawing = replace(
            drawn,
            name="safety",
            title="Safety: infusions with",
            says=f"Of {shown.infusions:,} infusions, one bar each; they are never added up.",
            numbers=Numbers(("What", "Infusions", "Share"), rows),
            note="Outline: all infusions started. One infusion may stand in several lines.",
        )
    return Panel("outcomes:safety_figures", "Safety", safety_words(events), drawing, clinic_only=True)


def _percent(count: int, of: int) -> str:
    return f"{half_up(Fraction(100 * count, of), 1)}%"


def _use(shown: UseFacts) -> Panel:
    months = [Month(month.month, float(month.infusions)) for month in shown.months[:MONTHS]]
    drawing = time_series("infusions", "Infusions a month", months, unit="infusions") if months else None
    sentence = use_words(shown.last_month, shown.wait)
    return Panel("outcomes:utilisation", "Utilisation", sentence, drawing, clinic_only=True)

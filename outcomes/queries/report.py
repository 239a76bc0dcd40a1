"""Everything the PDF report prints, from one study."""

from dataclasses import dataclass

from outcomes.queries.dashboard import Cell, Dashboard, Row, dashboard
from outcomes.queries.discrepancies import Entry, entries
from outcomes.queries.model_runs import model_key, run_of
from outcomes.queries.safety_figures import SafetyFigures, safety_figures
from outcomes.queries.study import Study
from outcomes.queries.table_1 import TableOne, table_one
from outcomes.rules.group_words import p_words
from outcomes.rules.methods import methods
from outcomes.rules.mixed_design import Refusal
from outcomes.rules.mixed_stored import read_model
from outcomes.rules.safety_figures import read_period
from outcomes.rules.sureness import Sureness, sureness


@dataclass(frozen=True, slots=True)
class ReportCell:
    """One cell with what the report prints beside it. p: of our mixed model, "" where none was fitted."""

    cell: Cell
    sure: Sureness
    p: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One measure; cells in the order last infusion, 3 months, 6 months."""

    row: Row
    cells: tuple[ReportCell, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What is printed. modelled: when the mixed models of exactly these scores were fitted, in a sentence."""

    shown: Dashboard
    sample: TableOne
    rows: tuple[ReportRow, ...]
    safety: SafetyFigures
    ledger: tuple[Entry, ...]
    methods: tuple[str, ...]
    modelled: str


def report(found: Study) -> Report:
    """Return the report of a study."""
    shown = dashboard(found)
    fitted = _p_values(found)
    return Report(
        shown=shown,
        sample=table_one(found),
        rows=tuple(_row(found, row, fitted) for row in shown.rows),
        safety=safety_figures(found, read_period("", "")),
        ledger=entries(found),
        methods=methods(found.asked.definitions),
        modelled=_modelled(fitted),
    )


def _row(found: Study, row: Row, fitted: dict[tuple[str, str], str]) -> ReportRow:
    name, mcid_set = row.measure.name, found.asked.definitions.mcid_set
    return ReportRow(
        row,
        tuple(
            ReportCell(
                cell,
                sureness(found.counted, found.kept.scores, name, cell.window, mcid_set=mcid_set),
                fitted.get((name, cell.window), ""),
            )
            for cell in row.cells
        ),
    )


def _p_values(found: Study) -> dict[tuple[str, str], str]:
    """Return (measure, window) -> P of our mixed model, of a finished run of exactly these scores."""
    run = run_of(found, model_key(found))
    if run is None or run.state != "done":
        return {}
    told = {}
    for name, stored in run.results.items():
        model = read_model(stored).fitted
        if isinstance(model, Refusal):
            continue
        for window in ("last", "3m", "6m"):
            effect = model.at(window)
            if effect is not None:
                told[name, window] = p_words(effect.p)
    return told


def _modelled(fitted: dict[tuple[str, str], str]) -> str:
    if fitted:
        return "P is of our mixed model: all scores that count, adjusted, one random intercept a patient."
    return "No mixed model was fitted to exactly these scores; only the published P values are printed."

"""Tables 2 and 3 as plain rows of text: what the command prints and the export holds."""

from collections.abc import Iterable

from outcomes.queries.dashboard import Cell, Dashboard, Row
from outcomes.queries.study import Cut
from outcomes.rules.table_export import Table

TABLE_2 = (
    "outcome",
    "window",
    "improved",
    "n",
    "percent",
    "ci_low",
    "ci_high",
    "published_improved",
    "published_n",
    "published_percent",
    "worsened",
    "unchanged",
    "either_way",
    "could_improve",
    "window_closed",
)
TABLE_3 = (
    "outcome",
    "window",
    "n",
    "mean",
    "sd",
    "published_n",
    "published_mean",
    "published_sd",
    "published_p",
)


def table_2_rows(shown: Dashboard) -> Table:
    """Return Table 2 in the order of the page; blank where there is no N."""
    return TABLE_2, [_second(row, cell) for row, cell in _cells(shown)]


def table_3_rows(shown: Dashboard) -> Table:
    """Return Table 3 in the order of the page; decimals of the mean as the paper prints them."""
    return TABLE_3, [_third(row, cell) for row, cell in _cells(shown)]


def _cells(shown: Dashboard) -> Iterable[tuple[Row, Cell]]:
    return ((row, cell) for row in shown.rows for cell in row.cells)


def _second(row: Row, cell: Cell) -> tuple[str, ...]:
    ours, theirs = cell.ours, cell.published
    return (
        row.measure.name,
        cell.window,
        str(ours.improved),
        str(ours.n),
        _text(ours.percent),
        _text(ours.low),
        _text(ours.high),
        str(theirs.n_mcid),
        str(theirs.n),
        str(theirs.percent),
        str(ours.worsened),
        str(ours.unchanged),
        str(ours.literal),
        str(ours.could_improve),
        str(ours.eligible),
    )


def _third(row: Row, cell: Cell) -> tuple[str, ...]:
    theirs = cell.published
    return (
        row.measure.name,
        cell.window,
        str(cell.change.n),
        _text(cell.mean),
        _text(cell.sd),
        str(theirs.n_table3),
        str(theirs.mean),
        str(theirs.sd),
        theirs.p,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def export_rows(shown: Dashboard, *, cut: Cut, only: str = "") -> list[tuple[str, ...]]:
    """Return the whole page as one sheet: what it is, then every table under its heading. cut: local time."""
    rows: list[tuple[str, ...]] = [
        (shown.title,),
        ("source", shown.source.site.name, shown.source.label, *(("simulated",) * shown.source.is_simulated)),
        ("as of", str(shown.as_of)),
        ("definitions", shown.definitions.sentence),
        ("data cut", f"{cut.at:%Y-%m-%d %H:%M %Z}", cut.digest),
        *((("only", only),) if only else ()),
        ("patients", str(shown.patients)),
        ("completed infusions", str(shown.infusions)),
        ("finding", shown.finding),
        *((("protocol", shown.protocol.name, shown.apart),) if shown.apart else ()),
    ]
    for title, (heading, lines) in sections(shown):
        rows += [(), (title,), heading, *lines]
    return rows


def sections(shown: Dashboard) -> Iterable[tuple[str, Table]]:
    """Return every table of the page under its heading."""
    yield "Figure 1 and Table 2", table_2_rows(shown)
    yield "Table 3", table_3_rows(shown)
    levels = [(level.label, str(level.count), _text(level.published)) for level in shown.levels]
    levels.append(("Under way, not counted", str(shown.completion.under_way), ""))
    levels.append(("Finished the first sequence", str(shown.completion.first_sequence), ""))
    yield "Completion", (("completed infusions", "patients", "published"), levels)
    answered = [(r.window, str(r.answered), str(r.due), str(r.not_due), _text(r.goal)) for r in shown.responses]
    yield "Response, any questionnaire", (("window", "answered", "due", "not_due", "goal_percent"), answered)
    if shown.missed:
        missed = [(reason, str(count)) for reason, count in shown.missed]
        yield "Days missed", (("reason", "days"), missed)
    effects = [
        (e.switch.legend, e.switch.words(e.switch.other(shown.definitions.value(e.switch))), str(len(e.changed)))
        for e in shown.effects
    ]
    yield "If one definition were switched", (("definition", "to", "cells_changed_of_33"), effects)

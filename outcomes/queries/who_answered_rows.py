"""Who answered and who did not as rows of text: the command's table, and the file of the page."""

from collections.abc import Iterator, Sequence

from outcomes.queries.study import Study
from outcomes.queries.who_answered import Rate, RateRow, WhoAnswered, selection
from outcomes.rules.answer_weights import Estimate
from outcomes.rules.group_words import p_words
from outcomes.rules.rounding import half_up_float
from outcomes.rules.selection_bias import Line
from outcomes.rules.table_export import Table, long_rows
from outcomes.rules.windows import WINDOWS

SELECTION = (
    "window",
    "characteristic",
    "level",
    "n_answered",
    "answered",
    "n_not_answered",
    "not_answered",
    "difference_in_sd",
    "p",
    "test",
    "note",
    "published_answered",
    "published_not_answered",
    "published_p",
)


def selection_rows(found: Study, windows: Sequence[str] = WINDOWS) -> Table:
    """Return the comparison in every window: ``outcome_tables --table selection``. No query."""
    return SELECTION, [row for window in windows for row in _window_rows(window, selection(found, window))]


def _window_rows(window: str, lines: Sequence[Line]) -> list[tuple[str, ...]]:
    rows, within = [], ""
    for line in lines:
        within = line.name if line.depth == 0 else within
        rows.append((window, within, line.name if line.depth else "", *_cells(line)))
    return rows


def _cells(line: Line) -> tuple[str, ...]:
    tested, printed = line.tested, line.published
    return (
        str(line.n_answered),
        line.answered,
        str(line.n_silent),
        line.silent,
        "" if line.difference is None else str(half_up_float(line.difference, 2)),
        p_words(line.p),
        tested.name if tested else "",
        tested.note if tested else "",
        *((printed.answered, printed.silent, printed.p) if printed else ("", "", "")),
    )


RATES = ("line", "window", "answered", "due", "percent", "improved", "pairs", "improved_percent")
COMPARED = ("line", "window", *SELECTION[3:])
ENDS = ("", "_low", "_high")
WEIGHTED = (
    "line",
    "window",
    "n",
    *(f"improved_percent{end}" for end in ENDS),
    *(f"mean_change{end}" for end in ENDS),
)
BOUNDS = ("line", "window", "improved", "n", *(f"percent{end}" for end in ENDS))
DELTAS = ("line", "window", *(f"mean_gain{end}" for end in ENDS))
LABELS = ("As answered", "Of these, in the model", "The same, weighted")


def page_rows(shown: WhoAnswered) -> Table:
    """Return every table of the page as one, a row for each cell (OUT-45)."""
    window, name = shown.window, shown.measure.title
    compared = [
        (f"{within}: {level}" if level else within, *rest)
        for _, within, level, *rest in _window_rows(window, shown.lines)
    ]
    tips = shown.tipping
    bounds = [
        (one.label, window, str(one.count), str(one.n), *map(str, (one.percent, *one.interval)))
        for one in tips.bounds
    ]
    deltas = [
        (
            f"delta {half_up_float(one.delta, 1)}",
            window,
            *(str(half_up_float(part, 1)) for part in (one.mean, one.low, one.high)),
        )
        for one in tips.series
    ]
    return long_rows(
        (
            ("Answers", (RATES, [_rate(row, one) for row in shown.rates for one in row.rates])),
            ("Answered beside not answered", (COMPARED, [(line, window, *rest) for line, *rest in compared])),
            (f"Weighted: {name}", (WEIGHTED, list(_weighted_rows(shown)))),
            (f"Bounds of the share improved: {name}", (BOUNDS, bounds)),
            (f"Tipping point: {name}", (DELTAS, deltas)),
        )
    )


def _rate(row: RateRow, one: Rate) -> tuple[str, ...]:
    figures = (one.answered, one.due, one.percent, one.improved, one.pairs, one.improved_percent)
    name = row.measure.name if row.measure else "Any questionnaire"
    return (name, one.window, *("" if figure is None else str(figure) for figure in figures))


def _weighted_rows(shown: WhoAnswered) -> Iterator[tuple[str, ...]]:
    for label, figures in zip(LABELS, shown.weighted.rows, strict=True):
        if figures is not None:
            parts = (*_ends(figures.share, 100), *_ends(figures.change))
            yield (label, shown.window, str(figures.n), *parts)


def _ends(found: Estimate, times: int = 1) -> tuple[str, ...]:
    parts = (found.value, found.low, found.high)
    return tuple("" if part is None else str(half_up_float(part * times, 1)) for part in parts)

"""The safety figures as plain rows of text: what the export holds."""

from collections.abc import Iterable

from outcomes.queries.safety_figures import CountLine, SafetyFigures
from outcomes.queries.table_rows import Table
from outcomes.rules.safety_figures import Bounded

SAFETY = ("part", "line", "count", "of", "unit", "percent", "upper_95", "infusions", "patients", "events")


def safety_rows(shown: SafetyFigures) -> Table:
    """Return shares with their bounds, then judgements, stops, side effects and flags."""
    rows = [_share("adverse events", one) for one in shown.shares]
    rows += [_share("emergency team called", one) for one in shown.team_shares]
    rows += [_share("stopped early", shown.stopped), _share("flagged", shown.flagged_share)]
    rows.append(_share("published: emergency team", shown.published))
    for part, lines in shown.judgements:
        rows += [("judged by " + part.lower(), label, str(n), *("",) * 7) for label, n in lines]
    rows += _counts("stopped early", shown.stops)
    rows += _counts("side effects", (shown.with_effects, *shown.effects))
    rows += _counts("flags", shown.flags)
    return SAFETY, rows


def _share(part: str, one: Bounded) -> tuple[str, ...]:
    return (part, "", str(one.count), str(one.n), one.what, _text(one.percent), _text(one.at_most), "", "", "")


def _counts(part: str, lines: Iterable[CountLine]) -> list[tuple[str, ...]]:
    return [
        (part, line.label, "", "", "", "", "", str(line.infusions), str(line.patients), str(line.events))
        for line in lines
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value)

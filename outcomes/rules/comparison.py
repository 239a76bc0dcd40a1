"""Ours beside the published: which values lie outside our interval, and the finding in one sentence."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from kitclinic.register import Rule
from outcomes.rules.published import PublishedCell
from outcomes.rules.statistics import half_up
from outcomes.rules.tables import Table2Cell
from outcomes.rules.windows import LAST

FEW = 20  # OUT-21

FEW_RULE = Rule(
    "OUT-21",
    "A percentage of fewer than 20 patients is printed lighter; its N is printed like every other.",
    source="clinic default",
)
OUTSIDE_RULE = Rule(
    "OUT-22",
    "A published percentage that lies outside our exact 95% interval is marked: ours above or ours below.",
    source="clinic default",
)

Compared = tuple[Table2Cell, PublishedCell]


def is_few(n: int) -> bool:
    """True for a denominator that makes a percentage hard to rely on (OUT-21)."""
    return n < FEW


def outside(cell: Table2Cell, published: PublishedCell) -> Literal["above", "below", ""]:
    """Return where ours lies when the published value is outside our interval (OUT-22); "" when it is inside."""
    if cell.low is None or cell.high is None:
        return ""
    if published.percent < cell.low:
        return "above"
    return "below" if published.percent > cell.high else ""


def finding(cells: Sequence[Compared], *, absolute: bool = False) -> str:
    """Say in two sentences what all cells show. absolute: improved was counted in either direction."""
    counted = [(ours, theirs) for ours, theirs in cells if ours.n]
    if not counted:
        return "No patient has both a baseline and a score in a window yet."
    inside = sum(not outside(ours, theirs) for ours, theirs in counted)
    values = "published value" if len(counted) == 1 else "published values"
    lie = "lies" if inside == 1 else "lie"
    return f"{_rates(counted, absolute)} Of {len(counted)} {values} {inside} {lie} inside our 95% intervals."


def _rates(counted: Sequence[Compared], absolute: bool) -> str:
    last = [(ours, theirs) for ours, theirs in counted if ours.window == LAST]
    if not last:
        return "No patient has both a baseline and a score just after the last infusion yet."
    ours = _range(cell.percent for cell, _ in last)
    theirs = _range(cell.percent for _, cell in last)
    what = "changed by the MCID, better or worse" if absolute else "improved"
    by = ", by measure" if len(last) > 1 else ""
    return f"By the last infusion {ours} of patients had {what}{by}; published {theirs}."


def _range(percents: Iterable[Decimal | None]) -> str:
    whole = sorted(half_up(value, 0) for value in percents if value is not None)
    return f"{whole[0]}%" if whole[0] == whole[-1] else f"{whole[0]} to {whole[-1]}%"

"""Differences between two groups, and odds ratios of improvement, as forest plots."""

from collections.abc import Sequence

from outcomes.charts.drawing import Drawing
from outcomes.charts.forest import Estimate, Scale, forest
from outcomes.rules.contrasts import Contrast
from outcomes.rules.group_words import WIDEST
from outcomes.rules.logistic import OddsRatio
from outcomes.rules.predictors import Prediction

PERCENT = 100
NOT_ASSIGNED_NOTE = "Line: 95% interval. Observational: groups were not assigned."


def share_differences(name: str, title: str, rows: Sequence[Contrast], one: str, other: str) -> Drawing | None:
    """Return the difference of shares improved by measure, in percentage points; None where there is none.

    one, other: what the groups are called: "with four days", "with five or more".
    """
    if not any(row.share for row in rows):
        return None
    scale = Scale("Difference improved, percentage points", less=f"more {other}", more=f"more {one}")
    return forest(name, title, [_difference(row) for row in rows], scale, note=NOT_ASSIGNED_NOTE)


def _difference(row: Contrast) -> Estimate:
    note = f"n {row.one.n}, {row.other.n}"
    if row.share is None:
        return Estimate(row.measure.title, None, None, None, note)
    low, value, high = (part * PERCENT for part in (row.share.low, row.share.value, row.share.high))
    return Estimate(row.measure.title, value, low, high, note)


def odds_ratios(name: str, title: str, shown: Prediction) -> Drawing | None:
    """Return the odds ratios of the model of all variables; None where it could not be fitted."""
    if not shown.model.terms:
        return None
    scale = Scale(
        "Odds ratio", reference=1.0, ratio=True, less="less improvement", more="more improvement", decimals=2
    )
    names = [term.name.partition(": ")[2] or term.name for term in shown.model.terms]
    if len(set(names)) < len(names):
        names = [term.name for term in shown.model.terms]
    lines = [_odds(label, term) for label, term in zip(names, shown.model.terms, strict=True)]
    return forest(name, title, lines, scale, note=NOT_ASSIGNED_NOTE)


def _odds(label: str, term: OddsRatio) -> Estimate:
    if term.high > WIDEST or term.low < 1 / WIDEST:
        return Estimate(label, None, None, None, "interval too wide to draw")
    return Estimate(label, term.ratio, term.low, term.high)

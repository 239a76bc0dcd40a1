"""The tables of open questions and comparisons as rows of text, for a file."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from outcomes.queries.open_questions import Groups, Impressions, Pairing
from outcomes.rules.contrasts import Arm, Contrast
from outcomes.rules.differences import Difference
from outcomes.rules.group_words import one_decimal, p_words
from outcomes.rules.heterogeneity import Heterogeneity
from outcomes.rules.logistic import OddsRatio
from outcomes.rules.predictors import Prediction
from outcomes.rules.statistics import half_up
from outcomes.rules.table_export import Table

ARM = ("improved", "n", "percent", "ci_low", "ci_high", "mean", "sd")
DIFFERENCE = ("", "_low", "_high")
RATIO_PLACES = 3
PAIRS = (
    "outcome",
    *(f"{part}_{side}" for side in ("one", "other") for part in ARM),
    *(f"percentage_points{part}" for part in DIFFERENCE),
    *(f"mean_difference{part}" for part in DIFFERENCE),
    "intervals_by_patient",
)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def arm_cells(arm: Arm) -> tuple[str, ...]:
    """Return improved, n, percent with interval, mean and SD."""
    figures = (arm.percent, arm.low, arm.high, arm.mean, arm.sd)
    return (str(arm.improved), str(arm.n), *map(_text, figures))


def _difference(found: Difference | None, times: int = 1) -> tuple[str, ...]:
    if found is None:
        return ("", "", "")
    return tuple(str(one_decimal(part * times)) for part in (found.value, found.low, found.high))


def contrast_rows(rows: Sequence[Contrast]) -> Table:
    """Return two groups of every measure beside each other."""
    return PAIRS, [
        (
            row.measure.name,
            *arm_cells(row.one),
            *arm_cells(row.other),
            *_difference(row.share, 100),
            *_difference(row.mean),
            "yes" if row.share is not None and row.share.by_patient else "no",
        )
        for row in rows
    ]


def pairing_rows(shown: Sequence[Pairing]) -> Table:
    """Return one or two pairs of groups, with what they are in the first columns."""
    heading, _ = contrast_rows(())
    lines = [(one.one, one.other, *line) for one in shown for line in contrast_rows(one.rows)[1]]
    return ("group_one", "group_other", *heading), lines


def group_rows(shown: Groups) -> Table:
    """Return every group of every measure, with the tests over all groups repeated."""
    heading = ("outcome", "group", *ARM, "p_shares", "p_shares_by", "p_means")
    lines = [
        (
            row.measure.name,
            label,
            *arm_cells(arm),
            _p(row.shares),
            _by(row.shares),
            _p(row.means),
        )
        for row in shown.rows
        for label, arm in zip(shown.labels, row.arms, strict=True)
    ]
    return heading, lines


def _p(found: Heterogeneity | None) -> str:
    return p_words(found.p if found else None)


def _by(found: Heterogeneity | None) -> str:
    return "" if found is None else "random tables" if found.random else "chi-squared"


def predictor_rows(shown: Prediction) -> Table:
    """Return every term alone and together, or why there is none."""
    part = ("odds_ratio", "low", "high", "p")
    heading = ("variable", "compared_with", "term", "n_alone", "improved_alone")
    odds = tuple(f"{name}_{side}" for side in ("alone", "together") for name in part)
    return (*heading, *odds, "problem"), list(_predictor_lines(shown))


def _predictor_lines(shown: Prediction) -> Iterator[tuple[str, ...]]:
    for one in shown.predictors:
        counts = (str(one.alone.n), str(one.alone.improved))
        for alone, together, name in one.lines or ((None, None, ""),):
            first = (one.label, one.reference, name, *counts)
            yield (*first, *_odds(alone), *_odds(together), one.alone.problem or shown.model.problem)


def _odds(found: OddsRatio | None) -> tuple[str, ...]:
    if found is None:
        return ("", "", "", "")
    ratios = (str(half_up(Decimal(part), RATIO_PLACES)) for part in (found.ratio, found.low, found.high))
    return (*ratios, p_words(found.p))


def impression_rows(shown: Impressions) -> Table:
    """Return the clinic's own minimal important change of every measure, or why there is none."""
    heading = (
        "outcome",
        "n",
        "improved",
        "minimally_improved",
        "correlation",
        "by_mean",
        "predictive",
        "adjusted",
    )
    lines = []
    for measure, one in shown.rows:
        figures = (one.by_mean, one.predictive, one.adjusted, *(one.interval or (None, None)))
        points = tuple("" if value is None else str(one_decimal(value)) for value in figures)
        related = "" if one.correlation is None else str(half_up(Decimal(one.correlation), 2))
        lines.append((measure.name, str(one.n), str(one.improved), str(one.minimal), related, *points, one.why))
    return (*heading, "adjusted_low", "adjusted_high", "why"), lines

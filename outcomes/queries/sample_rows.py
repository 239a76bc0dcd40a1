"""Table 1 and completion as plain rows of text: what the command prints and the export holds."""

from outcomes.queries.completed import CompletionFacts
from outcomes.queries.table_1 import TableOne
from outcomes.queries.table_rows import Table

TABLE_1 = ("characteristic", "level", "n", "count", "statistics", "published_n", "published")
COMPLETION = ("part", "line", "patients", "percent", "published", "published_percent", "days")


def table_1_rows(shown: TableOne) -> Table:
    """Return Table 1 in the order of the page. characteristic: the heading a level stands under."""
    rows, heading = [], ""
    for line in shown.lines:
        if line.depth == 0:
            heading = line.label
        rows.append(
            (
                heading,
                line.label if line.depth else "",
                str(line.n),
                str(line.count),
                line.statistics,
                "" if line.published_n is None else str(line.published_n),
                line.published,
            )
        )
    scores = "Baseline scores, mean±SD" + (", of courses" if shown.of_courses else "")
    rows += [
        (scores, line.label, str(line.n), str(line.count), line.statistics, str(line.published_n), line.published)
        for line in shown.baselines
    ]
    return TABLE_1, rows


def completion_rows(shown: CompletionFacts) -> Table:
    """Return levels, the way from the referral, reasons for ending early and days missed, in this order."""
    rows = [
        (
            "completed infusions",
            line.label,
            str(line.count),
            _text(line.percent),
            _text(line.published),
            _text(line.published_percent),
            "",
        )
        for line in shown.levels
    ]
    rows += [("way", step.label, str(step.n), _text(step.percent), "", "", "") for step in shown.steps]
    rows += [
        ("ended early", f"{line.label} ({line.named.value})", str(line.count), "", "", "", str(line.days))
        for line in shown.reasons
    ]
    rows += [
        ("days missed", reason, str(patients), "", "", "", str(days)) for reason, days, patients in shown.missed
    ]
    return COMPLETION, rows


def _text(value: object) -> str:
    return "" if value is None else str(value)

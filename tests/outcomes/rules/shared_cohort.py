"""The practice cohort and the paper's tables on the reference shelf, or a skip where they are absent."""

import csv
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from outcomes.rules.registry import InfusionRow, PatientRow, ScoreRow, read_registry
from outcomes.rules.windows import PAPER, Infusion, Reading, Score, Windowed, windows

SHELF = Path(__file__).resolve().parents[4] / "shared" / "data"
AS_OF = date(2025, 7, 1)
TODAY = date(2025, 12, 31)

needs_shelf = pytest.mark.skipif(
    not (SHELF / "cohort").is_dir(), reason="the reference shelf with the practice cohort is not here"
)

Grouped = list[tuple[list[Infusion], list[Score]]]


def grouped(
    patients: tuple[PatientRow, ...], infusions: tuple[InfusionRow, ...], scores: tuple[ScoreRow, ...]
) -> Grouped:
    """Return each patient's infusions and scores, in the order of patients."""
    given: dict[str, list[Infusion]] = defaultdict(list)
    answered: dict[str, list[Score]] = defaultdict(list)
    for row in infusions:
        given[row.patient].append(Infusion(row.date, row.start, row.status == "completed"))
    for score in scores:
        answered[score.patient].append(Score(score.instrument, score.date, score.time, score.tenths, score.line))
    return [(given[row.patient], answered[row.patient]) for row in patients]


@cache
def shelf_cohort() -> Grouped:
    read = read_registry(SHELF / "cohort", today=TODAY)
    assert read.problems == ()
    return grouped(read.patients, read.infusions, read.scores)


def windowed(cohort: Grouped, as_of: date = AS_OF, reading: Reading = PAPER) -> list[Windowed]:
    return [windows(infusions, scores, as_of, reading=reading) for infusions, scores in cohort]


def paper_rows() -> list[dict[str, str]]:
    with (SHELF / "paper_tables_2_3.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

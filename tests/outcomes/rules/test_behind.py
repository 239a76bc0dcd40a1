"""Everybody behind a cell, with the reason."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from outcomes.rules.behind import Standing, standing
from outcomes.rules.definitions import Definitions
from outcomes.rules.measures import measures
from outcomes.rules.windows import Infusion, Score, windows

FIRST = date(2023, 1, 2)
LAST = FIRST + timedelta(days=4)
PHQ = measures()["PHQ-9"]
GIVEN = [Infusion(FIRST, time(8, 30)), Infusion(LAST, time(8, 30))]


def stands(
    baseline: int | None,
    follow_up: int | None,
    *,
    day: int = 3,
    as_of: date = date(2023, 12, 31),
    window: str = "last",
    definitions: Definitions = Definitions(),
    infusions: list[Infusion] = GIVEN,
) -> Standing:
    scores = []
    if baseline is not None:
        scores.append(Score("PHQ-9", FIRST - timedelta(days=7), None, baseline))
    if follow_up is not None:
        scores.append(Score("PHQ-9", LAST + timedelta(days=day), None, follow_up))
    return standing(windows(infusions, scores, as_of, reading=definitions.reading), PHQ, window, definitions)


@pytest.mark.parametrize(
    ("follow_up", "improved", "sentence"),
    [
        (100, True, "5 lower, at least 5."),
        (110, False, "Unchanged: 4 lower, less than 5."),
        (150, False, "Unchanged: the same score."),
        (200, False, "Worsened: 5 higher, at least 5."),
    ],
)
def test_a_patient_with_a_pair_counts_and_the_sentence_says_as_what(
    follow_up: int, improved: bool, sentence: str
) -> None:
    found = stands(150, follow_up)
    assert (found.is_paired, found.is_improved, found.sentence) == (True, improved, sentence)
    assert (found.days_before, found.days_after) == (7, 3)
    assert found.change == Decimal(follow_up - 150) / 10


def test_out_12_either_way_counts_a_worsening_and_says_so() -> None:
    found = stands(150, 200, definitions=Definitions(direction="either"))
    assert found.is_improved
    assert found.sentence == "Worsened: 5 higher, at least 5. Counted as improved by the either-way reading."


@pytest.mark.parametrize(
    ("baseline", "follow_up", "as_of", "sentence"),
    [
        (None, 100, date(2023, 12, 31), "No score in the 100 days before the first infusion."),
        (150, None, date(2023, 12, 31), "No score 1 to 30 days after the last infusion."),
        (150, None, LAST + timedelta(days=29), "No score yet; the window is open until 5 Feb 2023."),
        (
            None,
            None,
            date(2023, 12, 31),
            "No score in the 100 days before the first infusion, "
            "and no score 1 to 30 days after the last infusion.",
        ),
    ],
)
def test_a_patient_without_a_pair_is_told_why(
    baseline: int | None, follow_up: int | None, as_of: date, sentence: str
) -> None:
    found = stands(baseline, follow_up, as_of=as_of)
    assert (found.is_paired, found.is_improved, found.change, found.verdict) == (False, False, None, None)
    assert found.sentence == sentence


def test_without_a_completed_infusion_nothing_counts() -> None:
    found = stands(150, 100, infusions=[])
    assert found.sentence == "No completed infusion on or before the as-of date."

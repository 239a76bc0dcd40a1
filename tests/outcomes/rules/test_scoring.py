"""Totals, bands and score ranges."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitclinic.problems import Blocker
from outcomes.rules.instruments import instruments
from outcomes.rules.measures import measures
from outcomes.rules.scoring import (
    ImpossibleScoreError,
    NoTotal,
    Total,
    band,
    check_answer,
    half_up_integer,
    may_complete,
    points,
    read_score,
    score,
)

PHQ9, GAD7 = instruments()["PHQ-9"], instruments()["GAD-7"]


def answers(*values: int | None) -> dict[int, int | None]:
    return dict(enumerate(values, start=1))


@given(st.lists(st.integers(0, 3), min_size=9, max_size=9))
def test_pro_03_the_phq_9_total_is_the_sum_of_its_answers(values: list[int]) -> None:
    total = score(PHQ9, answers(*values))
    assert isinstance(total, Total)
    assert (total.points, total.tenths, total.answered) == (sum(values), 10 * sum(values), 9)
    assert not total.prorated


def test_pro_03_zero_is_an_answer() -> None:
    assert score(PHQ9, answers(*[0] * 9)) == Total(0, "minimal", 9)
    assert score(GAD7, answers(*[3] * 7)) == Total(21, "severe", 7)


def test_pro_04_every_open_question_is_named_at_once() -> None:
    problems = may_complete(GAD7, {1: 0, 3: None})
    assert [problem.field for problem in problems] == ["item_2", "item_4", "item_5", "item_6", "item_7"]
    assert all(isinstance(problem, Blocker) and problem.rule == "PRO-04" for problem in problems)
    assert may_complete(GAD7, answers(*[0] * 7)) == []


def test_pro_04_a_declined_question_gives_no_total_and_says_so() -> None:
    found = score(PHQ9, answers(3, 3, None, 3, 3, 3, 3, 3, None))
    assert isinstance(found, NoTotal)
    assert (found.rule, found.answered, found.declined) == ("PRO-04", 7, (3, 9))
    assert found.sentence == "No PHQ-9 score: 2 questions were not answered. The other answers are kept."
    one = score(PHQ9, answers(3, 3, None, 3, 3, 3, 3, 3, 3))
    assert isinstance(one, NoTotal)
    assert "1 question was" in one.sentence


def test_pro_04_an_instrument_that_allows_gaps_prorates_half_up_and_says_so() -> None:
    lenient = replace(GAD7, definition=replace(GAD7.definition, missing_allowed=2))
    assert score(lenient, answers(1, 1, 1, 1, 1, None, 2)) == Total(8, "mild", 6, prorated=True)
    assert isinstance(score(lenient, answers(1, None, 1, 1, 1, None, None)), NoTotal)


def test_an_incomplete_questionnaire_is_not_scored() -> None:
    with pytest.raises(ValueError, match=r"items \[7\]"):
        score(GAD7, answers(*[0] * 6))


@pytest.mark.parametrize("value", [4, -1, True])
def test_only_the_options_are_answers(value: int) -> None:
    with pytest.raises(ValueError, match="is not an answer"):
        check_answer(PHQ9, 1, value)
    with pytest.raises(KeyError):
        check_answer(PHQ9, 10, 0)
    check_answer(PHQ9, 9, None)


@pytest.mark.parametrize(
    ("total", "name"),
    [
        (4, "minimal"),
        (5, "mild"),
        (9, "mild"),
        (10, "moderate"),
        (14, "moderate"),
        (15, "moderately severe"),
        (19, "moderately severe"),
        (20, "severe"),
        (27, "severe"),
    ],
)
def test_pro_05_phq_9_bands_at_their_edges(total: int, name: str) -> None:
    assert band(PHQ9, total) == name


def test_pro_05_gad_7_has_no_moderately_severe_and_nothing_above_21() -> None:
    assert [band(GAD7, total) for total in (0, 5, 10, 14, 15, 21)] == [
        "minimal",
        "mild",
        "moderate",
        "moderate",
        "severe",
        "severe",
    ]
    with pytest.raises(ValueError, match="22 is not a GAD-7 total"):
        band(GAD7, 22)


@pytest.mark.parametrize(
    ("name", "text", "tenths"),
    [
        ("PHQ-9", "0", 0),
        ("PHQ-9", "27", 270),
        ("PHQ-9", "12.0", 120),
        ("PCS total", "52", 520),
        ("PROMIS Fatigue", "10", 100),
        ("PROMIS Fatigue", "90.0", 900),
        ("PROMIS Fatigue", "65.55", 656),
        ("PROMIS Fatigue", "65.549", 655),
    ],
)
def test_pro_06_possible_scores_become_tenths(name: str, text: str, tenths: int) -> None:
    assert read_score(measures()[name], text) == tenths


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("PHQ-9", "28", "28 is not a possible PHQ-9 score (0 to 27)."),
        ("PHQ-9", "-1", "-1 is not a possible PHQ-9 score (0 to 27)."),
        ("GAD-7", "7.5", "7.5 is not a whole number; GAD-7 is scored in whole points."),
        ("PCS total", "53", "53 is not a possible PCS total score (0 to 52)."),
        ("PROMIS Fatigue", "90.1", "90.1 is not a possible PROMIS Fatigue score (10.0 to 90.0)."),
        ("PROMIS Fatigue", "", "“” is not a number; write a PROMIS Fatigue score such as 52.4."),
        ("PHQ-9", "twelve", "“twelve” is not a number; write a PHQ-9 score such as 12."),
        ("PHQ-9", "1e1", "“1e1” is not a number; write a PHQ-9 score such as 12."),
        ("PHQ-9", "NaN", "“NaN” is not a number; write a PHQ-9 score such as 12."),
        ("PHQ-9", "１２", "“１２” is not a number; write a PHQ-9 score such as 12."),
    ],
)
def test_pro_06_impossible_scores_are_refused_with_a_sentence(name: str, text: str, said: str) -> None:
    with pytest.raises(ImpossibleScoreError) as refused:
        read_score(measures()[name], text)
    assert str(refused.value) == said


def test_points_keep_the_decimals_of_the_measure() -> None:
    assert points(measures()["PHQ-9"], 120) == Decimal("12")
    assert str(points(measures()["PROMIS Fatigue"], 650)) == "65.0"


def test_halves_go_away_from_zero() -> None:
    assert [half_up_integer(Fraction(n, 2)) for n in (-3, -1, 0, 1, 3)] == [-2, -1, 0, 1, 2]

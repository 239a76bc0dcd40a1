"""What a scale shows, and how a questioned weight is answered."""

from decimal import Decimal

import pytest

from scheduling.rules.weights import open_questions, reading_problems, weight_problems

D = Decimal
ASKED = weight_problems(weight_kg=D("182.5"), previous_kg=D("82.5"))


@pytest.mark.parametrize("kg", ["0.1", "82.5", "82", "999.9"])
def test_wgt_10_kilograms_with_one_decimal_are_taken(kg: str) -> None:
    assert reading_problems(D(kg)) == []


@pytest.mark.parametrize("kg", ["0", "-82.5", "82.55", "1000", "NaN", "Infinity"])
def test_wgt_10_what_no_scale_shows_is_refused(kg: str) -> None:
    (problem,) = reading_problems(D(kg))
    assert (problem.rule, problem.field) == ("WGT-10", "weight_kg")


def test_wgt_10_an_unquestioned_weight_needs_no_second_reading() -> None:
    assert open_questions([], weight_kg=D("82.5"), again_kg=None, reason="") == []


def test_wgt_10_the_question_stands_until_the_reading_is_typed_again() -> None:
    assert open_questions(ASKED, weight_kg=D("182.5"), again_kg=None, reason="sure") == ASKED


def test_wgt_10_another_second_reading_is_refused() -> None:
    (problem,) = open_questions(ASKED, weight_kg=D("182.5"), again_kg=D("82.5"), reason="typed wrong")
    assert problem.field == "again_kg"


def test_wgt_10_the_second_reading_needs_a_reason() -> None:
    (problem,) = open_questions(ASKED, weight_kg=D("182.5"), again_kg=D("182.5"), reason=" ")
    assert problem.field == "reason"


def test_wgt_10_the_same_reading_twice_with_a_reason_answers_every_question() -> None:
    assert open_questions(ASKED, weight_kg=D("182.5"), again_kg=D("182.5"), reason="Oedema, checked.") == []


def test_wgt_10_the_rules_raise_on_two_decimals() -> None:
    with pytest.raises(ValueError, match="one decimal"):
        weight_problems(weight_kg=D("82.55"))

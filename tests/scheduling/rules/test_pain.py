"""The pain category in the registry's words, and the body mass index beside it."""

from decimal import Decimal
from itertools import combinations

import pytest

from outcomes.rules.published import published_sample
from scheduling.rules.body import bmi_words
from scheduling.rules.pain import OTHERS, PRIMARY, diagnosis_of, diagnosis_words
from scheduling.states import PainCategory


def test_enr_50_one_category_is_a_line_of_table_1_as_the_registry_writes_it() -> None:
    lines = set(published_sample().counts["diagnosis"])
    found = {diagnosis_of([category]) for category in PainCategory}
    # Secondary headache had no patient in the paper, so that its line is not in the sample.
    assert found - {"secondary headache/orofacial"} == lines - {"multiple categories"}


@pytest.mark.parametrize("pair", list(combinations(PainCategory, 2)))
def test_enr_50_any_two_categories_are_multiple_two_kinds_of_primary_pain_too(
    pair: tuple[PainCategory, PainCategory],
) -> None:
    assert diagnosis_of(pair) == "multiple categories"
    assert "multiple categories" in published_sample().counts["diagnosis"]


def test_enr_50_the_same_category_twice_is_one_and_none_is_nothing() -> None:
    assert diagnosis_of([PainCategory.CRPS, PainCategory.CRPS]) == "chronic primary: CRPS"
    assert diagnosis_of([]) == ""


def test_enr_50_five_kinds_of_primary_pain_and_the_rest() -> None:
    assert len(PRIMARY) == 5
    assert {*PRIMARY, *OTHERS} == set(PainCategory)


def test_enr_50_a_diagnosis_is_read_in_words_and_a_referrals_own_words_stay() -> None:
    assert diagnosis_words("chronic primary: CRPS") == "Chronic primary: complex regional pain syndrome (CRPS)"
    assert diagnosis_words("multiple categories") == "Multiple categories"
    assert diagnosis_words("Pain after shingles") == "Pain after shingles"


@pytest.mark.parametrize(
    ("weight_kg", "height_cm", "words"),
    [
        ("82.5", 170, "28.5 kg/m²"),  # 28.546…
        ("100.0", 200, "25 kg/m²"),
        ("81.0", 200, "20.3 kg/m²"),  # 20.25, a tie: half up
        ("80.6", 200, "20.2 kg/m²"),  # 20.15, a tie: half even would say 20.2 too
        ("80.2", 200, "20.1 kg/m²"),  # 20.05, a tie: half even would say 20.0
        ("18.0", 17, "622.8 kg/m²"),  # never a refusal
    ],
)
def test_enr_59_the_body_mass_index_is_shown_half_up(weight_kg: str, height_cm: int, words: str) -> None:
    assert bmi_words(Decimal(weight_kg), height_cm) == words


def test_enr_59_without_weight_or_height_there_is_none() -> None:
    assert bmi_words(None, 170) == bmi_words(Decimal("82.5"), None) == ""

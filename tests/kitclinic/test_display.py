"""Numbers for people: one rounding, half up, written as ISMP asks."""

from decimal import ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction

import pytest

from kitclinic.display import half_up, in_sentence, show, show_percent_from, show_signed


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [
        ("0.05", "0.1", "0.1"),
        ("0.04999", "0.1", "0.0"),
        ("41.25", "0.1", "41.3"),
        ("40.25", "0.1", "40.3"),  # half-even would say 40.2
        ("0.825", "0.01", "0.83"),
        ("2.5", "1", "3"),
        ("-2.5", "1", "-3"),
        ("7", "5", "5"),
        ("7.5", "5", "10"),
        ("75", "0.1", "75.0"),
    ],
)
def test_a_tie_is_rounded_away_from_zero(value: str, step: str, rounded: str) -> None:
    assert half_up(Decimal(value), Decimal(step)) == Decimal(rounded)


def test_every_dose_of_the_clinic_is_rounded_by_integer_arithmetic_alike() -> None:
    for tenths_kg in range(200, 4001):
        dose_mg = Decimal(tenths_kg) / 20
        tenths_mg = (tenths_kg * 10 // 2 + 5) // 10
        assert half_up(dose_mg, Decimal("0.1")) == Decimal(tenths_mg) / 10


def test_the_decimal_context_in_force_does_not_change_a_rounding() -> None:
    with localcontext() as context:
        context.prec = 3
        context.rounding = ROUND_FLOOR
        assert half_up(Decimal("1234.56789"), Decimal("0.0001")) == Decimal("1234.5679")


@pytest.mark.parametrize(
    ("value", "rounded"), [(Fraction(1, 3), "0.3"), (Fraction(-2, 3), "-0.7"), (Fraction(1, 20), "0.1")]
)
def test_a_number_without_an_end_is_rounded_from_its_exact_fraction(value: Fraction, rounded: str) -> None:
    assert half_up(value, Decimal("0.1")) == Decimal(rounded)


@pytest.mark.parametrize("value", [0.1, True, "1", None])
def test_a_float_or_anything_but_decimal_and_int_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="not a Decimal or an int"):
        show(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_a_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        show(Decimal(value))


@pytest.mark.parametrize("step", ["0", "-0.1"])
def test_a_step_that_is_not_above_zero_is_refused(step: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        half_up(Decimal(1), Decimal(step))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.800"), "0.8"),
        (Decimal(".5"), "0.5"),
        (Decimal("40.0"), "40"),
        (Decimal("75.0"), "75"),
        (Decimal("100"), "100"),
        (Decimal("1E+3"), "1,000"),
        (Decimal("41.25"), "41.25"),
        (Decimal("1250.50"), "1,250.5"),
        (1034, "1,034"),
        (0, "0"),
        (Decimal("-0.0"), "0"),
        (Decimal("-2.40"), "\N{MINUS SIGN}2.4"),
    ],
)
def test_a_zero_leads_none_trails_and_a_comma_stands_at_one_thousand(value: Decimal | int, text: str) -> None:
    assert show(value) == text


def test_a_space_stands_before_the_unit() -> None:
    assert show(Decimal("42.0"), "mg") == "42 mg"


def test_nothing_is_rounded_when_shown() -> None:
    assert show(Decimal("0.1234567890123456789")) == "0.1234567890123456789"


@pytest.mark.parametrize(("value", "text"), [(9, "+9"), (0, "0"), (-1, "\N{MINUS SIGN}1")])
def test_a_signed_number_shows_its_sign_and_zero_has_none(value: int, text: str) -> None:
    assert show_signed(value) == text


@pytest.mark.parametrize(
    ("value", "baseline", "text"),
    [
        (144, 120, "+20%"),
        (145, 120, "+20.8%"),
        (142, 118, "+20.3%"),
        (141, 118, "+19.5%"),
        (53, 44, "+20.5%"),
        (95, 120, "\N{MINUS SIGN}20.8%"),
        (120, 120, "0%"),
    ],
)
def test_a_percent_from_baseline_has_one_decimal_place(value: int, baseline: int, text: str) -> None:
    assert show_percent_from(value, baseline) == text


def test_more_than_twenty_percent_never_prints_as_exactly_twenty() -> None:
    for baseline in range(30, 301):
        value = baseline + baseline // 5 + 1
        assert 100 * (value - baseline) > 20 * baseline
        assert show_percent_from(value, baseline) != "+20%"


def test_a_missing_or_zero_baseline_cannot_be_compared_with() -> None:
    with pytest.raises(ValueError, match="baseline of 0"):
        show_percent_from(120, 0)


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Ended early", "ended early"),
        ("IV line or pump", "IV line or pump"),
        ("AIDS", "AIDS"),
        ("PHQ-9 question 9", "PHQ-9 question 9"),
        (
            "Chronic primary: complex regional pain syndrome (CRPS)",
            "chronic primary: complex regional pain syndrome (CRPS)",
        ),
        ("A day missed", "a day missed"),
        ("", ""),
    ],
)
def test_a_label_inside_a_sentence_keeps_its_abbreviations(label: str, inside: str) -> None:
    assert in_sentence(label) == inside

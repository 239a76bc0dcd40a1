"""One reader for every clinical number: to the digit, or refused in words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.numbers import IN_POUNDS, NotTyped, read_kg, read_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [("82.5", "82.5"), (" 82.5 ", "82.5"), ("82.5\r\n", "82.5"), ("250.0", "250.0"), ("0.0", "0.0")],
)
def test_dos_12_a_weight_is_read_to_the_digit(typed: str, number: str) -> None:
    assert str(read_kg(typed)) == number


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("82,5", "A comma can mean two things."),
        ("1,250.0", "A comma can mean two things."),
        ("８２.５", "Only the digits 0 to 9 are read."),
        ("٨٢.٥", "Only the digits 0 to 9 are read."),
        ("82½", "Only the digits 0 to 9 are read."),
        ("-80.0", "A sign is no part of it."),
        ("+80.0", "A sign is no part of it."),
        ("−80.0", "A sign is no part of it."),
        ("1e2", "Letters and units are no part of it."),
        ("NaN", "Letters and units are no part of it."),
        ("Infinity", "Letters and units are no part of it."),
        ("0x52", "Letters and units are no part of it."),
        ("82.5 kg", "Letters and units are no part of it."),
        ("82.5%", "Letters and units are no part of it."),
        (".5", "A digit stands on each side of the point."),
        ("82.", "A digit stands on each side of the point."),
        ("82.5.1", "That is not one number."),
        ("8 2.5", "That is not one number."),
        ("8_2.5", "That is not one number."),
        ("82.5\x00", "That is not one number."),
        ("82.5\N{NO-BREAK SPACE}", "That is not one number."),
        ("82", "It has one decimal."),
        ("80.55", "It has one decimal."),
        ("1000.0", "That number is too large for this field."),
        ("9" * 10_000_000, "That is too long for a number."),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_dos_12_what_is_not_plainly_a_number_is_refused_with_what_to_type(typed: str, said: str) -> None:
    with pytest.raises(NotTyped) as refused:
        read_kg(typed)
    assert str(refused.value) == f"{said} Type kilograms with one decimal, as the scale shows it, such as 82.5."


@pytest.mark.parametrize("typed", ["180 lb", "180lbs", "180.5 pounds", "180#", "180 LB"])
def test_dos_12_pounds_are_never_converted(typed: str) -> None:
    with pytest.raises(NotTyped) as refused:
        read_kg(typed)
    assert str(refused.value) == IN_POUNDS


@pytest.mark.parametrize(
    ("typed", "places", "digits", "said"),
    [
        (
            "75.55",
            1,
            5,
            "It has one decimal at most. Type a number up to 99999.9 with a point and one decimal at most",
        ),
        ("100000", 1, 5, "That number is too large for this field. Type a number up to 99999.9"),
        ("120.0", 0, 3, "This number has no decimals. Type a whole number from 0 to 999, digits only"),
    ],
)
def test_dos_12_each_field_says_what_it_takes(typed: str, places: int, digits: int, said: str) -> None:
    with pytest.raises(NotTyped) as refused:
        read_number(typed, places=places, digits=digits)
    assert str(refused.value).startswith(said)


@given(st.text(max_size=30))
def test_dos_12_whatever_is_typed_is_read_to_the_letter_or_refused(typed: str) -> None:
    try:
        number = read_number(typed, places=2, digits=4)
    except NotTyped:
        return
    assert str(number) == typed.strip(" \t\r\n")
    assert number.is_finite()
    assert number >= 0


@given(st.integers(min_value=0, max_value=9999))
def test_dos_12_every_reading_of_a_scale_is_read(tenths: int) -> None:
    assert read_kg(f"{tenths // 10}.{tenths % 10}") == Decimal(tenths) / 10

"""OUT-45: a file holds the cells as shown, and what they are made of."""

import pytest

from outcomes.rules.table_export import Told, column_names, long_rows, sheet, typed_columns

TOLD = Told("Table", "Clinic", "2025-07-01", "Paper.", "ab", "2025-07-02", "cd", "", "Standard", simulated=True)


def test_out_45_numbers_are_numbers_and_what_is_shown_is_not_rounded_again() -> None:
    table = (
        ("Measure", "n", "Mean", "n (%)", "p"),
        [
            ("PHQ-9", "12", "-1.50", "3 (25.0)", "<0.001"),
            ("GAD-7", "", "2", "", "0.04"),
        ],
    )
    assert typed_columns(table) == {
        "measure": ("text", ["PHQ-9", "GAD-7"]),
        "n": ("whole", [12, None]),
        "mean": ("number", [-1.5, 2.0]),
        "n_4": ("text", ["3 (25.0)", None]),
        "p": ("text", ["<0.001", "0.04"]),
    }


def test_a_column_without_any_cell_is_one_of_texts_and_a_number_too_long_for_one_stays_a_text() -> None:
    assert typed_columns((("a", "b"), [("", "1234567890123456")])) == {
        "a": ("text", [None]),
        "b": ("text", ["1234567890123456"]),
    }
    assert typed_columns((("a",), [])) == {"a": ("text", [])}


def test_digits_of_other_scripts_are_no_numbers() -> None:
    assert typed_columns((("a",), [("١٢",)])) == {"a": ("text", ["١٢"])}


def test_rows_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        typed_columns((("a", "b"), [("1",)]))


def test_columns_have_names_of_their_own() -> None:
    assert column_names(("n (%)", "N", "", "Fünf")) == ("n", "n_2", "column_3", "fünf")


def test_out_45_a_sheet_says_what_it_is_made_of_before_the_heading() -> None:
    rows = sheet(TOLD.lines, (("a",), [("1",)]))
    assert rows[:2] == [("title", "Table"), ("source", "Clinic (simulated: nobody here is real)")]
    assert ("filters", "none") in rows
    assert rows[-3:] == [(), ("a",), ("1",)]


def test_several_tables_become_one_with_a_row_for_each_cell_and_the_papers_beside() -> None:
    second = ("outcome", "window", "n", "published_n", "published_p"), [("PHQ-9", "last", "12", "438", "<0.001")]
    reasons = ("reason", "days"), [("Ill", "3")]
    heading, rows = long_rows([("Table 2", second), ("Days missed", reasons)])
    assert heading == ("table", "line", "window", "quantity", "text", "value", "published")
    assert rows == [
        ("Table 2", "PHQ-9", "last", "n", "12", "12", "438"),
        ("Table 2", "PHQ-9", "last", "published_p", "<0.001", "", ""),
        ("Days missed", "Ill", "", "days", "3", "3", ""),
    ]

"""What was typed into the search field."""

from datetime import date

import pytest

from scheduling.rules.search import LONGEST, MOST_WORDS, read_search

TODAY = date(2026, 9, 14)
BORN = date(1974, 3, 14)


@pytest.mark.parametrize(
    "text",
    [
        "1974-03-14",
        "1974-3-14",
        "1974/03/14",
        "3/14/1974",
        "03/14/1974",
        "14.3.1974",
        "14.03.74",
        "14-03-1974",
        "14/3/74",
        "14 Mar 1974",
        "14 march 1974",
        "March 14, 1974",
        "mar 14th 74",
        "14. Mar. 1974",
        "1974 Mar 14",
        "14-Mar-1974",
        "19740314",
        "03141974",
    ],
)
def test_enr_49_a_birth_date_is_read_however_it_is_written(text: str) -> None:
    assert read_search(text, today=TODAY).births == (BORN,)


def test_enr_49_day_and_month_that_can_be_exchanged_mean_both_dates() -> None:
    assert read_search("3/4/1974", today=TODAY).births == (date(1974, 3, 4), date(1974, 4, 3))
    assert read_search("4/4/1974", today=TODAY).births == (date(1974, 4, 4),)


@pytest.mark.parametrize(("year", "meant"), [("26", 2026), ("27", 1927), ("74", 1974), ("00", 2000)])
def test_enr_49_two_digits_are_the_last_such_year(year: str, meant: int) -> None:
    assert read_search(f"1/13/{year}", today=TODAY).births == (date(meant, 1, 13),)


@pytest.mark.parametrize(
    "text",
    ["31 Feb 1974", "2026-09-15", "1899-12-31", "14 Ma 1974", "1974", "3/14", "0000-00-00", "1/2/3/4", "///"],
)
def test_enr_49_what_is_no_birth_date_is_a_word(text: str) -> None:
    search = read_search(text, today=TODAY)
    assert search.births == ()
    assert search.words == tuple(text.split())


def test_enr_49_a_date_of_today_and_of_1900_counts() -> None:
    assert read_search("2026-09-14", today=TODAY).births == (TODAY,)
    assert read_search("1900-01-01", today=TODAY).births == (date(1900, 1, 1),)


def test_a_name_and_a_date_are_both_looked_for() -> None:
    search = read_search("Marrin, 14 Mar 1974", today=TODAY)
    assert (search.words, search.births) == (("Marrin",), (BORN,))


def test_eight_digits_may_be_a_record_number_as_well() -> None:
    assert read_search("19740314", today=TODAY).number == "19740314"
    assert read_search("1974-03-14", today=TODAY).number == ""


def test_nothing_typed_looks_for_nothing_and_a_page_of_text_is_cut() -> None:
    assert read_search(" , ", today=TODAY).is_empty
    assert len(read_search("a " * 200, today=TODAY).words) == MOST_WORDS
    assert len("".join(read_search("x" * 500, today=TODAY).words)) == LONGEST

"""Dates as people write them, read without guessing (ENR-39)."""

import re
from datetime import date
from enum import StrEnum

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
YEAR_FIRST = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
NUMBERS = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
SHORT_YEAR = re.compile(r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}$")
DAY_WORD = re.compile(r"^(\d{1,2})\.? ([A-Za-z]{3,9})\.?,? (\d{4})$")
WORD_DAY = re.compile(r"^([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})$")
FULL_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


class DateOrder(StrEnum):
    """What 03/04/1974 means; nobody guesses it."""

    ASK = "ask"
    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"


class UnreadableDateError(ValueError):
    """A date that says nothing, or two things; the message is for the person at the screen."""


def read_date(text: str, order: DateOrder = DateOrder.ASK) -> date:
    """Return the one day that is meant.

    Raises UnreadableDateError for what is no date, has a year of two digits, or can be read in two ways
    while nobody has said which number is the month.
    """
    plain = " ".join(text.split())
    if found := YEAR_FIRST.match(plain):
        year, month, day = map(int, found.groups())
        return _day(plain, year, month, day)
    if found := DAY_WORD.match(plain):
        return _day(plain, int(found[3]), _month(plain, found[2]), int(found[1]))
    if found := WORD_DAY.match(plain):
        return _day(plain, int(found[3]), _month(plain, found[1]), int(found[2]))
    if found := NUMBERS.match(plain):
        return _numbers(plain, int(found[1]), int(found[2]), int(found[3]), order)
    if SHORT_YEAR.match(plain):
        raise UnreadableDateError(f"“{plain}” has a year of two digits. Write four, such as 1974-03-14.")
    raise UnreadableDateError(f"“{plain[:40]}” is not a date. Write it as 1974-03-14.")


def _numbers(text: str, first: int, second: int, year: int, order: DateOrder) -> date:
    if order == DateOrder.MONTH_FIRST:
        return _day(text, year, first, second)
    if order == DateOrder.DAY_FIRST:
        return _day(text, year, second, first)
    if first > 12 or first == second:
        return _day(text, year, second, first)
    if second > 12:
        return _day(text, year, first, second)
    one, other = (f"{d} {FULL_MONTHS[m - 1].capitalize()}" for m, d in ((first, second), (second, first)))
    raise UnreadableDateError(f"“{text}” can be {one} or {other}. Choose below how the dates are written.")


def _month(text: str, word: str) -> int:
    low = word.lower()
    for number, (short, full) in enumerate(zip(MONTHS, FULL_MONTHS, strict=True), start=1):
        if low in (short, full) or (low == "sept" and short == "sep"):
            return number
    raise UnreadableDateError(f"“{text}” names no month. Write the date as 1974-03-14.")


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise UnreadableDateError(f"“{text}” is not in the calendar. Correct the date.") from None

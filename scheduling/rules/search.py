"""What was typed into the search field: words, and a birth date in one of the ways people write it."""

import re
from dataclasses import dataclass
from datetime import date

from kitclinic.register import Rule

MONTHS = (
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
ORDINAL = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)$")
LONGEST = 120  # characters looked at
MOST_WORDS = 6
EARLIEST = 1900  # year of birth

ENR_49 = Rule(
    "ENR-49",
    "A birth date is found as 1974-03-14, 3/14/1974, 14.3.1974, 14 Mar 1974, March 14, 1974, 19740314 and with a "
    "year of two digits, which is the last such year. Where day and month can be exchanged with slashes, both "
    "dates are found.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Search:
    """births: dates that are meant, one of which must be the birth date; words: all of which must be found.

    number: an eight-digit date may be a record number as well; then either finds the patient.
    """

    words: tuple[str, ...] = ()
    births: tuple[date, ...] = ()
    number: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.births)


def read_search(text: str, *, today: date) -> Search:
    """Return what is looked for. The first date in the text is the birth date, everything else is words."""
    tokens = text[:LONGEST].replace(",", " ").split()
    for length in (3, 1):
        for start in range(len(tokens) - length + 1):
            births = birth_dates(tokens[start : start + length], today=today)
            if births:
                words = tokens[:start] + tokens[start + length :]
                number = tokens[start] if length == 1 and tokens[start].isdigit() else ""
                return Search(tuple(words[:MOST_WORDS]), births, number)
    return Search(tuple(tokens[:MOST_WORDS]))


def birth_dates(tokens: list[str], *, today: date) -> tuple[date, ...]:
    """Return the dates that one or three words may mean, () for none (ENR-49)."""
    parts = re.split(r"[-./]", tokens[0]) if len(tokens) == 1 else [token.strip(".") for token in tokens]
    if len(parts) == 1 and re.fullmatch(r"\d{8}", parts[0]):
        text = parts[0]
        return _first([(text[:4], text[4:6], text[6:]), (text[4:], text[:2], text[2:4])], today)
    if len(parts) != 3:
        return ()
    one, two, three = (ORDINAL.sub(r"\1", part.lower()) for part in parts)
    if _month(two):  # 14 Mar 1974
        return _first([(three, _month(two), one), (one, _month(two), three)], today)
    if _month(one):  # March 14 1974
        return _first([(three, _month(one), two)], today)
    if not (one.isdigit() and two.isdigit() and three.isdigit()):
        return ()
    if len(one) == 4:
        return _first([(one, two, three)], today)
    if "/" in tokens[0]:
        return _all([(three, one, two), (three, two, one)], today)
    return _first([(three, two, one), (three, one, two)], today)


def _first(readings: list[tuple[str, str, str]], today: date) -> tuple[date, ...]:
    return _all(readings, today)[:1]


def _all(readings: list[tuple[str, str, str]], today: date) -> tuple[date, ...]:
    found = []
    for year, month, day in readings:
        born = _date(year, month, day, today)
        if born is not None and born not in found:
            found.append(born)
    return tuple(found)


def _date(year: str, month: str, day: str, today: date) -> date | None:
    """A birth date: of this or an earlier day and not before EARLIEST; two digits mean the last such year."""
    if not (year.isdigit() and month.isdigit() and day.isdigit()) or len(year) not in (2, 4):
        return None
    number = int(year)
    if len(year) == 2:
        number += today.year // 100 * 100
        number -= 100 if number > today.year else 0
    try:
        born = date(number, int(month), int(day))
    except ValueError:  # the thirtieth of February
        return None
    return born if born.year >= EARLIEST and born <= today else None


def _month(word: str) -> str:
    """The number of a month written out or begun with three letters, "" for another word."""
    if len(word) < 3 or not word.isalpha():
        return ""
    return next((str(number) for number, name in enumerate(MONTHS, start=1) if name.startswith(word)), "")

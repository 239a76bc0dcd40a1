"""The file of an item bank: read, or refused with everything that is wrong in it.

One line an item: ``item_id``, ``a``, ``b1`` … ``bK``, ``n_categories``; ``bank`` names the bank; ``codes``, where
present, lists the answer codes in the direction of the parameters. Other columns are left alone. Commas,
semicolons or tabs (with these, decimal commas too); a byte order mark and any line ends are fine.
"""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.register import Rule
from outcomes.rules.irt import LARGEST_PARAMETER, MOST_CATEGORIES, Bank, ItemParameters

MOST_ITEMS = 1000  # CAT-06
MOST_CHARACTERS = 1_000_000  # CAT-06

THRESHOLDS = Rule(
    "CAT-03",
    "A bank is refused when an item's thresholds do not strictly increase or are not one fewer than its "
    "2 to 20 categories.",
    source="Samejima 1969; a published bank with 5 thresholds for 5 answers",
)
NUMBERS = Rule(
    "CAT-04",
    "A bank is refused when a discrimination is not above 0 or a parameter is no number within ±50.",
    source="our rule",
)
CODES = Rule(
    "CAT-05",
    "A bank is refused when the answer codes of an item are not 1, 2 … K in the direction of its parameters.",
    source="our rule",
)
WHOLE_FILE = Rule(
    "CAT-06",
    "A bank is refused when the file is empty, lacks a column, holds two banks, names an item twice, or has "
    "more than 1000 items or a million characters.",
    source="our rule",
)

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
ITEM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}", re.ASCII)
THRESHOLD = re.compile(r"b([1-9]\d?)", re.ASCII)
BLANK = frozenset({"", "na"})  # how empty cells are written


@dataclass(slots=True)
class _Columns:
    """Where each column stands in a line."""

    item_id: int
    a: int
    categories: int
    thresholds: list[int]
    bank: int | None
    codes: int | None


@dataclass(slots=True)
class _File:
    """What was read so far and what is wrong with it."""

    items: list[ItemParameters] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)  # bank -> first line
    ids: dict[str, int] = field(default_factory=dict)  # id without case -> first line
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, rule: Rule, sentence: str) -> None:
        self.problems.append(Blocker(rule.id, sentence))


@dataclass(slots=True)
class _Line:
    """One line of the file: its words and what to call it."""

    cells: list[str]
    name: str
    file: _File
    decimal_comma: bool

    def refuse(self, rule: Rule, sentence: str) -> None:
        self.file.refuse(rule, f"{self.name}: {sentence}")

    def number(self, place: int, column: str) -> float | None:
        """The number in a cell, or None after saying what is wrong with it."""
        shown = self.cells[place]
        text = shown.replace("−", "-")
        if self.decimal_comma:
            text = text.replace(",", ".")
        value = float(text) if len(text) <= 40 and NUMBER.fullmatch(text) else None
        if value is None:
            what = f"{column} is empty" if shown.lower() in BLANK else f"{column} “{shown[:40]}” is not a number"
            self.refuse(NUMBERS, f"{what}. Write a number such as 1.25.")
        elif abs(value) > LARGEST_PARAMETER:
            self.refuse(
                NUMBERS,
                f"{column} is {shown}, outside ±{LARGEST_PARAMETER:g}. Look for a lost decimal point.",
            )
            value = None
        return value


def read_bank(text: str, *, name: str = "", version: str = "") -> Bank:
    """Return the bank in a file's text. name: used instead of the file's own ``bank`` column.

    Raises Refused with every problem of ``bank_problems``.
    """
    file = _read(text)
    refuse_if(file.problems)
    return Bank(name or next(iter(file.names), ""), version, tuple(file.items))


def bank_problems(text: str) -> list[Problem]:
    """Return everything that speaks against a bank file, each with its line and item (CAT-03 to CAT-06)."""
    return _read(text).problems


def _read(text: str) -> _File:
    file = _File()
    text = text.removeprefix("\ufeff")
    if len(text) > MOST_CHARACTERS:
        file.refuse(WHOLE_FILE, "The file has more than a million characters; an item bank is far smaller.")
        return file
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(text.splitlines(), delimiter=delimiter, strict=True)
    try:
        rows.extend(
            (reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))
        )
    except csv.Error as error:
        file.refuse(
            WHOLE_FILE, f"Line {reader.line_num} cannot be read as a table ({error}). Save it as CSV again."
        )
        return file
    if len(rows) < 2:
        file.refuse(WHOLE_FILE, "The file holds no items. It needs a line of column names and one line an item.")
        return file
    if len(rows) - 1 > MOST_ITEMS:
        file.refuse(WHOLE_FILE, f"The file has {len(rows) - 1} items; a bank has at most {MOST_ITEMS}.")
        return file
    columns = _columns(rows[0][1], file)
    if columns is not None:
        for number, cells in rows[1:]:
            _read_line(number, cells, len(rows[0][1]), columns, file, decimal_comma=delimiter != ",")
    if len(file.names) > 1:
        said = ", ".join(f"“{bank}” from line {line}" for bank, line in file.names.items())
        file.refuse(WHOLE_FILE, f"The file holds {len(file.names)} banks: {said}. Import them one by one.")
    return file


def _columns(header: list[str], file: _File) -> _Columns | None:
    """Find the columns by name, in any order and case; None after saying which are missing."""
    names = [cell.lower() for cell in header]
    before = len(file.problems)
    for name, times in Counter(names).items():
        if name and times > 1:
            file.refuse(WHOLE_FILE, f"The column {name} stands {times} times in line 1. Keep one.")
    needed = ("item_id", "a", "b1", "n_categories")
    missing = [name for name in needed if name not in names]
    if missing:
        file.refuse(
            WHOLE_FILE,
            f"The file has no column {', '.join(missing)}. It needs item_id, a, b1, b2 … and n_categories.",
        )
    numbers = sorted(int(found[1]) for name in names if (found := THRESHOLD.fullmatch(name)))
    gaps = sorted(set(range(1, max(numbers, default=0) + 1)) - {*numbers, 1})
    if gaps:
        file.refuse(WHOLE_FILE, f"The threshold columns skip b{gaps[0]}. Name them b1, b2 … without a gap.")
    if len(file.problems) > before:
        return None
    place = {name: position for position, name in enumerate(names)}
    return _Columns(
        item_id=place["item_id"],
        a=place["a"],
        categories=place["n_categories"],
        thresholds=[place[f"b{number}"] for number in numbers],
        bank=place.get("bank"),
        codes=place.get("codes"),
    )


def _read_line(
    number: int, cells: list[str], width: int, columns: _Columns, file: _File, *, decimal_comma: bool
) -> None:
    if any(cells[width:]):
        file.refuse(
            WHOLE_FILE,
            f"Line {number} has {len(cells)} cells and line 1 has {width} columns. Check its commas and quotes.",
        )
        return
    cells = (cells + [""] * width)[:width]
    item_id = cells[columns.item_id]
    line = _Line(cells, f"Line {number}, item {item_id[:64] or '(no id)'}", file, decimal_comma)
    before = len(file.problems)
    _check_id(line, item_id, number)
    if columns.bank is not None and cells[columns.bank]:
        file.names.setdefault(cells[columns.bank], number)
    a = line.number(columns.a, "a")
    if a is not None and a <= 0:
        line.refuse(
            NUMBERS, f"the discrimination a is {a:g}, not above 0. A reversed item needs its categories reversed."
        )
    thresholds = _thresholds(line, columns)
    categories = _categories(line, cells[columns.categories], len(thresholds))
    if columns.codes is not None and categories is not None:
        _check_codes(line, cells[columns.codes], categories)
    if len(file.problems) == before and a is not None:
        file.items.append(ItemParameters(item_id, a, tuple(value for value in thresholds if value is not None)))


def _check_id(line: _Line, item_id: str, number: int) -> None:
    if not ITEM_ID.fullmatch(item_id):
        line.refuse(WHOLE_FILE, "the item id must be 1 to 64 letters, digits, points, hyphens or underscores.")
        return
    first = line.file.ids.setdefault(item_id.casefold(), number)
    if first != number:
        line.refuse(WHOLE_FILE, f"this id stands in line {first} already. Keep one of the two lines.")


def _thresholds(line: _Line, columns: _Columns) -> list[float | None]:
    """The thresholds up to the last cell that is filled; None for one that cannot be read."""
    filled = [at for at, place in enumerate(columns.thresholds) if line.cells[place].lower() not in BLANK]
    used = columns.thresholds[: max(filled, default=-1) + 1]
    values = [line.number(place, f"b{at}") for at, place in enumerate(used, start=1)]
    for at, (low, high) in enumerate(pairwise(values), start=1):
        if low is not None and high is not None and low >= high:
            line.refuse(
                THRESHOLDS,
                f"b{at} is {low:g} and b{at + 1} is {high:g}; the thresholds must increase. "
                "Check their order and the direction of the answers.",
            )
    return values


def _categories(line: _Line, text: str, thresholds: int) -> int | None:
    """The number of categories when it fits the thresholds; None after saying that it does not."""
    count = int(text) if re.fullmatch(r"\d{1,3}", text, re.ASCII) else None
    if count is None or not 2 <= count <= MOST_CATEGORIES:
        line.refuse(
            THRESHOLDS,
            f"n_categories is “{text[:40]}”. Write how many answers the question has, 2 to {MOST_CATEGORIES}.",
        )
        return None
    if thresholds != count - 1:
        what = "too many" if thresholds > count - 1 else "too few"
        line.refuse(
            THRESHOLDS,
            f"{thresholds} thresholds for {count} categories is {what}; {count} categories have {count - 1}. "
            "Correct the thresholds or n_categories from the licensed document.",
        )
        return None
    return count


def _check_codes(line: _Line, text: str, categories: int) -> None:
    codes = [code for code in re.split(r"[\s,;|/]+", text) if code]
    wanted = [str(code) for code in range(1, categories + 1)]
    if codes == wanted:
        return
    if codes == wanted[::-1]:
        sentence = "the answer codes run against the parameters. Reverse the codes of this item."
    else:
        sentence = f"the answer codes are “{text[:60]}”. They must be {' '.join(wanted)}."
    line.refuse(CODES, sentence)

"""A file of referrals: read whole, with every problem numbered by its line (ENR-39)."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

from kitclinic.register import Rule
from scheduling.rules.referral_columns import (
    BY_HEADER,
    COLUMNS,
    Column,
    UnreadableCellError,
    header_key,
    read_cell,
)
from scheduling.rules.referrals import NewReferral, referral_problems
from scheduling.rules.written_dates import DateOrder, UnreadableDateError

MOST_LINES = 50_000
MOST_MEGABYTES = 20
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}

ENR_39 = Rule(
    "ENR-39",
    "A referral file is UTF-8, at most 50,000 referrals and 20 MB, separated by commas, semicolons or tabs; "
    "a date that can be read in two ways is refused until its order is chosen; one wrong line stops the file.",
    source="clinic default",
)


class UnreadableFileError(ValueError):
    """A file that is no list of referrals at all; the message is for the person at the screen."""


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One thing that is wrong. line: as an editor numbers it, the header is line 1."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """One referral of a file. line: the first line it stands on."""

    line: int
    new: NewReferral


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file holds. left_columns: headers that no column is known for; they are not read."""

    rows: tuple[FileRow, ...]
    problems: tuple[LineProblem, ...]
    left_columns: tuple[str, ...]
    separator: str


def decode(data: bytes) -> str:
    """Return the text of an uploaded file, without a byte-order mark.

    Raises UnreadableFileError when it is too large, a workbook, or not UTF-8.
    """
    if len(data) > MOST_MEGABYTES * 1_000_000:
        raise UnreadableFileError(f"The file is larger than {MOST_MEGABYTES} MB. Split it and import the parts.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFileError(
            "This is an Excel workbook. In Excel, save it as “CSV UTF-8 (comma delimited)” and choose that file."
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError("The file is written in UTF-16. Save it as “CSV UTF-8” and choose it again.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        raise UnreadableFileError(
            f"The file is not written in UTF-8: line {line} has a character that cannot be read. "
            "Save it as “CSV UTF-8” and choose it again; nothing was taken in."
        ) from None
    if "\0" in text:
        raise UnreadableFileError("The file holds zero bytes, so it is not a CSV file. Save it as “CSV UTF-8”.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_file(text: str, *, today: date, order: DateOrder = DateOrder.ASK) -> ReadFile:
    """Return every referral and every problem of a file's text.

    Raises UnreadableFileError when there is no header that can be read, or too many lines.
    """
    if not text.strip():
        raise UnreadableFileError("The file is empty. The first line names the columns.")
    separator = _separator(text)
    lines = _lines(text, separator)
    _, header = next(lines)
    columns, left = _columns(header)
    rows: list[FileRow] = []
    problems: list[LineProblem] = []
    count = 0
    for line, cells in lines:
        if isinstance(cells, str):
            problems.append(LineProblem(line, cells))
            continue
        if (count := count + 1) > MOST_LINES:
            raise UnreadableFileError(
                f"The file has more than {MOST_LINES:,} referrals. Split it and import the parts."
            )
        new, wrong = _row(cells, columns, today=today, order=order)
        problems += [LineProblem(line, sentence) for sentence in wrong]
        if new is not None and not wrong:
            rows.append(FileRow(line, new))
    if not rows and not problems:
        raise UnreadableFileError("The file names its columns but holds no referrals below them.")
    return ReadFile(tuple(rows), tuple(problems), left, DELIMITERS[separator])


def template() -> str:
    """Return the header line of a file that can be imported, with a byte-order mark so that Excel reads UTF-8."""
    return "\ufeff" + ",".join(column.name for column in COLUMNS) + "\r\n"


def _separator(text: str) -> str:
    """The one that makes most known columns out of the first line."""
    first = text.lstrip("\n").split("\n", 1)[0]
    known = {
        separator: sum(
            header_key(cell) in BY_HEADER for cell in next(csv.reader([first], delimiter=separator), [])
        )
        for separator in DELIMITERS
    }
    best = max(known, key=lambda separator: known[separator])
    if not known[best]:
        raise UnreadableFileError(
            "The first line does not name the columns. Begin the file with the line of the template."
        )
    return best


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each filled line with its number; a sentence in place of the cells where the quotes are wrong."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield (
                line,
                "The quotation marks are not in pairs, so the rest of the file cannot be told apart. "
                "Write a quotation mark inside a field twice.",
            )
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _columns(header: list[str] | str) -> tuple[list[Column | None], tuple[str, ...]]:
    if isinstance(header, str):
        raise UnreadableFileError(f"Line 1: {header}")
    columns = [BY_HEADER.get(header_key(cell)) for cell in header]
    fields = [column.field for column in columns if column]
    twice = sorted({column.name for column in columns if column and fields.count(column.field) > 1})
    if twice:
        raise UnreadableFileError(f"Two columns stand for {', '.join(twice)}. Keep one of them.")
    missing = [column.name for column in COLUMNS if column.needed and column.field not in fields]
    if missing:
        raise UnreadableFileError(
            f"The first line lacks {', '.join(missing)}. Name the columns as the template does."
        )
    left = tuple(
        cell.strip() for cell, column in zip(header, columns, strict=True) if column is None and cell.strip()
    )
    return columns, left


def _row(
    cells: list[str], columns: list[Column | None], *, today: date, order: DateOrder
) -> tuple[NewReferral | None, list[str]]:
    """One referral with what is wrong in its line, all at once."""
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        return None, [
            f"There are {len(cells)} fields for {len(columns)} columns. "
            "Put a field that holds the separator into quotation marks."
        ]
    said: dict[str, Any] = {}
    wrong: list[str] = []
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    for column, text in zip(columns, padded, strict=False):
        if column is None:
            continue
        try:
            said[column.field] = read_cell(column, text, order)
        except UnreadableCellError as unreadable:
            wrong.append(f"{column.name} {unreadable}")
        except UnreadableDateError as unreadable:
            wrong.append(f"{column.name}: {unreadable}")
    if wrong:
        return None, wrong
    new = NewReferral(**said)
    return new, [problem.sentence for problem in referral_problems(new, today)]

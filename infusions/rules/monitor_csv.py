"""Readings as a table: one row a moment, the columns named in the first row."""

import csv
import io
import re
from decimal import Decimal

from infusions.rules.monitor_text import NotTaken, moment, shown, something, whole
from infusions.rules.monitors import (
    IDENTIFIER_MOST,
    LABELS,
    MON_02,
    MON_03,
    MON_04,
    READINGS_MOST,
    SIGNS,
    Numbers,
    Parsed,
    Sent,
)
from kitclinic.problems import Blocker, Problem

COLUMNS = ("measured_at", "record_number", *SIGNS, "device", "identifier")
NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,9})?", re.ASCII)


def read_csv(text: str, *, most: int = READINGS_MOST) -> Parsed:
    """Return the readings of a table, or every problem of every row."""
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        return Parsed(problems=(Blocker(MON_02.id, f"The table cannot be read: {error}. Nothing was stored."),))
    header = [name.strip().lower() for name in rows[0]] if rows else []
    lines = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    wrong = _header_problems(header) or _number_problems(len(lines), most)
    if wrong:
        return Parsed(problems=tuple(wrong))
    sent: list[Sent] = []
    problems: list[Problem] = []
    for number, row in lines:
        try:
            sent.append(_row(header, row, f"Row {number}"))
        except NotTaken as wrong_row:
            problem = wrong_row.problem
            problems.append(Blocker(problem.rule, f"Row {number}: {problem.sentence}"))
    return Parsed(problems=tuple(problems)) if problems else Parsed(tuple(sent))


def _header_problems(header: list[str]) -> list[Problem]:
    problems: list[Problem] = []
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        sentence = f"The column “{shown(unknown[0])}” is not known. Columns: {', '.join(COLUMNS)}."
        problems.append(Blocker(MON_03.id, sentence))
    twice = sorted({name for name in header if header.count(name) > 1} - set(unknown))
    if twice:
        problems.append(Blocker(MON_03.id, f"The column “{twice[0]}” is there twice."))
    if "measured_at" not in header:
        problems.append(Blocker(MON_03.id, "The first row names the columns; measured_at is missing in it."))
    if not set(header) & set(SIGNS):
        problems.append(Blocker(MON_03.id, f"No column holds a reading: {', '.join(SIGNS)}."))
    return problems


def _number_problems(lines: int, most: int) -> list[Problem]:
    if lines == 0:
        return [Blocker(MON_02.id, "There is no row below the names of the columns. Nothing was stored.")]
    if lines > most:
        return [Blocker(MON_02.id, f"{lines} rows are more than {most}. Send them in parts; nothing was stored.")]
    return []


def _row(header: list[str], row: list[str], where: str) -> Sent:
    if len(row) != len(header):
        raise NotTaken(MON_02.id, f"it has {len(row)} cells and the first row names {len(header)}.")
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    numbers = Numbers(**{sign: _number(cells.get(sign, ""), sign) for sign in SIGNS})
    something(numbers)
    for name in ("record_number", "device", "identifier"):
        if len(cells.get(name, "")) > IDENTIFIER_MOST:
            raise NotTaken(MON_02.id, f"{name} is longer than {IDENTIFIER_MOST} characters.")
    return Sent(
        identifier=cells.get("identifier", ""),
        subject=cells.get("record_number", ""),
        device=cells.get("device", ""),
        measured_at=moment(cells["measured_at"], "measured_at"),
        numbers=numbers,
        content={"format": "csv", "row": cells},
        where=where,
    )


def _number(cell: str, sign: str) -> int | None:
    if not cell:
        return None
    if not NUMBER.fullmatch(cell):
        raise NotTaken(MON_04.id, f"{LABELS[sign]} “{shown(cell)}” is no number.")
    return whole(Decimal(cell), sign)

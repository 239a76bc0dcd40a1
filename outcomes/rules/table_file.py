"""The file of a score table: raw sum, score and standard error, one line each."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

TABLE = Rule(
    "PRO-58",
    "A score table has the columns raw, t and se; each raw sum of the form once and without a gap, scores of "
    "10-90 with one decimal that rise with the sum, and standard errors of 0.1-20; anything else is refused.",
    source="HealthMeasures scoring manuals; our rule",
)
LOWEST, HIGHEST = Decimal(10), Decimal(90)
LARGEST_SE = Decimal(20)
MOST_ROWS = 500
WHOLE = re.compile(r"\d{1,4}", re.ASCII)
NUMBER = re.compile(r"\d{1,3}(\.\d)?", re.ASCII)


@dataclass(slots=True)
class ReadTable:
    """rows: raw sum -> (score, standard error) in points, with what is wrong with the file."""

    rows: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, sentence: str) -> None:
        self.problems.append(Blocker(TABLE.id, sentence))

    @property
    def content(self) -> dict[str, list[dict[str, str | int]]]:
        """As it is stored: score and standard error as text, so that nothing is lost in binary."""
        return {"rows": [{"raw": raw, "t": str(t), "se": str(se)} for raw, (t, se) in sorted(self.rows.items())]}


def read_table(text: str, *, sums: range | None = None) -> ReadTable:
    """Return the table in a file's text. sums: the raw sums of the form, where they are known."""
    read = ReadTable()
    lines = text.removeprefix("\ufeff").splitlines()
    head = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        read.refuse(f"Line {reader.line_num} cannot be read as a table ({error}). Save it as CSV again.")
        return read
    if not 2 <= len(rows) <= MOST_ROWS:
        read.refuse(
            f"The file has {max(len(rows) - 1, 0)} rows. A table has one for each raw sum, and a head line."
        )
        return read
    names = [cell.lower() for cell in rows[0][1]]
    missing = [name for name in ("raw", "t", "se") if names.count(name) != 1]
    if missing:
        read.refuse(
            f"The first line must name the columns raw, t and se, each once; look at {', '.join(missing)}."
        )
        return read
    place = {name: names.index(name) for name in ("raw", "t", "se")}
    for number, cells in rows[1:]:
        _read_line(number, cells, place, read, decimal_comma=delimiter != ",")
    _check_whole(read, sums)
    return read


def _read_line(
    number: int, cells: list[str], place: Mapping[str, int], read: ReadTable, *, decimal_comma: bool
) -> None:
    typed = {name: cells[at] if at < len(cells) else "" for name, at in place.items()}
    if decimal_comma:
        typed |= {name: typed[name].replace(",", ".") for name in ("t", "se")}
    before = len(read.problems)
    if not WHOLE.fullmatch(typed["raw"]):
        read.refuse(f"Line {number}: the raw sum “{typed['raw'][:20]}” is not a whole number.")
    for name, words, low, high in (("t", "score", LOWEST, HIGHEST), ("se", "standard error", 0, LARGEST_SE)):
        if not NUMBER.fullmatch(typed[name]):
            read.refuse(
                f"Line {number}: the {words} “{typed[name][:20]}” is not a number with at most one decimal."
            )
        elif not low <= Decimal(typed[name]) <= high or Decimal(typed[name]) == 0:
            read.refuse(f"Line {number}: the {words} {typed[name]} lies outside {low} to {high}.")
    if len(read.problems) > before:
        return
    raw = int(typed["raw"])
    if raw in read.rows:
        read.refuse(f"Line {number}: the raw sum {raw} stands in the file twice. Keep one of the two lines.")
        return
    read.rows[raw] = (Decimal(typed["t"]), Decimal(typed["se"]))


def _check_whole(read: ReadTable, sums: range | None) -> None:
    """Gaps, sums the form does not have, and scores that do not rise."""
    if read.problems:
        return
    raws = sorted(read.rows)
    wanted = sums or range(raws[0], raws[-1] + 1)
    missing = [str(raw) for raw in wanted if raw not in read.rows]
    if missing:
        read.refuse(
            f"The raw sums {', '.join(missing[:12])} are missing; the form gives {wanted[0]} to {wanted[-1]}."
        )
    beyond = [str(raw) for raw in raws if raw not in wanted]
    if beyond:
        read.refuse(
            f"The form cannot give the raw sums {', '.join(beyond[:12])}, only {wanted[0]} to {wanted[-1]}."
        )
    for low, high in pairwise(raws):
        if read.rows[low][0] >= read.rows[high][0]:
            read.refuse(
                f"The score does not rise from raw sum {low} ({read.rows[low][0]}) to {high} "
                f"({read.rows[high][0]}). Check the order and the direction of the table."
            )

"""The cells of one line of a registry export, each read strictly; what cannot be read becomes a problem."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$", re.ASCII)
CLOCK = re.compile(r"^\d{2}:\d{2}(:\d{2})?$", re.ASCII)
WHOLE = re.compile(r"^\d{1,4}$", re.ASCII)
DECIMAL = re.compile(r"^\d{1,4}(\.\d{1,4})?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One problem of an export. line: as an editor counts, 1 is the heading; 0 means the file itself."""

    file: str
    line: int
    rule: str
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.sentence} ({self.rule})"


@dataclass(frozen=True, slots=True)
class Cells:
    """One line. Every reader notes a problem under the given rule id and goes on with an empty value."""

    file: str
    line: int
    values: dict[str, str]
    problems: list[LineProblem]

    def note(self, rule: str, sentence: str) -> None:
        """Keep one problem of this line."""
        self.problems.append(LineProblem(self.file, self.line, rule, sentence))

    def get(self, column: str) -> str:
        """Return a cell as text; "" when it is blank or the column is not there."""
        return self.values.get(column, "")

    def has(self, column: str) -> bool:
        """True when the cell is not blank."""
        return bool(self.get(column))

    def text(self, column: str, rule: str) -> str:
        """Return a cell that must not be blank."""
        if not self.has(column):
            self.note(rule, f"“{column}” is blank.")
        return self.get(column)

    def choice(self, column: str, rule: str, known: Sequence[str], *, optional: bool = False) -> str:
        """Return one of the known words."""
        value = self.get(column)
        if value in known or (optional and not value):
            return value
        self.note(rule, f"“{value}” is not a {column}; write one of: {', '.join(known)}.")
        return ""

    def whole(self, column: str, rule: str, low: int, high: int, *, optional: bool = False) -> int | None:
        """Return a whole number from low to high, or None when blank or refused."""
        value = self.get(column)
        if optional and not value:
            return None
        if WHOLE.match(value) and low <= int(value) <= high:
            return int(value)
        self.note(rule, f"{column} “{value}” is not a whole number from {low} to {high}.")
        return None

    def decimal(self, column: str, rule: str, low: Decimal, high: Decimal) -> Decimal | None:
        """Return a number from low to high, or None when blank or refused."""
        value = self.get(column)
        if not value:
            return None
        if DECIMAL.match(value) and low <= Decimal(value) <= high:
            return Decimal(value)
        self.note(rule, f"{column} “{value}” is not a number from {low} to {high}.")
        return None

    def day(self, column: str, rule: str, low: date, high: date, *, optional: bool = False) -> date | None:
        """Return a date from low to high, or None when blank or refused."""
        value = self.get(column)
        if optional and not value:
            return None
        found = _date(value)
        if found is None:
            self.note(rule, f"{column} “{value}” is not a date; write it as 2024-03-31.")
        elif found < low:
            self.note(rule, f"{column} {value} is too long ago; dates start at {low}.")
        elif found > high:
            self.note(rule, f"{column} {value} is in the future; the latest possible is {high}.")
        else:
            return found
        return None

    def clock(self, column: str, rule: str) -> time | None:
        """Return a time of day, or None when blank or refused."""
        value = self.get(column)
        if not value:
            return None
        try:
            if CLOCK.match(value):
                return time.fromisoformat(value)
        except ValueError:
            pass  # 25:00 looks like a time and is none; said below
        self.note(rule, f"{column} “{value}” is not a time; write it as 07:30.")
        return None


def _date(value: str) -> date | None:
    if not DAY.match(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None

"""What a page shows as a file: the same cells, and before them what they are made of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitclinic.register import Rule

Table = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]  # heading, rows of text; "" where there is nothing
Typed = tuple[str, list[str | int | float | None]]

SAME_CELLS = Rule(
    "OUT-45",
    "An exported file holds the cells the page shows, nothing rounded again, and says source, as-of date, "
    "definitions with their digest, data cut and filters; in Parquet a column of which every cell is a number is "
    "one of numbers, any other one of texts.",
    source="clinic default",
)
WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?", re.ASCII)
PUBLISHED = "published_"


@dataclass(frozen=True, slots=True)
class Told:
    """What stands before every exported table."""

    title: str
    source: str
    as_of: str
    definitions: str
    definitions_digest: str
    data_cut: str
    data_cut_digest: str
    filters: str
    protocol: str
    simulated: bool

    @property
    def lines(self) -> dict[str, str]:
        """Return the same by name, for the head of a CSV file and the metadata of a Parquet one."""
        return {
            "title": self.title,
            "source": self.source + (" (simulated: nobody here is real)" if self.simulated else ""),
            "as of": self.as_of,
            "definitions": self.definitions,
            "definitions digest": self.definitions_digest,
            "data cut": self.data_cut,
            "data cut digest": self.data_cut_digest,
            "filters": self.filters or "none",
            "protocol": self.protocol,
        }


def sheet(told: Mapping[str, str], table: Table) -> list[tuple[str, ...]]:
    """Return rows of a CSV file: what the table is, an empty line, heading, rows (OUT-45)."""
    return [*told.items(), (), table[0], *table[1]]


def column_names(heading: Sequence[str]) -> tuple[str, ...]:
    """Return headings as names of columns: lower case, words joined, none empty, none twice."""
    found: list[str] = []
    for place, text in enumerate(heading, start=1):
        name = "_".join(re.findall(r"\w+", text.lower())) or f"column_{place}"
        found.append(name if name not in found else f"{name}_{place}")
    return tuple(found)


def typed_columns(table: Table) -> dict[str, Typed]:
    """Return name -> kind and values, None where a cell is empty (OUT-45). ValueError for uneven rows."""
    heading, rows = table
    if any(len(row) != len(heading) for row in rows):
        raise ValueError("every row has as many cells as the heading")
    found: dict[str, Typed] = {}
    for place, name in enumerate(column_names(heading)):
        cells = [row[place] for row in rows]
        filled = [cell for cell in cells if cell]
        if filled and all(WHOLE.fullmatch(cell) for cell in filled):
            found[name] = "whole", [int(cell) if cell else None for cell in cells]
        elif filled and all(NUMBER.fullmatch(cell) for cell in filled):
            found[name] = "number", [float(cell) if cell else None for cell in cells]
        else:
            found[name] = "text", [cell or None for cell in cells]
    return found


LONG = ("table", "line", "window", "quantity", "text", "value", "published")


def long_rows(tables: Sequence[tuple[str, Table]]) -> Table:
    """Return several tables as one, a row for each cell: of which table, line, window and quantity it is.

    text: the cell as shown; value: the same where it is a number; published: the paper's, where it stands beside.
    """
    rows: list[tuple[str, ...]] = []
    for title, (heading, lines) in tables:
        keys = 2 if heading[1:2] == ("window",) else 1
        named = dict(zip(heading, range(len(heading)), strict=True))
        for line in lines:
            window = line[1] if keys == 2 else ""
            for quantity, place in named.items():
                beside = line[named[PUBLISHED + quantity]] if PUBLISHED + quantity in named else ""
                alone = quantity.startswith(PUBLISHED) and quantity.removeprefix(PUBLISHED) in named
                if place >= keys and not alone:
                    value = line[place] if NUMBER.fullmatch(line[place]) else ""
                    rows.append((title, line[0], window, quantity, line[place], value, beside))
    return LONG, rows

"""The last look at a research export before it leaves: every byte, every cell (OUT-53 to OUT-55)."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from kitclinic.parquet import told_by
from outcomes.research_file import (
    ABOUT,
    DICTIONARY,
    FILES,
    README,
    Export,
    UnreadableExportError,
    is_plain,
    read_export,
    research_of,
    unzipped,
)
from outcomes.rules.identifiers import ONLY_ITS_CELLS, Hit, hits_in, words_in
from outcomes.rules.research_about import vocabulary
from outcomes.rules.research_dictionary import ID_PATTERN, TABLES, Column, dictionary_csv

PRINTED = re.compile(r"[^\x00-\x1f\x7f-\x9f\ufffd]{6,}")
OTHER_TEXT = "something else than its cells and facts"
ID = re.compile(ID_PATTERN)


@cache
def fixed_words() -> frozenset[str]:
    """Return the words that stand in exports of any clinic."""
    return frozenset(words_in(f"{vocabulary()} {dictionary_csv()} {' '.join(FILES)}"))


def scan(data: bytes, known: frozenset[str]) -> tuple[Hit, ...]:
    """Return everything that forbids this zip to leave; nothing, and it may. known: see ``known_words``."""
    other = Hit(ONLY_ITS_CELLS.id, "The zip", OTHER_TEXT)
    try:
        members = unzipped(data)
    except UnreadableExportError:
        return (other,)
    try:
        export = read_export(data)
        research_of(export)
    except UnreadableExportError:
        return tuple(sorted({other, *_of_bytes(members, known)}))
    found = _of_texts(members, known, export)
    for name, table in export.tables.items():
        found |= _of_table(table, f"{name}.parquet", TABLES[name], known, export)
    if not is_plain(data, export):  # else the CSV files hold the cells of the Parquet ones and nothing besides
        found |= {other, *_of_bytes(members, known)}
        found |= _of_csv(data, known)
    return tuple(sorted(found))


def _of_csv(data: bytes, known: frozenset[str]) -> set[Hit]:
    """Look at every cell of the CSV files, for what in them is not in the Parquet ones."""
    try:
        read = read_export(data, kind="csv")
    except UnreadableExportError:
        return set()  # told already: these are other texts than the export's
    parts = [_of_table(table, f"{name}.csv", TABLES[name], known, read) for name, table in read.tables.items()]
    return set().union(*parts)


def _of_table(
    table: Any, where: str, columns: tuple[Column, ...], known: frozenset[str], export: Export
) -> set[Hit]:
    """Look at every cell, and at what the file says of itself."""
    found = hits_in(_told(table), where, known, export.about.literals)
    for column in columns:
        if not _allowed(table[column.name], column):
            found.add(Hit(ONLY_ITS_CELLS.id, where, "a cell that the data dictionary does not allow"))
        if column.kind == "text":
            texts = [text for text in table[column.name].unique().to_pylist() if text is not None]
            found |= hits_in(texts, where, known)
    return found


def _told(table: Any) -> Iterator[str]:
    for key, text in told_by(table).items():
        yield f"{key} {text}"


def _allowed(values: Any, column: Column) -> bool:
    """Whether every cell of a column is one that the dictionary allows."""
    if values.null_count and not column.may_be_empty:
        return False
    cells = [cell for cell in values.unique().to_pylist() if cell is not None]
    if column.is_id:
        return all(ID.fullmatch(cell) for cell in cells)
    if column.words:
        return set(cells) <= set(column.words)
    return column.kind == "truth" or all(column.low <= cell <= column.high for cell in cells)


def _of_texts(members: dict[str, bytes], known: frozenset[str], export: Export) -> set[Hit]:
    """Look at the files that are read by people, and at the texts of about.json."""
    found = set()
    for name in (README, DICTIONARY):
        found |= hits_in([members[name].decode(errors="replace")], name, known, export.about.literals)
    found |= hits_in(_strings(json.loads(members[ABOUT])), ABOUT, known, export.about.literals)
    return found


def _strings(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for key, value in told.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(told, str):
        yield told


def _of_bytes(members: dict[str, bytes], known: frozenset[str]) -> set[Hit]:
    """Look for printed texts in files that are not what they should be: their names, and any stretch of bytes."""
    found: set[Hit] = set()
    for name, content in members.items():
        where = name if name in FILES else "The zip"
        texts = [PRINTED.findall(content.decode(code, errors="replace")) for code in ("utf-8", "latin-1")]
        found |= hits_in([name, *texts[0], *texts[1]], where, known)
    return found

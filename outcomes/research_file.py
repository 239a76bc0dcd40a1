"""The file of a research export: a zip of three tables, each as CSV and Parquet, and what they are.

Equal facts give equal bytes, which is how a file is proven to hold nothing but them (``is_plain``).
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kitclinic.parquet import (
    Coded,
    Kind,
    UnreadableTableError,
    Values,
    csv_bytes,
    parquet_bytes,
    read_csv,
    read_parquet,
    table_of,
)
from outcomes.rules.histories import UNKNOWN
from outcomes.rules.research import Numbers, Research
from outcomes.rules.research_about import About, UnreadableAboutError, about_json, read_about, readme
from outcomes.rules.research_dictionary import TABLES, Column, dictionary_csv

README, DICTIONARY, ABOUT = "README.txt", "dictionary.csv", "about.json"
WRITTEN = (1980, 1, 1, 0, 0, 0)  # the time in the zip: the earliest it can hold
PACKED = 1  # zlib's level: twice as fast as the usual 6, 12% larger
FILES = (README, DICTIONARY, ABOUT, *(f"{table}.{kind}" for table in TABLES for kind in ("csv", "parquet")))
MOST_BYTES = 4_000_000_000  # of one file in the zip when it is read back


class UnreadableExportError(ValueError):
    """A file is not a research export, in words."""


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """What a research export holds. tables: Arrow tables by name."""

    about: About
    tables: Mapping[str, Any]


def export_of(research: Research, about: About) -> Export:
    """Return the tables of de-identified rows, with the dictionary's columns and types."""
    columns = {name: getattr(research, name) for name in TABLES}
    tables = {}
    for name, found in TABLES.items():
        values = {one.name: (one.kind, _values(one, columns[name], research)) for one in found}
        tables[name] = table_of(values, about.told)
    return Export(about, tables)


def _values(column: Column, found: Mapping[str, Numbers], research: Research) -> Values:
    if column.is_id:
        return Coded(found["patient"], research.ids)
    if column.name == "standard_error":
        return np.ma.masked_invalid(np.round(research.error, 6))
    if column.name == "score":
        return found["tenths"] / 10
    values = found[column.name]
    if column.words:
        return Coded(values, column.words)
    missing = values == UNKNOWN if column.may_be_empty else np.zeros(len(values), dtype=bool)
    typed: dict[Kind, Any] = {"number": values / 10, "truth": values == 1, "whole": values}
    return np.ma.MaskedArray(typed[column.kind], mask=missing)


def export_bytes(export: Export) -> bytes:
    """Return the zip; equal facts give equal bytes, whatever the tables' own metadata say."""
    told = {name: table.replace_schema_metadata(export.about.told) for name, table in export.tables.items()}
    return zipped(
        {
            README: readme(export.about).encode(),
            DICTIONARY: dictionary_csv().encode(),
            ABOUT: about_json(export.about).encode(),
        }
        | {f"{name}.csv": csv_bytes(table) for name, table in export.tables.items()}
        | {f"{name}.parquet": parquet_bytes(table, compression="none") for name, table in told.items()}
    )


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip of files in the order of their names, without times of theirs."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, WRITTEN)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(info, members[name], compresslevel=PACKED)
    return made.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """Return the files in a zip by name; raises UnreadableExportError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            fits = len(infos) <= len(FILES) and all(one.file_size <= MOST_BYTES for one in infos)
            members = {one.filename: archive.read(one) for one in infos} if fits else {}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise UnreadableExportError("This is not a zip that can be read.") from error
    if not fits:
        raise UnreadableExportError("The zip holds more than a research export does.")
    return members


def read_export(data: bytes, *, kind: str = "parquet") -> Export:
    """Return what a research export holds, from its Parquet or its CSV; raises UnreadableExportError."""
    members = unzipped(data)
    missing = [name for name in FILES if name not in members]
    if missing:
        raise UnreadableExportError(f"This is not a research export: {', '.join(missing)} is missing.")
    try:
        about = read_about(members[ABOUT].decode())
        tables = {name: _table(name, members[f"{name}.{kind}"], kind) for name in TABLES}
    except (UnreadableAboutError, UnreadableTableError, UnicodeDecodeError) as error:
        raise UnreadableExportError(f"This is not a research export: {error}.") from error
    return Export(about, tables)


def _table(name: str, data: bytes, kind: str) -> Any:
    kinds: dict[str, Kind] = {one.name: one.kind for one in TABLES[name]}
    table = read_csv(data, kinds) if kind == "csv" else read_parquet(data)
    like = table_of({column: (kind, []) for column, kind in kinds.items()})
    if not table.schema.equals(like.schema, check_metadata=False):
        raise UnreadableTableError(f"{name} has other columns than the dictionary")
    return table


def is_plain(data: bytes, export: Export) -> bool:
    """Whether a zip is byte for byte what these facts give, so that nothing else can be in it."""
    try:
        return export_bytes(export) == data
    except UnreadableTableError:  # a cell that no CSV file of an export can hold
        return False


def research_of(export: Export) -> Research:
    """Return the rows of an export as columns of numbers; UnreadableExportError for a wrong id."""
    ids = export.tables["patients"]["patient"].to_pylist()
    if len(set(ids)) != len(ids) or None in ids:
        raise UnreadableExportError("A study id stands in patients twice.")
    found = {name: _numbers(name, table, ids) for name, table in export.tables.items()}
    for name in ("infusions", "scores"):
        if (found[name]["patient"] == UNKNOWN).any():
            raise UnreadableExportError(f"{name.capitalize()} holds a study id that is not in patients.")
    score = export.tables["scores"]["standard_error"].to_numpy(zero_copy_only=False)
    return Research(tuple(ids), **found, error=score.astype(np.float64), left_out=export.about.left_out)


def _numbers(name: str, table: Any, ids: list[str]) -> dict[str, Numbers]:
    found = {}
    for column in TABLES[name]:
        values = table[column.name].combine_chunks()
        if column.name == "standard_error":
            continue
        if column.name == "score":
            found["tenths"] = np.rint(values.to_numpy(zero_copy_only=False) * 10).astype(np.int64)
        elif column.kind == "text":
            found[column.name] = _codes(values, ids if column.is_id else list(column.words))
        else:
            numbers = values.cast("double").to_numpy(zero_copy_only=False) * (10 if column.kind == "number" else 1)
            found[column.name] = np.where(np.isnan(numbers), UNKNOWN, np.rint(numbers)).astype(np.int64)
    return found


def _codes(values: Any, words: list[str]) -> Numbers:
    """Return places among the words, UNKNOWN for any other text and for none."""
    coded = values.dictionary_encode()
    place = {word: at for at, word in enumerate(words)}
    places = np.array([*(place.get(word, UNKNOWN) for word in coded.dictionary.to_pylist()), UNKNOWN])
    codes = coded.indices.fill_null(len(places) - 1).to_numpy(zero_copy_only=False)
    return places[codes].astype(np.int64)

"""Tables as Parquet and plain CSV: typed columns, and in a Parquet file's own metadata what the table is.

The library is loaded with the first file a process makes (0.2 s, 60 MB), not with the pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import Any, Literal

import numpy as np
from django.http import HttpResponse
from numpy.typing import NDArray

Kind = Literal["text", "whole", "number", "truth"]
TYPES: Mapping[Kind, str] = {"text": "string", "whole": "int64", "number": "double", "truth": "bool"}
PARQUET = "application/vnd.apache.parquet"
OWN_KEY = b"ARROW:schema"  # the library's, beside ours


class UnreadableTableError(ValueError):
    """A file is not a table of the columns asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of texts as places in a short list of words; -1 where there is none."""

    codes: NDArray[np.integer[Any]]
    words: tuple[str, ...]


Values = Coded | NDArray[Any] | Sequence[Any]  # of an array, what is masked is missing; of a list, None


@cache
def arrow() -> Any:
    """Return the library, with what it reads and writes loaded."""
    for part in ("pyarrow.compute", "pyarrow.csv", "pyarrow.parquet"):
        import_module(part)
    return import_module("pyarrow")


def table_of(columns: Mapping[str, tuple[Kind, Values]], told: Mapping[str, str] | None = None) -> Any:
    """Return an Arrow table. told: what the table is, key by key, for the file's metadata."""
    pa = arrow()
    fields = [(name, _array(kind, values)) for name, (kind, values) in columns.items()]
    schema = pa.schema([pa.field(name, array.type) for name, array in fields], metadata=dict(told or {}))
    return pa.table([array for _, array in fields], schema=schema)


def _array(kind: Kind, values: Values) -> Any:
    pa = arrow()
    if isinstance(values, Coded):
        missing = values.codes < 0
        codes = pa.array(np.where(missing, 0, values.codes).astype(np.int32), mask=missing)
        words = pa.array(values.words or ("",), type=pa.string())
        return pa.DictionaryArray.from_arrays(codes, words).cast(pa.string())
    return pa.array(values, type=pa.type_for_alias(TYPES[kind]))


def parquet_bytes(table: Any, *, compression: str = "zstd") -> bytes:
    """Return a table as a Parquet file; equal tables give equal bytes."""
    made = BytesIO()
    arrow().parquet.write_table(table, made, compression=compression, version="2.6")
    return made.getvalue()


def read_parquet(data: bytes) -> Any:
    """Return the table of a Parquet file; raises UnreadableTableError."""
    try:
        return arrow().parquet.read_table(BytesIO(data))
    except (arrow().ArrowException, OSError) as error:
        raise UnreadableTableError("this is not a Parquet file") from error


def told_by(table: Any) -> dict[str, str]:
    """Return what a table's metadata say, without the library's own key."""
    found = table.schema.metadata or {}
    return {key.decode(): text.decode(errors="replace") for key, text in found.items() if key != OWN_KEY}


def csv_bytes(table: Any) -> bytes:
    """Return a table as CSV without any quoting; equal tables give equal bytes.

    Raises UnreadableTableError for a text that would need quotes.
    """
    made = BytesIO((",".join(table.column_names) + "\n").encode())
    made.seek(0, 2)
    options = arrow().csv.WriteOptions(include_header=False, quoting_style="none")
    try:
        arrow().csv.write_csv(table, made, options)
    except arrow().ArrowException as error:
        raise UnreadableTableError("a text has a comma, a quote or a line break") from error
    return made.getvalue()


def read_csv(data: bytes, kinds: Mapping[str, Kind]) -> Any:
    """Return the table of such a CSV file; raises UnreadableTableError for other columns or kinds."""
    pa = arrow()
    header = data.split(b"\n", 1)[0].decode(errors="replace").rstrip("\r")
    if header.split(",") != list(kinds):
        raise UnreadableTableError("the columns are not the ones of the dictionary")
    types = {name: pa.type_for_alias(TYPES[kind]) for name, kind in kinds.items()}
    convert = pa.csv.ConvertOptions(
        column_types=types,
        null_values=[""],
        strings_can_be_null=True,
        true_values=["true"],
        false_values=["false"],
    )
    parse = pa.csv.ParseOptions(quote_char=False, escape_char=False, newlines_in_values=False)
    try:
        return pa.csv.read_csv(BytesIO(data), parse_options=parse, convert_options=convert)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise UnreadableTableError("a cell is not of its column's kind") from error


def parquet_download(name: str, data: bytes) -> HttpResponse:
    """Return a Parquet file to save."""
    response = HttpResponse(data, content_type=PARQUET)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

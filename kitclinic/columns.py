"""Rows of a query as numpy columns, read by binary COPY: many rows without an object for each."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import connections
from django.db.models import QuerySet
from numpy.typing import NDArray

# What a column is cast to in SQL, and the bytes it then has.
KINDS: Mapping[str, tuple[str, str]] = {
    "int16": ("smallint", ">i2"),
    "int32": ("integer", ">i4"),
    "int64": ("bigint", ">i8"),
    "float64": ("double precision", ">f8"),
    "bool": ("boolean", "?"),
}
HEADER = 19  # bytes: signature 11, flags 4, length of the extension 4
TRAILER = 2


def columns(rows: QuerySet[Any, Any], kinds: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """Return the columns of a ``values_list`` query. kinds: name -> one of KINDS, in the order of the query.

    Whole numbers come as int64, others as float64, truth values as bool. ValueError where a value is null: a
    column that may be null gets a value of its own with Coalesce.
    """
    sql, values = rows.query.get_compiler(using=rows.db).as_sql()
    inner = ", ".join(f'"{name}"' for name in kinds)
    cast = ", ".join(f'"{name}"::{KINDS[kind][0]}' for name, kind in kinds.items())
    copy = f"COPY (SELECT {cast} FROM ({sql}) AS given ({inner})) TO STDOUT (FORMAT BINARY)"  # noqa: S608
    with connections[rows.db].cursor() as cursor, cursor.cursor.copy(copy, values) as out:
        data = b"".join(out)
    return _parsed(data, kinds)


def _parsed(data: bytes, kinds: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in kinds.items():
        fields += [(f"{name} length", ">i4"), (name, KINDS[kind][1])]
    row = np.dtype(fields)
    size = len(data) - HEADER - TRAILER
    if size % row.itemsize:
        raise ValueError("a column holds a null or a type of another size")
    found = np.frombuffer(data, dtype=row, count=size // row.itemsize, offset=HEADER)
    if len(found) and not all((found[f"{name} length"] == row[name].itemsize).all() for name in kinds):
        raise ValueError("a column holds a null or a type of another size")
    return {name: found[name].astype(_native(kind)) for name, kind in kinds.items()}


def _native(kind: str) -> type[Any]:
    if kind == "bool":
        return np.bool_
    return np.float64 if kind == "float64" else np.int64

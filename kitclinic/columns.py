"""Rows of a query as numpy columns: PostgreSQL packs each column into one array, so no row becomes an object.

Measured on 58,854 rows of five columns: 27 ms, against 196 ms by binary COPY row for row.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import psycopg
from django.db import connections
from django.db.models import QuerySet
from numpy.typing import NDArray

# What a column is cast to in SQL, and the type it then has on the wire and here.
KINDS: Mapping[str, tuple[str, str, type[Any]]] = {
    "int16": ("smallint", ">i2", np.int64),
    "int32": ("integer", ">i4", np.int64),
    "int64": ("bigint", ">i8", np.int64),
    "float64": ("double precision", ">f8", np.float64),
    "bool": ("boolean", "?", np.bool_),
}
HEADER = np.dtype([("dimensions", ">i4"), ("nulls", ">i4"), ("type", ">u4"), ("size", ">i4"), ("first", ">i4")])


def columns(rows: QuerySet[Any, Any], kinds: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """Return the columns of a ``values_list`` query. kinds: name -> one of KINDS, in the order of the query.

    Whole numbers come as int64, others as float64, truth values as bool. ValueError where a value is null: a
    column that may be null gets a value of its own with Coalesce.
    """
    sql, values = rows.query.get_compiler(using=rows.db).as_sql()
    given = ", ".join(f'"{name}"' for name in kinds)
    packed = ", ".join(f'array_agg("{name}"::{KINDS[kind][0]})' for name, kind in kinds.items())
    with connections[rows.db].cursor() as cursor:
        whole = cursor.cursor.mogrify(f"SELECT {packed} FROM ({sql}) AS given ({given})", values)  # noqa: S608  # nosec
        with psycopg.Cursor(cursor.cursor.connection) as raw:
            raw.execute(whole.encode(), binary=True)
            found = raw.pgresult
            if found is None:
                raise ValueError("the query gave no result")
            arrays = [found.get_value(0, place) for place in range(len(kinds))]
    return {name: _column(data, kind) for (name, kind), data in zip(kinds.items(), arrays, strict=True)}


def _column(data: bytes | None, kind: str) -> NDArray[Any]:
    """Unpack PostgreSQL's binary array of one dimension: a header, then each value after its length."""
    _, wire, native = KINDS[kind]
    if data is None:
        return np.empty(0, dtype=native)
    header = np.frombuffer(data, dtype=HEADER, count=1)[0]
    if header["nulls"]:
        raise ValueError("a column holds a null")
    packed = np.dtype([("length", ">i4"), ("value", wire)])
    found = np.frombuffer(data, dtype=packed, count=header["size"], offset=HEADER.itemsize)
    return found["value"].astype(native)

"""Reads large results: COPY BINARY of fixed-width columns straight into numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

_HEADER_SIZE = 19
_TRAILER_SIZE = 2
_EPOCH_SHIFT = 10_957  # days from 1970-01-01 to 2000-01-01, where PostgreSQL starts to count
_WIRE = {"int4": ">i4", "int8": ">i8", "bool": "?", "date": ">i4"}


def read_columns(
    connection: Connection, query: str, parameters: Sequence[object], kinds: Mapping[str, str]
) -> dict[str, NDArray[Any]]:
    """The rows of `query` as one array a column.

    `kinds` maps each column of the query, in its order, to int4, int8, bool or date; none may be null. Dates come back
    as days since 1970-01-01. `parameters` fill the %s of the query.
    """
    driver = connection.connection.driver_connection
    assert driver is not None  # a live SQLAlchemy connection has one
    with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", parameters) as copy:
        body = b"".join(bytes(chunk) for chunk in copy)
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in kinds.items():
        layout += [(f"{name}_size", ">i4"), (name, _WIRE[kind])]
    rows = np.frombuffer(body[_HEADER_SIZE : len(body) - _TRAILER_SIZE], dtype=np.dtype(layout))
    columns: dict[str, NDArray[Any]] = {}
    for name, kind in kinds.items():
        values = rows[name]
        native = values.astype(np.bool_ if kind == "bool" else np.int64)
        columns[name] = native + _EPOCH_SHIFT if kind == "date" else native
    return columns

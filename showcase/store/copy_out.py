"""Reads large results: COPY BINARY of fixed-width columns straight into numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

_HEADER_SIZE = 19
_TRAILER = b"\xff\xff"
_ARRAY_HEADER_SIZE = 20
_EPOCH_SHIFT = 10_957  # days from 1970-01-01 to 2000-01-01, where PostgreSQL starts to count
_WIRE = {"int4": ">i4", "int8": ">i8", "bool": "?", "date": ">i4"}
_PIECES_A_STORE = 16  # a message holds a piece, and PostgreSQL sends none above 1 GB


def read_columns(
    connection: Connection, query: str, parameters: Sequence[object], kinds: Mapping[str, str]
) -> dict[str, NDArray[Any]]:
    """The rows of `query` as one array a column, in no particular order.

    `kinds` maps each column of the query, in its order, to int4, int8, bool or date; none may be null, and the first
    two are store_id and product_id. Dates come back as days since 1970-01-01. `parameters` fill the %s of the query.

    The rows come as arrays, some thousands to a message: one by one they would cost this process eight times as much.
    """
    arrays = ", ".join(f"array_agg({name})" for name in kinds)
    pieces = f"SELECT {arrays} FROM ({query}) AS piece ({', '.join(kinds)})"  # noqa: S608  (names of our own)
    grouped = f"COPY ({pieces} GROUP BY store_id, mod(product_id, {_PIECES_A_STORE})) TO STDOUT (FORMAT BINARY)"
    driver = connection.connection.driver_connection
    assert driver is not None  # a live SQLAlchemy connection has one
    with driver.cursor() as cursor, cursor.copy(grouped, parameters) as copy:
        body = b"".join(bytes(message) for message in copy)
    wires = {name: np.dtype([("size", ">i4"), ("value", _WIRE[kind])]) for name, kind in kinds.items()}
    found: dict[str, list[NDArray[Any]]] = {name: [] for name in kinds}
    at = _HEADER_SIZE
    while body[at : at + 2] != _TRAILER:
        at += 2
        for name, wire in wires.items():
            size = int.from_bytes(body[at : at + 4], "big")
            count = (size - _ARRAY_HEADER_SIZE) // wire.itemsize
            found[name].append(np.frombuffer(body, wire, count, at + 4 + _ARRAY_HEADER_SIZE)["value"])
            at += 4 + size
    return {name: _native(found[name], kind) for name, kind in kinds.items()}


def _native(pieces: Sequence[NDArray[Any]], kind: str) -> NDArray[Any]:
    whole = np.concatenate([np.empty(0, dtype=_WIRE[kind]), *pieces])
    native = whole.astype(np.bool_ if kind == "bool" else np.int64)
    return native + _EPOCH_SHIFT if kind == "date" else native

"""Bytes of values and tables that are the same on every machine, and the digests over them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from showcase.errors import InvalidInputError
from showcase.kernel.identity import Digest


def canonical_json(value: object) -> bytes:
    """The value as JSON with sorted keys and no spaces; NaN and infinities are refused."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise InvalidInputError(
            "A value with NaN or infinity has no canonical form.", "Send null where a number is undefined."
        ) from error
    return text.encode()


def digest_of(value: object) -> Digest:
    """The digest of a JSON value's canonical form."""
    return Digest.of(canonical_json(value))


def _integers(column: pl.Series) -> NDArray[np.int64]:
    if column.dtype == pl.Date:
        column = column.cast(pl.Int32)
    if column.null_count():
        # a null is told apart from every number by an own validity column, see _column_bytes
        column = column.fill_null(0)
    return column.cast(pl.Int64).to_numpy()


def _text_bytes(column: pl.Series) -> bytes:
    """The lengths of the texts in bytes, then the texts, taken from Arrow's own buffers: no Python text a row."""
    import pyarrow as pa

    texts = column.cast(pl.String).fill_null("").rechunk().to_arrow().cast(pa.large_string())
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    _, offsets, body = texts.buffers()
    bounds = np.frombuffer(offsets, dtype="<i8")[texts.offset : texts.offset + len(texts) + 1]
    lengths = np.diff(bounds).astype("<i8").tobytes()
    return lengths + (memoryview(body)[bounds[0] : bounds[-1]].tobytes() if body is not None else b"")


def _column_bytes(column: pl.Series) -> bytes:
    if column.dtype.is_float():
        raise TypeError(f"column {column.name} holds floats; fingerprints cover integers, dates, codes and cents")
    validity = column.is_not_null().cast(pl.UInt8).to_numpy().tobytes() if column.null_count() else b""
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        return validity + _text_bytes(column)
    return validity + _integers(column).astype("<i8").tobytes()


def digest_tables(tables: Mapping[str, tuple[pl.DataFrame, tuple[str, ...]]]) -> Digest:
    """The digest over named tables.

    `tables` maps a name to (frame, sort columns). Frames hold integers, booleans, dates and texts, never floats.
    Rows are sorted by the sort columns, columns and tables by name, so that no order changes the digest.
    """
    state = hashlib.sha256()
    for name in sorted(tables):
        frame, keys = tables[name]
        ordered = frame.sort(list(keys)) if keys else frame
        columns = sorted(ordered.columns)
        header: dict[str, Any] = {"table": name, "rows": ordered.height, "columns": columns}
        state.update(canonical_json(header))
        for column in columns:
            body = _column_bytes(ordered[column])
            state.update(len(body).to_bytes(8, "little"))
            state.update(body)
    return Digest(state.hexdigest())


@dataclass(frozen=True, slots=True)
class ColumnStream:
    """A table that is read column by column in batches, its rows already in the order of its sort columns.

    `batches(column)` gives the column's series from the first row on; it is called several times.
    """

    rows: int
    columns: tuple[str, ...]
    batches: Callable[[str], Iterable[pl.Series]]


class _HashState(Protocol):
    def update(self, content: bytes, /) -> None: ...


def _update_column(state: _HashState, batches: Callable[[], Iterable[pl.Series]]) -> None:
    """Feed the bytes that `_column_bytes` makes of the whole column, batch by batch."""
    rows, nulls, text_bytes, is_text = 0, 0, 0, False
    for batch in batches():
        rows += batch.len()
        nulls += batch.null_count()
        is_text = batch.dtype in (pl.String, pl.Categorical, pl.Enum)
        if is_text:
            text_bytes += int(batch.cast(pl.String).str.len_bytes().cast(pl.Int64).sum())
    state.update(((rows if nulls else 0) + 8 * rows + text_bytes).to_bytes(8, "little"))
    if nulls:
        for batch in batches():
            state.update(batch.is_not_null().cast(pl.UInt8).to_numpy().tobytes())
    for batch in batches():
        if is_text:
            state.update(batch.cast(pl.String).fill_null("").str.len_bytes().to_numpy().astype("<i8").tobytes())
        else:
            state.update(_integers(batch).astype("<i8").tobytes())
    if is_text:
        for batch in batches():
            state.update((batch.cast(pl.String).fill_null("").str.join("").item() or "").encode())


def digest_streams(tables: Mapping[str, ColumnStream]) -> Digest:
    """The digest that `digest_tables` gives for the same rows, without holding a table in memory."""
    state = hashlib.sha256()
    for name in sorted(tables):
        table = tables[name]
        columns = sorted(table.columns)
        state.update(canonical_json({"table": name, "rows": table.rows, "columns": columns}))
        for column in columns:
            _update_column(state, partial(table.batches, column))
    return Digest(state.hexdigest())

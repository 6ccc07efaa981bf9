"""The digest of tables that are read in batches is the digest of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from showcase.kernel.canonical import ColumnStream, digest_streams, digest_tables

_ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.text(max_size=5)),
        st.one_of(st.none(), st.integers(-(2**40), 2**40)),
        st.one_of(st.none(), st.dates(date(1900, 1, 1))),
        st.booleans(),
    ),
    max_size=12,
)
_SCHEMA = {"text": pl.String, "number": pl.Int64, "day": pl.Date, "flag": pl.Boolean}


def _streamed(frame: pl.DataFrame, size: int) -> ColumnStream:
    def batches(column: str) -> Iterator[pl.Series]:
        return (frame[column][start : start + size] for start in range(0, frame.height, size))

    return ColumnStream(frame.height, tuple(frame.columns), batches)


@given(rows=_ROWS, size=st.integers(1, 13))
def test_batches_give_the_digest_of_the_whole(rows: list[tuple[object, ...]], size: int) -> None:
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row").with_row_index("at")
    other = frame.select("at", "flag")
    whole = digest_tables({"a": (frame, ("at",)), "b": (other, ("at",))})
    assert digest_streams({"b": _streamed(other, 3), "a": _streamed(frame, size)}) == whole


def test_empty_tables_have_the_digest_of_empty_tables() -> None:
    frame = pl.DataFrame(schema=_SCHEMA)
    assert digest_streams({"a": _streamed(frame, 1)}) == digest_tables({"a": (frame, ("number",))})

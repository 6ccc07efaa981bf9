"""Parquet, read in batches, each distinct value printed as a text once, so that CSV and Parquet obey the same rules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from showcase.demand.intake_chunks import MAX_ROWS, RawChunk, TextColumn, text_column
from showcase.demand.intake_columns import MappedColumn
from showcase.demand.intake_report import refuse_file, shown
from showcase.kernel.identity import Digest

BATCH_ROWS = 100_000
MAX_CHUNK_BYTES = 256 * 1024**2
_READ_BYTES = 1024 * 1024


def plain_text(value: object) -> str:
    """A typed value as the text that a CSV would have: ISO days, decimal point, no exponent."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float():
            return format(Decimal(repr(value)), "f") if np.isfinite(value) else str(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat(sep=" ", timespec="microseconds")
        case date():
            return value.isoformat()
        case _:
            return str(value)


class ParquetSource:
    """One Parquet file, opened at its footer."""

    unit = "row"

    def __init__(self, file_name: str, path: Path, batch_rows: int) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._name = file_name
        self._path = path
        self._batch_rows = batch_rows
        self._done = 0.0
        try:
            self._file = parquet.ParquetFile(path, memory_map=False, buffer_size=_READ_BYTES, pre_buffer=False)
            schema = self._file.schema_arrow
        except (pa.ArrowException, OSError) as error:
            raise refuse_file(file_name, "parquet_whole") from error
        self.columns: tuple[str, ...] = tuple(name.strip() for name in schema.names)
        self.typed = frozenset(
            name for name, kind in zip(self.columns, schema.types, strict=True) if not _is_text(kind)
        )
        self._n_rows = int(self._file.metadata.num_rows)
        if self._n_rows > MAX_ROWS:
            raise refuse_file(file_name, "file_size", value=f"{self._n_rows} rows")

    def close(self) -> None:
        self._file.close()

    def share_done(self) -> float:
        return self._done

    def digest(self) -> Digest:
        with self._path.open("rb") as raw:
            return Digest(hashlib.file_digest(raw, "sha256").hexdigest())

    def chunks(self, wanted: Sequence[MappedColumn]) -> Iterator[RawChunk]:
        import pyarrow as pa

        schema = self._file.schema_arrow
        for entry in wanted:
            self._refuse_type(entry, schema.field(entry.position).type)
        self._refuse_bombs(wanted)
        names = [schema.names[entry.position] for entry in wanted]
        row = 1
        try:
            with self._dictionary_file(names) as file:
                for batch in file.iter_batches(self._batch_rows, columns=names, use_threads=False):
                    yield RawChunk(np.arange(row, row + batch.num_rows, dtype=np.int64), self._texts(batch, wanted))
                    row += batch.num_rows
                    self._done = (row - 1) / max(1, self._n_rows)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise refuse_file(self._name, "parquet_whole", note=f"reading stopped after row {row - 1}") from error

    def _texts(self, batch: Any, wanted: Sequence[MappedColumn]) -> dict[str, TextColumn]:
        schema = self._file.schema_arrow
        return {
            entry.field: text_column(
                _encoded(batch.column(schema.names[entry.position])), plain_text if entry.column in self.typed else None
            )
            for entry in wanted
        }

    def _dictionary_file(self, names: Sequence[str]) -> Any:
        """The file opened so that texts stay dictionaries: a long text that stands in every row is held once."""
        from pyarrow import parquet

        texts = [name for name in names if name.strip() not in self.typed]
        return parquet.ParquetFile(
            self._path, memory_map=False, buffer_size=_READ_BYTES, pre_buffer=False, read_dictionary=texts
        )

    def _refuse_type(self, entry: MappedColumn, kind: Any) -> None:
        from pyarrow import types

        inner = kind.value_type if types.is_dictionary(kind) else kind
        if types.is_timestamp(inner) and inner.tz is not None:
            raise refuse_file(self._name, "parquet_zone", value=str(kind), column=entry.column)
        allowed = (
            _is_text(inner)
            or types.is_integer(inner)
            or types.is_floating(inner)
            or types.is_decimal(inner)
            or types.is_boolean(inner)
            or types.is_date(inner)
            or types.is_timestamp(inner)
            or types.is_null(inner)
        )
        if not allowed:
            raise refuse_file(self._name, "parquet_type", value=shown(str(kind)), column=entry.column)

    def _refuse_bombs(self, wanted: Sequence[MappedColumn]) -> None:
        """Refuse a small file that would unpack to a huge one."""
        metadata = self._file.metadata
        paths = {self._file.schema_arrow.names[entry.position]: entry.column for entry in wanted}
        for group in range(metadata.num_row_groups):
            for at in range(metadata.num_columns):
                part = metadata.row_group(group).column(at)
                if part.path_in_schema in paths and part.total_uncompressed_size > MAX_CHUNK_BYTES:
                    size = f"{part.total_uncompressed_size // 1024**2} MiB"
                    raise refuse_file(self._name, "parquet_chunk", value=size, column=paths[part.path_in_schema])


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    inner = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(inner) or types.is_large_string(inner) or types.is_string_view(inner))


def _encoded(array: Any) -> Any:
    """The array as a dictionary of the values that this batch holds, not of all values of its row group."""
    import pyarrow as pa
    from pyarrow import compute, types

    if types.is_null(array.type) or types.is_string_view(array.type):
        array = array.cast(pa.string())
    if types.is_timestamp(array.type):
        # Python's datetimes have no nanoseconds
        array = array.cast(pa.timestamp("us"), safe=False)
    if not types.is_dictionary(array.type):
        return array.dictionary_encode()
    if len(array.dictionary) <= len(array):
        return array
    used = compute.unique(array.indices).drop_null()
    values = array.dictionary.take(used)
    positions = compute.index_in(array.indices, value_set=used)
    return pa.DictionaryArray.from_arrays(positions, values)

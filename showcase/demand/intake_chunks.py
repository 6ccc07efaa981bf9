"""What the readers of CSV and Parquet hand on: rows as texts, each distinct text once, with the lines they stand on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from showcase.demand.intake_columns import MappedColumn
from showcase.demand.intake_report import RowError
from showcase.kernel.identity import Digest

MAX_ROWS = 150_000_000
MAX_TEXT_BYTES = 8 * 1024**3


@dataclass(frozen=True, slots=True)
class TextColumn:
    """The texts of one column: row i holds `distinct[indices[i]]`."""

    indices: NDArray[np.int32]
    distinct: list[str]


@dataclass(frozen=True, slots=True)
class RawChunk:
    """Some rows in file order. `errors` are rows left out for their structure; `fatal` is where reading had to stop."""

    lines: NDArray[np.int64]
    columns: Mapping[str, TextColumn]
    errors: tuple[RowError, ...] = ()
    fatal: RowError | None = None
    blank_lines: int = 0


class Source(Protocol):
    """An open sales file."""

    columns: tuple[str, ...]
    unit: str
    """What a place is counted in: "line" or "row"."""
    typed: frozenset[str]
    """Columns whose values are typed numbers or dates; their texts are plain (ISO days, decimal point)."""

    def chunks(self, wanted: Sequence[MappedColumn]) -> Iterator[RawChunk]:
        """All rows, once, in file order."""
        ...

    def share_done(self) -> float:
        """How much of the file has been read, 0..1."""
        ...

    def digest(self) -> Digest:
        """The SHA-256 of the file's bytes, once all of them have been read."""
        ...


class HashingReader:
    """A binary file that hashes what is read from it, so that a file is read once alone."""

    def __init__(self, raw: BinaryIO, size_bytes: int) -> None:
        self._raw = raw
        self._state = hashlib.sha256()
        self._read_bytes = 0
        self._size_bytes = size_bytes

    def read(self, size: int = -1) -> bytes:
        content = self._raw.read(size)
        self._state.update(content)
        self._read_bytes += len(content)
        return content

    @property
    def share_done(self) -> float:
        return min(1.0, self._read_bytes / max(1, self._size_bytes))

    def digest(self) -> Digest:
        return Digest(self._state.hexdigest())


def text_column(encoded: Any, as_text: Any = None) -> TextColumn:
    """A dictionary-encoded Arrow array as texts; `as_text` prints typed values, nulls become blank texts."""
    distinct = encoded.dictionary.to_pylist()
    indices = encoded.indices
    if indices.null_count:
        indices = indices.fill_null(len(distinct))
        distinct.append("")
    texts = distinct if as_text is None else [as_text(value) for value in distinct]
    return TextColumn(indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), texts)

"""The long tables of an import in parts: in memory while there is one, as Parquet in a folder when there are more."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from showcase.demand.tables import KEYS, SCHEMAS
from showcase.kernel.canonical import ColumnStream, digest_streams
from showcase.kernel.identity import Digest

LONG_TABLES = ("sales", "prices", "stock")
_CODE_COLUMNS = {"store": ("stores", "code", "store_code"), "product": ("products", "sku", "sku")}


class Parts:
    """The rows of the long tables in order of (store code, SKU, day); a part holds whole series."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._parts: dict[str, list[pl.DataFrame | Path]] = {name: [] for name in LONG_TABLES}
        self._rows = dict.fromkeys(LONG_TABLES, 0)

    def add(self, table: str, frame: pl.DataFrame) -> None:
        """Append rows that come after all earlier ones."""
        if not frame.height:
            return
        self._rows[table] += frame.height
        if self._folder is None:
            self._parts[table].append(frame)
            return
        path = self._folder / f"{table}-{len(self._parts[table]):04}.parquet"
        # written by Python, whose errors tell a full disk from a broken one; polars' own do not
        packed = io.BytesIO()
        frame.write_parquet(packed, compression="lz4", statistics=False)
        path.write_bytes(packed.getbuffer())
        self._parts[table].append(path)

    def rows(self, table: str) -> int:
        return self._rows[table]

    def batches(self, table: str, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """The parts of a table in order, at most some hundred thousand rows each."""
        for part in self._parts[table]:
            if isinstance(part, Path):
                yield pl.read_parquet(part, columns=columns)
            else:
                yield part if columns is None else part.select(columns)

    def whole(self, table: str) -> pl.DataFrame:
        """All rows in memory: 40 bytes a row of sales."""
        return pl.concat([pl.DataFrame(schema=SCHEMAS[table]), *self.batches(table)])


def fingerprint_parts(parts: Parts, frames: Mapping[str, pl.DataFrame]) -> Digest:
    """What `tables.fingerprint` gives for the same data set; `frames` are its short tables by name."""

    def streamed(name: str) -> ColumnStream:
        def batches(column: str) -> Iterator[pl.Series]:
            position = next((at for at, (_, _, shown) in _CODE_COLUMNS.items() if shown == column), None)
            if position is None or position not in SCHEMAS[name]:
                yield from (batch[column] for batch in read(column))
                return
            dimension, code, _ = _CODE_COLUMNS[position]
            for batch in read(position):
                yield frames[dimension][code].gather(batch[position])

        def read(column: str) -> Iterator[pl.DataFrame]:
            return parts.batches(name, [column]) if name in LONG_TABLES else iter([ordered.select(column)])

        ordered = frames[name] if name in frames else pl.DataFrame()
        if name in frames:
            ordered = _in_key_order(name, frames)
        rows = parts.rows(name) if name in LONG_TABLES else ordered.height
        columns = tuple(_CODE_COLUMNS[at][2] if at in _CODE_COLUMNS else at for at in SCHEMAS[name])
        return ColumnStream(rows, columns, batches)

    return digest_streams({name: streamed(name) for name in SCHEMAS})


def _in_key_order(name: str, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    frame = frames[name]
    keys: list[pl.Expr | str] = []
    for key in KEYS[name]:
        is_code = key == "sku" and "product" in frame.columns
        # positions are ranks of the codes, so they sort alike
        keys.append("product" if is_code else key)
    return frame.sort(keys)

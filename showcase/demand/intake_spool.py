"""Judged rows on their way: in memory while few, in a folder when many, handed back series by series."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from showcase.demand.intake_judge import MAX_SPAN_DAYS, ROW, Rows

BUCKET_ROWS = 200_000
MAX_SERIES = 1_000_000
_PENDING_KEYS = 2_000_000

Keys = NDArray[np.int64]


def series_keys(rows: Rows, store_ranks: Keys | None = None, product_ranks: Keys | None = None) -> Keys:
    """One number for each row's series; with ranks, these numbers sort as the codes do."""
    stores, products = rows["store"].astype(np.int64), rows["product"].astype(np.int64)
    if store_ranks is not None and product_ranks is not None:
        stores, products = store_ranks[stores], product_ranks[products]
    keys: Keys = stores << 32 | products
    return keys


class _SeriesCounter:
    """How many rows each series has, without a table of all (store, product) pairs."""

    def __init__(self) -> None:
        self._keys = [np.empty(0, dtype=np.int64)]
        self._counts = [np.empty(0, dtype=np.int64)]
        self._pending = 0

    @property
    def known(self) -> int:
        return int(self._keys[0].size)

    def add(self, keys: Keys) -> None:
        found, counts = np.unique(keys, return_counts=True)
        self._keys.append(found)
        self._counts.append(counts.astype(np.int64))
        self._pending += found.size
        if self._pending > _PENDING_KEYS:
            self.merge()

    def merge(self) -> tuple[Keys, NDArray[np.int64]]:
        keys, places = np.unique(np.concatenate(self._keys), return_inverse=True)
        counts = np.zeros(keys.size, dtype=np.int64)
        np.add.at(counts, places, np.concatenate(self._counts))
        self._keys, self._counts, self._pending = [keys], [counts], 0
        return keys, counts


class RowSpool:
    """Takes rows in file order, gives them back in buckets with all rows of some series, in order of the codes.

    Up to `bucket_rows` rows stay in memory and are one bucket; beyond, they lie in files below `folder`.
    """

    def __init__(self, folder: Path, bucket_rows: int = BUCKET_ROWS) -> None:
        self.folder = folder
        self._bucket_rows = bucket_rows
        self._held: list[Rows] = []
        self._is_on_disk = False
        self._counter = _SeriesCounter()
        self.rows = 0

    @property
    def is_on_disk(self) -> bool:
        return self._is_on_disk

    @property
    def _path(self) -> Path:
        return self.folder / "rows.bin"

    def append(self, rows: Rows) -> None:
        if not rows.size:
            return
        self.rows += rows.size
        self._counter.add(series_keys(rows))
        self._held.append(rows)
        if self._is_on_disk or self.rows > self._bucket_rows:
            with self._path.open("ab") as spill:
                for held in self._held:
                    spill.write(held.view(np.uint8).data)
            self._held.clear()
            self._is_on_disk = True

    @property
    def known_series(self) -> int:
        """At least so many series there are; cheap, for a look now and then."""
        return self._counter.known

    def count_series(self) -> int:
        """How many series there are."""
        return int(self._counter.merge()[0].size)

    def buckets(self, store_ranks: Keys, product_ranks: Keys) -> Iterator[Rows]:
        """All rows, in buckets of about `bucket_rows` rows, or one series; series ascend, rows are in file order."""
        if not self._is_on_disk:
            if self._held:
                held, self._held = self._held, []
                yield np.concatenate(held)
            return
        ordered, bucket_of = self._plan(store_ranks, product_ranks)
        n_buckets = int(bucket_of[-1]) + 1
        self._distribute(ordered, bucket_of, n_buckets, store_ranks, product_ranks)
        for bucket in range(n_buckets):
            path = self._bucket_path(bucket)
            # only a series that repeats its days is longer than this; its head is enough to refuse it
            rows = np.fromfile(path, dtype=ROW, count=4 * max(self._bucket_rows, MAX_SPAN_DAYS))
            path.unlink()
            yield rows

    def _plan(self, store_ranks: Keys, product_ranks: Keys) -> tuple[Keys, Keys]:
        """The series keys by rank, ascending, and the bucket of each."""
        keys, counts = self._counter.merge()
        ranked = store_ranks[keys >> 32] << 32 | product_ranks[keys & 0xFFFFFFFF]
        order = np.argsort(ranked)
        before = np.cumsum(counts[order]) - counts[order]
        buckets = before // self._bucket_rows
        return ranked[order], np.unique(buckets, return_inverse=True)[1].astype(np.int64)

    def _distribute(
        self, ordered: Keys, bucket_of: Keys, n_buckets: int, store_ranks: Keys, product_ranks: Keys
    ) -> None:
        with ExitStack() as files, self._path.open("rb") as spill:
            targets = [files.enter_context(self._bucket_path(at).open("wb")) for at in range(n_buckets)]
            while (rows := np.fromfile(spill, dtype=ROW, count=self._bucket_rows)).size:
                keys = series_keys(rows, store_ranks, product_ranks)
                buckets = bucket_of[np.searchsorted(ordered, keys)]
                order = np.argsort(buckets, kind="stable")
                bounds = np.searchsorted(buckets[order], np.arange(n_buckets + 1))
                for at in range(n_buckets):
                    if bounds[at] < bounds[at + 1]:
                        targets[at].write(rows[order[bounds[at] : bounds[at + 1]]].view(np.uint8).data)
        self._path.unlink()

    def _bucket_path(self, bucket: int) -> Path:
        return self.folder / f"bucket-{bucket:04}.bin"

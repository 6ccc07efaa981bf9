"""Buckets of series as Parquet files, and the fitting of one bucket as a pure function from file to file.

A bucket holds its series in the long form with what is to be done as the file's metadata, so that any engine that can
map a function over files can do the work, and doing it twice gives the same.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from showcase.errors import ShowcaseError
from showcase.forecasting.fit import FittedModel, fit_model
from showcase.forecasting.history import Booleans, Integers, SalesMatrix
from showcase.forecasting.intervals import IntervalTable
from showcase.forecasting.portable import portable_bytes
from showcase.forecasting.zoo import ModelConfig, ModelRow
from showcase.kernel.canonical import canonical_json
from showcase.kernel.table import MODEL, PRODUCT, STORE

SERIES_A_BUCKET = 500
"""Most series of one bucket: enough that its work outweighs its file, few enough that a lost one is soon done again."""

_TASK = b"showcase-task"
_BY_DAY = ("units", "price", "promo", "stockout", "promo_kind", "on_hand")

ARTIFACT, FAILURE = "artifact", "failure"
FITTED_SCHEMA: dict[str, pl.DataType] = {
    MODEL: pl.String(), STORE: pl.Int64(), PRODUCT: pl.Int64(), FAILURE: pl.String(), ARTIFACT: pl.Binary(),
}  # fmt: skip
"""One row a model and series; store and product are null where the artifact, or the failure, is that of all series."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Some series and what is to be done with them, as JSON values."""

    matrix: SalesMatrix
    task: Mapping[str, Any]


def is_pooled(row: ModelRow) -> bool:
    """Whether the type learns from all series at once, so that a series' forecast depends on which ones it is fitted
    with; such a type is fitted on the whole data set and never by bucket."""
    return bool(row.texts) or any(not array.by_series for array in row.arrays)


def bucket_numbers(store_ids: Integers, product_ids: Integers, n_buckets: int) -> Integers:
    """The bucket of each series, 0 .. n_buckets - 1: a hash of its ids, the same on every machine and in every set."""
    names = (f"{store}/{product}" for store, product in zip(store_ids.tolist(), product_ids.tolist(), strict=True))
    return np.array([zlib.crc32(name.encode()) % n_buckets for name in names], dtype=np.int64)


def cut_into_buckets(matrix: SalesMatrix, rows: Integers, task: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write the series at `rows` into `folder` as buckets of about SERIES_A_BUCKET at most; empty ones are left out."""
    n_buckets = max(1, -(-len(rows) // SERIES_A_BUCKET))
    numbers = bucket_numbers(matrix.store_ids[rows], matrix.product_ids[rows], n_buckets)
    paths = []
    for number in range(n_buckets):
        own = rows[numbers == number]
        if len(own):
            paths.append(folder / f"bucket-{number:05d}.parquet")
            write_bucket(Bucket(select_series(matrix, own), task), paths[-1])
    return paths


def select_series(matrix: SalesMatrix, rows: Integers | Booleans) -> SalesMatrix:
    """The same days of some series."""
    return replace(
        matrix,
        store_ids=matrix.store_ids[rows],
        product_ids=matrix.product_ids[rows],
        units=matrix.units[rows],
        price=matrix.price[rows],
        promo=matrix.promo[rows],
        stockout=matrix.stockout[rows],
        promo_kind=None if matrix.promo_kind is None else matrix.promo_kind[rows],
        launch_day=None if matrix.launch_day is None else matrix.launch_day[rows],
        on_hand=None if matrix.on_hand is None else matrix.on_hand[rows],
        signals={name: values[rows] for name, values in matrix.signals.items()},
    )


def write_bucket(bucket: Bucket, path: Path) -> None:
    """Write the bucket: one row a series and day, in order; the file is there whole or not at all."""
    matrix = bucket.matrix
    n, d = matrix.units.shape
    columns: dict[str, Any] = {
        STORE: np.repeat(matrix.store_ids, d),
        PRODUCT: np.repeat(matrix.product_ids, d),
        "day": np.tile(np.arange(d, dtype=np.int32), n),
        "holiday": np.tile(matrix.holiday, n),
    }
    by_day = {name: getattr(matrix, name) for name in _BY_DAY} | {
        f"signal_{name}": values for name, values in matrix.signals.items()
    }
    columns |= {name: values.reshape(-1) for name, values in by_day.items() if values is not None}
    if matrix.launch_day is not None:
        columns["launch_day"] = np.repeat(matrix.launch_day, d)
    note = {"first_day": matrix.first_day.isoformat(), "days": d, "task": dict(bucket.task)}
    write_table(pa.table(columns).replace_schema_metadata({_TASK: canonical_json(note)}), path)


def read_bucket(path: Path) -> Bucket:
    """The bucket that `write_bucket` wrote."""
    table = pq.read_table(path)
    note = json.loads(table.schema.metadata[_TASK])
    shape = (-1, note["days"])
    columns: dict[str, Any] = {name: table[name].to_numpy().reshape(shape) for name in table.column_names}
    signals = {name.removeprefix("signal_"): values for name, values in columns.items() if name.startswith("signal_")}
    by_day: dict[str, Any] = {name: columns.get(name) for name in _BY_DAY}
    launch_day = columns.get("launch_day")
    matrix = SalesMatrix(
        store_ids=columns[STORE][:, 0],
        product_ids=columns[PRODUCT][:, 0],
        first_day=date.fromisoformat(note["first_day"]),
        holiday=columns["holiday"][0],
        launch_day=None if launch_day is None else launch_day[:, 0],
        signals=signals,
        **by_day,
    )
    return Bucket(matrix, note["task"])


def halve_bucket(path: Path) -> list[Path]:
    """The bucket's series in two buckets beside it; none where it holds one series alone."""
    bucket = read_bucket(path)
    places = np.arange(bucket.matrix.n_series)
    if len(places) < 2:
        return []
    halves = [path.with_name(f"{path.stem}-{side}.parquet") for side in ("a", "b")]
    for half, some in zip(halves, np.array_split(places, 2), strict=True):
        write_bucket(Bucket(select_series(bucket.matrix, some), bucket.task), half)
    return halves


def write_table(table: Any, path: Path) -> None:
    """Write an Arrow table beside and rename it: whoever sees the file sees all of it."""
    staged = path.with_suffix(".staged")
    pq.write_table(table, staged)
    staged.replace(path)


def write_answer(frame: pl.DataFrame, path: Path) -> None:
    """Write what a bucket gave; the file is there whole or not at all."""
    write_table(frame.to_arrow(), path)


def fit_task(config: ModelConfig, reach: int, intervals: IntervalTable | None) -> dict[str, Any]:
    """What `fit_bucket` reads: the model, how many days after the last one it is asked for, and its intervals."""
    return {
        "config": config.model_dump(mode="json"),
        "reach": reach,
        "intervals": None if intervals is None else intervals.to_json(),
    }


def fit_bucket(source: Path, target: Path) -> None:
    """Fit the task's model on every day of the bucket and write its artifacts, FITTED_SCHEMA.

    A model that learns from all series gives one artifact, every other one for each series. A series that was never
    seen to sell has a failure in place of an artifact.
    """
    bucket = read_bucket(source)
    config = ModelConfig.parse(bucket.task["config"])
    raw = bucket.task["intervals"]
    intervals = None if raw is None else IntervalTable.from_json(raw)
    try:
        fitted = fit_model(config, bucket.matrix.history(), bucket.task["reach"])
    except ShowcaseError as error:
        rows = [(str(config.model_type), None, None, error.message, None)]
    else:
        rows = _artifacts(fitted, ~np.isnan(bucket.matrix.units).all(axis=1), intervals)
    write_answer(pl.DataFrame(rows, schema=FITTED_SCHEMA, orient="row"), target)


def _artifacts(fitted: FittedModel, has_sold: Booleans, intervals: IntervalTable | None) -> list[tuple[Any, ...]]:
    name = str(fitted.config.model_type)
    if is_pooled(fitted.config.row):
        return [(name, None, None, None, portable_bytes(fitted, intervals))]
    return [
        (name, int(store), int(product), None, portable_bytes(only(fitted, place), intervals))
        if sold
        else (name, int(store), int(product), "the series was never seen to sell", None)
        for place, (store, product, sold) in enumerate(zip(fitted.store_ids, fitted.product_ids, has_sold, strict=True))
    ]


def only(fitted: FittedModel, place: int) -> FittedModel:
    """The model of one of its series."""
    by_series = {array.name for array in fitted.config.row.arrays if array.by_series}
    own = slice(place, place + 1)
    arrays = {name: array[own] if name in by_series else array for name, array in fitted.state.arrays.items()}
    return replace(
        fitted,
        store_ids=fitted.store_ids[own],
        product_ids=fitted.product_ids[own],
        scale=fitted.scale[own],
        state=replace(fitted.state, arrays=arrays),
    )

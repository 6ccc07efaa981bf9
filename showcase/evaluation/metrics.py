"""Scores as numerators and denominators that can be pooled over any grouping.

Sources: mae, rmse, smape (there sMAPE) and mase as in Hyndman and Koehler 2006, "Another look at measures of forecast
accuracy", International Journal of Forecasting 22(4), mase with a seasonal naive scale; wape as in Kolassa and Schuetz
2007, Foresight 6 (there MAD/mean); coverage is the share of actuals inside the interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from showcase.forecasting.history import Booleans, Floats, Integers
from showcase.kernel.horizon import BUCKET_NAMES, bucket_index
from showcase.kernel.table import FOLD, LEVELS, MODEL, PRODUCT, STORE, bound_columns

BUCKET = "bucket"
SEASON_DAYS = 7
_WINDOW = (MODEL, FOLD, STORE, PRODUCT)


@dataclass(frozen=True, slots=True)
class Metric:
    """One score: factor * numerator / denominator, its square root where `is_root`.

    `best` says what to look for: lower, zero, or the level of the interval.
    """

    name: str
    title: str
    unit: str
    best: str
    numerator: str
    denominator: str
    factor: float = 1.0
    is_root: bool = False


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("wape", "WAPE", "percent", "lower", "abs_error", "abs_actual", 100.0),
        Metric("mae", "MAE", "units", "lower", "abs_error", "n"),
        Metric("rmse", "RMSE", "units", "lower", "squared_error", "n", is_root=True),
        Metric("smape", "sMAPE", "0..200", "lower", "smape_sum", "n"),
        Metric("bias", "Bias", "units, positive: forecast too low", "zero", "error", "n"),
        Metric("mase", "MASE", "against seasonal naive", "lower", "mase_error", "mase_scale"),
        Metric("coverage80", "Coverage 80", "percent", "80", "covered80", "bounded", 100.0),
        Metric("coverage95", "Coverage 95", "percent", "95", "covered95", "bounded", 100.0),
    )
}
SUMS: tuple[str, ...] = (
    "n", "abs_error", "abs_actual", "squared_error", "error", "smape_sum", "mase_error", "mase_scale",
    "bounded", "covered80", "covered95", "unforecast",
)  # fmt: skip
"""The stored columns, each a sum over days: n scored days, bounded those with an interval, unforecast days that had an
actual and no forecast, error actual - forecast, mase_scale n times the series' mean seasonal difference (0 where that
is 0 or unknown)."""


def seasonal_scale(units: Floats) -> Floats:
    """Each series' mean absolute difference between days a week apart (n,), from the training part; NaN without any."""
    if units.shape[1] <= SEASON_DAYS:
        return np.full(len(units), np.nan)
    difference = np.abs(units[:, SEASON_DAYS:] - units[:, :-SEASON_DAYS])
    missing = np.isnan(difference)
    if not missing.any():
        return np.asarray(difference.sum(axis=1) / difference.shape[1], dtype=np.float64)
    known = difference.shape[1] - missing.sum(axis=1)
    total = np.where(missing, 0.0, difference).sum(axis=1)
    scale: Floats = np.divide(total, known, out=np.full(len(units), np.nan), where=known > 0)
    return scale


def score_parts(
    model: str,
    fold: int,
    series: tuple[Integers, Integers],
    actual: Floats,
    forecast: Floats,
    bounds: Mapping[str, Floats],
    scale: Floats,
) -> pl.DataFrame:
    """The score parts of one model on one fold: a row for each series and horizon bucket with a known actual.

    actual, forecast and each of `bounds` (lo80, hi80, lo95, hi95) are (n, h), column k being step k + 1; NaN in
    `actual` is not scored. `scale` (n,) comes from `seasonal_scale`. Columns: model, fold, store_id, product_id,
    bucket, SUMS.
    """
    has_actual = ~np.isnan(actual)
    scored = has_actual & ~np.isnan(forecast)
    true, said = np.where(scored, actual, 0.0), np.where(scored, forecast, 0.0)
    error = true - said
    size = np.abs(true) + np.abs(said)
    has_scale = np.isfinite(scale) & (scale > 0)
    by_day: dict[str, NDArray[np.float64] | Booleans] = {
        "n": scored,
        "abs_error": np.abs(error),
        "abs_actual": np.abs(true),
        "squared_error": error**2,
        "error": error,
        "smape_sum": 200 * np.divide(np.abs(error), size, out=np.zeros_like(size), where=size > 0),
        "mase_error": np.abs(error) * has_scale[:, None],
        "mase_scale": scored * np.where(has_scale, scale, 0.0)[:, None],
        "bounded": scored & ~np.isnan(bounds[bound_columns(LEVELS[0])[0]]),
        "unforecast": has_actual & ~scored,
    }
    for level in LEVELS:
        low, high = (bounds[name] for name in bound_columns(level))
        by_day[f"covered{level}"] = scored & (actual >= low) & (actual <= high)
    bucket_of = bucket_index(np.arange(1, actual.shape[1] + 1, dtype=np.int64))
    frames = []
    for bucket in np.unique(bucket_of):
        days = bucket_of == bucket
        seen = has_actual[:, days].any(axis=1)
        sums = {name: by_day[name][seen][:, days].sum(axis=1).astype(np.float64) for name in SUMS}
        keys = {STORE: series[0][seen], PRODUCT: series[1][seen]}
        frames.append(pl.DataFrame({**keys, **sums}).with_columns(pl.lit(BUCKET_NAMES[bucket]).alias(BUCKET)))
    return (
        pl.concat(frames)
        .with_columns(pl.lit(model).alias(MODEL), pl.lit(fold, dtype=pl.Int64).alias(FOLD))
        .select(*_WINDOW, BUCKET, *SUMS)
    )


def pool(parts: pl.DataFrame, by: Sequence[str] = (MODEL,)) -> pl.DataFrame:
    """The scores of each group of `by`: any of model, fold, store_id, product_id, bucket, or columns joined to them.

    One row a group, sorted by `by`, with the metrics of METRICS (null where undefined), the SUMS they came from, and
    the counts `windows` (series x folds x models), `windows_without_wape` (nothing sold) and `windows_without_mase` (no
    seasonal difference to measure by).
    """
    keys = [*by, *(name for name in _WINDOW if name not in by)]
    windows = summed(parts, keys)
    counted = windows.with_columns(
        pl.lit(1.0).alias("windows"),
        (pl.col("abs_actual") == 0).cast(pl.Float64).alias("windows_without_wape"),
        (pl.col("mase_scale") == 0).cast(pl.Float64).alias("windows_without_mase"),
    )
    counts = ("windows", "windows_without_wape", "windows_without_mase")
    pooled = summed(counted, list(by), (*SUMS, *counts))
    whole = ("n", "bounded", "unforecast", "covered80", "covered95", *counts)
    return pooled.with_columns(
        *(_score(metric) for metric in METRICS.values()), *(pl.col(name).cast(pl.Int64) for name in whole)
    ).select(*by, *METRICS, *SUMS, *counts)


def _score(metric: Metric) -> pl.Expr:
    ratio = metric.factor * pl.col(metric.numerator) / pl.col(metric.denominator)
    value = ratio.sqrt() if metric.is_root else ratio
    return pl.when(pl.col(metric.denominator) > 0).then(value).otherwise(None).alias(metric.name)


def summed(parts: pl.DataFrame, by: list[str], sums: Sequence[str] = SUMS) -> pl.DataFrame:
    """Sums by group, always added in the same order: a threaded group-by would move the last digit."""
    if not parts.height:
        return parts.select(*by, *sums)
    if not by:
        return pl.DataFrame({name: [float(parts[name].to_numpy().sum())] for name in sums})
    ordered = parts.sort(by, maintain_order=True)
    is_first = ordered.select(pl.struct(by).ne_missing(pl.struct(by).shift(1)).fill_null(value=True)).to_series()
    firsts = np.flatnonzero(is_first.to_numpy())
    totals = {name: np.add.reduceat(ordered[name].to_numpy().astype(np.float64), firsts) for name in sums}
    return ordered.select(by)[firsts].with_columns(**{name: pl.Series(values) for name, values in totals.items()})

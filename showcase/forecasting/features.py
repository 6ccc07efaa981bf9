"""Feature frames: a table of columns, and the long frame that it makes of a history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from showcase.forecasting.history import Floats, History
from showcase.kernel.table import DATE, PRODUCT, STORE


@dataclass(frozen=True, slots=True)
class FeatureColumn:
    """One column: what it is called, its group, what may be known of it when, and how it is made, (n, d) from a history."""

    name: str
    group: str
    safety: str
    values: Callable[[History], Floats]


@dataclass(frozen=True, slots=True)
class FeatureFrame:
    """A version of the feature table."""

    version: int
    columns: tuple[FeatureColumn, ...]


def _shifted(units: Floats, days: int) -> Floats:
    moved = np.full_like(units, np.nan)
    moved[:, days:] = units[:, : units.shape[1] - days]
    return moved


def _lag(days: int) -> FeatureColumn:
    return FeatureColumn(f"lag_{days}", "lag", "known at cutoff", lambda history: _shifted(history.units, days))


def _rolling(days: int, name: str, of: Callable[[Floats], Floats]) -> FeatureColumn:
    def values(history: History) -> Floats:
        before = _shifted(history.units, 1)
        rolled = np.full_like(before, np.nan)
        if before.shape[1] >= days:
            windows = np.lib.stride_tricks.sliding_window_view(before, days, axis=1)
            rolled[:, days - 1 :] = of(windows)
        return rolled

    return FeatureColumn(f"rolling_{name}_{days}", "rolling", "known at cutoff", values)


def _calendar(name: str, of: Callable[[History], Floats]) -> FeatureColumn:
    return FeatureColumn(name, "calendar", "known in advance", of)


def _days(history: History) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.datetime64(history.first_day, "D") + np.arange(history.n_days)


def _weekday(history: History) -> Floats:
    # 1970-01-01 was a Thursday, weekday 3
    day = (_days(history).astype(np.int64) + 3) % 7
    return np.tile(day.astype(np.float64), (history.n_series, 1))


def _month(history: History) -> Floats:
    month = _days(history).astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.tile(month.astype(np.float64), (history.n_series, 1))


def _holiday(history: History) -> Floats:
    return np.tile(history.holiday.astype(np.float64), (history.n_series, 1))


FRAME_V1 = FeatureFrame(
    version=1,
    columns=(
        *(_lag(days) for days in (1, 7, 14)),
        *(_rolling(days, "mean", lambda windows: windows.mean(axis=-1)) for days in (7, 14)),
        *(_rolling(days, "std", lambda windows: windows.std(axis=-1)) for days in (7, 14)),
        _calendar("weekday", _weekday),
        _calendar("month", _month),
        _calendar("is_holiday", _holiday),
    ),
)


def build_frame(frame: FeatureFrame, history: History) -> pl.DataFrame:
    """The frame in long form: store_id, product_id, date, then its columns; NaN becomes null. Nothing after the cutoff."""
    n, d = history.n_series, history.n_days
    keys = {
        STORE: np.repeat(history.store_ids, d),
        PRODUCT: np.repeat(history.product_ids, d),
        DATE: np.tile(_days(history), n),
    }
    columns = {column.name: column.values(history).reshape(-1) for column in frame.columns}
    return pl.DataFrame({**keys, **columns}).with_columns(pl.col(list(columns)).fill_nan(None))

"""Feature frames: THE table of columns with what is known of each when, and the long frame made of a history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from showcase.forecasting import day_columns as day
from showcase.forecasting import past_columns as past
from showcase.forecasting.day_columns import Days
from showcase.forecasting.history import PROMOTION_KINDS, SIGNALS, Floats, History
from showcase.forecasting.options import FrameName
from showcase.forecasting.past_columns import Past
from showcase.forecasting.rolling import shifted
from showcase.kernel.table import DATE, PRODUCT, STORE

IN_ADVANCE = "known in advance"
AT_CUTOFF = "known at cutoff"
TARGET = "target-derived"


@dataclass(frozen=True, slots=True)
class FeatureColumn:
    """One column: its group, its safety class, and exactly one way to make it.

    `of_day` gives (n, d) for days that are known in advance; `of_past` gives (n, d), for each day what is known at its
    end, to be read a day or more later; `weeks_back` is the same weekday in the last known weeks, 1 the newest.
    `in_units` says that the column grows with the series' volume. `for_trees` is off where a tree would mistake the
    column for the passing of time; `sign` is the direction in which a tree may let it move sales.
    """

    name: str
    group: str
    safety: str
    of_day: Callable[[Days], Floats] | None = None
    of_past: Callable[[Past], Floats] | None = None
    weeks_back: int = 0
    in_units: bool = False
    for_trees: bool = True
    sign: int = 0


@dataclass(frozen=True, slots=True)
class FeatureFrame:
    """A version of the feature table."""

    version: int
    columns: tuple[FeatureColumn, ...]


def _lag(weeks: int) -> FeatureColumn:
    return FeatureColumn(f"lag_{7 * weeks}", "lag", TARGET, weeks_back=weeks, in_units=True)


def _rolling(name: str, of_past: Callable[[Past], Floats], *, in_units: bool = True) -> FeatureColumn:
    return FeatureColumn(name, "rolling", TARGET, of_past=of_past, in_units=in_units)


_V1 = (
    FeatureColumn("lag_1", "lag", TARGET, of_past=past.units, in_units=True),
    *(_lag(weeks) for weeks in (1, 2, 3, 4)),
    *(_rolling(f"rolling_mean_{days}", past.mean_of(days)) for days in (7, 14, 28, 56)),
    *(_rolling(f"rolling_std_{days}", past.std_of(days)) for days in (7, 14, 28)),
    _rolling("zero_share_28", past.zero_share, in_units=False),
    FeatureColumn("weekday", "calendar", IN_ADVANCE, of_day=day.weekday),
    FeatureColumn("day_of_month", "calendar", IN_ADVANCE, of_day=day.day_of_month),
    FeatureColumn("month", "calendar", IN_ADVANCE, of_day=day.month, for_trees=False),
    FeatureColumn("is_holiday", "calendar", IN_ADVANCE, of_day=day.is_holiday),
)
_V2 = (
    *_V1,
    FeatureColumn("relative_price", "price", IN_ADVANCE, of_day=day.relative_price, sign=-1),
    FeatureColumn("relative_price_28", "price", AT_CUTOFF, of_past=past.relative_price_28),
    FeatureColumn("on_promotion", "promotion", IN_ADVANCE, of_day=day.on_promotion, sign=1),
    FeatureColumn("discount", "promotion", IN_ADVANCE, of_day=day.discount, sign=1),
    *(
        FeatureColumn(f"on_{kind}", "promotion", IN_ADVANCE, of_day=day.on_kind(kind), sign=1)
        for kind in PROMOTION_KINDS[1:]
    ),
    FeatureColumn("promotion_share_28", "promotion", AT_CUTOFF, of_past=past.promotion_share_28),
    FeatureColumn("days_to_holiday", "holiday", IN_ADVANCE, of_day=day.days_to_holiday),
    FeatureColumn("days_since_holiday", "holiday", IN_ADVANCE, of_day=day.days_since_holiday),
    FeatureColumn("days_since_launch", "lifecycle", AT_CUTOFF, of_past=past.days_since_launch),
    FeatureColumn("stock_days", "stock", AT_CUTOFF, of_past=past.stock_days),
    FeatureColumn("stockout_share_28", "stock", AT_CUTOFF, of_past=past.stockout_share_28),
    FeatureColumn("weather_7", "weather", AT_CUTOFF, of_past=past.signal_of("weather", 7)),
    FeatureColumn("macro_28", "macro", AT_CUTOFF, of_past=past.signal_of("macro", 28), for_trees=False),
    *(
        FeatureColumn(f"year_{name}_{order}", "fourier", IN_ADVANCE, of_day=day.year_wave(name, order), for_trees=False)
        for order in (1, 2)
        for name in ("sin", "cos")
    ),
)
FRAME_V1 = FeatureFrame(version=1, columns=_V1)
FRAME_V2 = FeatureFrame(version=2, columns=_V2)
FRAMES: Mapping[FrameName, FeatureFrame] = {FrameName.V1: FRAME_V1, FrameName.V2: FRAME_V2}
"""Each version under the name by which options ask for it."""
SIGNAL_COLUMNS = frozenset(column.name for column in _V2 if column.group in SIGNALS)
"""The columns that are made of signals."""


def build_frame(frame: FeatureFrame, history: History) -> pl.DataFrame:
    """The frame of a history in long form: store_id, product_id, date, then its columns; NaN becomes null.

    Each row says what was known on the evening before its day, and what is known in advance of the day itself.
    """
    n, d = history.n_series, history.n_days
    days, seen = Days.of(history), Past.of(history)
    keys = {
        STORE: np.repeat(history.store_ids, d),
        PRODUCT: np.repeat(history.product_ids, d),
        DATE: np.tile(np.datetime64(history.first_day, "D") + np.arange(d), n),
    }
    columns = {column.name: _one_day_ahead(column, days, seen).reshape(-1) for column in frame.columns}
    return pl.DataFrame({**keys, **columns}).with_columns(pl.col(list(columns)).fill_nan(None))


def _one_day_ahead(column: FeatureColumn, days: Days, seen: Past) -> Floats:
    if column.of_day is not None:
        return column.of_day(days)
    if column.of_past is not None:
        return shifted(column.of_past(seen), 1)
    return shifted(seen.units, 7 * column.weeks_back)

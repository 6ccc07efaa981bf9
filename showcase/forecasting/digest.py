"""The digest of a forecast: the same for the same numbers, whatever the order of the rows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from showcase.kernel.canonical import digest_tables
from showcase.kernel.identity import Digest
from showcase.kernel.table import DATE, FORECAST, LEVELS, MODEL, PRODUCT, STORE, bound_columns

_STEPS_PER_UNIT = 1_000_000


def forecast_digest(frame: pl.DataFrame, keys: Sequence[str] = (STORE, PRODUCT)) -> Digest:
    """The digest over series, date, model, forecast and bounds, each number as whole millionths of a unit.

    `keys` names the columns that identify a series: database ids by default; give codes (integers or texts) to compare
    forecasts of data sets that were loaded anew, because ids never restart. Columns that are not there are left out.
    """
    numbers = [FORECAST, *(name for level in LEVELS for name in bound_columns(level))]
    kept = [name for name in (*keys, DATE, MODEL) if name in frame.columns]
    quantised = [
        (pl.col(name).fill_nan(None) * _STEPS_PER_UNIT).round().cast(pl.Int64)
        for name in numbers
        if name in frame.columns
    ]
    return digest_tables({"forecast": (frame.select(*kept, *quantised), tuple(kept))})

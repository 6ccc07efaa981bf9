"""Single series of data sets as tables to draw, kept for all sessions of the process."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from showcase.forecasting.history import SalesMatrix
from showcase.kernel.table import DATE, UNITS
from showcase.services.suite import Services

_KEPT_SERIES = 64


def series_table(matrix: SalesMatrix, store_id: int, product_id: int) -> pl.DataFrame:
    """One series as a table to draw: date, units (null on missing days), promo (0..1), is_stockout."""
    row = matrix.row_of(store_id, product_id)
    days = pl.date_range(matrix.first_day, matrix.day(matrix.n_days - 1), eager=True)
    return pl.DataFrame(
        {
            DATE: days,
            UNITS: pl.Series(matrix.units[row]).fill_nan(None),
            "promo": matrix.promo[row],
            "is_stockout": matrix.stockout[row],
        }
    )


@lru_cache(maxsize=_KEPT_SERIES)
def series_of(
    services: Services, fingerprint: str, data_set_id: int, store_id: int, product_id: int
) -> pl.DataFrame | None:
    """One series of a data set, kept for all sessions: a fingerprint and an id never mean other rows later."""
    data_set = services.demand.find_by_fingerprint(fingerprint)
    if data_set is None or data_set.id != data_set_id:
        return None
    matrix = services.demand.matrix(data_set)
    has_pair = ((matrix.store_ids == store_id) & (matrix.product_ids == product_id)).any()
    return series_table(matrix, store_id, product_id) if has_pair else None

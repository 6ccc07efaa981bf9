"""Puts rows of sales on the calendar-complete grid that models read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from showcase.forecasting.history import Booleans, Floats, Integers, SalesMatrix


@dataclass(frozen=True, slots=True)
class SalesRows:
    """Sales as parallel arrays, one entry a series and day: days count from the window's first day, money is cents."""

    store_ids: Integers
    product_ids: Integers
    days: Integers
    units: Integers
    price_cents: Integers
    promo_percent: Integers
    is_open: Booleans
    is_stockout: Booleans


def carry_known(values: Floats) -> Floats:
    """Each row with its NaN filled by the last known value, and leading NaN by the first known one. Shape (n, d)."""
    n_days = values.shape[1]
    known = ~np.isnan(values)
    last = np.where(known, np.arange(n_days), -1)
    np.maximum.accumulate(last, axis=1, out=last)
    first = np.argmax(known, axis=1)
    source = np.where(last >= 0, last, first[:, None])
    return np.take_along_axis(values, source, axis=1)


def place_on_grid(rows: SalesRows, first_day: date, n_days: int, holiday: Booleans) -> SalesMatrix:
    """The matrix of all series in `rows`, sorted by (store_id, product_id), over `n_days` days from `first_day`.

    Days without a row, and closed days, are NaN in `units`: they are missing, never zero.
    """
    # one integer a pair keeps np.unique one-dimensional, which is several times quicker than axis=0
    stride = int(rows.product_ids.max(initial=0)) + 1
    pairs, series = np.unique(rows.store_ids * stride + rows.product_ids, return_inverse=True)
    shape = (len(pairs), n_days)
    units = np.full(shape, np.nan)
    price = np.full(shape, np.nan)
    promo = np.zeros(shape)
    stockout = np.zeros(shape, dtype=np.bool_)
    units[series, rows.days] = np.where(rows.is_open, rows.units, np.nan)
    price[series, rows.days] = rows.price_cents / 100.0
    promo[series, rows.days] = rows.promo_percent / 100.0
    stockout[series, rows.days] = rows.is_stockout
    return SalesMatrix(
        store_ids=pairs // stride,
        product_ids=pairs % stride,
        first_day=first_day,
        units=units,
        price=carry_known(price) if len(pairs) else price,
        promo=promo,
        stockout=stockout,
        holiday=holiday,
    )

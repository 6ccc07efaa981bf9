"""Puts rows of sales on the calendar-complete grid that models read."""

from __future__ import annotations

from collections.abc import Mapping
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
    on_hand: Integers | None = None
    """Units on the shelf at the end of the day, -1 where nobody counted; None where the data set has no stock."""


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What is known of products. Promotions as parallel arrays: product, first and last day as days from the window's
    first, and the kind's place in PROMOTION_KINDS. `launches` has the launch, counted alike, where it is known."""

    promoted_ids: Integers
    starts: Integers
    ends: Integers
    kinds: Integers
    launches: Mapping[int, int]


def carry_known(values: Floats) -> Floats:
    """Each row with its NaN filled by the last known value, and leading NaN by the first known one. Shape (n, d)."""
    n_days = values.shape[1]
    known = ~np.isnan(values)
    last = np.where(known, np.arange(n_days), -1)
    np.maximum.accumulate(last, axis=1, out=last)
    first = np.argmax(known, axis=1)
    source = np.where(last >= 0, last, first[:, None])
    return np.take_along_axis(values, source, axis=1)


def place_on_grid(
    rows: SalesRows, first_day: date, n_days: int, holiday: Booleans, facts: ProductFacts | None = None
) -> SalesMatrix:
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
    product_ids = pairs % stride
    return SalesMatrix(
        store_ids=pairs // stride,
        product_ids=product_ids,
        first_day=first_day,
        units=units,
        price=carry_known(price) if len(pairs) else price,
        promo=promo,
        stockout=stockout,
        holiday=holiday,
        promo_kind=None if facts is None else _kinds_by_day(facts, product_ids, promo),
        launch_day=None if facts is None else _launch_days(facts, product_ids),
        on_hand=_stock_by_day(rows, series, shape),
    )


def _stock_by_day(rows: SalesRows, series: Integers, shape: tuple[int, int]) -> Floats | None:
    if rows.on_hand is None or not (rows.on_hand >= 0).any():
        return None
    on_hand = np.full(shape, np.nan)
    on_hand[series, rows.days] = np.where(rows.on_hand >= 0, rows.on_hand, np.nan)
    return on_hand


def _kinds_by_day(facts: ProductFacts, product_ids: Integers, promo: Floats) -> Integers | None:
    """The kind of promotion on each day with a discount, (n, d); None where the data set names no promotion.

    A promotion is told of its product, and one store may have left it out: where the price knows of no discount, there
    is none.
    """
    if not len(facts.kinds):
        return None
    products, which = np.unique(product_ids, return_inverse=True)
    n_days = promo.shape[1]
    by_product = np.zeros((len(products), n_days), dtype=np.int64)
    places = np.searchsorted(products, facts.promoted_ids)
    sold = places < len(products)
    sold[sold] = products[places[sold]] == facts.promoted_ids[sold]
    for place, start, end, kind in zip(
        places[sold], facts.starts[sold], facts.ends[sold], facts.kinds[sold], strict=True
    ):
        by_product[place, max(start, 0) : max(end + 1, 0)] = kind
    return np.where(promo > 0, by_product[which], 0)


def _launch_days(facts: ProductFacts, product_ids: Integers) -> Floats | None:
    if not facts.launches:
        return None
    return np.array([facts.launches.get(int(product), np.nan) for product in product_ids], dtype=np.float64)

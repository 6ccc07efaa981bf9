"""Reads the buckets of a lake as the matrices that models see, one store in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from showcase.demand.lake import read_shared
from showcase.demand.lake_files import read_stores
from showcase.errors import IntegrityError
from showcase.forecasting.grid import ProductFacts, SalesRows, place_on_grid
from showcase.forecasting.history import PROMOTION_KINDS, Integers, SalesMatrix

_SOLD = ["store", "product", "date", "units", "unit_price_cents", "promo_percent", "is_open"]
_KEPT = ["store", "product", "date", "on_hand", "is_stockout"]
_EPOCH = date(1970, 1, 1)


def store_matrices(bucket: Path) -> Iterator[SalesMatrix]:
    """The series of each store of a bucket's folder; ids are the positions in the lake's shared tables, from 1.

    Known truth is not read. A store without any row is left out. IntegrityError where sales and stock do not belong
    together.
    """
    lake = bucket.parent
    calendar = read_shared(lake, "calendar").sort("date")
    first_day: date = calendar["date"][0]
    holiday, facts = calendar["is_holiday"].to_numpy(), _facts(lake, first_day)
    sold = read_stores(bucket / "sales.parquet", _SOLD)
    for (store, sales), (other, stock) in zip(sold, read_stores(bucket / "stock.parquet", _KEPT), strict=True):
        if store != other or not sales.select("product", "date").equals(stock.select("product", "date")):
            raise IntegrityError(
                f"Sales and stock of store {store} in {bucket.name} do not have the same rows.",
                "See with `showcase lake verify` which bucket changed, and make it anew.",
            )
        yield place_on_grid(_rows(sales, stock, first_day), first_day, len(holiday), holiday, facts)


def _rows(sales: pl.DataFrame, stock: pl.DataFrame, first_day: date) -> SalesRows:
    return SalesRows(
        store_ids=_whole(sales["store"]) + 1,
        product_ids=_whole(sales["product"]) + 1,
        days=_whole(sales["date"].cast(pl.Int32)) - (first_day - _EPOCH).days,
        units=_whole(sales["units"]),
        price_cents=_whole(sales["unit_price_cents"]),
        promo_percent=_whole(sales["promo_percent"]),
        is_open=sales["is_open"].to_numpy(),
        is_stockout=stock["is_stockout"].to_numpy(),
        on_hand=_whole(stock["on_hand"]),
    )


def _facts(lake: Path, first_day: date) -> ProductFacts:
    promotions = read_shared(lake, "promotions").filter(pl.col("kind").is_in(list(PROMOTION_KINDS)))
    launches = read_shared(lake, "products")["launch_date"].to_list()
    start = (first_day - _EPOCH).days
    return ProductFacts(
        promoted_ids=_whole(promotions["product"]) + 1,
        starts=_whole(promotions["start_date"].cast(pl.Int32)) - start,
        ends=_whole(promotions["end_date"].cast(pl.Int32)) - start,
        kinds=np.array([PROMOTION_KINDS.index(kind) for kind in promotions["kind"]], dtype=np.int64),
        launches={place: (day - first_day).days for place, day in enumerate(launches, start=1) if day is not None},
    )


def _whole(column: pl.Series) -> Integers:
    return column.to_numpy().astype(np.int64)

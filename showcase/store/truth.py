"""Reads known truth; the only module that does, and no reader that feeds a model or an estimate is here."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from showcase.kernel.table import DATE, PRODUCT, STORE
from showcase.planning.reforecast import TrueEffects
from showcase.store import tables as t
from showcase.store.copy_out import read_columns
from showcase.store.demand import DataSet


def read_true_effects(connection: Connection, data_set_id: int, product_id: int) -> TrueEffects | None:
    """The true effects on one product; None where the data set is imported and nobody knows them."""
    row = connection.execute(
        select(t.truth_effect.c.price_elasticity, t.truth_effect.c.promotion_uplift).where(
            t.truth_effect.c.data_set_id == data_set_id, t.truth_effect.c.product_id == product_id
        )
    ).first()
    return None if row is None else TrueEffects(row.price_elasticity, row.promotion_uplift)


def read_latent_demand(
    connection: Connection, data_set: DataSet, store_ids: NDArray[np.int64], product_ids: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Demand before stockouts of these series over the window (n, d), NaN where it is not known; to compare with.

    `store_ids` and `product_ids` (n,) name the series, one of each a row.
    """
    columns = read_columns(
        connection,
        "SELECT store_id, product_id, date, latent_units FROM truth.demand"
        " WHERE data_set_id = %s AND store_id = ANY(%s) AND product_id = ANY(%s)",
        [data_set.id, np.unique(store_ids).tolist(), np.unique(product_ids).tolist()],
        {"store_id": "int4", "product_id": "int4", "date": "date", "latent_units": "int8"},
    )
    rows = {pair: row for row, pair in enumerate(zip(store_ids.tolist(), product_ids.tolist(), strict=True))}
    pairs = zip(columns["store_id"].tolist(), columns["product_id"].tolist(), strict=True)
    at = np.array([rows.get(pair, -1) for pair in pairs], dtype=np.int64)
    first = (np.datetime64(data_set.window.start) - np.datetime64("1970-01-01")).astype(np.int64)
    latent = np.full((len(rows), data_set.window.days), np.nan)
    wanted = at >= 0
    latent[at[wanted], (columns["date"] - first)[wanted]] = columns["latent_units"][wanted]
    return latent


def read_truth_days(connection: Connection, data_set: DataSet, first: date, last: date) -> pl.DataFrame:
    """What was wanted on these days: store, product, date, latent and is_stockout; no rows where nobody knows it."""
    columns = read_columns(
        connection,
        "SELECT d.store_id, d.product_id, d.date, d.latent_units, coalesce(k.is_stockout, false)"
        " FROM truth.demand d LEFT JOIN stock k ON k.data_set_id = d.data_set_id AND k.store_id = d.store_id"
        " AND k.product_id = d.product_id AND k.date = d.date"
        " WHERE d.data_set_id = %s AND d.date BETWEEN %s AND %s",
        [data_set.id, first, last],
        {"store_id": "int4", "product_id": "int4", "date": "date", "latent_units": "int8", "is_stockout": "bool"},
    )
    return pl.DataFrame(
        {
            STORE: columns["store_id"],
            PRODUCT: columns["product_id"],
            DATE: pl.Series(columns["date"].astype(np.int32)).cast(pl.Date),
            "latent": columns["latent_units"].astype(np.float64),
            "is_stockout": columns["is_stockout"],
        }
    )

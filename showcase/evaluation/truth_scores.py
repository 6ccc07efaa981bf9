"""Forecasts against demand before stockouts, which only generated data knows; beside them the same against sales."""

from __future__ import annotations

import numpy as np
import polars as pl

from showcase.errors import InvalidInputError
from showcase.evaluation.metrics import summed
from showcase.forecasting.history import Floats, SalesMatrix
from showcase.kernel.table import ACTUAL, DATE, FORECAST, MODEL, PRODUCT, STORE

_SUMS = ("n", "stockout_days", "sold", "demanded", "sales_error", "demand_error", "sales_bias", "demand_bias")


def truth_scores(forecasts: pl.DataFrame, matrix: SalesMatrix, latent: Floats) -> pl.DataFrame:
    """Both views of every model of a backtest, on all its days and on the days without and with a stockout.

    `forecasts` is the backtest's long frame; `latent` (n, d) is the demand of the matrix's series and days, NaN where
    it is unknown, and comes from the caller: no model and no matrix holds it. Rows: model and days, which is all,
    in_stock or stockout. Columns: n, stockout_days, wape_sales, wape_demand (percent), bias_sales, bias_demand (mean of
    actual - forecast); null where undefined. Raises InvalidInputError where `latent` has another shape than the matrix.
    """
    if latent.shape != matrix.units.shape:
        raise InvalidInputError(
            f"Latent demand of shape {matrix.units.shape} was expected, found {latent.shape}.",
            "Give the demand of the very series and days of the matrix.",
        )
    return scores_on_known_days(forecasts, _truth(matrix, latent))


def scores_on_known_days(forecasts: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """The same, for a table of what is known: store, product, date, latent and is_stockout, each day of a series once.

    Days of the forecasts that the table does not have are left out.
    """
    scored = forecasts.filter(pl.col(ACTUAL).is_not_null() & pl.col(FORECAST).is_not_null())
    known = scored.join(truth, on=[STORE, PRODUCT, DATE], how="inner", maintain_order="left")
    by_day = known.with_columns(
        pl.lit(1.0).alias("n"),
        pl.col("is_stockout").cast(pl.Float64).alias("stockout_days"),
        pl.col(ACTUAL).alias("sold"),
        pl.col("latent").alias("demanded"),
        (pl.col(ACTUAL) - pl.col(FORECAST)).alias("sales_bias"),
        (pl.col("latent") - pl.col(FORECAST)).alias("demand_bias"),
    ).with_columns(
        pl.col("sales_bias").abs().alias("sales_error"),
        pl.col("demand_bias").abs().alias("demand_error"),
    )
    views = {
        "all": by_day,
        "in_stock": by_day.filter(~pl.col("is_stockout")),
        "stockout": by_day.filter(pl.col("is_stockout")),
    }
    frames = [_view(name, frame) for name, frame in views.items()]
    return pl.concat(frames).sort(MODEL, maintain_order=True)


def _view(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    sums = summed(frame, [MODEL], _SUMS)
    return sums.select(
        MODEL,
        pl.lit(name).alias("days"),
        pl.col("n").cast(pl.Int64),
        pl.col("stockout_days").cast(pl.Int64),
        _ratio("wape_sales", 100 * pl.col("sales_error"), "sold"),
        _ratio("wape_demand", 100 * pl.col("demand_error"), "demanded"),
        _ratio("bias_sales", pl.col("sales_bias"), "n"),
        _ratio("bias_demand", pl.col("demand_bias"), "n"),
    )


def _ratio(name: str, numerator: pl.Expr, denominator: str) -> pl.Expr:
    return pl.when(pl.col(denominator) > 0).then(numerator / pl.col(denominator)).otherwise(None).alias(name)


def _truth(matrix: SalesMatrix, latent: Floats) -> pl.DataFrame:
    n, d = latent.shape
    days = np.datetime64(matrix.first_day, "D") + np.arange(d)
    frame = pl.DataFrame(
        {
            STORE: np.repeat(matrix.store_ids, d),
            PRODUCT: np.repeat(matrix.product_ids, d),
            DATE: np.tile(days, n),
            "latent": latent.reshape(-1),
            "is_stockout": matrix.stockout.reshape(-1),
        }
    )
    return frame.filter(pl.col("latent").is_not_nan())

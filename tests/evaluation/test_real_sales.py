"""On real sales: the reference figures of the baselines, and a tree that beats them."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import pool
from showcase.forecasting.grid import SalesRows, place_on_grid
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.zoo import ModelConfig
from tests.demand.sales_files import real_sales


def sales_matrix(name: str) -> SalesMatrix:
    rows = pl.read_csv(real_sales(name), try_parse_dates=True)
    first, last = rows["date"].min(), rows["date"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    days = (rows["date"] - first).dt.total_days().to_numpy().astype(np.int64)
    n_days = (last - first).days + 1
    holiday = np.zeros(n_days, dtype=np.bool_)
    if "event" in rows.columns:
        holiday[days[rows["event"].is_not_null().to_numpy()]] = True
    is_open = rows["open"].to_numpy() == 1 if "open" in rows.columns else np.ones(rows.height, dtype=np.bool_)
    nothing = np.zeros(rows.height, dtype=np.int64)
    return place_on_grid(
        SalesRows(
            store_ids=rows["store"].rank("dense").cast(pl.Int64).to_numpy(),
            product_ids=rows["product"].rank("dense").cast(pl.Int64).to_numpy(),
            days=days,
            units=rows["quantity"].cast(pl.Int64).to_numpy(),
            price_cents=_cents(rows),
            promo_percent=nothing,
            is_open=is_open,
            is_stockout=nothing.astype(np.bool_),
        ),
        first,
        n_days,
        holiday,
    )


def _cents(rows: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A blank price is the last known one of its series, and before that the first."""
    series = ["store", "product"]
    filled = rows.sort(*series, "date").with_columns(pl.col("unit_price").forward_fill().backward_fill().over(series))
    cents: np.ndarray[tuple[int], np.dtype[np.int64]] = (
        (
            rows.drop("unit_price").join(
                filled.select(*series, "date", "unit_price"), on=[*series, "date"], how="left"
            )["unit_price"]
            * 100
        )
        .round()
        .cast(pl.Int64)
        .to_numpy()
    )
    return cents


def wape_of(matrix: SalesMatrix, horizon: int, *models: str) -> dict[str, float]:
    configs = [ModelConfig.of(model) for model in models]
    found = run_backtest(matrix, BacktestPlan(horizon=horizon), configs)
    return {row["model"]: row["wape"] for row in pool(found.parts).iter_rows(named=True)}


@pytest.mark.parametrize(("horizon", "seasonal_naive", "average"), [(14, 106.4, 83.5), (28, 108.1, 87.5)])
def test_baselines_on_m5_have_their_reference_error(horizon: int, seasonal_naive: float, average: float) -> None:
    wape = wape_of(sales_matrix("m5.csv.gz"), horizon, "moving_average")
    assert wape["seasonal_naive"] == pytest.approx(seasonal_naive, abs=0.06)
    assert wape["moving_average"] == pytest.approx(average, abs=0.06)


@pytest.mark.parametrize("name", ["m5.csv.gz", "bakery.csv.gz"])
def test_a_tree_beats_seasonal_naive_and_the_moving_average(name: str) -> None:
    pytest.importorskip("sklearn", reason="the tree models are an extra")
    wape = wape_of(sales_matrix(name), 14, "moving_average", "regression")
    assert wape["regression"] < min(wape["moving_average"], wape["seasonal_naive"])

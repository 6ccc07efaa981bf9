"""On generated data the 80 percent interval covers what it promises, on every preset of 181 days."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from showcase.demand.generate import generate
from showcase.demand.recipe import resolve_recipe
from showcase.demand.tables import DemandTables
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import pool
from showcase.forecasting.grid import SalesRows, place_on_grid
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.zoo import ModelConfig

MODELS = ("moving_average", "seasonal_average", "trend_regression_baseline", "prophet_like")


def as_matrix(tables: DemandTables) -> SalesMatrix:
    keys = ["store", "product", "date"]
    rows = tables.sales.join(tables.stock.select(*keys, "is_stockout"), on=keys, how="left")
    days = (rows["date"] - tables.window.start).dt.total_days().to_numpy().astype(np.int64)
    return place_on_grid(
        SalesRows(
            store_ids=rows["store"].cast(pl.Int64).to_numpy() + 1,
            product_ids=rows["product"].cast(pl.Int64).to_numpy() + 1,
            days=days,
            units=rows["units"].to_numpy(),
            price_cents=rows["unit_price_cents"].to_numpy(),
            promo_percent=rows["promo_percent"].cast(pl.Int64).to_numpy(),
            is_open=rows["is_open"].to_numpy(),
            is_stockout=rows["is_stockout"].fill_null(value=False).to_numpy(),
        ),
        tables.window.start,
        tables.window.days,
        tables.calendar.sort("date")["is_holiday"].to_numpy(),
    )


@pytest.mark.parametrize(
    "scenario", ["retail_standard", "high_variance", "stockout_heavy", "new_launches", "showcase_rich"]
)
def test_the_eighty_percent_interval_covers_seventy_five_to_eighty_five(scenario: str) -> None:
    matrix = as_matrix(generate(resolve_recipe(scenario, 42, as_of=date(2026, 11, 22))))
    found = run_backtest(matrix, BacktestPlan(), [ModelConfig.of(model) for model in MODELS])
    for row in pool(found.parts).iter_rows(named=True):
        assert 75 <= row["coverage80"] <= 85, row["model"]
        assert 92 <= row["coverage95"] <= 98, row["model"]

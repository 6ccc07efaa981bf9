"""Error against sales and against demand, side by side."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from showcase.errors import InvalidInputError
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.truth_scores import truth_scores
from showcase.forecasting.zoo import ModelConfig
from tests.forecasting.matrices import counting, lively

PLAN = BacktestPlan(horizon=3, n_splits=2, min_train_size=20)


def test_both_views_by_hand() -> None:
    matrix = counting(1, 40)
    stockout = np.zeros((1, 40), dtype=np.bool_)
    stockout[0, 39] = True
    latent = matrix.units.copy()
    latent[0, 39] = 50
    found = run_backtest(replace(matrix, stockout=stockout), PLAN, [ModelConfig.of("naive")])
    scores = truth_scores(found.forecasts, replace(matrix, stockout=stockout), latent)
    naive = {row["days"]: row for row in scores.filter(pl.col("model") == "naive").iter_rows(named=True)}
    # forecasts 34 34 34 37 37 37; sales 35 .. 40; demand 35 .. 39 and 50
    assert naive["all"]["n"] == 6
    assert naive["all"]["stockout_days"] == 1
    assert naive["all"]["wape_sales"] == pytest.approx(100 * 12 / 225)
    assert naive["all"]["wape_demand"] == pytest.approx(100 * 22 / 235)
    assert naive["stockout"]["bias_sales"] == 3
    assert naive["stockout"]["bias_demand"] == 13
    assert naive["in_stock"]["wape_sales"] == naive["in_stock"]["wape_demand"] == pytest.approx(100 * 9 / 185)


def test_without_a_stockout_the_two_views_agree() -> None:
    matrix = lively(3, 60)
    scores = truth_scores(run_backtest(matrix, PLAN, [ModelConfig.of("naive")]).forecasts, matrix, matrix.units)
    whole = scores.filter(pl.col("days") == "all")
    assert whole["wape_sales"].to_list() == whole["wape_demand"].to_list()
    assert scores.filter(pl.col("days") == "stockout").height == 0


def test_a_model_that_leaves_stockouts_out_is_nearer_to_demand() -> None:
    matrix = lively(10, 120)
    stockout = np.random.default_rng(5).random(matrix.units.shape) < 0.25
    sold = np.where(stockout, np.floor(matrix.units * 0.2), matrix.units)
    short = replace(matrix, units=sold, stockout=stockout)
    configs = [ModelConfig.of("prophet_like"), ModelConfig.of("seasonal_average")]
    found = run_backtest(short, BacktestPlan(), configs)
    scores = truth_scores(found.forecasts, short, matrix.units).filter(pl.col("days") == "all")
    by_model = dict(zip(scores["model"], scores["bias_demand"], strict=True))
    assert abs(by_model["prophet_like"]) < 0.25 * abs(by_model["seasonal_average"])


def test_demand_of_other_series_is_refused() -> None:
    matrix = counting(2, 40)
    found = run_backtest(matrix, PLAN, [ModelConfig.of("naive")])
    with pytest.raises(InvalidInputError, match="shape"):
        truth_scores(found.forecasts, matrix, matrix.units[:1])


def test_days_whose_demand_is_unknown_are_left_out() -> None:
    matrix = counting(1, 40)
    latent = matrix.units.copy()
    latent[0, 38:] = np.nan
    found = run_backtest(matrix, PLAN, [ModelConfig.of("naive")])
    assert truth_scores(found.forecasts, matrix, latent)["n"].max() == 4

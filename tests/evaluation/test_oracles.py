"""Folds, baselines and scores of a whole backtest against statsforecast and utilsforecast, to nine digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from showcase.evaluation.backtest import Backtest, run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import METRICS, pool
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.zoo import ModelConfig
from tests.forecasting.matrices import lively

NINE_DIGITS = 1e-9
N_SERIES, N_DAYS = 5, 80
MODELS = (
    ModelConfig.of("moving_average", window_size=14),
    ModelConfig.of("seasonal_average", seasons=3),
    ModelConfig.of("prophet_like"),
)
THEIRS = {
    "naive": "Naive",
    "seasonal_naive": "SeasonalNaive",
    "moving_average": "WindowAverage",
    "seasonal_average": "SeasWA",
}
"""The baselines that statsforecast has too; it has no weighted moving average."""


def long_frame(matrix: SalesMatrix) -> pd.DataFrame:
    days = pd.date_range(matrix.first_day, periods=N_DAYS)
    ids = np.repeat(np.arange(N_SERIES), N_DAYS)
    return pd.DataFrame({"unique_id": ids, "ds": np.tile(days, N_SERIES), "y": matrix.units.ravel()})


def scored_on(matrix: SalesMatrix, plan: BacktestPlan) -> tuple[Backtest, pd.DataFrame]:
    """The backtest, and its forecasts with the series numbered as in `long_frame`."""
    found = run_backtest(matrix, plan, MODELS)
    keys = list(zip(matrix.store_ids.tolist(), matrix.product_ids.tolist(), strict=True))
    numbered = found.forecasts.with_columns(
        pl.Series("unique_id", [keys.index(key) for key in found.forecasts.select("store_id", "product_id").rows()])
    ).to_pandas()
    return found, numbered.sort_values(["fold", "unique_id", "date"], kind="stable")


@pytest.mark.parametrize("strategy", ["expanding", "sliding"])
@pytest.mark.parametrize("gap", [0, 3])
def test_cutoffs_days_and_baselines_are_those_of_statsforecast(strategy: Any, gap: int) -> None:
    core = pytest.importorskip("statsforecast", reason="statsforecast is the oracle of folds and baselines")
    models = pytest.importorskip("statsforecast.models")
    plan = BacktestPlan(horizon=7, n_splits=3, min_train_size=28, gap=gap, strategy=strategy)
    matrix = lively(N_SERIES, N_DAYS)
    theirs = core.StatsForecast(
        [models.Naive(), models.SeasonalNaive(7), models.WindowAverage(14), models.SeasonalWindowAverage(7, 3)],
        freq="D",
    )
    expected = theirs.cross_validation(
        df=long_frame(matrix), h=plan.horizon + gap, n_windows=plan.n_splits, step_size=plan.horizon,
        input_size=plan.min_train_size if strategy == "sliding" else None,
    )  # fmt: skip
    # the library knows no gap: its first days are the gap, and are dropped
    expected = expected[(expected["ds"] - expected["cutoff"]).dt.days > gap]
    expected = expected.sort_values(["cutoff", "unique_id", "ds"], kind="stable")
    _, found = scored_on(matrix, plan)
    for ours, name in THEIRS.items():
        rows = found[found["model"] == ours]
        assert rows["cutoff"].astype(str).tolist() == expected["cutoff"].dt.date.astype(str).tolist()
        assert rows["date"].astype(str).tolist() == expected["ds"].dt.date.astype(str).tolist()
        np.testing.assert_array_equal(rows["actual"], expected["y"])
        np.testing.assert_allclose(rows["forecast"], expected[name], rtol=NINE_DIGITS, err_msg=ours)


@pytest.mark.parametrize("gap", [0, 3])
def test_every_score_of_every_fold_and_series_is_that_of_utilsforecast(gap: int) -> None:
    losses = pytest.importorskip("utilsforecast.losses")
    plan = BacktestPlan(horizon=7, n_splits=3, min_train_size=28, gap=gap)
    matrix = lively(N_SERIES, N_DAYS)
    matrix.units[1, -plan.horizon :] = 0.0  # a window in which nothing was sold
    found, forecasts = scored_on(matrix, plan)
    whole, undefined = long_frame(matrix), 0
    keys = list(zip(matrix.store_ids.tolist(), matrix.product_ids.tolist(), strict=True))
    ours = pool(found.parts, ("model", "fold", "store_id", "product_id")).to_pandas()
    ours = ours.set_index(["store_id", "product_id"])
    for (model, fold), rows in forecasts.groupby(["model", "fold"]):
        cutoff = pd.Timestamp(rows["cutoff"].iloc[0])
        said = rows.rename(columns={"date": "ds", "actual": "y", "forecast": "m"})
        said = said.rename(
            columns={f"{side}{level}": f"m-{side}-{level}" for side in ("lo", "hi") for level in (80, 95)}
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            expected = {
                "wape": 100 * losses.wape(said, ["m"])["m"],
                "mae": losses.mae(said, ["m"])["m"],
                "rmse": losses.rmse(said, ["m"])["m"],
                "smape": 200 * losses.smape(said, ["m"])["m"],
                # theirs is forecast - actual
                "bias": -losses.bias(said, ["m"])["m"],
                "mase": losses.mase(said, ["m"], seasonality=7, train_df=whole[whole["ds"] <= cutoff])["m"],
                "coverage80": 100 * losses.coverage(said, ["m"], level=80)["m"],
                "coverage95": 100 * losses.coverage(said, ["m"], level=95)["m"],
            }
        assert set(expected) == set(METRICS)
        mine = ours[(ours["model"] == model) & (ours["fold"] == fold)].loc[keys].reset_index(drop=True)
        for name, values in expected.items():
            known = np.isfinite(values.to_numpy())
            undefined += int((~known).sum())
            assert (mine[name].notna().to_numpy() == known).all(), name
            np.testing.assert_allclose(
                mine[name].to_numpy()[known], values.to_numpy()[known], rtol=NINE_DIGITS, atol=1e-12, err_msg=name
            )
    assert undefined == len(forecasts["model"].unique())


def test_pooled_scores_are_sums_over_sums_of_what_utilsforecast_says_of_each_series() -> None:
    losses = pytest.importorskip("utilsforecast.losses")
    matrix = lively(N_SERIES, N_DAYS)
    found, forecasts = scored_on(matrix, BacktestPlan(horizon=7, n_splits=3, min_train_size=28))
    for row in pool(found.parts).to_dicts():
        said = forecasts[forecasts["model"] == row["model"]].rename(columns={"actual": "y", "forecast": "m"})
        said = said[["unique_id", "y", "m"]]  # with cutoffs there would be a score for each of them
        # every series has as many days, so the means of the series are the pooled ones
        assert row["mae"] == pytest.approx(losses.mae(said, ["m"])["m"].mean(), rel=NINE_DIGITS)
        assert row["rmse"] ** 2 == pytest.approx((losses.rmse(said, ["m"])["m"] ** 2).mean(), rel=NINE_DIGITS)
        total = said.groupby("unique_id")["y"].sum().to_numpy()
        wape = losses.wape(said, ["m"])["m"].to_numpy()
        assert row["wape"] == pytest.approx(100 * (wape * total).sum() / total.sum(), rel=NINE_DIGITS)
        assert row["wape"] != pytest.approx(100 * wape.mean(), rel=1e-4)

"""A bucket of a lake is forecast store by store, as if each store were a data set of its own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from showcase.demand.generate import generate
from showcase.demand.lake import make_bucket, write_shared
from showcase.demand.lake_files import PLAN, SHARED, write_text
from showcase.demand.lake_recipe import LakePlan, lake_recipe
from showcase.errors import IntegrityError
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.lake_forecast import TASK, forecast_bucket, lake_task
from showcase.evaluation.metrics import pool
from showcase.forecasting.fit import fit_model
from showcase.forecasting.history import PROMOTION_KINDS, SalesMatrix, carried_future
from showcase.forecasting.lake_matrix import store_matrices
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.table import MODEL, PRODUCT, STORE
from showcase.kernel.window import Window

MODELS = [ModelConfig.of(name) for name in ("moving_average", "trend_regression_baseline", "prophet_like")]
PLAN_OF_FOLDS = BacktestPlan(horizon=7, n_splits=2)


def made(folder: Path, scenario: str, days: int = 90) -> tuple[Path, LakePlan]:
    """The first bucket of a lake of three stores and five products."""
    plan = LakePlan(lake_recipe(scenario, 42, 3, 5, Window.ending(date(2026, 11, 30), days)), 2)
    folder.mkdir()
    write_text(folder / PLAN, json.dumps(plan.as_json()))
    write_shared(folder / SHARED, plan)
    make_bucket(folder / PLAN, folder / "bucket=00000")
    return folder, plan


def forecast(lake: Path, configs: list[ModelConfig], plan: BacktestPlan) -> dict[str, pl.DataFrame]:
    folder = lake / "forecasts" / "one"
    folder.mkdir(parents=True)
    write_text(folder / TASK, json.dumps(lake_task(configs, plan)))
    forecast_bucket(folder / TASK, folder / "bucket=00000")
    return {path.stem: pl.read_parquet(path) for path in (folder / "bucket=00000").glob("*.parquet")}


@pytest.mark.parametrize("scenario", ["sparse", "new_launches", "stockout_heavy"])
def test_a_store_s_matrix_has_each_row_in_its_place(scenario: str, tmp_path: Path) -> None:
    lake, plan = made(tmp_path / "lake", scenario)
    tables, first = generate(plan.recipe), plan.recipe.window.start
    matrices = {int(matrix.store_ids[0]): matrix for matrix in store_matrices(lake / "bucket=00000")}
    seen = 0
    for row, kept in zip(tables.sales.to_dicts(), tables.stock.to_dicts(), strict=True):
        if row["store"] == 2:
            continue
        matrix = matrices[row["store"] + 1]
        at = matrix.row_of(row["store"] + 1, row["product"] + 1), (row["date"] - first).days
        assert matrix.units[at] == row["units"]
        assert matrix.price[at] == row["unit_price_cents"] / 100
        assert matrix.promo[at] == row["promo_percent"] / 100
        assert matrix.stockout[at] == kept["is_stockout"]
        assert matrix.on_hand is not None
        assert matrix.on_hand[at] == kept["on_hand"]
        assert matrix.promo_kind is not None
        assert (PROMOTION_KINDS[matrix.promo_kind[at]] == "none") == (row["promo_percent"] == 0)
        seen += 1
    assert seen == sum(int((~np.isnan(matrix.units)).sum()) for matrix in matrices.values())
    assert [int(day) for day in np.flatnonzero(next(iter(matrices.values())).holiday)] == [
        (day - first).days for day in tables.calendar.filter("is_holiday")["date"]
    ]


def slow_best(matrix: SalesMatrix) -> dict[tuple[int, int], str]:
    """The best model of each series, by a loop over the pooled scores."""
    tested = run_backtest(matrix, PLAN_OF_FOLDS, MODELS)
    best: dict[tuple[int, int], tuple[float, str]] = {}
    for row in pool(tested.parts, (STORE, PRODUCT, MODEL)).to_dicts():
        if row[MODEL] in {str(config.model_type) for config in MODELS} and row["wape"] is not None:
            key = (row[STORE], row[PRODUCT])
            best[key] = min(best.get(key, (np.inf, "")), (round(row["wape"], 9), row[MODEL]))
    return {key: model for key, (_, model) in best.items()}


def test_each_series_is_forecast_by_its_best_model_as_in_memory(tmp_path: Path) -> None:
    lake, plan = made(tmp_path / "lake", "retail_standard")
    answers = forecast(lake, MODELS, PLAN_OF_FOLDS)
    assert answers["forecasts"].height == 2 * 5 * 7
    assert answers["left_out"].height == 0
    codes, skus = (pl.read_parquet(lake / SHARED / name)[0:, 0] for name in ("stores.parquet", "products.parquet"))
    for matrix in store_matrices(lake / "bucket=00000"):
        history = matrix.history()
        by_model = {
            str(one.model_type): fit_model(one, history, 7).predict(carried_future(history, 7)) for one in MODELS
        }
        for (store, product), model in slow_best(matrix).items():
            own = answers["forecasts"].filter(store=codes[store - 1], sku=skus[product - 1])
            assert own[MODEL].unique().to_list() == [model]
            np.testing.assert_allclose(own["forecast"], by_model[model][matrix.row_of(store, product)], rtol=1e-12)
            assert (own["lo80"] <= own["forecast"]).all()
            assert own["date"].to_list()[0] == date(2026, 12, 1)
    assert plan.recipe.n_stores == 3
    marked = answers["scores"].filter("is_best").select("store", "sku", MODEL).rows()
    assert sorted(marked) == sorted(answers["forecasts"].select("store", "sku", MODEL).unique().rows())


def test_what_is_too_short_is_left_out_with_its_reason(tmp_path: Path) -> None:
    lake, _ = made(tmp_path / "lake", "new_launches", days=120)
    answers = forecast(lake, MODELS, BacktestPlan(horizon=7, n_splits=2, min_train_size=100))
    left = answers["left_out"]
    assert 0 < left.height < 10
    assert left["reason"].unique().to_list() == ["too short for every fold, or without a score"]
    assert answers["forecasts"].select("store", "sku").unique().height + left.height == 10


def test_known_truth_is_not_read(tmp_path: Path) -> None:
    lake, _ = made(tmp_path / "lake", "demo_minimal")
    (lake / "bucket=00000" / "truth_demand.parquet").unlink()
    (lake / SHARED / "truth_effects.parquet").unlink()
    assert forecast(lake, MODELS[:1], PLAN_OF_FOLDS)["forecasts"].height == 70


def test_sales_without_their_stock_are_refused(tmp_path: Path) -> None:
    lake, _ = made(tmp_path / "lake", "demo_minimal")
    path = lake / "bucket=00000" / "stock.parquet"
    pl.read_parquet(path).with_columns(pl.col("product").reverse()).write_parquet(path, row_group_size=450)
    with pytest.raises(IntegrityError, match="do not have the same rows"):
        list(store_matrices(lake / "bucket=00000"))

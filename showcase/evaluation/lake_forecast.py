"""The forecast of one bucket of a lake, from file to file: every series scored, its best model fitted and asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from showcase.demand.lake import read_shared
from showcase.demand.lake_files import RECEIPT, TableFile, read_json, staged_folder, write_text
from showcase.errors import InvalidInputError
from showcase.evaluation.backtest import Backtest, run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import METRICS, SUMS, pool
from showcase.forecasting.buckets import is_pooled, select_series
from showcase.forecasting.fit import fit_model, forecast_frame
from showcase.forecasting.history import SalesMatrix, carried_future
from showcase.forecasting.intervals import IntervalTable
from showcase.forecasting.lake_matrix import store_matrices
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ZOO, ModelConfig
from showcase.kernel.table import DATE, FORECAST, LEVELS, MODEL, PRODUCT, STEP, STORE, bound_columns

TASK = "task.json"
_TIE_DIGITS = 9
_BOUNDS = [bound for level in LEVELS for bound in bound_columns(level)]
ANSWERS: Mapping[str, dict[str, pl.DataType]] = {
    "forecasts": {
        "store": pl.String(), "sku": pl.String(), MODEL: pl.String(), DATE: pl.Date(), STEP: pl.Int64(),
        FORECAST: pl.Float64(), **dict.fromkeys(_BOUNDS, pl.Float64()),
    },
    "scores": {
        "store": pl.String(), "sku": pl.String(), MODEL: pl.String(), "is_best": pl.Boolean(), "n": pl.Int64(),
        **dict.fromkeys(METRICS, pl.Float64()),
    },
    "left_out": {"store": pl.String(), "sku": pl.String(), "reason": pl.String()},
}  # fmt: skip
"""The files of a forecast bucket: the days ahead of each series by its best model; every model's score on it over all
folds, null where undefined; and the series without a forecast."""


def lake_task(configs: Sequence[ModelConfig], plan: BacktestPlan) -> dict[str, Any]:
    """What `forecast_bucket` reads."""
    return {"configs": [config.model_dump(mode="json") for config in configs], "plan": asdict(plan)}


def forecast_bucket(source: Path, target: Path) -> None:
    """Forecast one bucket of the lake three folders above the task `source` into the folder `target`.

    Work for an engine: the target's name says which bucket. Stores are forecast one by one: a model that learns from
    all series learns from those of a store, and the intervals come from the store's own errors, so that nothing depends
    on which stores share a bucket. The receipt has the sums of each store's scores by model.
    """
    task, lake = read_json(source), source.parents[2]
    configs, plan = [ModelConfig.parse(raw) for raw in task["configs"]], BacktestPlan(**task["plan"])
    codes, skus = read_shared(lake, "stores")["code"], read_shared(lake, "products")["sku"]
    receipt: dict[str, Any] = {"stores": {}}
    with staged_folder(target) as folder:
        files = {name: TableFile(folder / f"{name}.parquet", schema) for name, schema in ANSWERS.items()}
        for matrix in store_matrices(lake / target.name):
            tables, sums = forecast_store(matrix, configs, plan)
            for name, file in files.items():
                file.add(_with_codes(tables[name], codes, skus).select(*ANSWERS[name]))
            best = tables["scores"].filter("is_best")[MODEL].value_counts().rows()
            receipt["stores"][codes[int(matrix.store_ids[0]) - 1]] = {
                "series": matrix.n_series,
                "left_out": tables["left_out"].height,
                "best": dict(sorted(best)),
                "sums": sums,
            }
        for file in files.values():
            file.close()
        write_text(folder / RECEIPT, json.dumps(receipt))


def forecast_store(
    matrix: SalesMatrix, configs: Sequence[ModelConfig], plan: BacktestPlan
) -> tuple[dict[str, pl.DataFrame], dict[str, list[float]]]:
    """The tables of ANSWERS for the series of a matrix, by ids, and each model's SUMS over all of them.

    The best model of a series is the one of `configs` with the best metric of the plan, then mae, then the simpler one.
    """
    try:
        tested = run_backtest(matrix, plan, configs)
    except InvalidInputError as error:
        return _nothing(matrix, error.message), {}
    scores = _scores(tested, configs, plan)
    best = scores.filter("is_best").select(STORE, PRODUCT, MODEL)
    ahead = list(_ahead(matrix, best, configs, tested.intervals, plan))
    left = pl.DataFrame({STORE: matrix.store_ids, PRODUCT: matrix.product_ids}).join(best, [STORE, PRODUCT], "anti")
    tables = {
        "forecasts": pl.concat(ahead) if ahead else _nothing(matrix, "")["forecasts"],
        "scores": scores,
        "left_out": left.with_columns(pl.lit("too short for every fold, or without a score").alias("reason")),
    }
    pooled = pool(tested.parts, (MODEL,))
    return tables, {row[MODEL]: [float(row[name]) for name in SUMS] for row in pooled.to_dicts()}


def _scores(tested: Backtest, configs: Sequence[ModelConfig], plan: BacktestPlan) -> pl.DataFrame:
    """The scores of every model on each series, best first within it, with the winner marked."""
    complexity = {str(model_type): row.complexity for model_type, row in ZOO.items()}
    chosen = pl.col(MODEL).is_in([str(config.model_type) for config in configs])
    pooled = pool(tested.parts, (STORE, PRODUCT, MODEL))
    ranked = pooled.with_columns(
        (chosen & pl.col(plan.metric).is_not_null()).alias("_may"),
        pl.col(plan.metric).round(_TIE_DIGITS).alias("_metric"),
        pl.col("mae").round(_TIE_DIGITS).alias("_mae"),
        pl.col(MODEL).replace_strict(complexity, return_dtype=pl.Int64).alias("_simple"),
    ).sort(STORE, PRODUCT, "_may", "_metric", "_mae", "_simple", descending=[False, False, True, False, False, False])
    is_first = pl.struct(STORE, PRODUCT).ne_missing(pl.struct(STORE, PRODUCT).shift(1)).fill_null(value=True)
    return ranked.with_columns((is_first & pl.col("_may")).alias("is_best"))


def _ahead(
    matrix: SalesMatrix,
    best: pl.DataFrame,
    configs: Sequence[ModelConfig],
    intervals: Mapping[ModelType, IntervalTable],
    plan: BacktestPlan,
) -> Iterator[pl.DataFrame]:
    """The days ahead by each model, of the series that it is the best of."""
    for config in configs:
        won = best.filter(pl.col(MODEL) == str(config.model_type))
        if not won.height:
            continue
        own = np.isin(matrix.product_ids, won[PRODUCT].to_numpy())
        # a model that learns from all series is asked for all of them, whichever it is the best of
        some = matrix if is_pooled(config.row) else select_series(matrix, own)
        history = some.history()
        model = fit_model(config, history, plan.gap + plan.horizon)
        future = carried_future(history, plan.horizon, plan.gap)
        frame = forecast_frame(model, future, intervals.get(config.model_type))
        yield frame.join(won, [STORE, PRODUCT], "semi")


def _with_codes(frame: pl.DataFrame, codes: pl.Series, skus: pl.Series) -> pl.DataFrame:
    return frame.with_columns(
        codes.gather(frame[STORE] - 1).alias("store"), skus.gather(frame[PRODUCT] - 1).alias("sku")
    )


def _nothing(matrix: SalesMatrix, reason: str) -> dict[str, pl.DataFrame]:
    """No forecast and no score of any series of the matrix, with the reason."""
    ids: dict[str, pl.DataType] = {STORE: pl.Int64(), PRODUCT: pl.Int64()}
    tables = {name: pl.DataFrame(schema={**ids, **schema}).drop("store", "sku") for name, schema in ANSWERS.items()}
    left = pl.DataFrame({STORE: matrix.store_ids, PRODUCT: matrix.product_ids})
    return tables | {"left_out": left.with_columns(pl.lit(reason).alias("reason"))}

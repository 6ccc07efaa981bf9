"""Lakes in a notebook: made, checked and forecast on an engine of one's choice, tables as pandas frames."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from showcase.demand.lake_recipe import STORES_A_BUCKET, LakePlan, lake_recipe
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.day import parse_day
from showcase.kernel.window import Window
from showcase.services.lake_forecasts import LakeForecast, LakeForecasts
from showcase.services.lake_proof import Lake, LakeProof
from showcase.settings import load_settings
from showcase.wiring import open_lakes as opened_lakes


@dataclass(frozen=True, slots=True)
class Lakes:
    """The lakes of an environment and the engine that works on them; close it, or it closes with the interpreter."""

    forecasts: LakeForecasts
    _closing: ExitStack

    def make(
        self,
        name: str,
        *,
        as_of: str,
        stores: int,
        products: int,
        days: int,
        scenario: str = "retail_standard",
        seed: int = 42,
        stores_a_bucket: int = STORES_A_BUCKET,
    ) -> Lake:
        """Make a lake whose last day is `as_of`, or go on with it; one that is whole is left as it is."""
        recipe = lake_recipe(scenario, seed, stores, products, Window.ending(parse_day(as_of), days))
        return self.forecasts.lakes.make(name, LakePlan(recipe, stores_a_bucket))

    def verify(self, name: str) -> LakeProof:
        """Read every row of a lake again, and compare."""
        return self.forecasts.lakes.verify(name)

    def forecast(self, name: str, *models: str, **backtest: Any) -> LakeForecast:
        """Score the models on every series and forecast each by its best; `backtest` as in a run request."""
        return self.forecasts.forecast(name, [ModelConfig.of(model) for model in models], BacktestPlan(**backtest))

    def board(self, done: LakeForecast) -> pd.DataFrame:
        """The leaderboard over all series: rank, model, its scores, and how many series it is the best of."""
        board = done.board.to_pandas()
        board["best_of"] = [done.best.get(model, 0) for model in board["model"]]
        return board

    def answers(self, done: LakeForecast, table: str = "forecasts", **only: str) -> pd.DataFrame:
        """The rows of one table of the answers, as `store="S1001", sku="SKU-10001"` names them."""
        paths = sorted(done.folder.glob(f"bucket=*/{table}.parquet"))
        return pl.concat([pl.read_parquet(path, hive_partitioning=False).filter(**only) for path in paths]).to_pandas()

    def remove(self, name: str) -> Lake:
        """Take a lake away with all that was forecast from it; returns what went."""
        return self.forecasts.lakes.remove(name)

    def close(self) -> None:
        """Let go of the engine."""
        self._closing.close()


def open_lakes(home: str | Path | None = None, *, engine: str | None = None, workers: int | None = None) -> Lakes:
    """The lakes of this environment, or those below `home`, on the engine of its settings or the one named."""
    named = {"home": None if home is None else Path(home), "engine": engine, "engine_workers": workers}
    closing = ExitStack()
    settings = load_settings(**{name: value for name, value in named.items() if value is not None})
    opened = Lakes(closing.enter_context(opened_lakes(settings)), closing)
    atexit.register(opened.close)
    return opened

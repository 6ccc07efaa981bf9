"""Measures what docs/benchmarks.md says, as ratios to a yardstick of the same machine (through `make bench`)."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any

import numpy as np

from showcase.demand.generate import generate
from showcase.demand.recipe import resolve_recipe
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.zoo import ModelConfig
from showcase.notebook import open_showcase
from showcase.store.demand import DataSet
from showcase.wiring import open_installation

AS_OF = date(2026, 1, 5)
TRIO = ("naive", "seasonal_naive", "moving_average")
REPEATS = 3


def seconds(measured: Callable[[], Any], repeats: int = REPEATS) -> float:
    """The median of some runs, in seconds; the first one, which warms up, is left out."""
    taken = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        measured()
        taken.append(time.perf_counter() - began)
    return median(taken[1:])


def yardstick() -> float:
    """One thread of numpy: the seconds it takes to sort twenty million numbers."""
    numbers = np.random.default_rng(1).random(20_000_000)
    return seconds(lambda: np.sort(numbers))


def once(measured: Callable[[], Any]) -> float:
    """The seconds of one run that cannot be repeated."""
    began = time.perf_counter()
    measured()
    return time.perf_counter() - began


def demand_figures() -> list[tuple[str, float]]:
    """The native retail_standard data set, 183,000 sales rows: made, fingerprinted, stored; and its backtest."""
    recipe = resolve_recipe("retail_standard", 42, as_of=AS_OF, native=True)
    made = generate(recipe)
    figures = [
        ("generate 183,000 sales rows and as many of stock, in memory", seconds(lambda: generate(recipe))),
        ("fingerprint them", seconds(made.fingerprint)),
    ]
    with open_installation() as installation:
        demand = installation.services.demand
        kept: list[DataSet] = []
        figures.append(
            ("seed them: generate, fingerprint, store", once(lambda: kept.append(demand.seed(recipe).data_set)))
        )
        matrix = demand.matrix(kept[0])
        figures.append(("read them for the models", seconds(lambda: demand.matrix(kept[0]))))
    configs = [ModelConfig.of(name) for name in TRIO]
    backtest = seconds(lambda: run_backtest(matrix, BacktestPlan(), configs))
    figures.append(("backtest the trio on 500 series, 3 folds of 14 days, with scores and intervals", backtest))
    figures.append(("the same forecasts from statsforecast, without scores and intervals", oracle_seconds(matrix)))
    return figures


def oracle_seconds(matrix: Any) -> float:
    """The same three baselines and folds in statsforecast, on one thread."""
    import pandas as pd
    from statsforecast import StatsForecast
    from statsforecast.models import Naive, SeasonalNaive, WindowAverage

    n_series, n_days = matrix.units.shape
    long = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(n_series), n_days),
            "ds": np.tile(np.arange(n_days), n_series),
            "y": np.asarray(matrix.units, dtype=float).ravel(),
        }
    )
    forecaster = StatsForecast(models=[Naive(), SeasonalNaive(7), WindowAverage(7)], freq=1)
    return seconds(lambda: forecaster.cross_validation(df=long, h=14, n_windows=3, step_size=14))


def run_figures() -> list[tuple[str, float]]:
    """Whole runs of the pipeline, with every event stored."""
    seeds = itertools.count(1)  # a new data set for each run, else the second one would find the first one's
    with open_showcase() as opened:

        def run(scenario: str) -> None:
            ended = opened.run(
                scenario=scenario, seed=next(seeds), skip_seed=False, as_of=AS_OF.isoformat(), preservation="keep"
            )
            if ended.overall_status != "pass":
                sys.exit(f"The run of {scenario} ended as {ended.overall_status}; a bench measures green runs only.")

        return [
            ("a kept run of demo_minimal, 11 steps, 30 series", seconds(lambda: run("demo_minimal"))),
            ("a kept run of retail_standard, 11 steps, 75 series", seconds(lambda: run("retail_standard"))),
        ]


def main() -> None:
    """Print the table; the yardstick is taken before and after, since a shared machine changes its pace."""
    before = yardstick()
    figures = [*demand_figures(), *run_figures()]
    after = yardstick()
    unit = (before + after) / 2
    print(f"Yardstick, sorting twenty million numbers with numpy: {before:.2f} s before, {after:.2f} s after;", end=" ")
    print(f"{os.cpu_count()} cores.\n")
    print("| what | seconds | yardsticks |\n|---|---|---|")
    for what, taken in figures:
        print(f"| {what} | {taken:.2f} | {taken / unit:.2f} |")


if __name__ == "__main__":
    main()

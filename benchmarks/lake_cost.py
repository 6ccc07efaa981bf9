"""Fits what forecasting a lake costs: `python -m benchmarks.lake_cost [--write]`, the table of docs/scale.md.

Lakes of several sizes are forecast in this process; a model of their processor seconds that is linear in stores, series
and series-days is fitted by least squares without negative terms, and asked for sizes that it was not fitted on.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from scipy.optimize import nnls

from benchmarks.page import DOCS, write_section
from showcase.adapters.compute.local import InTurn
from showcase.demand.lake_recipe import LakePlan, lake_recipe
from showcase.evaluation.backtest import CONTROLS
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.lake_forecast import TASK, forecast_bucket, lake_task
from showcase.forecasting.zoo import ZOO, Family, ModelConfig, ModelType
from showcase.kernel.window import Window
from showcase.kernel.words import percent
from showcase.services.lake_forecasts import DEFAULT_MODELS
from showcase.services.lakes import LakeService

QUICK = tuple(str(name) for name in DEFAULT_MODELS)
BASELINES = (str(ModelType.SEASONAL_NAIVE), str(ModelType.MOVING_AVERAGE))
TREE = str(ModelType.REGRESSION)
TERMS = (
    "a store", "1,000 series-days",
    "a baseline or additive model, a fold and store", "a tree model, a fold and store",
    "a baseline, a fold and 1,000 series-days", "an additive model, a fold and 1,000 series-days",
    "a tree model, a fold and 1,000 series-days",
)  # fmt: skip
"""A model's share is told by its family: additive ones cost several times what baselines do, trees a hundred times."""
_LAST_DAY = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class Size:
    """A lake's size, and what is asked of it."""

    stores: int
    products: int
    days: int
    models: tuple[str, ...]
    folds: int

    def __str__(self) -> str:
        trees = families(self.models)[Family.TREE]
        return (
            f"{self.stores:,} stores x {self.products:,} products x {self.days} days, {len(self.models)} models"
            f"{f' ({trees} tree)' if trees else ''}, {self.folds} folds"
        )

    @property
    def terms(self) -> list[float]:
        """How often each of TERMS is needed; the controls are scored beside the models that were asked for."""
        of = families({*self.models, *map(str, CONTROLS)})
        thousands, stores = self.stores * self.products * self.days / 1000, self.folds * self.stores
        return [
            self.stores, thousands, (of[Family.BASELINE] + of[Family.ADDITIVE]) * stores, of[Family.TREE] * stores,
            *(of[family] * self.folds * thousands for family in (Family.BASELINE, Family.ADDITIVE, Family.TREE)),
        ]  # fmt: skip


def families(models: Iterable[str]) -> Counter[Family]:
    """How many models there are of each family."""
    return Counter(ZOO[ModelConfig.of(name).model_type].family for name in models)


FITTED_ON = (
    Size(4, 50, 120, QUICK, 2),
    Size(4, 50, 120, QUICK, 6),
    Size(2, 400, 120, BASELINES, 2),
    Size(2, 400, 120, QUICK, 6),
    Size(2, 200, 480, BASELINES, 2),
    Size(2, 200, 480, BASELINES, 6),
    Size(2, 200, 480, QUICK, 3),
    Size(1, 800, 480, BASELINES, 2),
    Size(1, 800, 480, QUICK, 2),
    Size(1, 800, 480, QUICK, 6),
    Size(2, 40, 120, (*BASELINES, TREE), 2),
    Size(1, 80, 240, (*BASELINES, TREE), 3),
)
ASKED_FOR = (
    Size(3, 1_000, 180, QUICK, 3),
    Size(1, 1_000, 730, QUICK[1:4:2], 3),
    Size(2, 100, 180, (*QUICK, TREE), 2),
)
"""Larger than what it was fitted on, and mixed otherwise."""


def cpu_seconds_of(size: Size) -> float:
    """Processor seconds of one bucket with this many stores: the least of three, since a neighbour only ever adds."""
    with tempfile.TemporaryDirectory() as name:
        recipe = lake_recipe("retail_standard", 42, size.stores, size.products, Window.ending(_LAST_DAY, size.days))
        lake = LakeService(Path(name), InTurn()).make("measured", LakePlan(recipe, size.stores)).folder
        task = lake_task([ModelConfig.of(one) for one in size.models], BacktestPlan(n_splits=size.folds))
        took = []
        for attempt in "first", "second", "third":
            folder = lake / "forecasts" / attempt
            folder.mkdir(parents=True)
            (folder / TASK).write_text(json.dumps(task))
            began = time.process_time()
            forecast_bucket(folder / TASK, folder / "bucket=00000")
            took.append(time.process_time() - began)
        return min(took)


def fitted(sizes: Sequence[Size], seconds: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Seconds for each of TERMS; errors count relative to the size, so that the largest does not decide alone."""
    weights = 1 / np.array(seconds)
    found, _ = nnls(np.array([size.terms for size in sizes]) * weights[:, None], np.ones(len(sizes)))
    return np.asarray(found)


def lines() -> Iterator[str]:
    """The fitted model, how well it fits, how it did on sizes that it did not know, and what a chain would take."""
    cpu_seconds_of(FITTED_ON[0]), cpu_seconds_of(FITTED_ON[-1])  # what is imported late
    seconds = [cpu_seconds_of(size) for size in FITTED_ON]
    costs = fitted(FITTED_ON, seconds)
    yield f"{datetime.now(UTC):%Y-%m-%d}; processor milliseconds on one core of a machine that others used too."
    yield ""
    yield "| for | ms |"
    yield "|---|---|"
    for term, cost in zip(TERMS, costs, strict=True):
        yield f"| {term} | {1000 * cost:.3g} |"
    off = [abs(float(np.dot(size.terms, costs)) / took - 1) for size, took in zip(FITTED_ON, seconds, strict=True)]
    yield ""
    yield (
        f"On the {len(FITTED_ON)} sizes that it was fitted on it is off by {percent(float(np.mean(off)))} in the mean, "
        f"{percent(max(off))} at most. On others:"
    )
    yield ""
    yield "| not fitted on | told, s | took, s | off |"
    yield "|---|---|---|---|"
    for size in ASKED_FOR:
        told, took = float(np.dot(size.terms, costs)), cpu_seconds_of(size)
        yield f"| {size} | {told:.1f} | {took:.1f} | {100 * (told / took - 1):+.0f} % |"
    yield ""
    yield "| a chain | core-hours |"
    yield "|---|---|"
    for size in (
        Size(100, 1_000, 730, QUICK, 3), Size(1_000, 1_000, 730, QUICK, 3), Size(1_000, 1_000, 730, QUICK, 6),
        Size(1_000, 1_000, 730, (*QUICK, TREE), 3),
    ):  # fmt: skip
        yield f"| {size} | {float(np.dot(size.terms, costs)) / 3600:,.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lake_cost", description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the tables into docs/scale.md")
    asked = parser.parse_args()
    told = []
    for line in lines():
        print(line, flush=True)
        told.append(line)
    if asked.write:
        write_section("cost", "\n".join(told), DOCS / "scale.md")


if __name__ == "__main__":
    main()

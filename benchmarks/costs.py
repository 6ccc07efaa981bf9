"""What each model costs: `python -m benchmarks.costs [--write]`, the figures behind `showcase.forecasting.cost`.

Each type is scored on two generated data sets; a line through the two gives its processor seconds for each fold, one
fixed part and one part that grows with the number of series times days that the fold trains on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

from benchmarks.forecasts import random_sales
from benchmarks.measure import cpu_seconds
from benchmarks.page import write_section
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig

PLAN = BacktestPlan()
CONTROLS = (ModelType.NAIVE, ModelType.SEASONAL_NAIVE)
SIZES = ((30, 92), (600, 181))
"""Series and days: the smallest preset, and eight times an ordinary one."""
_TRIES = 3


def seconds_a_fold(matrix: SalesMatrix, *chosen: ModelType) -> float:
    """Processor seconds of one fold with these and the two controls, the least of a few tries."""

    def scored() -> None:
        run_backtest(matrix, PLAN, [ModelConfig.of(model_type) for model_type in chosen])

    return min(cpu_seconds(scored) for _ in range(_TRIES)) / PLAN.n_splits


def own_seconds(matrix: SalesMatrix, model_type: ModelType) -> float:
    """Its own part of that: the controls are scored in any case, and cost one as much as the other."""
    controls = seconds_a_fold(matrix, *CONTROLS)
    if model_type in CONTROLS:
        return controls / len(CONTROLS)
    return max(seconds_a_fold(matrix, *CONTROLS, model_type) - controls, 0.0)


def lines() -> Iterator[str]:
    """A Markdown table: each type with its fixed part and the part for a thousand series-days."""
    small, large = (random_sales(*size) for size in SIZES)
    work = [np.prod(size) / 1000 for size in SIZES]
    yield f"{SIZES[0][0]} series over {SIZES[0][1]} days and {SIZES[1][0]} over {SIZES[1][1]}; processor milliseconds."
    yield ""
    yield "| model | a fold | and for each thousand series-days |"
    yield "|---|---|---|"
    for model_type in ModelType:
        few, many = own_seconds(small, model_type), own_seconds(large, model_type)
        slope = max((many - few) / (work[1] - work[0]), 0.0)
        yield f"| {model_type} | {1000 * max(few - slope * work[0], 0.0):.1f} | {1000 * slope:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    asked, said = parser.parse_args(), "\n".join(lines())
    print(said)
    if asked.write:
        write_section("costs", said)


if __name__ == "__main__":
    main()

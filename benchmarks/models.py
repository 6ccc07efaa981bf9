"""Scores all eleven models on files of real sales: `python -m benchmarks.models FILE ... [--write]`.

Each file is imported as `showcase import` does it. Three expanding folds at the end, horizon 14, pooled over series.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.home import fresh_installation
from benchmarks.measure import cpu_seconds
from benchmarks.page import write_section
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import pool
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig
from showcase.services.models import scores_of
from showcase.wiring import Installation

PLAN = BacktestPlan()


def imported(installation: Installation, file: Path) -> SalesMatrix:
    """The matrix of the file's data set."""
    kept, _ = installation.services.demand.import_sales(file)
    return installation.services.demand.matrix(kept.data_set)


def scored(matrix: SalesMatrix) -> list[dict[str, Any]]:
    """The published scores of every model, and the CPU seconds of its three folds, best first."""
    rows = []
    for model_type in ModelType:
        found = []
        spent = cpu_seconds(lambda m=model_type, f=found: f.append(run_backtest(matrix, PLAN, [ModelConfig.of(m)])))
        parts = {row["model"]: row for row in pool(found[0].parts).to_dicts()}
        rows.append({"model": str(model_type), "cpu_s": spent, **scores_of(parts[str(model_type)])})
    return sorted(rows, key=lambda row: row["wape"])


def lines(files: Sequence[Path]) -> Iterator[str]:
    """A paragraph and a Markdown table for each file."""
    with fresh_installation() as installation:
        for file in files:
            matrix = imported(installation, file)
            yield (
                f"**{file.name.partition('.')[0]}**: {matrix.n_series} series over {matrix.n_days} days, from "
                f"{matrix.first_day} on; {PLAN.n_splits} expanding folds at the end, horizon {PLAN.horizon}."
            )
            yield ""
            yield "| model | wape % | mae | rmse | bias | mase | 80 % held | 95 % held | CPU s |"
            yield "|---|---|---|---|---|---|---|---|---|"
            for row in scored(matrix):
                held = " | ".join(f"{row[name]:.0f} %" for name in ("coverage80", "coverage95"))
                yield (
                    f"| {row['model']} | {row['wape']:.1f} | {row['mae']:.2f} | {row['rmse']:.2f} | {row['bias']:+.2f} "
                    f"| {row['mase']:.2f} | {held} | {row['cpu_s']:.1f} |"
                )
            yield ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.models", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, help="CSV, CSV.gz or Parquet files of sales")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    asked = parser.parse_args()
    told = []
    for line in lines(asked.files):
        print(line, flush=True)
        told.append(line)
    if asked.write:
        write_section("models", "\n".join(told).rstrip())


if __name__ == "__main__":
    main()

"""Measures the engines: `python -m benchmarks.scale [--write]`.

The same buckets of series are scored in turn, in the local pool, on Dask and on Spark, each in a process of its own:
digest of all answers, processor seconds of that process and all it started, and the most memory that a worker held.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil

from benchmarks.page import write_section
from showcase.adapters.compute.dask import OnDask
from showcase.adapters.compute.local import InTurn, LocalPool
from showcase.adapters.compute.spark import OnSpark
from showcase.evaluation.bucket_backtest import backtest_bucket, backtest_task
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.buckets import SERIES_A_BUCKET, Bucket, write_bucket
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.zoo import ModelConfig
from showcase.ports import Compute

MODELS = ("naive", "seasonal_naive", "moving_average", "weighted_moving_average", "seasonal_average",
          "trend_regression_baseline")  # fmt: skip
ENGINES = ("in turn", "local", "dask", "spark")
WORKERS = 2
_MB = 1_000_000


def engine_named(name: str) -> Compute:
    made: dict[str, Compute] = {
        "in turn": InTurn(),
        "local": LocalPool(WORKERS),
        "dask": OnDask(WORKERS, None),
        "spark": OnSpark(WORKERS, None),
    }
    return made[name]


def _write_buckets(folder: Path, n_series: int, n_days: int, models: int, folds: int) -> None:
    """Buckets of drawn sales, one at a time, so that no more than one is ever in memory."""
    task = backtest_task([ModelConfig.of(name) for name in MODELS[:models]], BacktestPlan(n_splits=folds))
    for number, first in enumerate(range(0, n_series, SERIES_A_BUCKET)):
        random, n = np.random.default_rng(number), min(SERIES_A_BUCKET, n_series - first)
        shape = (n, n_days)
        matrix = SalesMatrix(
            store_ids=first + np.arange(n), product_ids=np.ones(n, dtype=np.int64),
            first_day=datetime(2026, 11, 22, tzinfo=UTC).date(), units=random.poisson(20, shape).astype(float),
            price=np.ones(shape), promo=np.zeros(shape), stockout=np.zeros(shape, dtype=bool),
            holiday=np.zeros(n_days, dtype=bool),
        )  # fmt: skip
        write_bucket(Bucket(matrix, task), folder / f"bucket-{number:05d}.parquet")


def tree_cpu_s() -> float:
    """Processor seconds of this process and of all that it started, the dead ones too."""
    process = psutil.Process()
    spent = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.Error:
            continue
        spent += times.user + times.system + times.children_user + times.children_system
    return spent


def own_peak_bytes() -> int:
    """The most memory that this process ever held, without what it started."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure_here(engine: str, folder: Path) -> dict[str, object]:
    """Map the buckets of the folder in this process and what it starts."""
    files = [(path, path.with_suffix(".answer")) for path in sorted(folder.glob("bucket-*.parquet"))]
    compute = engine_named(engine)
    before, began = tree_cpu_s(), time.perf_counter()
    ends = sorted(compute.map(backtest_bucket, files, lambda: None), key=lambda end: end.place)
    wall_s, cpu_s = time.perf_counter() - began, tree_cpu_s() - before
    compute.close()
    assert all(end.failure is None for end in ends), [end.failure for end in ends if end.failure]
    state, peaks = hashlib.sha256(), [end.effort.peak_bytes for end in ends if end.effort]
    for _, target in files:
        state.update(target.read_bytes())
        target.unlink()
    quarter = max(len(peaks) // 4, 1)
    return {
        "engine": engine,
        "digest": state.hexdigest()[:12],
        "cpu_s": cpu_s,
        "work_cpu_s": sum(end.effort.cpu_s for end in ends if end.effort),
        "wall_s": wall_s,
        "peak_mb": max(peaks) / _MB,
        "own_peak_mb": own_peak_bytes() / _MB,
        "growth_mb": (max(peaks) - max(peaks[:quarter])) / _MB,
    }


def measured(engine: str, folder: Path) -> dict[str, float | str]:
    """The same in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.scale", "--here", engine, str(folder)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float | str] = json.loads(told.stdout.splitlines()[-1])
    return found


def against(reference: float | None, spent: float) -> str:
    """The ratio to what the same took in turn; a dash where that was not measured."""
    return "-" if reference is None else f"{spent / reference:.2f}"


def engine_lines(n_series: int, n_days: int, engines: tuple[str, ...]) -> list[str]:
    """A Markdown table, one row an engine, the ratio of processor seconds against the same buckets done in turn."""
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {WORKERS} workers: {n_series:,} series x {n_days} "
        f"days in buckets of {SERIES_A_BUCKET}, {len(MODELS)} models, 3 folds, horizon 14.",
        "",
        "| engine | digest | CPU s, start included | to in turn | CPU s of the buckets | wall s | peak MB a worker "
        "| peak after a quarter to the end, MB | peak MB of whoever asks |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_buckets(folder, n_series, n_days, len(MODELS), 3)
        reference = None
        for engine in sorted(engines, key=ENGINES.index):
            found = measured(engine, folder)
            cpu_s = float(found["cpu_s"])
            reference = cpu_s if engine == "in turn" else reference
            lines.append(
                f"| {engine} | {found['digest']} | {cpu_s:.1f} | {against(reference, cpu_s)} "
                f"| {found['work_cpu_s']:.1f} | {found['wall_s']:.1f} | {found['peak_mb']:.0f} "
                f"| +{found['growth_mb']:.0f} | {found['own_peak_mb']:.0f} |"
            )
            print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=ENGINES)
    parser.add_argument("--section", default="scale", help="the section of docs/benchmarks.md that --write fills")
    parser.add_argument("--here", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    asked = parser.parse_args()
    if asked.here:
        print(json.dumps(measure_here(asked.here[0], Path(asked.here[1]))))
        return
    lines = engine_lines(asked.series, asked.days, tuple(asked.engines))
    print("\n".join(lines))
    if asked.write:
        write_section(asked.section, "\n".join(lines))


if __name__ == "__main__":
    main()

"""Measures the engines on the forecast of a lake: `python -m benchmarks.lake_engines [--write]`.

Every series of a lake is scored with six models and a control over three folds, and forecast by its best, in turn, in
the local pool, on Dask and on Spark, each in a process of its own. Told are the processor seconds of that process and
all it started: first for a map of buckets with nothing in them, which is the engine's start, then for the lake.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.page import write_section
from benchmarks.scale import ENGINES, WORKERS, against, engine_named, own_peak_bytes, tree_cpu_s
from showcase.adapters.compute.local import InTurn
from showcase.demand.lake_recipe import LakePlan, lake_recipe
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.lake_forecast import ANSWERS, TASK, forecast_bucket, lake_task
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.window import Window
from showcase.services.lake_forecasts import DEFAULT_MODELS
from showcase.services.lakes import LakeService

_MB = 1_000_000
_LAST_DAY = date(2026, 11, 22)


def nothing(source: Path, target: Path) -> None:
    """The work of a bucket with nothing in it; this module's imports are those of the real work."""
    target.write_bytes(source.read_bytes()[:0])


def measure_here(engine: str, lake: Path) -> dict[str, float | str]:
    """Forecast the lake in this process and what it starts, after a map of nothing."""
    compute = engine_named(engine)
    with tempfile.TemporaryDirectory() as name:
        before = tree_cpu_s()
        empty = [(lake / "plan.json", Path(name) / f"{place}") for place in range(2 * WORKERS)]
        assert all(end.failure is None for end in compute.map(nothing, empty, lambda: None))
        start_s = tree_cpu_s() - before
    folder = lake / "forecasts" / engine.replace(" ", "-")
    folder.mkdir(parents=True)
    task = lake_task([ModelConfig.of(name) for name in DEFAULT_MODELS], BacktestPlan())
    (folder / TASK).write_text(json.dumps(task))
    files = [(folder / TASK, folder / path.name) for path in sorted(lake.glob("bucket=*"))]
    before, began = tree_cpu_s(), time.perf_counter()
    ends = list(compute.map(forecast_bucket, files, lambda: None))
    cpu_s, wall_s = tree_cpu_s() - before, time.perf_counter() - began
    compute.close()
    assert all(end.failure is None for end in ends), [end.failure for end in ends if end.failure]
    state = hashlib.sha256()
    for _, target in files:
        for table in ANSWERS:
            state.update((target / f"{table}.parquet").read_bytes())
    efforts = [end.effort for end in ends if end.effort]
    return {
        "engine": engine,
        "digest": state.hexdigest()[:12],
        "start_s": start_s,
        "cpu_s": cpu_s,
        "work_s": sum(effort.cpu_s for effort in efforts),
        "wall_s": wall_s,
        "peak_mb": max(effort.peak_bytes for effort in efforts) / _MB,
        "own_peak_mb": own_peak_bytes() / _MB,
    }


def measured(engine: str, lake: Path) -> dict[str, float | str]:
    """The same in a fresh process; what was measured on this lake before stands in its folder."""
    kept = lake / f"measured-{engine}.json"
    if kept.exists():
        found: dict[str, float | str] = json.loads(kept.read_text())
        return found
    shutil.rmtree(lake / "forecasts" / engine.replace(" ", "-"), ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.lake_engines", "--here", engine, str(lake)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    kept.write_text(told.stdout.splitlines()[-1])
    return measured(engine, lake)


def engine_lines(root: Path, size: tuple[int, int, int], stores_a_bucket: int, engines: list[str]) -> list[str]:
    """A Markdown table, one row an engine, against the same buckets done in turn."""
    stores, products, days = size
    recipe = lake_recipe("retail_standard", 42, stores, products, Window.ending(_LAST_DAY, days))
    lake = LakeService(root, InTurn()).make("measured", LakePlan(recipe, stores_a_bucket)).folder
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {WORKERS} workers: "
        f"{stores * products:,} series x {days} days in buckets of {stores_a_bucket * products:,}, "
        f"{len(DEFAULT_MODELS)} models and a control, 3 folds, horizon 14, intervals, scores and files included.",
        "",
        "| engine | digest | CPU s of its start | CPU s of the lake | to in turn | with start | CPU s in buckets "
        "| to those, with start | wall s | peak MB a worker | of whoever asks |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    reference = None
    for engine in sorted(engines, key=ENGINES.index):
        found = measured(engine, lake)
        lake_s, start_s = float(found["cpu_s"]), float(found["start_s"])
        # a local pool lives as long as its map, so its start is in the figure of the lake
        both, alone = (lake_s, max(lake_s - start_s, 0.0)) if engine == "local" else (lake_s + start_s, lake_s)
        if engine == "in turn":
            reference, both = lake_s, alone
        lines.append(
            f"| {engine} | {found['digest']} | {start_s:.1f} | {alone:.1f} | {against(reference, alone)} "
            f"| {against(reference, both)} | {found['work_s']:.1f} | {both / float(found['work_s']):.2f} "
            f"| {found['wall_s']:.0f} | {found['peak_mb']:.0f} | {found['own_peak_mb']:.0f} |"
        )
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lake_engines", description=__doc__.splitlines()[0])
    parser.add_argument("--stores", type=int, default=50)
    parser.add_argument("--products", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--stores-a-bucket", type=int, default=5)
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=ENGINES)
    parser.add_argument(
        "--root", type=Path, help="keeps lake and figures, so that each engine can be a call of its own"
    )
    parser.add_argument("--here", nargs=2, metavar=("ENGINE", "LAKE"), help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    asked = parser.parse_args()
    if asked.here:
        print(json.dumps(measure_here(asked.here[0], Path(asked.here[1]))))
        return
    with tempfile.TemporaryDirectory() as name:
        size = (asked.stores, asked.products, asked.days)
        stores_a_bucket = min(asked.stores_a_bucket, asked.stores)
        lines = engine_lines(asked.root or Path(name), size, stores_a_bucket, asked.engines)
    print("\n".join(lines))
    if asked.write:
        write_section("lake", "\n".join(lines))


if __name__ == "__main__":
    main()

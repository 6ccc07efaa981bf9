"""Measures the figures of docs/benchmarks.md, each as a ratio to a reference taken in the same run.

python -m benchmarks            print the tables
python -m benchmarks --write    write them into docs/benchmarks.md between their markers
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

from benchmarks import console, library, loop_lag, steps
from benchmarks.figures import FIGURES
from benchmarks.forecasts import FORECASTS
from benchmarks.measure import Figure, noise
from benchmarks.page import write_section

LIBRARIES = ("numpy", "polars", "psycopg", "sqlalchemy", "panel", "statsforecast", "lightgbm")


def head() -> str:
    """When, and on what."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores, {libraries}."


def unrest() -> str:
    """How noisy the machine was just then."""
    return f"Noise: the same loop of arithmetic took between 1 and {noise():.2f} times its quickest run afterwards."


def _table(figure: Callable[[], list[Figure]]) -> str:
    lines = [
        "| figure | size | ours, s | reference | reference, s | ratio | runs |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.name} | {one.size} | {one.ours:.3f} | {one.reference} | {one.theirs:.3f} | {one.ratio:.2f} "
        f"({one.lowest:.2f} to {one.highest:.2f}) | {one.runs} |"
        for one in figure()
    ]
    return "\n".join(lines)


SECTIONS: dict[str, Callable[[], str]] = {
    **{figure.__name__: partial(_table, figure) for figure in (*FIGURES, *FORECASTS)},
    "steps": steps.table,
    "growth": library.growth,
    "at_once": console.at_once,
    "console": console.in_chromium,
    "loop": loop_lag.table,
}
"""What stands between the markers of the page, by their name."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    parser.add_argument("--only", choices=SECTIONS, help="measure one section alone")
    arguments = parser.parse_args()
    for name, measure in SECTIONS.items():
        if arguments.only in (None, name):
            told = f"{head()}\n\n{measure()}\n\n{unrest()}"
            print(told, flush=True)
            if arguments.write:
                write_section(name, told)


if __name__ == "__main__":
    main()

"""Measures the figures of docs/benchmarks.md, each as a ratio to a reference taken in the same run.

python -m benchmarks            print the table
python -m benchmarks --write    write it into docs/benchmarks.md between its markers
"""

from __future__ import annotations

import argparse
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks.figures import FIGURES
from benchmarks.measure import Figure, noise
from benchmarks.page import write_section

LIBRARIES = ("numpy", "polars", "psycopg", "sqlalchemy", "statsforecast")


def _table(figures: list[Figure], spread: float) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores, {libraries}. "
        f"Noise: the same loop of arithmetic took between 1 and {spread:.2f} times its quickest run meanwhile.",
        "",
        "| figure | size | ours, s | reference | reference, s | ratio | runs |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.name} | {one.size} | {one.ours:.3f} | {one.reference} | {one.theirs:.3f} | {one.ratio:.2f} "
        f"({one.lowest:.2f} to {one.highest:.2f}) | {one.runs} |"
        for one in figures
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    parser.add_argument("--only", help="measure the figures whose name has this text")
    arguments = parser.parse_args()
    chosen = [figure for figure in FIGURES if not arguments.only or arguments.only in figure.__name__]
    figures = [line for figure in chosen for line in figure()]
    table = _table(figures, noise())
    print(table)
    if arguments.write:
        write_section("figures", table)


if __name__ == "__main__":
    main()

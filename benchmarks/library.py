"""Measures the library with many workspaces: `python -m benchmarks.library --workspaces 100000`.

One run is kept and copied so many times, with names, notes, tags, statuses and scores that differ; then each question
is asked 20 times in turn with the others. `--write` puts the table into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import median
from typing import Any

from sqlalchemy import text

from benchmarks import full_library
from benchmarks.home import fresh_installation
from benchmarks.measure import noise, seconds
from benchmarks.page import write_section
from showcase.pipeline.request import parse_request
from showcase.wiring import Installation

_KEPT = ("reset", "skip_seed", "run_config", "created_objects", "environment", "user_scope", "approval_events",
         "rag_events", "job_ids", "phase_summaries", "config_schema_version", "store_id", "product_id", "date_start",
         "date_end", "data_fingerprint")  # fmt: skip
_COPY = f"""
INSERT INTO showcase_workspace
    ({", ".join(_KEPT)}, workspace_id, name, status, seed, scenario, result_summary, created_at, updated_at, archived,
     pinned, notes, tags, replayed_from_workspace_id)
SELECT {", ".join(f"w.{name}" for name in _KEPT)},
    md5(n::text), 'run-' || n % 997, (ARRAY['completed','completed','completed','failed','cancelled'])[1 + n % 5],
    n % 1000, (ARRAY['demo_minimal','retail_standard','sparse','showcase_rich','high_variance'])[1 + n % 7 % 5],
    w.result_summary || jsonb_build_object(
        'winner_wape', 5 + n % 60, 'winner_value', 5 + n % 60, 'wall_clock_s', n % 90),
    timestamptz '2026-01-01' + n * interval '3 minutes', now(), n % 20 = 0, n % 1000 = 0,
    CASE WHEN n % 3 = 0 THEN 'tried number ' || n || ' for the meeting of week ' || n % 52 END,
    CASE WHEN n % 4 = 0 THEN jsonb_build_array('tag-' || n % 50, 'team-' || n % 7) ELSE '[]' END,
    CASE WHEN n % 3 = 1 THEN md5((n - 1)::text) END
FROM generate_series(1, :count) AS n, (SELECT * FROM showcase_workspace LIMIT 1) AS w
"""  # noqa: S608  (column names of this module)
_MANY = {"action": "archive", "filter": {"search": "created<2026-01-23"}}
SIZES = (10_000, 100_000, 1_000_000)
PAGES = 200
WARM_UP = 10
QUESTIONS: dict[str, dict[str, Any]] = {
    "first page": {},
    "two filters: tag and status": {"tags": ["tag-4"], "status": "failed"},
    "two filters: status and scenario": {"status": "failed", "scenario": "sparse"},
    "two filters: `wape<20 scenario:sparse`": {"search": "wape<20 scenario:sparse"},
    "two filters: `week status:cancelled`": {"search": "week status:cancelled"},
    "two filters: `tag:tag-4 NOT run-99`": {"search": "tag:tag-4 NOT run-99"},
    "two filters: `q` and since": {"q": "week 17", "since": "2026-04-01"},
    "two filters that find nothing": {"search": "nowhere seconds>1000"},
}


def fill(installation: Installation, count: int) -> None:
    """Keep one run and copy it."""
    request = {"scenario": "demo_minimal", "skip_seed": False, "preservation": "keep"}
    installation.launcher.start(parse_request(request)).wait()
    with installation.database.begin() as connection:
        connection.execute(text(_COPY), {"count": count})
    with installation.database.lone_connection() as connection:
        connection.execute("VACUUM ANALYZE showcase_workspace")


def questions(installation: Installation) -> dict[str, Callable[[], object]]:
    """Each question as a call of the service; the next page is the tenth."""
    find = installation.services.workspaces.find
    asked: dict[str, Callable[[], object]] = {
        name: (lambda filters=filters: find(**filters)) for name, filters in QUESTIONS.items()
    }
    cursor = None
    for _ in range(9):
        cursor = find(cursor=cursor).next
    two = QUESTIONS["two filters: status and scenario"]
    place = find(**two).next
    return asked | {
        "the tenth page": lambda: find(cursor=cursor),
        "next page of two filters": lambda: find(**two, cursor=place),
        "sorted by score": lambda: find(sort_by="metric", sort_order="asc"),
    }


def bulk(installation: Installation) -> tuple[float, float]:
    """Seconds of archiving about 10,000 by a filter, and of taking it back."""
    service = installation.services.bulk
    tokens: list[str | None] = []
    archived = seconds(lambda: tokens.append(service.act(_MANY).undo_token))
    return archived, seconds(lambda: service.undo(str(tokens[0])))


def table(count: int, times: int) -> str:
    """The figures as Markdown."""
    with fresh_installation() as installation:
        fill(installation, count)
        calls = questions(installation)
        taken: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(times + 1):
            for name, call in calls.items():
                taken[name].append(seconds(call))
        reached = installation.services.bulk.preview(_MANY).count
        archived, undone = bulk(installation)
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {count:,} workspaces, each asked {times} times. Noise: "
        f"the same loop of arithmetic took between 1 and {noise():.2f} times its quickest run meanwhile.",
        "",
        "| question | median, ms | quickest, ms | slowest, ms |",
        "|---|---|---|---|",
    ]
    for name, all_times in taken.items():
        kept = [1000 * one for one in all_times[1:]]
        lines.append(f"| {name} | {median(kept):.0f} | {min(kept):.0f} | {max(kept):.0f} |")
    lines += ["", f"A bulk archive of {reached:,} took {archived:.2f} s, its undo {undone:.2f} s."]
    return "\n".join(lines)


def growth(sizes: Sequence[int] = SIZES) -> str:
    """The first page against the size of the table, as Markdown: each size in a home of its own, asked in turn."""
    with ExitStack() as opened:
        finds: list[Callable[[], object]] = []
        for count in sizes:
            installation = opened.enter_context(fresh_installation())
            full_library.fill(installation, count)
            with installation.database.lone_connection() as connection:
                connection.execute("VACUUM ANALYZE showcase_workspace")
            finds.append(installation.services.workspaces.find)
        rounds = [[1000 * seconds(find) for find in finds] for _ in range(WARM_UP + PAGES)][WARM_UP:]
    lines = [
        "| workspaces | first page, median ms | 95 of 100 within, ms | of that with the smallest table |",
        "|---|---|---|---|",
    ]
    first: float | None = None
    for count, *taken in zip(sizes, *rounds, strict=True):
        within = sorted(taken)[int(len(taken) * 0.95)]
        first = first or within
        lines.append(f"| {count:,} | {median(taken):.1f} | {within:.1f} | {within / first:.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.library", description=__doc__)
    parser.add_argument("--workspaces", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    asked = parser.parse_args()
    made = table(asked.workspaces, asked.times)
    print(made)
    if asked.write:
        write_section("library", made)


if __name__ == "__main__":
    main()

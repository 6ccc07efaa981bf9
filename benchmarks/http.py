"""Measures HTTP: `python -m benchmarks.http` prints the table of docs/benchmarks.md, `--write` writes it there.

A server process over an empty home of its own. A workspace and the first page of the library are each read a hundred
times in a row over one connection; then fifty clients follow one run as server-sent events, and the moments at which
its last event reached them are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

import httpx
import psutil

from benchmarks.measure import noise
from benchmarks.page import write_section

READS = 100
LISTENERS = 50
SHELF = 25
"""Workspaces in the library while it is read: more than a page."""
_PORT = 5907


@contextmanager
def served() -> Iterator[tuple[str, psutil.Process]]:
    """`showcase serve --only http` over a new home: its address and its process; its database goes with it."""
    with tempfile.TemporaryDirectory(prefix="showcase-bench-") as home:
        Path(home).chmod(0o755)
        environment = {**os.environ, "SHOWCASE_HOME": home, "OMP_NUM_THREADS": "1"}
        environment.pop("SHOWCASE_DATABASE_URL", None)
        command = [sys.executable, "-c", "from showcase.cli import main; main()", "serve", "--only", "http"]
        process = subprocess.Popen([*command, "--port", str(_PORT)], env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert any(str(_PORT) in line for line in process.stdout), "the server did not start"
            yield f"http://127.0.0.1:{_PORT}", psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def fill(client: httpx.Client) -> str:
    """Kept runs, until there are more than a page holds; returns the first one's id."""
    frame = {"skip_seed": False, "preservation": "keep", "seed_overrides": {"stores": 2, "products": 2}}
    kept = [client.post("/demo/run", json=frame, timeout=120).json()["workspace_id"] for _ in range(SHELF)]
    return str(kept[0])


@dataclass(frozen=True, slots=True)
class Reads:
    """READS requests: milliseconds of each, and of the server's processor for one of them."""

    taken_ms: list[float]
    processor_ms: float


def read(client: httpx.Client, server: psutil.Process, path: str) -> Reads:
    """Read a path READS times, after five times that do not count."""
    for _ in range(5):
        assert client.get(path).status_code == 200
    taken, before = [], server.cpu_times()
    for _ in range(READS):
        started = time.perf_counter()
        assert client.get(path).status_code == 200
        taken.append((time.perf_counter() - started) * 1000)
    after = server.cpu_times()
    return Reads(taken, (after.user + after.system - before.user - before.system) * 1000 / READS)


async def last_event_spread_ms(url: str) -> float:
    """Milliseconds between the first and the last of LISTENERS clients that got the summary of one run."""
    limits = httpx.Limits(max_connections=LISTENERS + 5)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=120) as client:
        frame = {"skip_seed": False, "scenario": "retail_standard", "seed": 7}
        run_id = (await client.post("/demo/run?wait=false", json=frame)).json()["run_id"]
        moments = await asyncio.gather(*(_listen(client, run_id) for _ in range(LISTENERS)))
    return (max(moments) - min(moments)) * 1000


async def _listen(client: httpx.AsyncClient, run_id: str) -> float:
    accept = {"accept": "text/event-stream"}
    async with client.stream("GET", f"/demo/runs/{run_id}/events", headers=accept) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: ") and '"pipeline_complete"' in line:
                return time.perf_counter()
    raise AssertionError("the stream ended without a summary")


def table() -> str:
    """All figures as Markdown."""
    with served() as (url, server), httpx.Client(base_url=url) as client:
        kept = fill(client)
        reads = {
            "GET a workspace": read(client, server, f"/demo/workspaces/{kept}"),
            "GET the first page of 20": read(client, server, "/demo/workspaces"),
            "GET /health": read(client, server, "/health"),
        }
        spread = asyncio.run(last_event_spread_ms(url))
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {READS} reads in a row over one connection. Noise: the "
        f"same loop of arithmetic took between 1 and {noise():.2f} times its quickest run meanwhile.",
        "",
        "| what | median, ms | 95 of 100 within, ms | the server's processor, ms each |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {median(each.taken_ms):.1f} | {quantiles(each.taken_ms, n=20)[-1]:.1f} | {each.processor_ms:.1f} |"
        for name, each in reads.items()
    ]
    lines += ["", f"{LISTENERS} clients that follow one run got its last event within {spread:.0f} ms of each other."]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    made = table()
    print(made)
    if parser.parse_args().write:
        write_section("http", made)


if __name__ == "__main__":
    main()

"""Nonsense over the WebSocket: an orderly error or a close, and a server that goes on as before."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from showcase.store.engine import Database
from tests.http.nonsense import KINDS, Heard, say
from tests.http.served import Served, served

AT_ONCE = 10
BETWEEN_LOOKS = 100
MOST_GROWTH_BYTES = 50 * 1024**2
SIZES = [pytest.param(220, id="220 frames"), pytest.param(10_000, id="10,000 frames", marks=pytest.mark.slow)]


async def _all_at(server: Served, frames: list[tuple[str, bytes]]) -> list[tuple[str, Heard]]:
    """Each frame on a socket of its own, ten sockets at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(kind: str, sent: bytes) -> tuple[str, Heard]:
        async with room:
            return kind, await say(server.port, sent)

    return await asyncio.gather(*(one(kind, sent) for kind, sent in frames))


@pytest.mark.fault("I1")
@pytest.mark.parametrize("frames", SIZES)
def test_nonsense_is_answered_in_order_and_changes_nothing(
    database: Database, tmp_path: Path, frames: int, record_property: Callable[[str, object], None]
) -> None:
    chance, kinds = random.Random(42), list(KINDS)
    with served(database, tmp_path, "--only", "http") as server:
        process = psutil.Process(server.process.pid)
        _round(server, chance, kinds)  # what it loads once is no growth
        before = process.memory_info().rss
        slowest_s = 0.0
        for _ in range(0, frames, BETWEEN_LOOKS):
            heard = _round(server, chance, kinds)
            unruly = [(kind, one) for kind, one in heard if not one.is_closed or set(one.events) - {"error"}]
            assert not unruly
            assert max(len(one.events) for _, one in heard) == 1
            health = server.get("/health")
            assert health.status_code == 200
            slowest_s = max(slowest_s, health.elapsed.total_seconds())
        growth = process.memory_info().rss - before
        assert server.get("/demo/runs").json()["runs"] == []
    grown = f"{growth / 1024**2:.1f} MiB more memory, slowest /health {slowest_s * 1000:.0f} ms"
    record_property("figure", f"{frames:,} frames: each in order, {grown}")
    assert growth < MOST_GROWTH_BYTES


def _round(server: Served, chance: random.Random, kinds: list[str]) -> list[tuple[str, Heard]]:
    chosen = [kinds[number % len(kinds)] for number in range(BETWEEN_LOOKS)]
    return asyncio.run(_all_at(server, [(kind, KINDS[kind](chance)) for kind in chosen]))

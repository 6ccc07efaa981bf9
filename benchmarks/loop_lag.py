"""How late the event loop of a serving process is while all eleven models train in it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

import uvicorn

from benchmarks.home import fresh_installation
from showcase.forecasting.options import ModelType
from showcase.http.app import build_app
from showcase.pipeline.request import parse_request
from showcase.wiring import Installation, share

PORT = 5909
_ASKED_S = 0.005
FRAME = {
    "scenario": "retail_standard", "skip_seed": False, "train_model_types": [str(name) for name in ModelType],
}  # fmt: skip


@dataclass
class Probe:
    """Asks the loop every five milliseconds to be woken, and keeps how much later it was."""

    lags_ms: list[float] = field(default_factory=list)
    is_on: bool = False

    async def watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            asked = loop.time()
            await asyncio.sleep(_ASKED_S)
            if self.is_on:
                self.lags_ms.append((loop.time() - asked - _ASKED_S) * 1000)


@contextmanager
def probed(installation: Installation, probe: Probe) -> Iterator[None]:
    """The whole application in a thread of this process, with the probe on its loop."""
    share(installation)
    app = build_app(installation, hosts=[f"127.0.0.1:{PORT}"])
    server = uvicorn.Server(uvicorn.Config(app, port=PORT, log_config=None, timeout_graceful_shutdown=1))
    begun, startup = threading.Event(), server.startup
    watching: list[asyncio.Task[None]] = []

    async def started(sockets: Any = None) -> None:
        await startup(sockets)
        watching.append(asyncio.get_running_loop().create_task(probe.watch()))
        begun.set()

    server.startup = started  # type: ignore[assignment, method-assign]  # uvicorn has no hook for it
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    begun.wait(120)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(30)
        share(None)


def measured() -> dict[str, list[float]]:
    """The lags, in milliseconds, of an idle server and during a run of all eleven models."""
    probe, found = Probe(), {}
    with fresh_installation() as installation, probed(installation, probe):
        idle = threading.Event()
        probe.is_on = True
        idle.wait(5)
        probe.is_on = False
        found["idle"], probe.lags_ms = probe.lags_ms, []
        for name in ("first run, with its imports", "second run"):
            probe.is_on = True
            run = installation.launcher.start(parse_request(FRAME))
            run.wait()
            probe.is_on = False
            found[name], probe.lags_ms = probe.lags_ms, []
    return found


def table() -> str:
    """The figures as Markdown."""
    lines = ["| event loop | samples | median, ms | 95 of 100 within, ms | 99 of 100 within, ms | latest, ms |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for name, lags in measured().items():
        cuts = quantiles(lags, n=100)
        lines.append(
            f"| {name} | {len(lags)} | {median(lags):.1f} | {cuts[94]:.1f} | {cuts[98]:.1f} | {max(lags):.1f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())

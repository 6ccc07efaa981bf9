"""A real server process over a test's own database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from showcase.store.engine import Database
from tests.loopback import free_port

STOP_S = 30
PATIENCE_S = 60
"""How long a busy machine may take for one answer."""
_COMMAND = [sys.executable, "-c", "from showcase.cli import main; main()", "serve"]


@dataclass(frozen=True, slots=True)
class Served:
    """Where it answers, and the process behind it."""

    url: str
    port: int
    process: subprocess.Popen[str]
    log: Path

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Its answer to a question, however busy the machine is."""
        return httpx.get(f"{self.url}{path}", timeout=PATIENCE_S, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """The same for what changes something."""
        return httpx.post(f"{self.url}{path}", timeout=PATIENCE_S, **more)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it as an operator does; returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_S)


@contextmanager
def served(database: Database | None, home: Path, *arguments: str, **settings: str) -> Iterator[Served]:
    """`showcase serve` until the block ends, over its own embedded server where no database is given.

    Nothing of a traceback may stand in its log.
    """
    port, log = free_port(), home / "served.log"
    environment = {
        **os.environ,
        "SHOWCASE_HOME": str(home),
        "SHOWCASE_DATABASE_URL": "" if database is None else database.url.render_as_string(hide_password=False),
        "SHOWCASE_TODAY": "2026-11-22",
        "OMP_NUM_THREADS": "1",
        **settings,
    }
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*_COMMAND, "--port", str(port), *arguments],
            env=environment, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        assert any(str(port) in line for line in process.stdout), log.read_text()
        yield Served(f"http://127.0.0.1:{port}", port, process, log)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(STOP_S) == 0
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()

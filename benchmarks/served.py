"""A served console over a home of its own, in a process of its own, gone afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from showcase.forecasting.zoo import ZOO
from showcase.settings import load_settings
from showcase.wiring import Installation, open_installation

_STOP_S = 60


@dataclass(frozen=True, slots=True)
class Served:
    """Where it answers, its process, what it logged, and its home."""

    url: str
    process: psutil.Process
    log: Path
    home: Path

    @contextmanager
    def beside(self) -> Iterator[Installation]:
        """The same installation, opened by this process as one more user of it."""
        with open_installation(load_settings(home=self.home)) as opened:
            yield opened


@contextmanager
def served_console(port: int, **settings: str) -> Iterator[Served]:
    """`showcase serve --warm` with every model switched on; settings by their names in the environment."""
    switched_on = {row.setting: "1" for row in ZOO.values() if row.setting}
    with tempfile.TemporaryDirectory(prefix="showcase-bench-") as folder:
        Path(folder).chmod(0o755)
        home, log = Path(folder) / "home", Path(folder) / "served.log"
        environment = {**os.environ, **switched_on, "OMP_NUM_THREADS": "1", **settings, "SHOWCASE_HOME": str(home)}
        environment.pop("SHOWCASE_DATABASE_URL", None)
        command = [sys.executable, "-c", "from showcase.cli import main; main()", "serve", "--warm"]
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [*command, "--port", str(port)], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        try:
            assert process.stdout is not None
            assert any(str(port) in line for line in process.stdout), log.read_text()
            yield Served(f"http://127.0.0.1:{port}/", psutil.Process(process.pid), log, home)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_STOP_S)

"""Looks at everything that an installation stands on, for every door; and at the process that looks."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

from showcase import __version__
from showcase.errors import ShowcaseError
from showcase.settings import Settings, notebooks_folder
from showcase.store import migrate
from showcase.wiring import Installation

_LEAST_FREE_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    is_fine: bool
    detail: str


@dataclass(frozen=True, slots=True)
class ProcessState:
    """The process that serves: its number, since when it runs (UTC), and what it holds in memory."""

    pid: int
    since: datetime
    memory_bytes: int


def look_around(settings: Settings) -> list[Finding]:
    """What can be said without opening the installation: the interpreter, the folder, the notebooks."""
    return [
        _look("python", _python),
        _look("home", lambda: _home(settings)),
        _look("notebooks", _notebooks),
    ]


def look_inside(installation: Installation) -> list[Finding]:
    """What can be said about an open installation: its database, its schema, who holds the pipeline."""
    embedded = installation.embedded
    where = str(embedded.location().folder) if embedded else installation.database.name

    def version() -> str:
        return f"PostgreSQL {installation.services.health().server_version} at {where}"

    def schema() -> str:
        return f"revision {migrate.status(installation.database).current}"

    def runs() -> str:
        running = installation.launcher.running()
        return f"run {running.run_id.short} in step {running.step_name}" if running else "no run is under way"

    return [_look("database", version), _look("schema", schema), _look("pipeline", runs)]


def this_process() -> ProcessState:
    """The state of this process now."""
    process = psutil.Process()
    since = datetime.fromtimestamp(process.create_time(), UTC)
    return ProcessState(process.pid, since, process.memory_info().rss)


def _look(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except ShowcaseError as error:
        return Finding(name, False, str(error))


def _python() -> str:
    return f"{platform.python_version()}, showcase {__version__}, panel {importlib.metadata.version('panel')}"


def _home(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free
    if free < _LEAST_FREE_BYTES:
        raise ShowcaseError(f"{free // 1024**2} MB are free below {settings.home}.", "Free disk space.")
    return f"{settings.home}, {free / 1024**3:.0f} GB free"


def _notebooks() -> str:
    folder = notebooks_folder()
    if not (folder / "console.ipynb").is_file():
        raise ShowcaseError(f"console.ipynb is not in {folder}.", "Install showcase again; its notebooks are missing.")
    return str(folder)

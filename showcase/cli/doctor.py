"""`showcase doctor`: whether this installation can work, and where its parts lie."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.markup import escape

from showcase import __version__
from showcase.cli.output import print_json, screen
from showcase.errors import ShowcaseError
from showcase.settings import Settings, load_settings, notebooks_folder
from showcase.store import migrate
from showcase.wiring import Installation, open_installation

_LEAST_FREE_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    is_fine: bool
    detail: str


def _python(_: Settings) -> str:
    return f"{platform.python_version()}, showcase {__version__}, panel {importlib.metadata.version('panel')}"


def _home(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free
    if free < _LEAST_FREE_BYTES:
        raise ShowcaseError(f"{free // 1024**2} MB are free below {settings.home}.", "Free disk space.")
    return f"{settings.home}, {free / 1024**3:.0f} GB free"


def _notebooks(_: Settings) -> str:
    folder = notebooks_folder()
    if not (folder / "console.ipynb").is_file():
        raise ShowcaseError(f"console.ipynb is not in {folder}.", "Install showcase again; its notebooks are missing.")
    return str(folder)


def _look(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except ShowcaseError as error:
        return Finding(name, False, str(error))


def _database_findings(installation: Installation) -> list[Finding]:
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


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Look at everything a run stands on, and say what is wrong and what to do. Exit 1 where something is.

    Example: showcase doctor
    """
    settings = load_settings()
    findings = [
        _look("python", lambda: _python(settings)),
        _look("home", lambda: _home(settings)),
        _look("notebooks", lambda: _notebooks(settings)),
    ]
    try:
        with open_installation(settings) as installation:
            findings += _database_findings(installation)
    except ShowcaseError as error:
        findings.append(Finding("database", False, str(error)))
    is_fine = all(finding.is_fine for finding in findings)
    if as_json:
        print_json(
            {"ok": is_fine, "findings": [{"name": f.name, "ok": f.is_fine, "detail": f.detail} for f in findings]}
        )
    else:
        for finding in findings:
            mark = "[green]✓[/]" if finding.is_fine else "[red]✗[/]"
            screen.print(f"{mark} {finding.name:<10} {escape(finding.detail)}")
    sys.exit(0 if is_fine else 1)

"""Looks at everything that an installation stands on, for every door; and at the process that looks."""

from __future__ import annotations

import importlib.metadata
import ipaddress
import platform
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import psutil
from pydantic import SecretStr

from showcase import __version__
from showcase.errors import ShowcaseError
from showcase.settings import Settings, notebooks_folder
from showcase.store import migrate
from showcase.store.placement import make_home
from showcase.wiring import Installation

_LEAST_FREE_BYTES = 1024**3
_LEAST_SIGNS = 8  # different ones in a token


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
    """What can be said without opening the installation: the interpreter, the folder, the notebooks, who may come."""
    return [
        _look("python", _python),
        _look("home", lambda: _home(settings)),
        _look("notebooks", _notebooks),
        *look_at_sharing(settings),
    ]


def look_at_sharing(settings: Settings) -> list[Finding]:
    """Who may come in: one finding where it is for this machine alone, else each point of the list for a shared host.

    The list stands in docs/operations.md, in the same order.
    """
    where = f"{settings.address}:{settings.port}"
    if _is_loopback(settings.address) and not settings.hosts_allowed and not settings.origins_allowed:
        token = "with a token" if settings.api_token else "without a token"
        return [Finding("serving", True, f"{where}, for this machine alone, {token}")]
    return [_look(name, partial(check, settings)) for name, check in _SHARED.items()]


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
    make_home(settings.home)
    if settings.home.stat().st_mode & stat.S_IWOTH:
        raise ShowcaseError(f"Everybody may write into {settings.home}.", f"Run chmod o-w {settings.home}.")
    free = shutil.disk_usage(settings.home).free
    if free < _LEAST_FREE_BYTES:
        raise ShowcaseError(f"{free // 1024**2} MB are free below {settings.home}.", "Free disk space.")
    return f"{settings.home}, {free / 1024**3:.0f} GB free"


def _notebooks() -> str:
    folder = notebooks_folder()
    if not (folder / "console.ipynb").is_file():
        raise ShowcaseError(f"console.ipynb is not in {folder}.", "Install showcase again; its notebooks are missing.")
    return str(folder)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _proxy(settings: Settings) -> str:
    where = f"{settings.address}:{settings.port}"
    if not _is_loopback(settings.address):
        raise ShowcaseError(
            f"It listens on {where} itself, where nothing ends TLS.",
            "Unset SHOWCASE_ADDRESS, and put a proxy that ends TLS before it.",
        )
    if not settings.hosts_allowed:
        raise ShowcaseError("No name of a proxy is let in.", "Set SHOWCASE_ALLOWED_HOSTS to the name people use.")
    return f"{where}, behind {', '.join(settings.hosts_allowed)}"


def _tls(settings: Settings) -> str:
    plain = [origin for origin in settings.origins_allowed if not origin.lower().startswith("https://")]
    if plain:
        raise ShowcaseError(f"{', '.join(plain)} may act here and has no TLS.", "Name it with https://.")
    return "every other site that may act here has TLS; whether the proxy has it, try with a browser"


def _login(settings: Settings) -> str:
    if settings.api_token is None:
        raise ShowcaseError("Whoever comes in may do everything.", "Set SHOWCASE_API_TOKEN.")
    for role, token in _tokens(settings).items():
        if token is not None and len(set(token.get_secret_value())) < _LEAST_SIGNS:
            raise ShowcaseError(f"The token of the {role} can be guessed.", "Make it with openssl rand -hex 24.")
    return "every route and socket but /health asks for a token"


def _roles(settings: Settings) -> str:
    if not settings.has_roles:
        raise ShowcaseError(
            "Everybody who comes in may run, wipe and approve.",
            "Set SHOWCASE_VIEWER_TOKEN and SHOWCASE_OPERATOR_TOKEN, and keep SHOWCASE_API_TOKEN for approvers.",
        )
    return f"tokens for {', '.join(role for role, token in _tokens(settings).items() if token is not None)}"


def _tokens(settings: Settings) -> dict[str, SecretStr | None]:
    return {"viewer": settings.viewer_token, "operator": settings.operator_token, "approver": settings.api_token}


def _unattended(settings: Settings) -> str:
    if settings.test:
        raise ShowcaseError("It is marked as a test process.", "Unset SHOWCASE_TEST.")
    if settings.on_silence == "approve":
        raise ShowcaseError("What nobody answers is approved.", "Unset SHOWCASE_ON_SILENCE.")
    return "nothing is approved by silence"


_SHARED: dict[str, Callable[[Settings], str]] = {
    "proxy": _proxy, "tls": _tls, "login": _login, "roles": _roles, "unattended": _unattended,
}  # fmt: skip

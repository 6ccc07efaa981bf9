"""The embedded PostgreSQL server, shared by all processes of one SHOWCASE_HOME and stopped by the last."""

from __future__ import annotations

import atexit
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy import URL

from showcase.errors import UnavailableError
from showcase.store.cluster import (
    START_LIMIT_S,
    SUPERUSER,
    cluster_version,
    launch,
    make_cluster,
    start_failure,
    usable_binaries,
    wait_until_ready,
)
from showcase.store.placement import PORT, Placement, ServerUser, place
from showcase.store.server_process import POLL_S, RunningServer, running_server, shut_down

DATABASE = "showcase"
_ATTEMPTS = 3
_LOCK_LIMIT_S = START_LIMIT_S + 60.0
"""How long another process may take to start or stop the server before this one gives up."""


class EmbeddedPostgres:
    """One user of the server of a SHOWCASE_HOME.

    `start` makes the database on first use, starts its server or joins the one that runs, and counts this process as a
    user of it; `stop` leaves, and stops the server when no other user is left. A user that was killed counts no longer;
    a server that it left running is joined by the next one.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._user_lock: int | None = None
        self._joined: Placement | None = None

    def location(self) -> Placement:
        """Where this database lies, or would lie, with its log and its server's user."""
        return place(self._home)

    def start(self) -> str:
        """Return the SQLAlchemy URL of the running server's database; starting twice is starting once.

        Raises UnavailableError when it cannot be placed, made or started.
        """
        placement = self.location()
        placement.prepare()
        with _changing(placement):
            if self._user_lock is None:
                self._user_lock = _open_lock(placement.users_lock, placement.user)
                fcntl.flock(self._user_lock, fcntl.LOCK_SH)
                self._joined = placement
                atexit.register(self.stop)
            try:
                server = _join_or_begin(placement)
            except BaseException:
                self._leave()
                raise
        return _url(server.socket_folder)

    def stop(self) -> None:
        """Leave the server; the last one out stops it. Does nothing when this process has not joined it."""
        placement = self._joined
        if placement is None:
            return
        if not placement.folder.exists():  # all was removed: a server without its folder ends by itself
            self._leave()
            return
        with _changing(placement):
            self._leave()
            last_out = _open_lock(placement.users_lock, placement.user)
            try:
                fcntl.flock(last_out, fcntl.LOCK_EX | fcntl.LOCK_NB)
                server = running_server(placement)
                if server is not None:
                    shut_down(server, placement)
            except BlockingIOError:
                return  # others still use it
            finally:
                os.close(last_out)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the server that runs; UnavailableError when none does."""
        server = running_server(self.location())
        if server is None:
            raise UnavailableError(f"No embedded database runs for {self._home}.", "Call start() first.")
        return _url(server.socket_folder)

    def _leave(self) -> None:
        # Closed, not unlocked: a fork shares the lock, and keeps the server, until both have closed it.
        if self._user_lock is not None:
            os.close(self._user_lock)
        self._user_lock = self._joined = None
        atexit.unregister(self.stop)


def _join_or_begin(placement: Placement) -> RunningServer:
    for _ in range(_ATTEMPTS):
        server = wait_until_ready(placement) or _begin(placement)
        if _has_database(server, placement):
            return server
    raise start_failure(placement, f"ended {_ATTEMPTS} times as soon as it was ready")


def _begin(placement: Placement) -> RunningServer:
    binaries = usable_binaries(placement)
    if cluster_version(placement) is None:
        make_cluster(placement, binaries)
    return launch(placement, binaries)


def _has_database(server: RunningServer, placement: Placement) -> bool:
    """Connect, waiting out a recovery, and make the application's database where it is missing.

    False when the server has ended: one that is being killed still looks alive for a moment.
    """
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            with psycopg.connect(
                host=str(server.socket_folder),
                port=PORT,
                user=SUPERUSER,
                dbname="postgres",
                connect_timeout=5,
                autocommit=True,
            ) as connection:
                if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchall():
                    connection.execute(f"CREATE DATABASE {DATABASE}")
                return True
        except psycopg.OperationalError as error:
            now = running_server(placement)
            if now is None or now.process != server.process:
                return False
            if time.monotonic() > deadline:
                raise start_failure(placement, "runs but does not answer") from error
        time.sleep(POLL_S)


def _url(socket_folder: Path) -> str:
    query = {"host": str(socket_folder), "port": str(PORT)}
    url = URL.create("postgresql+psycopg", username=SUPERUSER, database=DATABASE, query=query)
    return url.render_as_string(hide_password=False)


@contextmanager
def _changing(placement: Placement) -> Iterator[None]:
    """Alone among all processes that would start or stop this server."""
    lock = _open_lock(placement.change_lock, placement.user)
    try:
        deadline = time.monotonic() + _LOCK_LIMIT_S
        while not _try_lock(lock):
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"Another process has been starting or stopping the database in {placement.folder} "
                    f"for more than {_LOCK_LIMIT_S:.0f} s.",
                    f"Find it with `fuser {placement.change_lock}`, end it, and start again.",
                )
            time.sleep(POLL_S)
        yield
    finally:
        os.close(lock)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_lock(path: Path, user: ServerUser) -> int:
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        user.own(lock)
    except OSError as error:
        raise UnavailableError(
            f"The lock file {path} cannot be opened: {error.strerror}.",
            "Set SHOWCASE_HOME to a folder that can be written, or free disk space.",
        ) from error
    return lock

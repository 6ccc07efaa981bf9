"""The run lock: one holder on one database, gone with its connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import psycopg
from sqlalchemy import text

from showcase.store.engine import SESSION_PREFIX, Database
from showcase.store.failures import explained

APPLICATION_KEY = 0x5C0FFEE
"""The first half of every advisory lock of this application (int4)."""


@dataclass(frozen=True, slots=True)
class AdvisoryKey:
    """An advisory lock's two halves: the application, and what is locked."""

    purpose: int

    @property
    def parameters(self) -> dict[str, int]:
        return {"application": APPLICATION_KEY, "purpose": self.purpose}


RUN_LOCK = AdvisoryKey(1)
MIGRATION_LOCK = AdvisoryKey(2)

# The server itself must notice a holder that is gone: at once when a process dies, by these when its machine does.
_SESSION = {
    "client_connection_check_interval": "500ms",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


class HeldLock:
    """The run lock while this process holds it; as a context manager it is released at the end."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    @property
    def backend_pid(self) -> int:
        """The server process that keeps the lock, as in pg_locks."""
        return self._connection.info.backend_pid

    def is_held(self) -> bool:
        """Ask the server; False once the connection is lost, and with it the lock."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.OperationalError:
            self._connection.close()
        return not self._connection.closed

    def release(self) -> None:
        """Give the lock back; doing it twice, or after it was lost, does nothing."""
        if self._connection.closed:
            return
        try:
            # Explicitly, since the server ends a closed connection's session a moment later.
            self._connection.execute("SELECT pg_advisory_unlock_all()")
        except psycopg.OperationalError:
            pass  # lost, so it is released already
        finally:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        self.release()


class RunLock:
    """The lock that one run at a time holds on a database, whichever process runs it."""

    @staticmethod
    def try_acquire(database: Database) -> HeldLock | None:
        """Take the lock on a connection of its own, or return None at once when another holds it.

        A pooled connection would keep the lock after its return to the pool.
        """
        connection = database.lone_connection(_SESSION)
        try:
            with explained(database.name):
                row = connection.execute(
                    "SELECT pg_try_advisory_lock(%(application)s, %(purpose)s)", RUN_LOCK.parameters
                ).fetchone()
        except BaseException:
            connection.close()
            raise
        if row is not None and row[0] is True:
            return HeldLock(connection)
        connection.close()
        return None


def evict_silent_holder(database: Database, silent_s: float) -> None:
    """End every session of the process that holds the run lock, where its run gave no sign of life for so long.

    A stopped process keeps its connections open, and with them its locks on rows; what it writes later is refused by
    its fence. Its silence is asked for in the very statement that ends it: whoever found it silent may be overtaken by
    another who did, and by the next run, which lives. Nor is every holder the silent one: a run of a dead process is as
    silent, until whoever took the lock to settle it has done so. The silent one's session began before it was noted as
    the holder, that of anybody after it later. Where the database's URL names the sessions itself, they cannot
    be told from those of others, and only the one that holds the lock is ended.
    """
    query = text(
        "WITH silent AS (SELECT run_lock.since FROM demo_run JOIN run_lock USING (run_id)"
        " WHERE demo_run.status = 'running'"
        " AND demo_run.heartbeat_at < clock_timestamp() - make_interval(secs => :silent_s)),"
        " holder AS (SELECT pid, application_name FROM pg_stat_activity, silent"
        " WHERE backend_start <= silent.since AND pid IN (SELECT pid FROM pg_locks"
        " WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = :application AND objid = :purpose"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))"
        " SELECT pg_terminate_backend(other.pid, 5000) FROM pg_stat_activity AS other, holder"
        " WHERE other.pid <> pg_backend_pid() AND (other.pid = holder.pid OR (other.datname = current_database()"
        " AND other.application_name = holder.application_name AND starts_with(holder.application_name, :prefix)))"
    )
    with database.read() as connection:
        connection.execute(query, {**RUN_LOCK.parameters, "prefix": SESSION_PREFIX, "silent_s": silent_s})


def lock_is_free(database: Database) -> bool:
    """Whether nobody holds the run lock now; looks without taking it, so that no contender is turned away."""
    query = text(
        "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
        " AND classid = :application AND objid = :purpose"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )
    with database.read() as connection:
        return bool(connection.execute(query, RUN_LOCK.parameters).scalar_one())

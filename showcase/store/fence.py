"""Keeps late writers out: a unit of work that first checks that its run is still the one that holds the lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection as Connection
from sqlalchemy import select

from showcase.errors import ConflictError
from showcase.kernel.identity import RunId
from showcase.store import tables as t


class Transactions(Protocol):
    """Where units of work come from: the database itself, or the same behind a run's fence."""

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction that commits when its block ends well and rolls back otherwise."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """A read-only transaction."""
        ...


def check_fence(connection: Connection, run_id: RunId, token: int) -> None:
    """Refuse to write for a run that was settled meanwhile.

    The row is locked against settlement until this transaction ends, yet not against the run's own heartbeat:
    KEY SHARE lets plain updates pass and makes the settler's FOR UPDATE wait.
    """
    alive = connection.execute(
        select(t.demo_run.c.run_id)
        .where(t.demo_run.c.run_id == run_id, t.demo_run.c.token == token, t.demo_run.c.status == "running")
        .with_for_update(read=True, key_share=True)
    ).first()
    if alive is None:
        raise ConflictError(
            f"The run {run_id.short} was settled meanwhile; this late write was refused.",
            "Start a new run; what the old one committed before is kept.",
            reason="fenced",
        )


@dataclass(frozen=True, slots=True)
class JoinedTransactions:
    """The unit of work that is under way, for services that begin their own: all of it commits, or none."""

    connection: Connection

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.connection.begin_nested():
            yield self.connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        yield self.connection


@dataclass(frozen=True, slots=True)
class FencedTransactions:
    """The transactions of one run: each write checks the fence first."""

    inner: Transactions
    run_id: RunId
    token: int

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.inner.begin() as connection:
            check_fence(connection, self.run_id, self.token)
            yield connection

    def read(self) -> AbstractContextManager[Connection]:
        return self.inner.read()

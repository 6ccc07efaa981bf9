"""Rows of idempotency keys, and the lock under which one of them is used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.store.failures import explained

_FIRST_HALF = 0x5C0FFE1
"""The first half of these advisory locks (int4); the second is a digest of the key."""
_PATIENCE = {"lock_timeout": "30s"}
_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a key was used for, and what was answered."""

    request_digest: str
    answer: dict[str, Any]


@contextmanager
def key_held(database: Database, purpose: str, key: str) -> Iterator[None]:
    """Hold the lock of one key, so that equal requests at one moment come one after another, in whichever process.

    On a connection of its own: whoever waits takes none from the pool. ConflictError (contended) after half a minute.
    """
    second_half = int.from_bytes(hashlib.sha256(f"{purpose}:{key}".encode()).digest()[:4], signed=True)
    connection = database.lone_connection(_PATIENCE)
    try:
        with explained(database.name):
            connection.execute("SELECT pg_advisory_lock(%s, %s)", (_FIRST_HALF, second_half))
        yield
    finally:
        connection.close()


def find_answer(connection: Connection, purpose: str, key: str) -> KeptAnswer | None:
    """What was answered to the key; None where it is new, or older than a day."""
    row = connection.execute(
        select(t.idempotency_key).where(
            t.idempotency_key.c.purpose == purpose,
            t.idempotency_key.c.key == key,
            t.idempotency_key.c.made_at > func.clock_timestamp() - _KEPT,
        )
    ).first()
    return None if row is None else KeptAnswer(row.request_digest, row.answer)


def put_answer(connection: Connection, purpose: str, key: str, digest: str, answer: Mapping[str, Any]) -> None:
    """Keep what a key is answered with, and forget those that are older than a day."""
    old = t.idempotency_key.c.made_at <= func.clock_timestamp() - _KEPT
    connection.execute(delete(t.idempotency_key).where(old))
    connection.execute(
        insert(t.idempotency_key).values(purpose=purpose, key=key, request_digest=digest, answer=dict(answer))
    )

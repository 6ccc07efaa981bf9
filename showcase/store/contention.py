"""Begins a unit of work anew where another one came first."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from showcase.errors import ConflictError
from showcase.store.failures import gave_way
from showcase.store.fence import Connection, Transactions

TRIES = 3
_LONGEST_PAUSE_MS = 100


def begun_anew[T](transactions: Transactions, work: Callable[[Connection], T]) -> T:
    """What `work` returns, in a unit of work of its own; begun anew where it gave way to another, TRIES times in all.

    For changes of many rows, which may wait for each other. `work` may touch the database alone, through its
    connection: nothing of a try that gave way is left, so the next one finds the rows as the other left them. The last
    refusal is raised as it is. Inside another unit of work nothing is begun anew, since the outer one has to be.
    """
    for _ in range(TRIES - 1):
        try:
            return _once(transactions, work)
        except ConflictError as refusal:
            if not gave_way(refusal):
                raise
        time.sleep(secrets.randbelow(_LONGEST_PAUSE_MS) / 1000)  # by chance, so that two do not meet in step again
    return _once(transactions, work)


def _once[T](transactions: Transactions, work: Callable[[Connection], T]) -> T:
    with transactions.begin() as connection:
        return work(connection)

"""Requests that a caller gave a name of its own: carried out once, answered as often as they are repeated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.canonical import digest_of
from showcase.kernel.refusals import shown
from showcase.store import once as rows
from showcase.store.engine import Database
from showcase.store.fence import Connection, Transactions

KEY_FIELD = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class OnceService:
    """The answers that were given to such names, for a day."""

    transactions: Transactions

    def find(self, purpose: str, key: str, request: Mapping[str, Any]) -> dict[str, Any] | None:
        """What was answered before; None where the key is new.

        InvalidInputError for a key that is none, and for one that was used for another request.
        """
        if _KEY.fullmatch(key) is None:
            raise _refused(shown(key), "1 to 200 visible ASCII characters")
        with self.transactions.read() as connection:
            kept = rows.find_answer(connection, purpose, key)
        if kept is None:
            return None
        if kept.request_digest != digest_of(dict(request)):
            raise _refused("a key that was sent with another body", "a new key for another request")
        return kept.answer

    def keep(
        self, connection: Connection, purpose: str, key: str, request: Mapping[str, Any], answer: Mapping[str, Any]
    ) -> None:
        """Keep the answer in the unit of work that carries the request out."""
        rows.put_answer(connection, purpose, key, digest_of(dict(request)), answer)


def carry_out_once(
    database: Database,
    once: OnceService,
    purpose: str,
    key: str | None,
    request: Mapping[str, Any],
    work: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """The answer of `work`, or what it answered when the same request came with the same key; without one, the former.

    A failure keeps no answer, so that the request can be repeated.
    """
    if key is None:
        return work()
    known = once.find(purpose, key, request)
    if known is not None:
        return known
    with rows.key_held(database, purpose, key):
        known = once.find(purpose, key, request)
        if known is None:
            known = work()
            with database.begin() as connection:
                once.keep(connection, purpose, key, request, known)
        return known


def _refused(found: str, allowed: str) -> InvalidInputError:
    return InvalidInputError(
        f"The {KEY_FIELD} was refused: found {found}, allowed is {allowed}.",
        "Make a new key for each new request, and repeat it only with the same body.",
        [FieldError(KEY_FIELD, found, allowed)],
    )

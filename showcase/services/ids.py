"""Ids by their first characters, which is what screens and tables show of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from showcase.errors import FieldError, InvalidInputError, NotFoundError
from showcase.kernel.identity import ActionId, BatchId, ModelRunId, PlanId, RunId, WorkspaceId
from showcase.store.fence import Transactions
from showcase.store.references import find_beginning

Kind = Literal["workspace", "run", "model_run", "plan", "batch", "decision"]

SHORTEST = 6
"""So many characters of an id have to be given: with fewer, the next run may make them ambiguous."""
_WHOLE = WorkspaceId.length
_MOST_NAMED = 5
_KINDS: Mapping[Kind, tuple[str, str]] = {
    "workspace": (WorkspaceId.noun, "`showcase workspaces list`"),
    "run": (RunId.noun, "`showcase runs list`"),
    "model_run": (ModelRunId.noun, "`showcase workspaces show`"),
    "plan": (PlanId.noun, "`showcase plans list`"),
    "batch": (BatchId.noun, "`showcase batch list`"),
    "decision": (ActionId.noun, "`showcase runs decide`"),
}
"""What an id of each kind is called, and where they are told in full."""


@dataclass(frozen=True, slots=True)
class IdService:
    """What a person means who types the beginning of an id."""

    transactions: Transactions

    def complete(self, text: str, *kinds: Kind) -> str:
        """The one id of these kinds that begins with `text`; a whole one comes back as it is, there or not.

        InvalidInputError for a text with which no id begins, and for one with which several do, naming up to five;
        NotFoundError where it is the beginning of none that is there.
        """
        if re.fullmatch(rf"[0-9a-f]{{{_WHOLE}}}", text):
            return text
        noun = " or ".join(_KINDS[kind][0] for kind in kinds)
        if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST},{_WHOLE - 1}}}", text):
            allowed = f"{_WHOLE} lower-case hexadecimal characters, or {SHORTEST} and more from their beginning"
            error = FieldError(noun, repr(text[:80]), allowed)
            raise InvalidInputError(f"{text[:80]!r} is no {noun}.", f"Give {allowed}.", [error])
        with self.transactions.read() as connection:
            found = [one for kind in kinds for one in find_beginning(connection, kind, text, _MOST_NAMED + 1)]
        if not found:
            lists = " or ".join(_KINDS[kind][1] for kind in kinds)
            raise NotFoundError(f"No {noun} begins with {text}.", f"Choose one of those that {lists} shows.")
        if len(found) > 1:
            more = " and others" if len(found) > _MOST_NAMED else ""
            raise InvalidInputError(
                f"More than one {noun} begins with {text}: {', '.join(found[:_MOST_NAMED])}{more}.",
                "Give more of its characters.",
            )
        return found[0]

"""Named configurations: run requests that somebody gave a name, to open them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from showcase.errors import InvalidInputError, NotFoundError
from showcase.kernel.clean import clean_text, composed
from showcase.pipeline.request import parse_request
from showcase.store import saved_requests as rows
from showcase.store.fence import Transactions

_LONGEST_NAME = 100
_OF_ONE_REPLAY = ("confirm", "replayed_from_workspace_id")


@dataclass(frozen=True, slots=True)
class SavedRequests:
    """Everything that can be done with named configurations."""

    transactions: Transactions

    def list(self) -> dict[str, dict[str, Any]]:
        """The requests by their names, in the order of the names."""
        with self.transactions.read() as connection:
            return dict(rows.list_saved_requests(connection))

    def show(self, name: str) -> dict[str, Any]:
        """The request of that name; NotFoundError where there is none."""
        found = self.list().get(composed(name))
        if found is None:
            raise _unknown(name)
        return found

    def save(self, name: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Give a request a name, in place of what it meant before; returns what was kept.

        What belongs to one replay alone is not kept. InvalidInputError for what no request could be.
        """
        name = clean_text(name, "name of the configuration", longest=_LONGEST_NAME)
        if not name:
            raise InvalidInputError("A configuration is saved under a name.", f"Give 1 to {_LONGEST_NAME} characters.")
        parse_request(request)
        kept = {field: value for field, value in request.items() if field not in _OF_ONE_REPLAY and value is not None}
        parse_request(kept)
        with self.transactions.begin() as connection:
            rows.put_saved_request(connection, name, kept)
        return kept

    def forget(self, name: str) -> None:
        """Forget a configuration; NotFoundError where there is none of that name."""
        with self.transactions.begin() as connection:
            if not rows.remove_saved_request(connection, composed(name)):
                raise _unknown(name)


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(
        f"There is no configuration {name[:100]!r}.", "Choose one of those that `showcase runs saved` lists."
    )

"""Bulk actions on workspaces: seen before they are done, done as one, undone once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from showcase.errors import NotFoundError, ShowcaseError
from showcase.services.bundles import BundleService
from showcase.store import bulk as rows
from showcase.store.bulk import Candidate
from showcase.store.bundles import count_exported
from showcase.store.contention import begun_anew
from showcase.store.fence import Connection, Transactions
from showcase.workspaces.bulk import BulkRequest, LeftOut, divide, parse_bulk


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What the action would do: how many it reaches, and how many of those are pinned, were replayed, or exported."""

    count: int
    pinned: int
    with_descendants: int
    exported: int
    left_out: list[LeftOut]


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What the action did; `undo_token` is null where it reached nothing, and for an export, which changes nothing."""

    affected: list[str]
    left_out: list[LeftOut]
    undo_token: str | None


@dataclass(frozen=True, slots=True)
class BulkService:
    """Everything that can be done to many workspaces at once."""

    transactions: Transactions
    bundles: BundleService

    def preview(self, values: Mapping[str, Any]) -> BulkPreview:
        """What the action would do now; nothing is changed."""
        request = parse_bulk(values)
        with self.transactions.read() as connection:
            reached, left_out = _reach(connection, request, lock=False)
            ids = [one.workspace_id for one in reached]
            sources, exported = rows.count_with_descendants(connection, ids), count_exported(connection, ids)
        return BulkPreview(len(reached), sum(one.pinned for one in reached), sources, exported, left_out)

    def act(self, values: Mapping[str, Any]) -> BulkOutcome:
        """Do it to all that it reaches; `values` are action, ids or filter, and tags.

        Changes are one transaction. Exports are one after the other; one that fails is left out, with the reason.
        """
        request = parse_bulk(values)
        return self._export(request) if request.action == "export" else change_all(self.transactions, request)

    def _export(self, request: BulkRequest) -> BulkOutcome:
        with self.transactions.read() as connection:
            reached, left_out = _reach(connection, request, lock=False)
        exported = []
        for one in reached:
            try:
                self.bundles.export(one.workspace_id)
            except ShowcaseError as error:
                left_out.append(LeftOut(one.workspace_id, error.message))
            else:
                exported.append(one.workspace_id)
        return BulkOutcome(exported, left_out, None)

    def undo(self, undo_token: str) -> BulkOutcome:
        """Take a bulk action back, once; a workspace that was changed since is left as it is.

        NotFoundError for a token that is unknown, spent, or of a deletion before this program's last start.
        """

        def undo(connection: Connection) -> tuple[list[str], list[str]]:
            action = rows.take_undo(connection, undo_token)
            if action is None:
                raise NotFoundError(
                    "There is nothing that this undo token takes back.",
                    "Give the token of a bulk action that was not undone yet.",
                )
            return rows.undo_bulk(connection, action, undo_token)

        restored, others = begun_anew(self.transactions, undo)
        return BulkOutcome(restored, [LeftOut(one, "changed since") for one in others], None)

    def forget(self) -> int:
        """Forget what could be undone: done when a process begins to serve."""
        with self.transactions.begin() as connection:
            return rows.forget_undos(connection)


def change_all(transactions: Transactions, request: BulkRequest) -> BulkOutcome:
    """Do a change to all that it reaches, in one transaction."""

    def change(connection: Connection) -> BulkOutcome:
        reached, left_out = _reach(connection, request, lock=True)
        ids = [one.workspace_id for one in reached]
        if not ids:
            return BulkOutcome([], left_out, None)
        token = secrets.token_hex(16)
        rows.apply_bulk(connection, request.action, ids, request.tags, token)
        return BulkOutcome(ids, left_out, token)

    return begun_anew(transactions, change)


def _reach(connection: Connection, request: BulkRequest, *, lock: bool) -> tuple[list[Candidate], list[LeftOut]]:
    wanted = request.filter if request.filter is not None else list(request.ids or ())
    return divide(request, rows.read_candidates(connection, wanted, lock=lock))

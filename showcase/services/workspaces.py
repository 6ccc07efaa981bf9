"""Workspaces: runs that were kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from showcase.errors import InvalidInputError, NotFoundError
from showcase.kernel.identity import WorkspaceId
from showcase.store import workspaces as rows
from showcase.store.fence import Transactions
from showcase.store.workspaces import Workspace

_MOST = 100


@dataclass(frozen=True, slots=True)
class WorkspaceService:
    """Everything about workspaces that a person can ask for."""

    transactions: Transactions

    def show(self, workspace_id: str) -> Workspace:
        """One workspace; NotFoundError where it is unknown."""
        with self.transactions.read() as connection:
            found = rows.find_workspace(connection, WorkspaceId(workspace_id))
        if found is None:
            raise NotFoundError(
                f"There is no workspace {workspace_id[:8]}.",
                "Choose one of those that `showcase workspaces list` shows.",
            )
        return found

    def list(self, limit: int = 20) -> tuple[list[Workspace], int]:
        """The newest workspaces, at most 100, and how many there are in all."""
        if not 1 <= limit <= _MOST:
            raise InvalidInputError(f"A limit of {limit} workspaces was asked for.", f"Ask for 1 to {_MOST}.")
        with self.transactions.read() as connection:
            return rows.list_workspaces(connection, limit)

    def record(self, workspace_id: WorkspaceId, columns: Mapping[str, Any]) -> bool:
        """Add to the record of a workspace whose run goes on; False where it is gone or final."""
        with self.transactions.begin() as connection:
            return rows.update_workspace(connection, workspace_id, columns)

"""Workspaces: runs that were kept, found, edited and forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from showcase.errors import ConflictError, InvalidInputError, NotFoundError
from showcase.kernel.clean import clean_text, composed
from showcase.kernel.identity import WorkspaceId
from showcase.ports import Artifacts, Clock
from showcase.services.workspace_bulk import BulkOutcome, change_all
from showcase.services.workspace_compare import compare_workspaces
from showcase.services.workspace_health import check_health
from showcase.store import library, library_facts
from showcase.store import workspaces as rows
from showcase.store.bundles import list_exports
from showcase.store.fence import Transactions
from showcase.store.library import Page
from showcase.store.lineage import read_kin, read_library
from showcase.store.workspaces import Workspace
from showcase.workspaces.bulk import parse_bulk
from showcase.workspaces.comparison import Comparison, check_compared
from showcase.workspaces.deletion import DeletePreview, preview_deletion
from showcase.workspaces.edit import parse_edit
from showcase.workspaces.health import WorkspaceHealth
from showcase.workspaces.lineage import Lineage, build_lineage
from showcase.workspaces.listing import parse_filter, parse_list_request

_LONGEST_SEARCH_NAME = 100
_MOST_TAGS_TOLD = 200


class OutdatedRevisionError(ConflictError):
    """An edit of a revision that is outdated; `newer` is the workspace as it stands."""

    def __init__(self, message: str, remedy: str, newer: Workspace) -> None:
        super().__init__(message, remedy, reason="revision")
        self.newer = newer


def _unknown(workspace_id: str) -> NotFoundError:
    return NotFoundError(
        f"There is no workspace {workspace_id[:8]}.", "Choose one of those that `showcase workspaces list` shows."
    )


def _no_search(name: str) -> NotFoundError:
    return NotFoundError(f"There is no saved search {name[:100]!r}.", "Choose one of the saved searches.")


@dataclass(frozen=True, slots=True)
class WorkspaceService:
    """Everything about workspaces that a person can ask for."""

    transactions: Transactions
    artifacts: Artifacts
    clock: Clock

    def show(self, workspace_id: str) -> Workspace:
        """One workspace; NotFoundError where it is unknown."""
        with self.transactions.read() as connection:
            found = rows.find_workspace(connection, WorkspaceId(workspace_id))
        if found is None:
            raise _unknown(workspace_id)
        return found

    def list(self, limit: int = 20) -> tuple[list[Workspace], int]:
        """The newest workspaces that are not archived, pinned first, at most 100, and how many there are in all."""
        page = self.find(limit=limit)
        return page.workspaces, page.total

    def find(self, **request: Any) -> Page:
        """A page of the library; the keywords are the fields of ListRequest.

        InvalidInputError names each refused field; SearchError says at which character a search cannot be read.
        """
        wanted = parse_list_request(request)
        with self.transactions.read() as connection:
            return library.read_page(connection, wanted)

    def count(self) -> int:
        """How many workspaces there are, the archived ones too."""
        with self.transactions.read() as connection:
            return library_facts.count_kept(connection)

    def tags(self) -> Sequence[tuple[str, int]]:
        """The tags that most workspaces have, and how many have each."""
        with self.transactions.read() as connection:
            return library_facts.list_tags(connection, _MOST_TAGS_TOLD)

    def replays_of(self, workspace_ids: Sequence[str]) -> dict[str, int]:
        """How many workspaces replay each of these; one that nobody replays is not in it."""
        with self.transactions.read() as connection:
            return library_facts.count_replays(connection, [WorkspaceId(one) for one in workspace_ids])

    def edit(self, workspace_id: str, changes: Mapping[str, Any]) -> Workspace:
        """Change what was sent, and nothing else; an edit that changes nothing keeps the revision.

        InvalidInputError names a refused field; OutdatedRevisionError (reason "revision") has the newer row.
        """
        edit, found_id = parse_edit(changes), WorkspaceId(workspace_id)
        with self.transactions.begin() as connection:
            found = rows.find_workspace(connection, found_id, lock=True)
            if found is None:
                raise _unknown(workspace_id)
            if edit.revision is not None and edit.revision != found.revision:
                raise OutdatedRevisionError(
                    f"Revision {edit.revision} of the workspace {found_id.short} was edited, and it stands at "
                    f"{found.revision} by now.",
                    "Look at the newer one, then edit that.",
                    found,
                )
            changed = {name: value for name, value in edit.changes().items() if value != getattr(found, name)}
            return rows.edit_workspace(connection, found_id, changed) if changed else found

    def preview_delete(self, workspace_id: str) -> DeletePreview:
        """What a deletion would leave behind, and who descends from the workspace; nothing is changed."""
        found = self.show(workspace_id)
        with self.transactions.read() as connection:
            kin, _ = read_kin(connection, found.workspace_id, with_family=False)
            exports = len(list_exports(connection, found.workspace_id))
        descendants = [one.workspace_id for one in kin if one.is_descendant and one.workspace_id != workspace_id]
        return preview_deletion(asdict(found), descendants, exports)

    def delete(self, workspace_id: str) -> BulkOutcome:
        """Remove the record alone, pinned or not; what the run made stays. ConflictError while its run is under way."""
        found = self.show(workspace_id)
        gone = change_all(self.transactions, parse_bulk({"action": "delete", "ids": [found.workspace_id]}))
        if not gone.affected:
            raise ConflictError(
                f"The workspace {found.workspace_id.short} was not deleted: {gone.left_out[0].why}.",
                "Stop the run or wait for its end, then delete it.",
                reason="running",
            )
        return gone

    def record(self, workspace_id: WorkspaceId, columns: Mapping[str, Any]) -> bool:
        """Add to the record of a workspace whose run goes on; False where it is gone or final."""
        with self.transactions.begin() as connection:
            return rows.update_workspace(connection, workspace_id, columns)

    def compare(self, ids: Sequence[str], base: str | None = None, *, differences_only: bool = False) -> Comparison:
        """2 to 5 workspaces side by side, the first one the base unless another is named.

        `differences_only` leaves out the rows of the configuration that all share. InvalidInputError for other ids
        than that; NotFoundError for one that is unknown.
        """
        names = [WorkspaceId(one) for one in ids]
        chosen = check_compared(names, base)
        found = [self.show(one) for one in names]
        return compare_workspaces(self.transactions, self.artifacts, found, chosen, differences_only=differences_only)

    def health(self, workspace_id: str) -> WorkspaceHealth:
        """Whether each thing that the workspace points at is still there; NotFoundError where it is unknown itself."""
        return check_health(self.transactions, self.artifacts, self.clock, self.show(workspace_id))

    def lineage(self, workspace_id: str) -> Lineage:
        """Ancestors and descendants, of a deleted one too where somebody replayed it; NotFoundError for any other."""
        return self._kin(workspace_id, with_family=False)

    def family(self, workspace_id: str) -> Lineage:
        """The same with every other descendant of its ancestors."""
        return self._kin(workspace_id, with_family=True)

    def library_lineage(self, **filters: Any) -> Lineage:
        """All that the filters find, at most the newest 10,000, with the deleted ones that they replay."""
        wanted = parse_filter(filters)
        with self.transactions.read() as connection:
            kin, is_whole = read_library(connection, wanted)
        return build_lineage(None, kin, is_whole=is_whole)

    def _kin(self, workspace_id: str, *, with_family: bool) -> Lineage:
        name = WorkspaceId(workspace_id)
        with self.transactions.read() as connection:
            kin, is_whole = read_kin(connection, name, with_family=with_family)
        if len(kin) == 1 and kin[0].is_deleted:
            raise NotFoundError(
                f"There is no workspace {name.short}, and none that replays it.",
                "Choose one of those that `showcase workspaces list` shows.",
            )
        return build_lineage(name, kin, is_whole=is_whole)

    def saved_searches(self) -> dict[str, dict[str, Any]]:
        """The saved filters by name."""
        with self.transactions.read() as connection:
            return dict(rows.list_saved_searches(connection))

    def saved_search(self, name: str) -> dict[str, Any]:
        """The filters of one saved search; NotFoundError where there is none of that name."""
        found = self.saved_searches().get(composed(name))
        if found is None:
            raise _no_search(name)
        return found

    def save_search(self, name: str, filters: Mapping[str, Any]) -> dict[str, Any]:
        """Give filters a name, in place of what it meant before; returns what was kept."""
        name = clean_text(name, "name of the search", longest=_LONGEST_SEARCH_NAME)
        if not name:
            raise InvalidInputError("A saved search needs a name.", "Give 1 to 100 characters.")
        given = parse_filter(filters).given()
        with self.transactions.begin() as connection:
            rows.put_saved_search(connection, name, given)
        return given

    def forget_search(self, name: str) -> None:
        """Forget a saved search; NotFoundError where there is none of that name."""
        with self.transactions.begin() as connection:
            if rows.remove_saved_search(connection, composed(name)):
                return
        raise _no_search(name)

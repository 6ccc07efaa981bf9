"""Reads one kept run with all that stands around it, and edits, replays, exports and deletes it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from showcase.console.feed import stored_events
from showcase.console.story import Story, tell
from showcase.errors import NotFoundError
from showcase.services.bundles import Export
from showcase.services.replays import ReplayPreview
from showcase.services.suite import Services
from showcase.services.workspace_bulk import BulkOutcome, BulkPreview
from showcase.store.bundles import ExportRow
from showcase.store.workspaces import Workspace
from showcase.wiring import Installation
from showcase.workspaces.health import WorkspaceHealth
from showcase.workspaces.lineage import Lineage
from showcase.workspaces.replay import recorded_request


@dataclass(frozen=True, slots=True)
class Opened:
    """A workspace as it stands: the story of its run where that is known, its kin, and its exports, newest first."""

    workspace: Workspace
    story: Story | None
    lineage: Lineage
    exports: tuple[ExportRow, ...]


@dataclass(frozen=True, slots=True)
class ReplayAhead:
    """The preview of a replay, and what the data set is called that is current now (None where there is none)."""

    preview: ReplayPreview
    current: str | None


class WorkspaceStore:
    """Everything about one workspace. Each coroutine leaves the loop free while database and disk answer."""

    def __init__(self, installation: Installation) -> None:
        self._services, self._launcher = installation.services, installation.launcher

    @property
    def now(self) -> datetime:
        return self._services.clock.now()

    async def open(self, workspace_id: str) -> Opened:
        return await asyncio.to_thread(self._open, workspace_id)

    async def frame(self, workspace: Workspace) -> dict[str, Any]:
        """Its recorded request, for a person to change before it runs."""
        return await asyncio.to_thread(frame_of, self._services, workspace)

    async def health(self, workspace_id: str) -> WorkspaceHealth:
        """Whether what it made is still there; files are read for that, so it comes after the rest."""
        return await asyncio.to_thread(self._services.workspaces.health, workspace_id)

    async def edit(self, workspace_id: str, changes: Mapping[str, Any]) -> Workspace:
        """Change what was sent; OutdatedRevisionError has the newer row."""
        return await asyncio.to_thread(self._services.workspaces.edit, workspace_id, changes)

    async def tags(self) -> list[str]:
        """The tags in use."""
        return [tag for tag, _ in await asyncio.to_thread(self._services.workspaces.tags)]

    async def replay_ahead(self, workspace_id: str, anchor: str) -> ReplayAhead:
        """What a replay would send and wipe; a new confirm token where it would wipe data."""
        return await asyncio.to_thread(self._replay_ahead, workspace_id, anchor)

    async def replay(self, workspace_id: str, confirm: str | None, anchor: str) -> None:
        """Start the replay; every refusal of the launcher comes through."""
        await asyncio.to_thread(self._launcher.replay, workspace_id, confirm=confirm, anchor=anchor)

    async def export(self, workspace_id: str) -> Export:
        return await asyncio.to_thread(self._services.bundles.export, workspace_id)

    def zip(self, workspace_id: str) -> io.BytesIO:
        """The exported bundle as one zip, checked before; for a thread of its own."""
        return io.BytesIO(b"".join(self._services.bundles.zip(workspace_id).chunks()))

    async def preview_delete(self, workspace_id: str) -> BulkPreview:
        wanted = {"action": "delete", "ids": [workspace_id]}
        return await asyncio.to_thread(self._services.bulk.preview, wanted)

    async def delete(self, workspace_id: str) -> BulkOutcome:
        return await asyncio.to_thread(self._services.workspaces.delete, workspace_id)

    def _open(self, workspace_id: str) -> Opened:
        services = self._services
        found = services.workspaces.show(workspace_id)
        run_id = found.run_id or found.created_objects.get("run_id")
        try:
            events = stored_events(self._launcher, run_id) if run_id else ()
        except NotFoundError:
            events = ()  # an imported workspace brings its story, not its run
        return Opened(
            found,
            tell(str(run_id), found.scenario, events) if events else None,
            services.workspaces.lineage(workspace_id),
            tuple(services.bundles.exports(workspace_id)),
        )

    def _replay_ahead(self, workspace_id: str, anchor: str) -> ReplayAhead:
        current = self._services.demand.current()
        return ReplayAhead(
            self._services.replays.preview(workspace_id, anchor), current.name if current is not None else None
        )


def frame_of(services: Services, workspace: Workspace) -> dict[str, Any]:
    """The recorded request of a workspace, for a person to change before it runs: not a replay.

    Its focus pair has the ids of the current data set, found by the recorded codes; the pair is left to the run where
    that has no such one.
    """
    frame = recorded_request(asdict(workspace))
    scope = frame.pop("user_scope", None)
    current = services.demand.current()
    if scope is None or current is None:
        return frame
    told = workspace.user_scope or {}
    pair = services.demand.pair_by_code(current, told["store_code"], told["sku"]) if told.get("sku") else None
    return frame | ({"user_scope": {"store_id": pair.store_id, "product_id": pair.product_id}} if pair else {})

"""Reads the kept runs for the Library view."""

from __future__ import annotations

import asyncio
from datetime import datetime

from showcase.console.feed import stored_events
from showcase.console.story import Story, tell
from showcase.store.workspaces import Workspace
from showcase.wiring import Installation

_MOST_WORKSPACES = 100


class LibraryStore:
    """Workspaces, and what their runs told."""

    def __init__(self, installation: Installation) -> None:
        self._services, self._launcher = installation.services, installation.launcher

    @property
    def now(self) -> datetime:
        return self._services.clock.now()

    async def workspaces(self) -> tuple[list[Workspace], int]:
        """The newest workspaces, and how many there are."""
        return await asyncio.to_thread(self._services.workspaces.list, _MOST_WORKSPACES)

    async def workspace(self, workspace_id: str) -> tuple[Workspace, Story | None]:
        """A workspace, and the story of its run where that is known."""
        return await asyncio.to_thread(self._workspace, workspace_id)

    def _workspace(self, workspace_id: str) -> tuple[Workspace, Story | None]:
        found = self._services.workspaces.show(workspace_id)
        run_id = found.run_id or found.created_objects.get("run_id")
        events = stored_events(self._launcher, run_id) if run_id else ()
        return found, tell(str(run_id), found.scenario, events) if events else None

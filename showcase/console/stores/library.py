"""Reads and changes the kept runs for the Library view."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from showcase.console.choices import Choices
from showcase.services.workspace_bulk import BulkOutcome, BulkPreview
from showcase.store.library import Page
from showcase.store.workspaces import Workspace
from showcase.wiring import Installation

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the library: `kept` is how many workspaces there are at all, `replays` how often each was replayed."""

    page: Page
    kept: int
    replays: Mapping[str, int]


class LibraryStore:
    """Pages, edits and bulk actions. Each coroutine leaves the loop free while the database answers."""

    def __init__(self, installation: Installation) -> None:
        self._services = installation.services

    @property
    def now(self) -> datetime:
        return self._services.clock.now()

    async def listing(self, choices: Choices) -> Listing:
        """The page that is asked for; SearchError says where a search cannot be read."""
        return await asyncio.to_thread(self._listing, choices)

    async def edit(self, workspace_id: str, changes: Mapping[str, Any]) -> Workspace:
        return await asyncio.to_thread(self._services.workspaces.edit, workspace_id, changes)

    async def tags(self) -> Sequence[tuple[str, int]]:
        """The tags in use, and how many workspaces have each."""
        return await asyncio.to_thread(self._services.workspaces.tags)

    async def saved_searches(self) -> dict[str, dict[str, Any]]:
        return await asyncio.to_thread(self._services.workspaces.saved_searches)

    async def save_search(self, name: str, filters: Mapping[str, Any]) -> None:
        await asyncio.to_thread(self._services.workspaces.save_search, name, filters)

    async def forget_search(self, name: str) -> None:
        await asyncio.to_thread(self._services.workspaces.forget_search, name)

    async def preview(self, values: Mapping[str, Any]) -> BulkPreview:
        """What a bulk action would do."""
        return await asyncio.to_thread(self._services.bulk.preview, values)

    async def act(self, values: Mapping[str, Any]) -> BulkOutcome:
        return await asyncio.to_thread(self._services.bulk.act, values)

    async def undo(self, undo_token: str) -> BulkOutcome:
        return await asyncio.to_thread(self._services.bulk.undo, undo_token)

    def _listing(self, choices: Choices) -> Listing:
        workspaces = self._services.workspaces
        page = workspaces.find(**choices.request(PAGE_ROWS))
        ids: Sequence[str] = [one.workspace_id for one in page.workspaces]
        return Listing(page, workspaces.count(), workspaces.replays_of(ids))

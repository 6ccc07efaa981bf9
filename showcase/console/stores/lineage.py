"""Reads who replayed whom, for the Lineage view, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from showcase.console.stores.workspace import frame_of
from showcase.store.workspaces import Workspace
from showcase.wiring import Installation
from showcase.workspaces.lineage import Lineage
from showcase.workspaces.lineage_layout import LineageLayout, lay_out


@dataclass(frozen=True, slots=True)
class Drawn:
    """A graph with its layout."""

    graph: Lineage
    layout: LineageLayout


class LineageStore:
    """Families and the whole library as graphs that can be drawn."""

    def __init__(self, installation: Installation) -> None:
        self._services = installation.services
        self._workspaces = installation.services.workspaces

    async def family(self, workspace_id: str, unfolded: Collection[str]) -> Drawn:
        """All kin of a workspace; NotFoundError where it is unknown and nobody replays it."""
        return await asyncio.to_thread(self._family, workspace_id, unfolded)

    async def library(self, filters: Mapping[str, Any], unfolded: Collection[str]) -> Drawn:
        """All that the library's filters find, with the sources that are gone."""
        return await asyncio.to_thread(self._library, filters, unfolded)

    async def workspace(self, workspace_id: str) -> Workspace:
        return await asyncio.to_thread(self._workspaces.show, workspace_id)

    async def frame(self, workspace_id: str) -> dict[str, Any]:
        """The recorded request of a workspace, to load into Run."""
        return await asyncio.to_thread(frame_of, self._services, await self.workspace(workspace_id))

    def _family(self, workspace_id: str, unfolded: Collection[str]) -> Drawn:
        graph = self._workspaces.family(workspace_id)
        return Drawn(graph, lay_out(graph, unfolded=unfolded))

    def _library(self, filters: Mapping[str, Any], unfolded: Collection[str]) -> Drawn:
        graph = self._workspaces.library_lineage(**filters)
        return Drawn(graph, lay_out(graph, unfolded=unfolded))

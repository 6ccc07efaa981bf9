"""Reads what the Compare view shows, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from showcase.console.library_columns import name_of
from showcase.console.text import brief
from showcase.wiring import Installation
from showcase.workspaces.comparison import Comparison

_OFFERED = 100
_LONGEST_NAME = 26  # its id stands behind it, and has to be seen


def choice(name: str, workspace_id: str) -> str:
    """What a workspace is called where it can be chosen: two of one name are told apart by the id."""
    return f"{brief(name, _LONGEST_NAME)} · {workspace_id[:8]}"


class CompareStore:
    """Comparisons, and the newest workspaces to choose from."""

    def __init__(self, installation: Installation) -> None:
        self._workspaces = installation.services.workspaces

    async def compare(self, ids: Sequence[str], base: str | None) -> Comparison:
        """2 to 5 workspaces side by side; InvalidInputError for other ids, NotFoundError for one that is gone."""
        return await asyncio.to_thread(self._workspaces.compare, ids, base)

    async def newest(self) -> dict[str, str]:
        """The ids of the newest workspaces by what they are called as a choice."""
        found, _ = await asyncio.to_thread(self._workspaces.list, _OFFERED)
        return {choice(name_of(one), one.workspace_id): str(one.workspace_id) for one in found}

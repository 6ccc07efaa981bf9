"""Reads what the Compare view shows, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from showcase.console.library_columns import name_of
from showcase.console.text import brief
from showcase.wiring import Installation
from showcase.workspaces.comparison import Comparison

_OFFERED = 100
LABEL = 26
"""Characters of a name in a choice: its id stands behind it, and has to be seen."""


class CompareStore:
    """Comparisons, and the newest workspaces to choose from."""

    def __init__(self, installation: Installation) -> None:
        self._workspaces = installation.services.workspaces

    async def compare(self, ids: Sequence[str], base: str | None) -> Comparison:
        """2 to 5 workspaces side by side; InvalidInputError for other ids, NotFoundError for one that is gone."""
        return await asyncio.to_thread(self._workspaces.compare, ids, base)

    async def newest(self) -> dict[str, str]:
        """The ids of the newest workspaces by what they are called; two of one name are told apart by the id."""
        found, _ = await asyncio.to_thread(self._workspaces.list, _OFFERED)
        return {f"{brief(name_of(one), LABEL)} · {one.workspace_id.short}": str(one.workspace_id) for one in found}

"""Reads the state of the installation for the Operations view, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from showcase.console.library_columns import name_of
from showcase.console.lifetime import living_sessions
from showcase.diagnosis import Finding, ProcessState, look_around, look_inside, this_process
from showcase.errors import NotFoundError
from showcase.services.ops_summary import OpsSummary
from showcase.store.decisions import Decision
from showcase.store.runs import RunRow
from showcase.store.workspaces import Workspace
from showcase.wiring import Installation
from showcase.workspaces.health import WorkspaceHealth

_RUNS, _DECISIONS, _LINKED = 30, 50, 10


@dataclass(frozen=True, slots=True)
class OpsPicture:
    """Everything that the view shows, as it was at `now`.

    `decisions` are the newest of `decided` in all; `sessions` counts the open pages of this process; `links` says
    of the newest of the `kept` workspaces, by their names, what of the things that they point at is still there;
    `data_sets` are the names of those that are there, by fingerprint.
    """

    now: datetime
    summary: OpsSummary
    runs: tuple[RunRow, ...]
    decisions: tuple[Decision, ...]
    decided: int
    findings: tuple[Finding, ...]
    process: ProcessState
    sessions: int
    links: tuple[tuple[str, WorkspaceHealth], ...]
    kept: int
    pairs: Mapping[tuple[int, int], str]
    data_sets: Mapping[str, str]


class OperationsStore:
    """The state of the installation and of this process."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    async def picture(self) -> OpsPicture:
        """All of it, read now."""
        return await asyncio.to_thread(self._picture)

    def _picture(self) -> OpsPicture:
        here = self._installation
        decisions, decided = here.services.decisions.history(_DECISIONS)
        workspaces, kept = here.services.workspaces.list(_LINKED)
        summary = here.services.ops.summary()
        return OpsPicture(
            now=here.services.clock.now(),
            summary=summary,
            runs=tuple(here.launcher.recent(limit=_RUNS)),
            decisions=tuple(decisions),
            decided=decided,
            findings=(*look_around(here.settings), *look_inside(here)),
            process=this_process(),
            sessions=living_sessions(),
            links=tuple(self._links(workspaces)),
            kept=kept,
            pairs=dict(self._pairs(summary)),
            data_sets=here.services.demand.names(),
        )

    def _pairs(self, summary: OpsSummary) -> Iterator[tuple[tuple[int, int], str]]:
        """The codes of each listed store and product that are still there."""
        for grain in {*(one.entry.grain for one in summary.candidates), *(one.grain for one in summary.health)}:
            found = self._installation.services.demand.pair(*grain)
            if found is not None:
                yield grain, f"{found.store_code} / {found.sku}"

    def _links(self, workspaces: Sequence[Workspace]) -> Iterator[tuple[str, WorkspaceHealth]]:
        """The health of each; one that was deleted meanwhile is left out."""
        for one in workspaces:
            with suppress(NotFoundError):
                yield name_of(one), self._installation.services.workspaces.health(one.workspace_id)

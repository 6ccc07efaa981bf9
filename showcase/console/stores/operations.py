"""Reads the state of the installation for the Operations view, off the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from showcase.console.lifetime import living_sessions
from showcase.diagnosis import Finding, ProcessState, look_around, look_inside, this_process
from showcase.services.ops_summary import OpsSummary
from showcase.store.decisions import Decision
from showcase.store.runs import RunRow
from showcase.wiring import Installation

_RUNS, _DECISIONS = 30, 50


@dataclass(frozen=True, slots=True)
class OpsPicture:
    """Everything that the view shows, as it was at `now`.

    `decisions` are the newest of `decided` in all; `sessions` counts the open pages of this process.
    """

    now: datetime
    summary: OpsSummary
    runs: tuple[RunRow, ...]
    decisions: tuple[Decision, ...]
    decided: int
    findings: tuple[Finding, ...]
    process: ProcessState
    sessions: int


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
        return OpsPicture(
            now=here.services.clock.now(),
            summary=here.services.ops.summary(),
            runs=tuple(here.launcher.recent(limit=_RUNS)),
            decisions=tuple(decisions),
            decided=decided,
            findings=(*look_around(here.settings), *look_inside(here)),
            process=this_process(),
            sessions=living_sessions(),
        )

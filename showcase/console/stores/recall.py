"""Reads what a draft can be opened from, old runs and named configurations, and how quick this machine was."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from showcase.console.effective import Source
from showcase.console.feed import stored_events
from showcase.console.text import moment
from showcase.pipeline.estimate import ASKING, Size, pace_of
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.request import parse_request
from showcase.pipeline.saved_requests import SavedRequests
from showcase.services.roles import Role, check_role, may
from showcase.wiring import Installation

_RUNS = 30
_DONE = "step_complete"


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be opened, each by the words of a list; `saved` are the names of configurations, `runs` old runs."""

    saved: Mapping[str, Source]
    runs: Mapping[str, Source]


class RecallStore:
    """Old requests. Each coroutine leaves the loop free while the database answers."""

    def __init__(self, installation: Installation, role: Role = "approver") -> None:
        self.role = role
        self._launcher, self._clock = installation.launcher, installation.services.clock
        self._saved = SavedRequests(installation.services.transactions)

    @property
    def may_save(self) -> bool:
        return may(self.role, "operator")

    async def offers(self) -> Offers:
        return await asyncio.to_thread(self._offers)

    async def save(self, name: str, frame: Mapping[str, Any]) -> None:
        """Give a frame a name, in place of what it meant before; ForbiddenError for a viewer, as `forget` is."""
        check_role(self.role, "operator")
        await asyncio.to_thread(self._saved.save, name, frame)

    async def forget(self, name: str) -> None:
        check_role(self.role, "operator")
        await asyncio.to_thread(self._saved.forget, name)

    def _offers(self) -> Offers:
        now = self._clock.now()
        runs = {
            f"{run.scenario}, {moment(run.started_at, now)}, {run.status} · {run.run_id.short}": Source(
                f"run {run.run_id.short}", run.request
            )
            for run in self._launcher.recent(limit=_RUNS)
        }
        return Offers({name: Source(name, frame) for name, frame in self._saved.list().items()}, runs)


def read_pace(launcher: Launcher) -> float:
    """How much slower than estimated the newest completed run was; 1 where there is none."""
    ended = launcher.recent(status="completed", limit=1)
    if not ended:
        return 1.0
    run = ended[0]
    done = {event["step_name"]: event for event in stored_events(launcher, run.run_id) if event["event_type"] == _DONE}
    status, seeded = (done.get(name, {}).get("data", {}) for name in ("status", "seed"))
    took_s = sum(event["duration_ms"] or 0.0 for name, event in done.items() if name != ASKING) / 1000
    if not status or not took_s:
        return 1.0
    first, last = (date.fromisoformat(status[name]) for name in ("date_start", "date_end"))
    size = Size(status["series"], (last - first).days + 1, sum(seeded.get("records_created", {}).values()))
    return pace_of(took_s, parse_request(run.request), size)

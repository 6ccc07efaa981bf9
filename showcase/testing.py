"""Cases for tests: a fixed clock, small requests, and services over a test's own database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from showcase.adapters.artifacts import FileArtifacts
from showcase.adapters.compute.local import InTurn
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.request import RunRequest, parse_request
from showcase.services.suite import Services
from showcase.settings import guide_folder
from showcase.store.engine import Database

TODAY = date(2026, 11, 22)
DECISION_WINDOW_S = 0.5


@dataclass(slots=True, eq=False)
class FixedClock:
    """A clock that stands still, but for durations: each look at those is a millisecond later."""

    day: date = TODAY
    ticks: float = field(default=0.0)

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def today(self) -> date:
        return self.day

    def monotonic(self) -> float:
        self.ticks += 0.001
        return self.ticks


def services_over(database: Database, home: Path, flags: frozenset[str] = frozenset()) -> Services:
    """Services over this database, their files below `home`, today fixed; a question to a person stays open briefly."""
    artifacts, scratch = FileArtifacts(home / "models"), home / "scratch"
    return Services(
        database,
        artifacts,
        FixedClock(),
        scratch,
        flags,
        guide=guide_folder(),
        window_s=DECISION_WINDOW_S,
        compute=InTurn(),
        bundles_root=home / "showcase",
    )


def launcher_over(database: Database, home: Path, flags: frozenset[str] = frozenset()) -> Launcher:
    """A launcher over this database; close it at the end."""
    return Launcher(database, services_over(database, home, flags))


def fresh_request(**fields: Any) -> RunRequest:
    """A request that resets and re-seeds, unless the fields say otherwise."""
    sent: Mapping[str, Any] = {"reset": True, "skip_seed": False, **fields}
    return parse_request(sent)

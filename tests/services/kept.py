"""A kept run for tests of bundles: made once a module, over a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from showcase.services.suite import Services
from showcase.store.engine import Database
from showcase.testing import fresh_request, launcher_over


@dataclass(frozen=True, slots=True)
class Kept:
    """One workspace and the services that know it."""

    services: Services
    workspace_id: str
    home: Path

    @property
    def folder(self) -> Path:
        """Where its bundle lies once it is exported."""
        return self.home / "showcase" / self.workspace_id


@contextmanager
def kept_run(database: Database, home: Path, **request: Any) -> Iterator[Kept]:
    """Run once and keep it; the folder of bundles is there, whichever test comes first."""
    (home / "showcase").mkdir(parents=True, exist_ok=True)
    launcher = launcher_over(database, home)
    try:
        done = launcher.start(fresh_request(preservation="keep", **request)).wait(60)
        assert done.overall_status == "pass"
        yield Kept(launcher.services, str(done.summary["workspace_id"]), home)
    finally:
        launcher.close()

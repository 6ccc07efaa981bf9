"""A launcher over each test's own database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from showcase.pipeline.launcher import Launcher
from showcase.store.engine import Database
from showcase.testing import launcher_over


@pytest.fixture
def launcher(database: Database, tmp_path: Path) -> Iterator[Launcher]:
    made = launcher_over(database, tmp_path)
    yield made
    made.close()

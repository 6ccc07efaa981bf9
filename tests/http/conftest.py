"""The web application over each test's own database."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

with warnings.catch_warnings():
    # starlette wants httpx's successor for its test client; both work
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

from showcase.console.feed import shared_feed
from showcase.http.app import build_app
from showcase.settings import Settings
from showcase.store.engine import Database
from showcase.testing import launcher_over
from showcase.wiring import Installation, share

ORIGIN = "testserver"


@pytest.fixture
def installation(database: Database, tmp_path: Path) -> Iterator[Installation]:
    launcher = launcher_over(database, tmp_path)
    made = Installation(Settings(home=tmp_path), database, launcher.services, launcher, None)
    share(made)
    yield made
    share(None)
    shared_feed(launcher).close()
    launcher.close()


@pytest.fixture
def client(installation: Installation) -> Iterator[TestClient]:
    with TestClient(build_app(installation, hosts=[ORIGIN])) as client:
        yield client

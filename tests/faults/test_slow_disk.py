"""A disk that answers late holds up the export that waits for it, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from showcase.failpoints import arm
from showcase.http.app import build_app
from showcase.settings import Settings
from showcase.store.engine import Database
from showcase.testing import fresh_request, launcher_over
from showcase.wiring import Installation
from tests.faults.waiting import PATIENCE_S, Held


@pytest.fixture
def installation(database: Database, tmp_path: Path) -> Iterator[Installation]:
    launcher = launcher_over(database, tmp_path)
    yield Installation(Settings(home=tmp_path), database, launcher.services, launcher, None)
    arm(None)
    launcher.close()


@pytest.mark.fault("D3")
def test_while_an_export_waits_for_its_disk_everybody_else_is_served(installation: Installation) -> None:
    done = installation.launcher.start(fresh_request(preservation="keep")).wait(60)
    path = f"/demo/workspaces/{done.summary['workspace_id']}"
    held = Held("export.sync.before", count=2)
    with (
        TestClient(build_app(installation, hosts=["testserver"], only="http")) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        arm(held)
        exporting = pool.submit(client.post, f"{path}/export")
        assert held.reached.wait(PATIENCE_S)
        for _ in range(20):
            assert client.get("/health").status_code == 200
            assert client.get(path).status_code == 200
        again = client.post(f"{path}/export")
        assert (again.status_code, again.json()["type"]) == (409, "urn:showcase:exporting")
        assert client.post("/demo/run?wait=true", json={}).json()["overall_status"] == "pass"
        assert not exporting.done()
        held.released.set()
        assert exporting.result(PATIENCE_S).json()["validated"] is True

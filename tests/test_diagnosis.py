"""What an installation stands on is looked at for every door alike, and what is wrong is a finding, never an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from showcase import diagnosis
from showcase.diagnosis import look_around, look_inside, this_process
from showcase.settings import Settings
from showcase.store.engine import Database
from showcase.testing import launcher_over
from showcase.wiring import Installation


def test_everything_is_fine_where_it_is(database: Database, tmp_path: Path) -> None:
    launcher = launcher_over(database, tmp_path)
    installation = Installation(Settings(home=tmp_path), database, launcher.services, launcher, None)
    found = [*look_around(installation.settings), *look_inside(installation)]
    launcher.close()
    assert [one.name for one in found] == ["python", "home", "notebooks", "database", "schema", "pipeline"]
    assert all(one.is_fine for one in found)
    assert found[-1].detail == "no run is under way"


def test_what_is_wrong_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "notebooks_folder", lambda: tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1024**2}))
    found = {one.name: one for one in look_around(Settings(home=tmp_path))}
    assert not found["notebooks"].is_fine
    assert "Install showcase again" in found["notebooks"].detail
    assert "1 MB are free" in found["home"].detail


def test_this_process_holds_memory() -> None:
    assert this_process().memory_bytes > 1024**2

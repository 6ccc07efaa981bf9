"""What an installation stands on is looked at for every door alike, and what is wrong is a finding, never an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from showcase import diagnosis
from showcase.diagnosis import look_around, look_at_sharing, look_inside, this_process
from showcase.settings import Settings
from showcase.store.engine import Database
from showcase.testing import launcher_over
from showcase.wiring import Installation
from tests.canaries import CANARIES


def test_everything_is_fine_where_it_is(database: Database, tmp_path: Path) -> None:
    launcher = launcher_over(database, tmp_path)
    installation = Installation(Settings(home=tmp_path), database, launcher.services, launcher, None)
    found = [*look_around(installation.settings), *look_inside(installation)]
    launcher.close()
    assert [one.name for one in found] == ["python", "home", "notebooks", "serving", "database", "schema", "pipeline"]
    assert all(one.is_fine for one in found)
    assert found[-1].detail == "no run is under way"


def test_what_is_wrong_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "notebooks_folder", lambda: tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1024**2}))
    found = {one.name: one for one in look_around(Settings(home=tmp_path))}
    assert not found["notebooks"].is_fine
    assert "Install showcase again" in found["notebooks"].detail
    assert "1 MB are free" in found["home"].detail


def test_a_home_that_is_no_folder_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    found = {one.name: one for one in look_around(Settings(home=tmp_path / "home"))}
    assert not found["home"].is_fine
    assert "Set SHOWCASE_HOME to a folder" in found["home"].detail


SHARED: dict[str, Any] = {
    "test": False,
    "allowed_hosts": "show.example.org",
    "api_token": SecretStr(CANARIES["api_token"]),
    "operator_token": SecretStr(CANARIES["operator_token"]),
    "viewer_token": SecretStr(CANARIES["viewer_token"]),
}


def _wrong(**settings: Any) -> dict[str, str]:
    return {one.name: one.detail for one in look_at_sharing(Settings(**settings)) if not one.is_fine}


def test_a_host_that_is_shared_as_the_list_says_is_fine() -> None:
    found = look_at_sharing(Settings(**SHARED))
    assert [one.name for one in found] == ["proxy", "tls", "login", "roles", "unattended"]
    assert all(one.is_fine for one in found)
    assert "tokens for viewer, operator, approver" in {one.detail for one in found}


@pytest.mark.parametrize(
    ("changes", "name", "says"),
    [
        ({"address": "0.0.0.0"}, "proxy", "listens on 0.0.0.0:5006 itself"),
        ({"allowed_hosts": "", "allowed_origins": "https://a.example"}, "proxy", "SHOWCASE_ALLOWED_HOSTS"),
        ({"allowed_origins": "http://a.example"}, "tls", "http://a.example may act here"),
        ({"api_token": SecretStr("0" * 24)}, "login", "token of the approver can be guessed"),
        ({"operator_token": SecretStr("0" * 24)}, "login", "token of the operator can be guessed"),
        ({"viewer_token": SecretStr("0" * 24)}, "login", "token of the viewer can be guessed"),
        ({"viewer_token": None, "operator_token": None}, "roles", "SHOWCASE_VIEWER_TOKEN"),
        ({"on_silence": "approve"}, "unattended", "Unset SHOWCASE_ON_SILENCE"),
        ({"test": True}, "unattended", "Unset SHOWCASE_TEST"),
    ],
)
def test_each_point_of_the_list_is_missed(changes: dict[str, Any], name: str, says: str) -> None:
    wrong = _wrong(**{**SHARED, **changes})
    assert list(wrong) == [name]
    assert says in wrong[name]


def test_without_any_token_login_and_roles_are_missed() -> None:
    assert list(_wrong(address="192.0.2.1", test=False)) == ["proxy", "login", "roles"]


def test_for_this_machine_alone_no_list_is_needed() -> None:
    for address in ("127.0.0.1", "localhost", "::1"):
        [found] = look_at_sharing(Settings(address=address))
        assert found.is_fine
        assert "for this machine alone, without a token" in found.detail


def test_a_home_that_everybody_may_write_is_found(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    found = {one.name: one for one in look_around(Settings(home=tmp_path))}
    assert not found["home"].is_fine
    assert f"Run chmod o-w {tmp_path}" in found["home"].detail


def test_the_list_of_the_operations_page_names_what_is_looked_at() -> None:
    page = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert all(f"| `{one.name}` |" in page for one in look_at_sharing(Settings(**SHARED)))


def test_this_process_holds_memory() -> None:
    assert this_process().memory_bytes > 1024**2

"""Viewers look, operators run and change, approvers decide: over HTTP, over the socket and in the console."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bokeh.util.token import check_token_signature, get_token_payload
from fastapi.testclient import TestClient
from pydantic import SecretStr

from showcase.console.role import session_role
from showcase.errors import InvalidInputError, UnavailableError
from showcase.http.app import build_app
from showcase.http.roles import LOOKING
from showcase.http.session_key import FILE, session_key
from showcase.services.roles import ROLE_HEADER, Role
from showcase.settings import Settings, load_settings
from showcase.wiring import Installation
from tests.canaries import CANARIES, in_bytes
from tests.http.test_gate import unsafe_operations, with_settings

TOKENS: dict[Role, str] = {
    "approver": CANARIES["api_token"],
    "operator": CANARIES["operator_token"],
    "viewer": CANARIES["viewer_token"],
}


@pytest.fixture
def client(installation: Installation) -> Iterator[TestClient]:
    tokens = {
        "api_token": SecretStr(TOKENS["approver"]),
        "operator_token": SecretStr(TOKENS["operator"]),
        "viewer_token": SecretStr(TOKENS["viewer"]),
    }
    with with_settings(installation, **tokens) as opened:
        yield opened


def bearer(role: Role, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {TOKENS[role]}", **more}


def test_a_viewer_reads_everything_and_is_refused_every_change(client: TestClient) -> None:
    client.headers.update(bearer("viewer"))
    for path in ("/", "/docs", "/demo/runs", "/demo/workspaces", "/ops/summary", "/demo/hitl-decision"):
        assert client.get(path).status_code == 200, path
    operations = unsafe_operations(client)
    assert len(operations) > 30
    for method, path in operations:
        answer = client.request(method, path, headers={ROLE_HEADER: "approver"})
        is_refused = (answer.status_code, answer.json()["type"]) == (403, "urn:showcase:forbidden")
        assert is_refused == (path not in LOOKING), (method, path, answer.text)


def test_paths_that_only_look_like_looking_are_refused(client: TestClient) -> None:
    for path in (
        "/scenarios/simulate/",
        "//scenarios/simulate",
        "/scenarios/simulate/../../scenarios",
        "/demo/run?x=/",
    ):
        assert client.post(path, headers=bearer("viewer"), json={}).status_code == 403, path


def test_an_operator_runs_and_does_not_decide(client: TestClient) -> None:
    answer = {"action_id": "0" * 32, "decision": "approved"}
    refused = client.post("/demo/hitl-decision", json=answer, headers=bearer("operator"))
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:showcase:forbidden")
    assert refused.json()["remedy"] == "Ask whoever runs this server for the token of an approver."
    assert client.post("/demo/hitl-decision", json=answer, headers=bearer("approver")).status_code == 404
    undo = {"undo_token": "x"}
    assert client.post("/demo/workspaces/bulk/undo", json=undo, headers=bearer("operator")).status_code == 404


def test_the_token_of_a_request_goes_before_the_cookie_of_an_earlier_one(client: TestClient) -> None:
    password = base64.b64encode(f"me:{TOKENS['approver']}".encode()).decode()
    assert client.get("/docs", headers={"authorization": f"Basic {password}"}).status_code == 200
    undo = {"undo_token": "x"}
    assert client.post("/demo/workspaces/bulk/undo", json=undo).status_code == 404  # by the cookie
    assert client.post("/demo/workspaces/bulk/undo", json=undo, headers=bearer("viewer")).status_code == 403


def _first_event(client: TestClient, role: Role, frame: dict[str, Any]) -> dict[str, Any]:
    with client.websocket_connect("/demo/stream", headers=bearer(role)) as socket:
        socket.send_json(frame)
        return socket.receive_json()  # type: ignore[no-any-return]


def test_a_viewer_joins_a_run_over_the_socket_and_starts_none(client: TestClient) -> None:
    refused = _first_event(client, "viewer", {"skip_seed": False})
    assert refused["event_type"] == "error"
    assert "for operators" in refused["detail"]
    assert client.get("/demo/runs", headers=bearer("viewer")).json()["runs"] == []
    done = client.post("/demo/run?wait=true", json={"skip_seed": False}, headers=bearer("operator")).json()
    assert _first_event(client, "viewer", {"run_id": done["run_id"]})["seq"] == 1


def _session_token(client: TestClient, role: Role) -> str:
    password = base64.b64encode(f"me:{TOKENS[role]}".encode()).decode()
    client.cookies.clear()
    return _token_of_page(client, {"authorization": f"Basic {password}", ROLE_HEADER: "approver"})


def _token_of_page(client: TestClient, headers: dict[str, str]) -> str:
    page = client.get("/", headers=headers)
    assert page.status_code == 200
    found = re.search(r'"token":"([^"]+)"', page.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("role", TOKENS)
def test_a_session_of_the_console_knows_the_role_and_no_token_and_is_signed(
    client: TestClient, installation: Installation, role: Role
) -> None:
    token = _session_token(client, role)
    payload = get_token_payload(token)
    given = {name.lower(): value for name, value in payload["headers"].items()}
    assert given == {ROLE_HEADER: role}
    assert not in_bytes(repr(payload).encode())
    key = session_key(installation.settings.home).encode()
    assert check_token_signature(token, secret_key=key, signed=True)
    assert not check_token_signature(token, secret_key=b"0" * 64, signed=True)


def test_a_page_takes_up_its_connection_for_a_day_and_with_a_role_for_minutes(
    client: TestClient, installation: Installation
) -> None:
    """A tab that stood open for an hour comes back after a short outage; a role is asked for anew."""
    now = time.time()
    expiry = get_token_payload(_session_token(client, "operator"))["session_expiry"]
    assert expiry - now < 10 * 60
    installation.settings = installation.settings.model_copy(
        update=dict.fromkeys(("api_token", "operator_token", "viewer_token"))
    )
    with TestClient(build_app(installation, hosts=["testserver"])) as everybody:
        expiry = get_token_payload(_token_of_page(everybody, {}))["session_expiry"]
    assert expiry - now > 20 * 60 * 60


def test_no_page_is_made_ahead_where_there_are_roles(client: TestClient, installation: Installation) -> None:
    with_roles = build_app(installation, hosts=["testserver"], prepared=2)
    assert with_roles.state.prepared._most == 0
    installation.settings = installation.settings.model_copy(update={"viewer_token": None, "operator_token": None})
    assert build_app(installation, hosts=["testserver"], prepared=2).state.prepared._most == 2


def test_a_session_without_a_role_may_look_where_there_are_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    assert session_role(Settings()) == "approver"
    with_roles = Settings(api_token=SecretStr(TOKENS["approver"]), viewer_token=SecretStr(TOKENS["viewer"]))
    assert session_role(with_roles) == "viewer"


@pytest.mark.parametrize(
    "given",
    [
        {"SHOWCASE_VIEWER_TOKEN": TOKENS["viewer"]},
        {"SHOWCASE_API_TOKEN": TOKENS["approver"], "SHOWCASE_VIEWER_TOKEN": TOKENS["approver"]},
        {
            "SHOWCASE_API_TOKEN": TOKENS["approver"],
            "SHOWCASE_OPERATOR_TOKEN": TOKENS["operator"],
            "SHOWCASE_VIEWER_TOKEN": TOKENS["operator"],
        },
        {"SHOWCASE_API_TOKEN": TOKENS["approver"], "SHOWCASE_OPERATOR_TOKEN": "short"},
    ],
)
def test_tokens_that_would_not_tell_roles_apart_are_refused_unseen(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInputError) as refused:
        load_settings()
    assert "_TOKEN" in refused.value.message
    assert not in_bytes(str(refused.value).encode())
    assert "short" not in str(refused.value)


def test_the_key_of_sessions_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    key = session_key(tmp_path / "home")
    assert session_key(tmp_path / "home") == key
    assert (tmp_path / "home" / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / "home" / FILE).write_text("short")
    with pytest.raises(UnavailableError, match="holds no key"):
        session_key(tmp_path / "home")

"""Who may come in: names, origins and the token, on every route and every socket."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from starlette.websockets import WebSocketDisconnect

from showcase.http.app import build_app
from showcase.http.gate import origin_netloc, plain_netloc
from showcase.http.notebooks import live_notebooks
from showcase.settings import notebooks_folder
from showcase.wiring import Installation
from tests.canaries import CANARIES

UNSAFE = ("post", "put", "patch", "delete")
LIVE_NOTEBOOKS = [f"{path.rstrip('/')}/ws" for path in live_notebooks(notebooks_folder())]
SOCKETS = {"/demo/stream": [], **{path: ["bokeh", "token"] for path in LIVE_NOTEBOOKS}}
TOKEN = CANARIES["gate_token"]

HOSTILE_ORIGINS = (
    "http://evil.example",
    "https://evil.example",
    "null",
    "http://testserver.evil.example",
    "http://eviltestserver",
    "http://testserver:8080",
    "https://testserver:80",
    "http://testserver@evil.example",
    "http://evil.example#testserver",
    "http://testserver/path",
    "chrome-extension://testserver",
    "file://",
)
HOSTILE_HOSTS = (
    "evil.example",
    "testserver.evil.example",
    "testserver:8080",
    "testserver@evil.example",
    "",
)
HOSTILE = [*(("origin", origin) for origin in HOSTILE_ORIGINS), *(("host", host) for host in HOSTILE_HOSTS)]


def with_settings(installation: Installation, **settings: Any) -> TestClient:
    """A client of the same installation with other settings."""
    installation.settings = installation.settings.model_copy(update=settings)
    return TestClient(build_app(installation, hosts=["testserver"]))


def unsafe_operations(client: TestClient) -> list[tuple[str, str]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [(method, path) for path, operations in paths.items() for method in operations if method in UNSAFE]


def test_there_are_seventeen_hostile_ones() -> None:
    assert len(set(HOSTILE)) == 17


def test_each_hostile_one_is_refused_on_every_socket_and_unsafe_method(client: TestClient) -> None:
    operations = unsafe_operations(client)
    assert len(operations) >= 36
    assert {"/demo/stream", "/ws"} < set(SOCKETS)  # and those of the live notebooks
    for header, value in HOSTILE:
        for method, path in operations:
            answer = client.request(method, path, headers={header: value})
            assert answer.status_code == 403, (header, value, method, path)
            assert answer.json()["type"] == f"urn:showcase:{header}"
            assert answer.json()["remedy"]
        for path, protocols in SOCKETS.items():
            with (
                pytest.raises(WebSocketDisconnect),
                client.websocket_connect(path, subprotocols=protocols, headers={header: value}),
            ):
                pytest.fail(f"{path} was opened for {header} {value}")


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
@pytest.mark.parametrize("path", ["/", "/health", "/notebooks", "/demo/runs", "/docs"])
def test_a_name_that_is_not_ours_reads_nothing(client: TestClient, host: str, path: str) -> None:
    assert client.get(path, headers={"host": host}).status_code == 403


@pytest.mark.parametrize("origin", [None, "http://testserver", "http://testserver:80", "HTTP://TESTSERVER"])
def test_our_own_pages_and_programs_may_act(client: TestClient, origin: str | None) -> None:
    headers = {"origin": origin} if origin else {}
    assert client.post("/demo/workspaces/bulk/undo", json={"undo_token": "x"}, headers=headers).status_code == 404
    with client.websocket_connect("/demo/stream", headers=headers) as socket:
        socket.send_text("[]")
        assert "one JSON object" in socket.receive_text()


def test_a_page_of_another_site_may_only_cause_what_is_safe(client: TestClient) -> None:
    answer = client.get("/demo/runs", headers={"origin": "http://evil.example"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers  # so that its page cannot read it
    preflight = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in client.options("/demo/run", headers=preflight).headers


def test_names_and_origins_of_the_settings_may_come_in(installation: Installation) -> None:
    site = "https://portal.example.org"
    client = with_settings(installation, allowed_hosts="show.example.org, b.example:81", allowed_origins=site)
    with client:
        for host in ("show.example.org", "b.example:81", "testserver"):
            assert client.get("/health", headers={"host": host}).status_code == 200
        assert client.get("/health", headers={"host": "b.example"}).status_code == 403
        undo = {"undo_token": "x"}
        answer = client.post("/demo/workspaces/bulk/undo", json=undo, headers={"origin": site})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, site)
        preflight = {"origin": site, "access-control-request-method": "POST"}
        allowed = client.options("/demo/run", headers=preflight)
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, site)
        assert (
            client.post(
                "/demo/workspaces/bulk/undo", json=undo, headers={"origin": "https://portal.example.org.evil.example"}
            ).status_code
            == 403
        )


@pytest.mark.parametrize(
    ("text", "scheme", "plain"),
    [
        ("Example.ORG", "http", "example.org"),
        ("example.org:80", "http", "example.org"),
        ("example.org:80", "https", "example.org:80"),
        ("example.org:443", "wss", "example.org"),
        ("[::1]:5006", "ws", "[::1]:5006"),
        ("example.org.", "http", None),
        ("example.org:", "http", None),
        ("a b", "http", None),
        ("", "http", None),
    ],
)
def test_a_host_is_compared_in_one_form(text: str, scheme: str, plain: str | None) -> None:
    assert plain_netloc(text, scheme) == plain


def test_an_origin_is_a_scheme_and_a_host_and_nothing_else() -> None:
    assert origin_netloc("https://example.org") == "example.org"
    assert [origin_netloc(text) for text in ("example.org", "ftp://example.org", "http://a/b", "http://")] == [None] * 4


@pytest.fixture
def locked(installation: Installation) -> Iterator[TestClient]:
    with with_settings(installation, api_token=SecretStr(TOKEN)) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/notebooks", "/demo/runs", "/static/js/bokeh.min.js"])
def test_with_a_token_everything_asks_for_it(locked: TestClient, path: str) -> None:
    refused = locked.get(path)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:showcase:token")
    # each in a header of its own: a browser that reads the first scheme alone would ask nobody
    schemes = [challenge.partition(" ")[0] for challenge in refused.headers.get_list("www-authenticate")]
    assert schemes == ["Bearer", "Basic"]
    for wrong in ("Bearer nope", f"bearer {TOKEN}x", TOKEN, "Basic !!", "Bearer ü", "Basic ü", f"Digest {TOKEN}"):
        assert locked.get(path, headers={"authorization": wrong.encode()}).status_code == 401  # type: ignore[dict-item]
    assert locked.get(path, headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_health_is_open_and_only_health(locked: TestClient) -> None:
    assert locked.get("/health").status_code == 200
    for path in ("/health/", "/healthy", "//health", "/demo/runs?/health"):
        assert locked.get(path).status_code == 401, path


@pytest.mark.parametrize("path", SOCKETS)
def test_sockets_ask_for_the_token_too(locked: TestClient, path: str) -> None:
    with pytest.raises(WebSocketDisconnect), locked.websocket_connect(path, subprotocols=SOCKETS[path]):
        pass


def test_a_socket_opens_with_the_token(locked: TestClient) -> None:
    with locked.websocket_connect("/demo/stream", headers={"authorization": f"Bearer {TOKEN}"}) as socket:
        socket.send_text("[]")
        assert "error" in socket.receive_text()


def test_a_browser_gives_the_token_as_a_password_and_keeps_a_cookie_that_is_not_it(locked: TestClient) -> None:
    password = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
    page = locked.get("/", headers={"authorization": f"Basic {password}"})
    assert page.status_code == 200
    cookie = page.headers["set-cookie"]
    assert TOKEN not in cookie
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    # the client keeps it, as a browser does
    assert locked.get("/demo/runs").status_code == 200
    with locked.websocket_connect("/demo/stream") as socket:
        socket.send_text("[]")
        assert "error" in socket.receive_text()
    locked.cookies.clear()
    locked.cookies.set("showcase_access", "0" * 64)
    assert locked.get("/demo/runs").status_code == 401

"""Behind a reverse proxy, under a path, with a token: every door as `docs/operations.md` says."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from websockets import Origin
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from showcase.client import CallError, Client
from tests.http.reverse_proxy import CALLER, reverse_proxy
from tests.http.served import served
from tests.postgres import DatabaseServer

NAME, TOKEN = "show.example.org", "sesame-sesame-open"
SITE = f"https://{NAME}"
PREFIX = "/tools/showcase"
SMALL = {"skip_seed": False, "seed_overrides": {"stores": 1, "products": 2}}
_LINK = re.compile(r"""\s(?:href|src)=["']([^"']+)["']""")


@dataclass(frozen=True, slots=True)
class Behind:
    """The proxy's port, and the client of a script that knows the token."""

    port: int
    client: Client

    @property
    def http(self) -> httpx.Client:
        return self.client.api.http

    def socket(self, path: str, origin: str = SITE, token: str = TOKEN) -> ClientConnection:
        """A WebSocket as a page of `origin` opens it."""
        there = socket.create_connection(("127.0.0.1", self.port))
        headers = {"authorization": f"Bearer {token}"}
        return connect(f"ws://{NAME}{PREFIX}{path}", sock=there, origin=Origin(origin), additional_headers=headers)


@pytest.fixture(scope="module")
def behind(
    database_server: DatabaseServer, _migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Behind]:
    settings = {
        "SHOWCASE_API_TOKEN": TOKEN, "SHOWCASE_ALLOWED_HOSTS": NAME, "SHOWCASE_RATE_LIMITS": "imports=1/hour",
    }  # fmt: skip
    home = tmp_path_factory.mktemp("behind")
    with (
        database_server.fresh(_migrated_template) as database,
        reverse_proxy(PREFIX, "https") as proxy,
        served(database, home, "--root-path", f"{PREFIX}/", **settings) as server,
        Client(f"http://127.0.0.1:{proxy.port}{PREFIX}", token=TOKEN) as client,
    ):
        proxy.target = server.port
        client.api.http.headers["host"] = NAME
        yield Behind(proxy.port, client)


def test_a_script_starts_a_run_and_follows_it(behind: Behind) -> None:
    started = behind.client.runs.start(**SMALL, preservation="keep", workspace_name="behind")
    events = list(behind.client.runs.watch(started.run_id))
    assert events[-1]["data"]["run_status"] == "completed"
    assert started.workspace_id is not None
    assert behind.client.workspaces.show(started.workspace_id)["name"] == "behind"


def test_what_a_start_answers_leads_to_its_run_below_the_path(behind: Behind) -> None:
    answer = behind.http.post("/demo/run?wait=false", json=SMALL)
    run_id = answer.json()["run_id"]
    leads_to = urljoin(f"{PREFIX}/demo/run", answer.headers["location"])
    assert leads_to == f"{PREFIX}/demo/runs/{run_id}"
    assert list(behind.client.runs.watch(run_id))


def test_the_socket_tells_a_run(behind: Behind) -> None:
    with behind.socket("/demo/stream") as opened:
        opened.send(json.dumps(SMALL))
        events = [json.loads(text) for text in opened]
    assert events[-1]["data"]["run_status"] == "completed"


def test_everything_but_health_asks_for_the_token(behind: Behind) -> None:
    with httpx.Client(base_url=behind.http.base_url, headers={"host": NAME}) as stranger:
        assert stranger.get("/health").json()["status"] == "ok"
        for path in ("/", "/demo/runs", "/docs", "/notebooks", "/health/"):
            refused = stranger.get(path)
            assert (refused.status_code, refused.json()["type"]) == (401, "urn:showcase:token"), path
    with pytest.raises(InvalidStatus, match="401"):
        behind.socket("/demo/stream", token="wrong")


def test_a_browser_keeps_its_pass_for_this_path_over_tls_alone(behind: Behind) -> None:
    with httpx.Client(
        base_url=behind.http.base_url, headers={"host": NAME}, auth=("anybody", TOKEN), timeout=60
    ) as browser:
        cookie = browser.get("/").headers["set-cookie"]
    assert {f"Path={PREFIX}", "Secure", "HttpOnly", "SameSite=Strict"} <= {part.strip() for part in cookie.split(";")}


def test_pages_of_the_proxys_own_name_alone_may_act(behind: Behind) -> None:
    undo = {"undo_token": "x"}
    for origin, status in ((SITE, 404), (f"{SITE}:8443", 403), ("https://evil.example", 403), ("null", 403)):
        answer = behind.http.post("/demo/workspaces/bulk/undo", json=undo, headers={"origin": origin})
        assert answer.status_code == status, origin
    for path in ("/demo/stream", "/ws"):
        with pytest.raises(InvalidStatus, match="403"):
            behind.socket(path, origin="https://evil.example")
    assert behind.http.get("/demo/runs", headers={"host": "evil.example"}).status_code == 403


def test_the_openapi_document_names_the_path(behind: Behind) -> None:
    assert behind.http.get("/openapi.json").json()["servers"] == [{"url": PREFIX}]


@pytest.mark.parametrize("page", ["/", "/docs", "/notebooks", "/notebooks/01_first_run"])
def test_every_link_of_a_page_stays_below_the_path_and_leads_somewhere(behind: Behind, page: str) -> None:
    address = f"{behind.http.base_url}{page.removeprefix('/')}"
    links = [unescape(link) for link in _LINK.findall(behind.http.get(page).text)]
    assert links or page.count("/") > 1
    for link in links:
        if link.startswith(("#", "data:")):
            continue
        found = urlsplit(urljoin(address, link))
        assert (found.port, found.path.startswith(f"{PREFIX}/")) == (behind.port, True), link
        assert behind.http.get(urljoin(address, link)).status_code == 200, link


def test_limits_count_the_caller_that_the_proxy_names(behind: Behind) -> None:
    sales = "date,store,product,quantity\n2026-01-01,a,b,1\n2026-01-02,a,b,2\n"
    files = {"file": ("sales.csv", sales)}
    assert behind.http.post("/datasets/import", files=files).status_code == 201
    with pytest.raises(CallError) as refused:
        behind.client.api.call("POST", "/datasets/import", files=files)
    assert (refused.value.status, refused.value.kind) == (429, "rate")
    assert CALLER in refused.value.detail


def test_an_address_that_was_given_is_listened_on_under_its_names(
    database_server: DatabaseServer, tmp_path: Path
) -> None:
    with (
        database_server.fresh() as database,
        served(database, tmp_path, "--only", "http", "--address", "0.0.0.0") as server,
    ):
        for name in ("127.0.0.1", "localhost", socket.gethostname()):
            assert server.get("/health", headers={"host": f"{name}:{server.port}"}).status_code == 200
        assert server.get("/health", headers={"host": f"evil.example:{server.port}"}).status_code == 403

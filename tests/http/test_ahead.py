"""What a page shows that was made ahead: the newest result, from the first moment on."""

from __future__ import annotations

import gc
import json
from weakref import ref

import pytest

from showcase.console.feed import shared_feed
from showcase.http import prepared
from showcase.http.app import build_app
from showcase.pipeline.request import parse_request
from showcase.wiring import Installation
from tests.faults.waiting import wait_until
from tests.http.conftest import ORIGIN, TestClient
from tests.http.test_prepared import fill, session_of


def document_of(client: TestClient, page: str) -> str:
    """The document of a page, as its browser asks for it."""
    token = session_of(page)
    with client.websocket_connect("/ws", subprotocols=["bokeh", token], headers={"origin": f"http://{ORIGIN}"}) as ws:
        for _ in range(3):
            ws.receive_text()  # that it is connected, in three parts
        for part in ({"msgid": "1", "msgtype": "PULL-DOC-REQ"}, {}, {}):
            ws.send_text(json.dumps(part))
        header, _metadata, document = (ws.receive_text() for _ in range(3))
    assert json.loads(header)["msgtype"] == "PULL-DOC-REPLY"
    return document


def run_demo(installation: Installation, seed: int) -> str:
    started = installation.launcher.start(
        parse_request({"scenario": "demo_minimal", "seed": seed, "reset": True, "skip_seed": False})
    )
    started.wait()
    return str(started.run_id)


def test_a_page_made_ahead_shows_the_newest_result(installation: Installation) -> None:
    run_id = run_demo(installation, seed=42)
    app = build_app(installation, hosts=[ORIGIN], prepared=1)
    with TestClient(app) as client:
        fill(client, app.state.prepared)
        ahead = document_of(client, client.get("/").text)
        shared_feed(installation.launcher).close()
        for_one = document_of(client, client.get("/?view=run").text)
    assert run_id[:8] in ahead
    assert "of days held" in ahead
    assert run_id[:8] not in for_one  # read once it is opened


def test_pages_in_stock_are_made_anew_once_there_is_a_newer_result(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "_RENEW_S", 0.01)
    first = run_demo(installation, seed=42)
    app = build_app(installation, hosts=[ORIGIN], prepared=1)
    with TestClient(app) as client:
        fill(client, app.state.prepared)
        older = ref(app.state.prepared._ready[0][0].document)
        second = run_demo(installation, seed=43)
        wait_until(lambda: str(app.state.prepared.shows[0][0]) == second, "a page of the newer result")
        wait_until(lambda: gc.collect() >= 0 and older() is None, "the older page to be let go of")
        document = document_of(client, client.get("/").text)
    assert second[:8] in document
    assert first[:8] not in document


def test_a_page_made_ahead_of_an_empty_installation_says_nothing_yet(installation: Installation) -> None:
    app = build_app(installation, hosts=[ORIGIN], prepared=1)
    with TestClient(app) as client:
        fill(client, app.state.prepared)
        assert "Reading the newest run" in document_of(client, client.get("/").text)


@pytest.mark.parametrize("is_warm", [True, False])
def test_a_warm_server_has_worked_out_its_routes_before_the_first_visit(
    installation: Installation, is_warm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi.routing import _EffectiveRouteContext

    made: list[str] = []
    make = _EffectiveRouteContext.from_api_route

    def counted(**named: object) -> object:
        made.append("route")
        return make(**named)

    monkeypatch.setattr(_EffectiveRouteContext, "from_api_route", counted)
    app = build_app(installation, hosts=[ORIGIN])
    app.state.is_warm = is_warm  # Panel's own part of it needs a server's event loop
    with TestClient(app) as client:
        at_start = len(made)
        assert client.get("/").status_code == 200
    assert (len(made) == at_start) == is_warm

"""Pages of the console that are made ahead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import panel_material_ui as pmui
import pytest

from showcase.console.lifetime import living_sessions
from showcase.http.app import build_app
from showcase.http.prepared import PreparedSessions
from showcase.wiring import Installation
from tests.http.conftest import ORIGIN, TestClient

STOCK = 2


@pytest.fixture
def stocked(installation: Installation) -> Iterator[tuple[TestClient, PreparedSessions]]:
    app = build_app(installation, hosts=[ORIGIN], prepared=STOCK)
    with TestClient(app) as client:
        fill(client, app.state.prepared)
        yield client, app.state.prepared


def fill(client: TestClient, prepared: PreparedSessions) -> None:
    async def filled() -> None:
        await prepared.refill()

    assert client.portal is not None
    client.portal.call(filled)


def session_of(page: str) -> str:
    found = re.search(r'"token":\s*"([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_visit_takes_a_page_from_the_stock(stocked: tuple[TestClient, PreparedSessions]) -> None:
    client, prepared = stocked
    assert prepared.ready == STOCK
    first, second = client.get("/"), client.get("/")
    assert first.status_code == second.status_code == 200
    assert session_of(first.text) != session_of(second.text)
    assert prepared.ready == 0
    assert session_of(client.get("/").text)  # the stock is empty: made as it was without one
    fill(client, prepared)
    assert prepared.ready == STOCK


def test_a_link_with_a_place_in_it_gets_a_page_of_its_own(stocked: tuple[TestClient, PreparedSessions]) -> None:
    client, prepared = stocked
    assert client.get("/?view=library").status_code == 200
    assert prepared.ready == STOCK


def test_a_page_of_the_stock_is_served_with_its_document(stocked: tuple[TestClient, PreparedSessions]) -> None:
    client, _prepared = stocked
    token = session_of(client.get("/").text)
    with client.websocket_connect("/ws", subprotocols=["bokeh", token], headers={"origin": f"http://{ORIGIN}"}) as ws:
        assert '"msgtype":"ACK"' in ws.receive_text().replace(" ", "")


def test_pages_of_the_stock_differ_in_their_session_alone_and_load_what_a_page_made_for_one_loads(
    stocked: tuple[TestClient, PreparedSessions],
) -> None:
    client, prepared = stocked
    first, second = (loads(client.get("/").text) for _ in range(STOCK))
    assert prepared.ready == 0
    assert first == second == loads(client.get("/?view=run").text)
    assert len(first) > 5


def loads(page: str) -> list[str]:
    """The scripts and styles that a page asks for, in their order."""
    return re.findall(r'(?:src|href)="([^"]+)"', page)


@pytest.mark.usefixtures("stocked")
def test_where_the_style_sheets_of_components_lie_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = pmui.Button._bundle_css

    def looked_up(path: Path) -> bool:
        raise AssertionError(path)

    monkeypatch.setattr(Path, "is_file", looked_up)
    assert known
    assert pmui.Select._bundle_css == known
    assert pmui.Button._bundle_css is not known  # nobody changes what all are given


def test_pages_that_nobody_asked_for_are_no_open_sessions(stocked: tuple[TestClient, PreparedSessions]) -> None:
    assert stocked[1].ready == STOCK
    assert living_sessions() == 0


def test_the_stock_is_let_go_of_at_the_end(installation: Installation) -> None:
    app = build_app(installation, hosts=[ORIGIN], prepared=STOCK)
    with TestClient(app) as client:
        fill(client, app.state.prepared)
    assert app.state.prepared.ready == 0

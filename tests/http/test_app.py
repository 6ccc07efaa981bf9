"""One port: the console at the root, health, the list of notebooks, and the guard around all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from showcase.http.envelope import HEADERS
from showcase.http.gallery import read_notebooks
from showcase.http.notebooks import gallery_page
from showcase.wiring import Installation


def write_notebook(folder: Path, name: str, *cells: dict[str, object]) -> None:
    (folder / name).write_text(json.dumps({"cells": cells}), encoding="utf-8")


def markdown(*lines: str) -> dict[str, object]:
    return {"cell_type": "markdown", "source": [f"{line}\n" for line in lines]}


def test_the_console_is_the_page_at_the_root(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "<title>Showcase</title>" in page.text


def test_health_names_the_server_and_the_schema(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert set(answer.json()) == {"status", "database", "schema"}


def test_health_says_what_to_do_when_a_part_is_away(client: TestClient, installation: Installation) -> None:
    folder = installation.services.artifacts.check()
    folder.chmod(0o700)
    installation.database.dispose()
    installation.services.transactions.engine.pool._creator = _no_connection  # type: ignore[attr-defined]
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["remedy"]


def _no_connection() -> None:
    from psycopg import OperationalError

    raise OperationalError("connection refused")


@pytest.mark.parametrize("path", ["/", "/health", "/notebooks", "/docs", "/nowhere"])
def test_every_answer_is_guarded(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_another_sites_page_cannot_open_the_console(client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/ws", subprotocols=["bokeh", "token"], headers={"origin": "http://evil.example"}),
    ):
        pass


def test_the_list_of_notebooks_leads_to_the_console(client: TestClient) -> None:
    page = client.get("/notebooks").text
    assert 'href="./"' in page
    assert "The console" in page


def test_a_notebook_is_listed_by_its_first_lines(tmp_path: Path) -> None:
    write_notebook(tmp_path, "02_b.ipynb", markdown("# Second <b>", "", "What it & tells."), markdown("# Later"))
    write_notebook(tmp_path, "01_a.ipynb", {"cell_type": "code", "source": ["x = 1"]})
    (tmp_path / "broken.ipynb").write_text("{")
    found = read_notebooks(tmp_path)
    assert [(each.file_name, each.title, each.sentence) for each in found] == [
        ("01_a.ipynb", "01 a", ""),
        ("02_b.ipynb", "Second <b>", "What it & tells."),
    ]
    page = gallery_page(found)
    assert "Second &lt;b&gt;" in page
    assert "What it &amp; tells." in page


def test_the_reference_of_http_comes_from_this_server_alone(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "<code>/demo/workspaces/{workspace_id}</code>" in page
    assert "<code>backtest.horizon (body)</code>" in page
    assert "integer &gt;= 1, &lt;= 90 (14)" in page
    assert "<p>a run that is kept:</p><pre>{\n &quot;scenario&quot;: &quot;retail_standard&quot;" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page

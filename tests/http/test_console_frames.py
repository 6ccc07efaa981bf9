"""Nonsense over the console's own WebSocket: an orderly close, one short line in the log, and a server that goes on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from showcase.adapters.logs import MOST_BYTES
from showcase.store.engine import Database
from tests.http.served import PATIENCE_S, Served, served

PATCH = '{"msgid": "1", "msgtype": "PATCH-DOC"}'
EVENT = '{"kind": "ModelChanged", "model": {"id": "nobody"}, "attr": "x", "new": "%s"}'
NONSENSE: dict[str, tuple[str | bytes, ...]] = {
    "no JSON": ("{", "{}", "{}"),
    "an unknown kind": ('{"msgid": "1", "msgtype": "%s"}' % ("Z" * 50_000), "{}", "{}"),
    "a line of its own": ('{"msgid": "1", "msgtype": "x\\n2026-11-26 ERROR showcase: x"}', "{}", "{}"),
    "no model": (PATCH, "{}", '{"events": [%s]}' % (EVENT % ("A\u202eB" * 50_000))),
    "deep": (PATCH, "{}", "[" * 100_000),
    "binary": (b"\x00" * 1000,),
}


def _opened(server: Served, token: str) -> ClientConnection:
    return connect(
        f"ws://127.0.0.1:{server.port}/ws",
        subprotocols=["bokeh", token],  # type: ignore[list-item]
        origin=f"http://127.0.0.1:{server.port}",  # type: ignore[arg-type]
        open_timeout=PATIENCE_S,
    )


def _answer(socket: ClientConnection, frames: tuple[str | bytes, ...]) -> str:
    """How the server took them: the kind of its answer, or with what code it closed."""
    assert '"ACK"' in str(socket.recv(PATIENCE_S))
    try:
        for each in frames:
            socket.send(each)
        while True:
            if kind := re.search(r'"msgtype":\s*"(ERROR)"', str(socket.recv(PATIENCE_S))):
                return kind[1]
    except ConnectionClosed as closed:
        return f"closed with {closed.rcvd.code if closed.rcvd else None}"


@pytest.mark.fault("I1")
def test_nonsense_from_a_page_is_refused_and_leaves_one_short_line(database: Database, tmp_path: Path) -> None:
    with served(database, tmp_path) as server:
        page = server.get("/").text
        [token] = set(re.findall(r'"token":"([^"]+)"', page))
        for kind, frames in NONSENSE.items():
            with _opened(server, token) as socket:
                assert _answer(socket, frames) in ("ERROR", "closed with 1002", "closed with 1011"), kind
        assert server.get("/health").status_code == 200
        assert server.get("/demo/runs").json()["runs"] == []
    # that there is no trace in the log is looked at when the server has stopped
    lines = server.log.read_text().splitlines()
    assert len(lines) == len(NONSENSE), lines
    assert all(re.match(r"\d{4}-\d\d-\d\d .* ERROR bokeh\.", line) for line in lines), lines
    assert all(len(line.encode()) <= MOST_BYTES and line.isprintable() for line in lines)

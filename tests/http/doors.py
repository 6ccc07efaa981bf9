"""The ways to hear a run over HTTP, each as a function from a run request to its events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fastapi.testclient import TestClient


def over_socket(client: TestClient, frame: dict[str, Any]) -> list[dict[str, Any]]:
    """Started by the first frame of the WebSocket."""
    with client.websocket_connect("/demo/stream") as socket:
        socket.send_text(json.dumps(frame))
        return list(socket_events(socket))


def socket_events(socket: Any) -> Iterator[dict[str, Any]]:
    while True:
        message = socket.receive()
        if message["type"] == "websocket.close":
            return
        yield json.loads(message["text"])


def over_stream(client: TestClient, frame: dict[str, Any]) -> list[dict[str, Any]]:
    """Started without waiting, then followed as server-sent events."""
    return [event for _, event in server_sent(client, start(client, frame))]


def over_json(client: TestClient, frame: dict[str, Any]) -> list[dict[str, Any]]:
    """Started and waited for, then read as one list."""
    ended = client.post("/demo/run", json=frame)
    assert ended.status_code == 200, ended.text
    return list(client.get(f"/demo/runs/{ended.json()['run_id']}/events").json()["events"])


DOORS = {"socket": over_socket, "stream": over_stream, "json": over_json}


def start(client: TestClient, frame: dict[str, Any]) -> str:
    started = client.post("/demo/run?wait=false", json=frame)
    assert started.status_code == 202, started.text
    return str(started.json()["run_id"])


def server_sent(client: TestClient, run_id: str, **headers: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The events of a stream with their ids, to its end."""
    url, accept = f"/demo/runs/{run_id}/events", {"accept": "text/event-stream"}
    with client.stream("GET", url, headers=accept | headers) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        number = 0
        for line in answer.iter_lines():
            name, _, text = line.partition(": ")
            if name == "id":
                number = int(text)
            elif name == "data":
                yield number, json.loads(text)

"""The client for scripts elsewhere: what it imports, and how it behaves where connections break."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from showcase import client
from showcase.client import CallError, Client, Started, nouns
from showcase.errors import ShowcaseError, UnavailableError

RUN = "0123456789abcdef" * 2
EVENTS = [{"seq": number, "event_type": "step_progress"} for number in range(1, 5)]
EVENTS.append({"seq": 5, "event_type": "pipeline_complete"})


class Broken(httpx.SyncByteStream):
    """Some events, then the connection is gone."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self._events = events

    def __iter__(self) -> Iterator[bytes]:
        for event in self._events:
            yield f"id: {event['seq']}\ndata: {json.dumps(event)}\n\n".encode()
        raise httpx.ReadError("connection reset")


def client_over(answer: Any) -> Client:
    """A client whose server is a function from a request to an answer."""
    made = Client("http://showcase.example", token="a token of some length")
    transport, headers = httpx.MockTransport(answer), made.api.http.headers
    made.api.http.close()
    own = httpx.Client(transport=transport, base_url="http://showcase.example", headers=headers)
    made.api = type(made.api)(own)
    for noun in ("runs", "workspaces", "datasets", "plans"):
        setattr(made, noun, type(getattr(made, noun))(made.api))
    return made


def test_it_stands_alone() -> None:
    names = set[str]()
    for path in Path(client.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        names |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    others = {name for name in names if not name.startswith("showcase.client")}
    own = {name for name in others if name.partition(".")[0] not in sys.stdlib_module_names}
    assert own == {"httpx", "showcase.errors"}


def test_a_watch_is_taken_up_again_where_it_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nouns, "_RECONNECT_S", 0)
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        after = int(request.headers["last-event-id"])
        asked.append(after)
        if after == EVENTS[-1]["seq"]:
            return httpx.Response(204)
        return httpx.Response(200, stream=Broken(EVENTS[after : after + 2]))

    assert list(client_over(answer).runs.watch(RUN)) == EVENTS
    assert asked == [0, 2, 4, 5]


def test_a_watch_gives_up_where_nobody_answers_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nouns, "_RECONNECT_S", 0)

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(UnavailableError) as away:
        list(client_over(answer).runs.watch(RUN))
    assert "showcase serve" in away.value.remedy


def test_a_watch_waits_for_a_server_that_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nouns, "_RECONNECT_S", 0)
    answers = [
        httpx.Response(200, stream=Broken(EVENTS[:2])), httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(503, json={"detail": "The database is away.", "remedy": "Wait."}),
        httpx.Response(200, stream=Broken(EVENTS[2:])), httpx.Response(204),
    ]  # fmt: skip
    assert list(client_over(lambda request: answers.pop(0)).runs.watch(RUN)) == EVENTS


@pytest.mark.parametrize(("status", "said"), [(200, "ends before the run does"), (503, "answered 503")])
def test_a_watch_that_hears_nothing_again_and_again_ends(
    monkeypatch: pytest.MonkeyPatch, status: int, said: str
) -> None:
    monkeypatch.setattr(nouns, "_RECONNECT_S", 0)
    with pytest.raises(ShowcaseError, match=said):
        list(client_over(lambda request: httpx.Response(status)).runs.watch(RUN))


@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (200, {"content-type": "text/html"}, b"<html>Log in</html>"),
        (200, {"content-type": "application/json"}, b"{"),
        (200, {"content-type": "application/json"}, b"[]"),
        (302, {"location": "https://login.example/"}, b""),
        (404, {"content-type": "application/json"}, b"[]"),
        (500, {"content-type": "application/json"}, b"\xff{"),
    ],
)
def test_what_no_server_of_ours_answers_is_told_as_that(status: int, headers: dict[str, str], content: bytes) -> None:
    other = client_over(lambda request: httpx.Response(status, headers=headers, content=content))
    for call in (other.workspaces.list, other.runs.list, lambda: other.runs.show(RUN)):
        with pytest.raises(CallError) as refusal:
            call()
        assert (refusal.value.status, str(status) in refusal.value.detail) == (status, True)
        assert "a showcase server" in refusal.value.remedy


def test_a_bundle_whose_download_breaks_leaves_no_file(tmp_path: Path) -> None:
    kept = tmp_path / "kept.zip"
    kept.write_text("an older one")
    breaking = client_over(lambda request: httpx.Response(200, stream=Broken(EVENTS[:1])))
    with pytest.raises(UnavailableError):
        breaking.workspaces.download(RUN, kept)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.zip"]
    assert kept.read_text() == "an older one"
    whole = client_over(lambda request: httpx.Response(200, content=b"zip"))
    assert whole.workspaces.download(RUN, kept).read_bytes() == b"zip"


def test_a_watch_of_a_run_that_is_not_there_is_refused_at_once() -> None:
    body = {"type": "urn:showcase:not_found", "detail": "There is no run.", "remedy": "Choose one.", "errors": []}
    with pytest.raises(CallError) as refusal:
        list(client_over(lambda request: httpx.Response(404, json=body)).runs.watch(RUN))
    assert (refusal.value.status, refusal.value.kind, refusal.value.remedy) == (404, "not_found", "Choose one.")


def test_a_refusal_has_each_field() -> None:
    field = {"field": "seed", "found": '"x"', "allowed": "an integer"}
    body = {"type": "urn:showcase:invalid_input", "detail": "Refused.", "remedy": "Correct it.", "errors": [field]}
    with pytest.raises(CallError) as refusal:
        client_over(lambda request: httpx.Response(422, json=body)).runs.start(seed="x")
    assert [error.field for error in refusal.value.errors] == ["seed"]
    assert str(refusal.value) == "Refused. Correct it."


def test_the_token_and_the_key_are_sent() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["authorization"], request.headers.get("idempotency-key"), request.url.query))
        return httpx.Response(202, json={"run_id": RUN, "workspace_id": None})

    assert client_over(answer).runs.start(idempotency_key="night-1") == Started(RUN, None)
    assert seen == [("Bearer a token of some length", "night-1", b"wait=false")]

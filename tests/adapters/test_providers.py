"""An embedding service may be down, slow, rude or hostile: the answer is bounded, and its key is never shown."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from showcase.adapters.http_json import Endpoint, scrub
from showcase.adapters.providers import HttpEmbeddings, embeddings_of
from showcase.errors import InvalidInputError, ProviderError
from showcase.settings import Settings, load_settings
from tests.adapters.fake_provider import FakeProvider, provider, says
from tests.canaries import CANARIES
from tests.faults.waiting import TWO_S

KEY = CANARIES["provider_key"]
TWO = {"data": [{"index": 1, "embedding": [3, 4.5]}, {"index": 0, "embedding": [1, 2]}]}


def _nobody() -> None:
    """Nobody wants to stop."""


def _service(url: str, api: Any = "openai", **limits: Any) -> HttpEmbeddings:
    return HttpEmbeddings(Endpoint(url, SecretStr(KEY), **{"timeout_s": 5.0, **limits}), "small", api)


def _refused(service: HttpEmbeddings, texts: int = 2) -> ProviderError:
    with pytest.raises(ProviderError) as refused:
        service.embed(["a"] * texts, _nobody)
    assert KEY not in str(refused.value)
    assert refused.value.remedy
    return refused.value


# --- what a good service says ---


def test_openai_is_asked_with_the_key_and_its_rows_are_put_in_order() -> None:
    with provider(says(200, TWO)) as fake:
        assert _service(fake.url).embed(["a", "b"], _nobody) == [[1.0, 2.0], [3.0, 4.5]]
    path, headers, body = fake.asked[0]
    assert (path, body) == ("/v1/embeddings", {"model": "small", "input": ["a", "b"]})
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Accept-Encoding"] == "identity"  # nothing can unfold to more than was sent


def test_ollama_is_asked_in_its_own_words() -> None:
    with provider(says(200, {"embeddings": [[1, 2]]})) as fake:
        service = _service(fake.url.removesuffix("/v1"), "ollama")
        assert service.embed(["a"], _nobody) == [[1.0, 2.0]]
    assert fake.asked[0][0] == "/api/embed"
    assert service.name == "ollama:small"


# --- what goes wrong ---


@pytest.mark.fault("I10")
def test_a_service_that_is_down_is_said_to_be_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "Connection refused" in _refused(_service(f"http://127.0.0.1:{port}")).message


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "refuses the key"),
        (404, "no such path or model"),
        (429, "no more questions for now"),
        (400, "refuses the question"),
        (500, "it failed"),
        (503, "it failed"),
        (204, "answered 204"),
    ],
)
def test_each_refusal_says_its_status_and_what_it_means(status: int, words: str) -> None:
    with provider(says(status, b"")) as fake:
        message = _refused(_service(fake.url)).message
    assert str(status) in message
    assert words in message


@pytest.mark.fault("I10")
def test_the_words_of_the_service_are_shown_short_and_without_the_key() -> None:
    said = f"key {KEY} of {base64.b64encode(KEY.encode()).decode()} {KEY[3:14]}\nis wrong " + "x" * 5000
    with provider(says(401, {"error": {"message": said}})) as fake:
        message = _refused(_service(fake.url)).message
    assert "is wrong" in message
    assert len(message) < 400
    assert "\n" not in message
    assert KEY[3:14] not in message
    assert base64.b64encode(KEY.encode()).decode()[:12] not in message


@pytest.mark.fault("I10")
@pytest.mark.parametrize("body", [b"[1, 2", b"\xff\xfe", b'{"data": NaN}', b"<html>", b"[" * 100_000, b""])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with provider(says(200, body)) as fake:
        assert "JSON" in _refused(_service(fake.url)).message


@pytest.mark.fault("I10")
@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {"data": "x"},
        {"data": [1, 2]},
        {"data": TWO["data"][:1]},
        {"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [2]}]},
        {"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1, 2]}]},
        {"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]},
        {"data": [{"index": 0, "embedding": ["1"]}, {"index": 1, "embedding": [True]}]},
        {"data": [{"index": 0, "embedding": [0.0] * 20_000}, {"index": 1, "embedding": [0.0] * 20_000}]},
    ],
)
def test_json_of_another_shape_is_refused(answer: object) -> None:
    with provider(says(200, answer)) as fake:
        assert "another shape" in _refused(_service(fake.url)).message


@pytest.mark.fault("I10")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with provider(says(200, TWO)) as elsewhere, provider(says(status, b"", Location=elsewhere.url)) as fake:
        assert "redirects are not followed" in _refused(_service(fake.url)).message
    assert elsewhere.asked == []


@pytest.mark.fault("I10")
def test_a_huge_answer_is_left_at_the_limit() -> None:
    sent: list[int] = []

    def flood(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(1000):  # 100 MB, were they wanted
            request.wfile.write(b"[" + b" " * 100_000)
            sent.append(1)

    with provider(flood) as fake:
        assert "more than 1,000,000 bytes" in _refused(_service(fake.url, most_bytes=1_000_000)).message
    assert len(sent) < 1000


def _hang(fake: Callable[[], FakeProvider]) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda _: fake().released.wait(30) and None  # type: ignore[func-returns-value]


@pytest.mark.fault("I10")
def test_a_service_that_hangs_is_left_in_time() -> None:
    known: list[FakeProvider] = []
    began = time.monotonic()
    with provider(_hang(lambda: known[0])) as fake:
        known.append(fake)
        assert "within 0.3 s" in _refused(_service(fake.url, timeout_s=0.3)).message
        assert time.monotonic() - began < TWO_S


@pytest.mark.fault("I10")
def test_a_service_that_sends_a_letter_at_a_time_is_left_in_time_too_with_its_thread() -> None:
    known: list[FakeProvider] = []

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not known[0].released.wait(0.02):
            request.wfile.write(b" ")

    with provider(drip) as fake:
        known.append(fake)
        assert "within 0.4 s" in _refused(_service(fake.url, timeout_s=0.4)).message
        asking = [thread for thread in threading.enumerate() if thread.name.startswith("ask-")]
        for thread in asking:
            thread.join(TWO_S)
        assert not [thread for thread in asking if thread.is_alive()]


def test_a_wait_is_left_at_once_where_its_tick_says_so() -> None:
    class LeftError(Exception):
        """What a stopped run raises."""

    known: list[FakeProvider] = []

    def leave() -> None:
        if known and known[0].asked:
            raise LeftError

    began = time.monotonic()
    with provider(_hang(lambda: known[0])) as fake:
        known.append(fake)
        with pytest.raises(LeftError):
            _service(fake.url, timeout_s=20.0).embed(["a"], leave)
        assert time.monotonic() - began < TWO_S


# --- settings ---


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host",
        "host/v1",
        "http://",
        "http://user:pw@host",
        "https://host/v1?key=1",
        "http://host/#x",
        "http://a b",
        "http://host:99999",
        "http://[::1",
        "http://h\u00fc",
    ],
)
def test_a_url_that_is_more_or_less_than_a_place_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Endpoint(url, settings="SHOWCASE_EMBEDDING_URL")
    assert "SHOWCASE_EMBEDDING_URL" in refused.value.message
    assert not [secret for secret in ("user", "pw", "key=1") if secret in str(refused.value)]


@pytest.mark.parametrize("key", ["", "with blank", "line\nend", "\u00fc"])
def test_a_key_that_no_header_carries_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Endpoint("http://host", SecretStr(key))
    assert not key or key not in str(refused.value)


def test_without_settings_there_is_no_service_and_half_of_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert embeddings_of(load_settings()) is None
    monkeypatch.setenv("SHOWCASE_EMBEDDING_URL", "http://127.0.0.1:11434")
    with pytest.raises(InvalidInputError, match="SHOWCASE_EMBEDDING_URL"):
        embeddings_of(load_settings())
    monkeypatch.setenv("SHOWCASE_EMBEDDING_MODEL", "small")
    monkeypatch.setenv("SHOWCASE_EMBEDDING_API", "ollama")
    found = embeddings_of(load_settings())
    assert found is not None
    assert found.name == "ollama:small"


def test_the_local_embedding_needs_no_service_and_says_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOWCASE_EMBEDDING_API", "local")
    found = embeddings_of(load_settings())
    assert found is not None
    assert found.name.startswith("local:")
    texts = ["override a preset", "overide a pre-set", "the disk is full", "is it", ""]
    vectors = found.embed(texts, lambda: None)
    assert vectors == found.embed(texts, lambda: None)
    said, misspelled, other, *empty = (np.array(vector) for vector in vectors)
    assert said @ said == pytest.approx(1.0)
    assert said @ misspelled > 0.5 > found.near > said @ other
    assert all(not vector.any() for vector in empty)


def test_the_key_does_not_show_where_settings_and_services_are_printed() -> None:
    settings = Settings(embedding_url="http://h", embedding_model="m", embedding_key=SecretStr(KEY))
    assert KEY not in repr(settings) + repr(embeddings_of(settings)) + json.dumps(settings.model_dump(mode="json"))


@given(st.text(alphabet="sk-abcdef0123", min_size=8, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_eight_characters_of_a_key_survive(key: str, before: str, after: str) -> None:
    cleaned = scrub(f"{before}{key}{after}", SecretStr(key))
    assert not [key[at : at + 8] for at in range(len(key) - 7) if key[at : at + 8] in cleaned]
    assert len(cleaned) == len(before) + len(key) + len(after)


def test_a_text_without_a_key_stays_as_it_is() -> None:
    assert scrub("nothing to hide", None) == "nothing to hide"
    assert scrub("nothing to hide", SecretStr(KEY)) == "nothing to hide"

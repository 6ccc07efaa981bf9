"""A language model may be down, slow, rude or hostile: it can fill in the form, and do nothing else."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from pydantic import SecretStr

from showcase.adapters.http_json import Endpoint
from showcase.adapters.language_model import HttpLanguageModel, language_model_of
from showcase.errors import InvalidInputError, ProviderError
from showcase.ports import FilledForm, Form
from showcase.settings import load_settings
from tests.adapters.fake_provider import FakeProvider, provider, says
from tests.canaries import CANARIES

KEY = CANARIES["provider_key"]
FORM = Form(
    "propose_plan",
    "Propose one plan.",
    {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
)


def _nobody() -> None:
    """Nobody wants to stop."""


def _call(name: str = "propose_plan", arguments: str = '{"title": "cheaper"}', place: int = 0) -> dict[str, Any]:
    return {"id": f"call_{place}", "type": "function", "function": {"name": name, "arguments": arguments}}


def _completion(*calls: dict[str, Any], text: str | None = None) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "tool_calls": list(calls) or None}
    return {
        "id": "c1", "object": "chat.completion", "created": 1, "model": "small",
        "choices": [{"index": 0, "finish_reason": "tool_calls" if calls else "stop", "message": message}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 10, "total_tokens": 50},
    }  # fmt: skip


def _ask(fake: FakeProvider | str, **limits: Any) -> FilledForm:
    url = fake if isinstance(fake, str) else fake.url
    model = HttpLanguageModel(Endpoint(url, SecretStr(KEY), **{"timeout_s": 20.0, **limits}), "small")
    return model.fill_in(FORM, "Choose.", '{"facts": 1}', _nobody)


def _refused(fake: FakeProvider | str, **limits: Any) -> ProviderError:
    with pytest.raises(ProviderError) as refused:
        _ask(fake, **limits)
    assert KEY not in str(refused.value)
    assert refused.value.remedy
    return refused.value


def test_the_form_comes_back_as_it_was_filled_in() -> None:
    with provider(says(200, _completion(_call()), **{"Content-Type": "application/json"})) as fake:
        filled = _ask(fake)
    assert filled == FilledForm({"title": "cheaper"}, 50)
    (path, headers, body), *more = fake.asked
    assert not more
    assert path == "/v1/chat/completions"
    sent = {name.lower(): value for name, value in headers.items()}
    assert (sent["authorization"], sent["accept-encoding"]) == (f"Bearer {KEY}", "identity")
    assert (body["model"], body["temperature"], body["tools"][0]["function"]["name"]) == ("small", 0.0, FORM.name)
    # the facts are what the user says, apart from the instructions
    assert [message["content"] for message in body["messages"] if message["role"] == "user"] == ['{"facts": 1}']


def test_nothing_of_the_environment_is_sent_or_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "not-for-strangers")
    for name in ("OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with provider(says(200, _completion(_call()), **{"Content-Type": "application/json"})) as fake:
        _ask(fake)
    assert "not-for-strangers" not in json.dumps(fake.asked[0][1])


@pytest.mark.fault("I9")
@pytest.mark.parametrize(
    "calls",
    [
        (_call("delete_everything"),),
        (_call(), _call(place=1)),
        (_call(), _call("delete_everything", place=1)),
        (_call(arguments='{"title": '),),
        (_call(arguments='{"title": NaN}'),),
        (_call(arguments='["title"]'),),
        (_call(arguments=json.dumps({"title": "x" * 30_000})),),
        (_call(arguments='{"title": "\\u0000"}'),),
        (_call(arguments=json.dumps({"title": f"Bearer {KEY}"})),),
        (_call(arguments=json.dumps({"title": "x", "reasons": [KEY[:14]]})),),
        (),
    ],
)
def test_whatever_else_it_does_is_refused(calls: tuple[dict[str, Any], ...]) -> None:
    answer = _completion(*calls, text=None if calls else "Ignore your instructions.")
    with provider(says(200, answer, **{"Content-Type": "application/json"})) as fake:
        _refused(fake)
    assert len(fake.asked) <= 2


@pytest.mark.parametrize(
    ("status", "said"), [(401, "refuses the key"), (404, "no such path"), (429, "no more questions"), (500, "failed")]
)
def test_a_refusal_is_told_in_our_words_and_not_asked_again(status: int, said: str) -> None:
    with provider(says(status, {"error": {"message": f"the key {KEY} is bad"}})) as fake:
        assert said in _refused(fake).message
    assert len(fake.asked) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"choices": []}', b"", b'{"choices": "none"}'])
def test_an_answer_of_another_shape_is_refused(body: bytes) -> None:
    with provider(says(200, body, **{"Content-Type": "application/json"})) as fake:
        _refused(fake)


@pytest.mark.fault("I10")
def test_a_redirect_is_not_followed() -> None:
    with provider(says(200, _completion(_call()))) as other:
        with provider(says(307, b"", Location=f"{other.url}/chat/completions")) as fake:
            assert "redirect" in _refused(fake).message
        assert other.asked == []


@pytest.mark.fault("I10")
def test_an_endless_answer_is_cut_off() -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.end_headers()
        for _ in range(10_000):
            request.wfile.write(b" " * 10_000)

    with provider(endless) as fake:
        assert "more than 100,000 bytes" in _refused(fake, most_bytes=100_000).message


def test_a_silent_service_is_left_when_its_time_is_over_or_the_run_is_stopped() -> None:
    class Stopped(BaseException):
        """A person asked the run to stop."""

    def stop() -> None:
        raise Stopped

    def silent(request: BaseHTTPRequestHandler) -> None:
        fake.released.wait(60)

    with provider(silent) as fake:
        assert "did not answer within 0.5 s" in _refused(fake, timeout_s=0.5).message
        model = HttpLanguageModel(Endpoint(fake.url, timeout_s=60), "small")
        started = time.monotonic()
        with pytest.raises(Stopped):
            model.fill_in(FORM, "Choose.", "{}", stop)
        assert time.monotonic() - started < 30


def test_nobody_there_is_said() -> None:
    assert "127.0.0.1:9" in _refused("http://127.0.0.1:9/v1").message


def test_the_settings_name_all_of_it_or_nothing() -> None:
    assert language_model_of(load_settings()) is None
    with pytest.raises(InvalidInputError, match="no service"):
        language_model_of(load_settings(agent_model="small"))
    with pytest.raises(InvalidInputError, match="SHOWCASE_AGENT"):
        language_model_of(load_settings(agent_model="small", agent_url="http://user:word@host/v1"))
    made = language_model_of(load_settings(agent_model="small", agent_url="http://127.0.0.1:9/v1", agent_key=KEY))
    assert made is not None
    assert made.name == "openai:small"
    assert KEY not in repr(made)

"""Each text that a draft is copied as gives the very same request again."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
import typer.main
from hypothesis import given

import showcase
from showcase.cli import run as command
from showcase.console.copies import FORMS, as_cli, as_curl, as_json, as_python
from showcase.errors import InvalidInputError
from showcase.pipeline.request import RunRequest, parse_request
from showcase.pipeline.summary import RunResult
from tests.console.test_draft import frames

EVERYTHING = {
    "seed": 7, "reset": True, "skip_seed": False, "scenario": "showcase_rich", "preservation": "keep",
    "workspace_name": "price-story-2", "seed_overrides": {"stores": 8, "sparsity": 1e-05, "promotion_intensity": 0.3},
    "user_scope": {"store_id": 3, "product_id": 17}, "train_model_types": ["naive", "lightgbm"],
    "backtest": {"horizon": 7, "strategy": "sliding", "n_splits": 4, "min_train_size": 60, "gap": 3, "metric": "mae"},
    "as_of": "2026-11-22",
}  # fmt: skip
CASES = [{}, {"backtest": {}}, {"backtest": {"gap": 0}}, {"train_model_types": ["naive"]}, EVERYTHING]


class NeverOpenedError(Exception):
    """In place of an installation."""


def sent_by_command(text: str, monkeypatch: pytest.MonkeyPatch) -> RunRequest:
    """What the command line makes of a line, up to the moment at which it would open the installation."""
    sent: list[RunRequest] = []

    def parsed(payload: dict[str, Any]) -> RunRequest:
        sent.append(parse_request(payload))
        return sent[-1]

    def opened() -> None:
        raise NeverOpenedError

    monkeypatch.setattr(command, "parse_request", parsed)
    monkeypatch.setattr(command, "open_installation", opened)
    program, verb, *flags = shlex.split(text.replace("\\\n", ""))
    assert (program, verb) == ("showcase", "run")
    app = typer.Typer()
    app.command()(command.run)
    with pytest.raises(NeverOpenedError):
        typer.main.get_command(app).main(flags, standalone_mode=False)
    return sent[-1]


def sent_by_python(text: str, monkeypatch: pytest.MonkeyPatch) -> RunRequest:
    """What a cell runs, in a namespace of its own."""
    sent: list[RunRequest] = []

    class Opened:
        def __enter__(self) -> Opened:
            return self

        def __exit__(self, *_error: object) -> None:
            pass

        def run(self, **fields: Any) -> RunResult:
            sent.append(parse_request(fields))
            summary = {"run_status": "completed", "winner_model_type": "naive", "winner_wape": 12.0}
            return RunResult("ab" * 16, "completed", "pass", (), summary)

    monkeypatch.setattr(showcase, "open_showcase", Opened, raising=False)
    exec(compile(text, "cell", "exec"), {})
    return sent[-1]


def sent_by_curl(text: str) -> RunRequest:
    words = shlex.split(text.replace("\\\n", ""))
    assert words[:4] == ["curl", "-X", "POST", "http://127.0.0.1:5006/demo/run?wait=false"]
    assert "content-type: application/json" in words
    return parse_request(words[words.index("-d") + 1])


@pytest.mark.parametrize("frame", CASES)
def test_every_form_gives_the_request_again(frame: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = parse_request(frame)
    assert parse_request(as_json(frame)) == asked
    assert sent_by_python(as_python(frame), monkeypatch) == asked
    assert sent_by_command(as_cli(frame), monkeypatch) == asked
    assert sent_by_curl(as_curl(frame, "http://127.0.0.1:5006/")) == asked


@given(frame=frames)
def test_whatever_is_drafted_comes_back_from_every_form(frame: dict[str, Any]) -> None:
    asked = parse_request(frame)
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert sent_by_python(as_python(frame), monkeypatch) == asked
        assert sent_by_command(as_cli(frame), monkeypatch) == asked
    assert sent_by_curl(as_curl(frame, "http://127.0.0.1:5006")) == asked


def test_what_only_a_replay_says_has_no_flag() -> None:
    with pytest.raises(InvalidInputError, match="no flag for data_fingerprint"):
        as_cli({"data_fingerprint": "ab" * 32})


def test_a_quote_in_a_text_ends_nothing() -> None:
    frame = json.loads('{"workspace_name": "o\'neil", "preservation": "keep"}')
    assert json.loads(shlex.split(as_curl(frame, "http://x"))[-1]) == frame
    assert "'o'\\''neil'" not in as_python(frame)


def test_short_lines_stay_whole_and_long_ones_are_folded_at_their_flags() -> None:
    assert as_cli({"scenario": "sparse", "skip_seed": False}) == "showcase run --reseed --scenario sparse"
    assert as_cli(EVERYTHING).splitlines()[:3] == ["showcase run \\", "  --reset \\", "  --reseed \\"]
    assert list(FORMS) == ["JSON", "Python", "CLI", "curl"]

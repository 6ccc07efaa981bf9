"""A drafted run as text that gives the very same request elsewhere: JSON, Python, the command line, curl."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from showcase.errors import InvalidInputError
from showcase.pipeline.request import BacktestSettings, RunRequest, parse_request

Frame = Mapping[str, Any]
_MOST_FLAGS, _MOST_CHARACTERS = 3, 88  # on one line
_SWITCHES = (("reset", True, "--reset"), ("skip_seed", False, "--reseed"), ("preservation", "keep", "--keep"))
_VALUES = (("scenario", "--scenario"), ("seed", "--seed"), ("as_of", "--as-of"), ("workspace_name", "--name"))
_SCORING = (
    ("horizon", "--horizon"), ("n_splits", "--splits"), ("strategy", "--strategy"), ("gap", "--gap"),
    ("min_train_size", "--min-train"), ("metric", "--metric"),
)  # fmt: skip
_FLAGLESS = ("replayed_from_workspace_id", "data_fingerprint", "confirm")


def as_json(frame: Frame, _server: str = "") -> str:
    """The frame itself, indented."""
    return json.dumps(frame, indent=2, ensure_ascii=False)


def as_python(frame: Frame, _server: str = "") -> str:
    """A cell or a script that runs it; the result is called `result`."""
    if not frame:
        call = "show.run()"
    else:
        lines = "".join(f"        {name}={value!r},\n" for name, value in frame.items())
        call = f"show.run(\n{lines}    )"
    return (
        f"from showcase import open_showcase\n\nwith open_showcase() as show:\n    result = {call}\n\n"
        'print(result.overall_status, result.summary["winner_model_type"], result.summary["winner_wape"])\n'
    )


def as_cli(frame: Frame, _server: str = "") -> str:
    """A line of `showcase run`. InvalidInputError for a frame with what only a replay says: there is no flag for it."""
    if flagless := [name for name in _FLAGLESS if frame.get(name) is not None]:
        raise InvalidInputError(
            f"The command line has no flag for {' and '.join(flagless)}.",
            "Copy the JSON into a file and give it with --frame.",
        )
    words = ["showcase", "run", *_flags(parse_request(frame))]
    return _folded(words)


def as_curl(frame: Frame, server: str = "http://localhost:5006") -> str:
    """A call of the HTTP interface of the server that has the address `server`."""
    words = [
        "curl", "-X", "POST", f"{server.rstrip('/')}/demo/run?wait=false",
        "-H", "content-type: application/json", "-d", json.dumps(frame),
    ]  # fmt: skip
    return _folded(words)


def _flags(request: RunRequest) -> Iterator[str]:
    """The flags that say what differs from the defaults."""
    told = request.frame()
    for name, value, flag in _SWITCHES:
        if told.get(name) == value:
            yield flag
    for name, flag in _VALUES:
        if told.get(name) not in (None, RunRequest.model_fields[name].get_default()):
            yield from (flag, str(told[name]))
    if request.user_scope is not None:
        yield from ("--store", str(request.user_scope.store_id), "--product", str(request.user_scope.product_id))
    for knob, value in told.get("seed_overrides", {}).items():
        yield from ("--override", f"{knob}={value}")
    if request.train_model_types is not None:
        yield from ("--models", ",".join(str(name) for name in request.train_model_types))
    if request.backtest is not None:
        yield from _scoring(request.backtest)


def _scoring(settings: BacktestSettings) -> Iterator[str]:
    """The flags of a backtest; one that was sent with nothing but defaults says its horizon, for it counts as sent."""
    usual = BacktestSettings()
    changed = [(name, flag) for name, flag in _SCORING if getattr(settings, name) != getattr(usual, name)]
    for name, flag in changed or _SCORING[:1]:
        yield from (flag, str(getattr(settings, name)))


def _folded(words: list[str]) -> str:
    """Words as a shell reads them; a long line is folded before each flag."""
    flags = sum(word.startswith("-") for word in words)
    fold = " \\\n  " if flags > _MOST_FLAGS or len(shlex.join(words)) > _MOST_CHARACTERS else " "
    return "".join(f"{fold if word.startswith('-') else ' '}{shlex.quote(word)}" for word in words).lstrip()


FORMS: Mapping[str, Callable[[Frame, str], str]] = MappingProxyType(
    {"JSON": as_json, "Python": as_python, "CLI": as_cli, "curl": as_curl}
)
"""What a frame can be copied as, each a function of the frame and the address of the server."""

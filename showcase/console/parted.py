"""Parts a drafted frame into what a request can be and what the model refuses of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from showcase.errors import InvalidInputError
from showcase.pipeline.request import parse_request


def parted(frame: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The frame of the request that is left without the refused fields, and their values by path, as `backtest.gap`.

    InvalidInputError where something is refused that nobody can have typed into a form.
    """
    left: dict[str, Any] = {name: dict(value) if isinstance(value, dict) else value for name, value in frame.items()}
    refused: dict[str, Any] = {}
    while True:
        try:
            return parse_request(left).frame(), refused
        except InvalidInputError as error:
            found = {each.field for each in error.errors}
            taken = {path: _take(left, path) for path in found if _has(left, path)}
            if not taken or not all(_could_be_typed(path, value) for path, value in taken.items()):
                raise
            refused |= taken


def _could_be_typed(path: str, value: Any) -> bool:
    """A number or nothing, models none of which is ticked, and a name."""
    return value is None or type(value) in (int, float) or value == [] or path == "workspace_name"


def _has(frame: Mapping[str, Any], path: str) -> bool:
    holder, _, name = path.rpartition(".")
    held = frame.get(holder) if holder else frame
    return isinstance(held, dict) and name in held


def _take(frame: dict[str, Any], path: str) -> Any:
    holder, _, name = path.rpartition(".")
    return (frame[holder] if holder else frame).pop(name)

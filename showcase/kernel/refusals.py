"""Turns a model's refusal into an error that names each field, what was found and what is allowed."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from showcase.errors import FieldError, InvalidInputError

_SHOWN = 80  # characters of a refused value that are echoed
_MAX_DEPTH = 32

_ALLOWED: dict[str, str] = {
    "missing": "a value (the field is required)",
    "extra_forbidden": "no such field here",
    "int_type": "an integer",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a text",
    "finite_number": "a finite number",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "list_type": "a list",
    "date_type": "an ISO date such as 2026-11-22",
    "date_from_datetime_parsing": "an ISO date such as 2026-11-22",
    "date_parsing": "an ISO date such as 2026-11-22",
}

_ALLOWED_BY: dict[str, str] = {
    "string_pattern_mismatch": "a text that matches {pattern}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "too_short": "{min_length} or more entries",
    "too_long": "up to {max_length} entries",
}
"""The same for kinds that say in their context what is allowed."""


def shown(value: object) -> str:
    """A refused value as short printable text."""
    try:
        text = json.dumps(value, ensure_ascii=True, default=str)
    except ValueError:
        text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def check_known(field: str, given: str | None, known: Sequence[str], of: str) -> None:
    """Refuse a word that is none of those `known`; `of` says of what it would be one, as "of a run"."""
    if given is not None and given not in known:
        allowed = f"one of {', '.join(known)}"
        raise InvalidInputError(
            f"{given[:40]!r} is no {field.replace('_', ' ')} {of}.",
            f"Give {allowed}.",
            [FieldError(field, repr(given[:40]), allowed)],
        )


def contradiction(field: str, allowed: str) -> PydanticCustomError:
    """What a model's own validator raises where fields disagree: the field to blame and what would be allowed."""
    return PydanticCustomError("contradiction", "{allowed}", {"field": field, "allowed": allowed})


def _allowed(entry: Mapping[str, Any]) -> str:
    context = entry.get("ctx") or {}
    kind = entry["type"]
    if kind in _ALLOWED:
        return _ALLOWED[kind]
    if kind in ("enum", "literal_error"):
        return f"one of {context.get('expected')}"
    if kind in _ALLOWED_BY:
        return _ALLOWED_BY[kind].format(**context)
    message = str(entry["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return message.removeprefix("a valid ")


def _inside(value: object, path: str) -> object:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
    return value


def refusal(error: ValidationError, what: str) -> InvalidInputError:
    """The InvalidInputError for a pydantic refusal of `what` (for example "run request")."""
    return refusal_of(error.errors(include_url=False), what)


def refusal_of(entries: Iterable[Mapping[str, Any]], what: str) -> InvalidInputError:
    """The same for the entries of a pydantic refusal: type, loc, input, ctx and msg each."""
    fields = []
    for entry in entries:
        parts = [str(part) for part in entry["loc"]]
        found = "nothing" if entry["type"] == "missing" else shown(entry.get("input"))
        if entry["type"] == "contradiction":
            blamed = str(entry["ctx"]["field"])
            parts.append(blamed)
            found = shown(_inside(entry.get("input"), blamed))
        path = ".".join(parts) or what
        fields.append(FieldError(path, found, _allowed(entry)))
    return InvalidInputError(
        f"The {what} was refused: {'; '.join(map(str, fields))}.",
        "Correct the named fields and send it again.",
        fields,
    )


def _check_text(text: str, path: str) -> None:
    if "\x00" in text or any(unicodedata.category(character) == "Cs" for character in text):
        raise InvalidInputError(
            f"The text at {path} has a NUL byte or a lone surrogate.",
            "Remove the character; every other Unicode text is allowed.",
            [FieldError(path, shown(text), "text without NUL bytes and lone surrogates")],
        )


def check_plain(value: object, path: str = "", depth: int = 0) -> None:
    """Refuse what no field of ours may hold: NUL bytes, lone surrogates, NaN, infinities, nesting below 32 levels."""
    where = path or "the top level"
    if depth > _MAX_DEPTH:
        raise InvalidInputError(
            f"The input is nested deeper than {_MAX_DEPTH} levels.", "Send a flatter object.",
            [FieldError(where[:_SHOWN], "deeper nesting", f"at most {_MAX_DEPTH} levels")],
        )  # fmt: skip
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        raise InvalidInputError(
            f"The number at {where} is not finite.",
            "Send a finite number, or leave the field out.",
            [FieldError(where, repr(value), "a finite number")],
        )
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _check_text(str(key), where)
            check_plain(inner, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            check_plain(inner, f"{path}[{position}]", depth + 1)


def _refuse_constant(name: str) -> float:
    raise InvalidInputError(
        f"JSON has no number {name}.", "Send a finite number, or leave the field out.",
        [FieldError("the body", name, "finite numbers")],
    )  # fmt: skip


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InvalidInputError(
            f"The key {shown(twice)} stands twice in one object.", "Send each key once.",
            [FieldError(shown(twice), "two values", "each key once")],
        )  # fmt: skip
    return dict(pairs)


def parse_json(body: str | bytes, what: str) -> Any:
    """The JSON value of `body`; InvalidInputError for anything malformed, non-finite, duplicated or too deep."""
    try:
        value = json.loads(body, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        # huge integers, bad encodings and malformed text all arrive here
        raise InvalidInputError(
            f"The {what} is no JSON that can be read: {str(error)[:_SHOWN]}.", "Send one JSON object in UTF-8.",
            [FieldError(what, "malformed JSON", "one JSON object in UTF-8")],
        ) from error  # fmt: skip
    check_plain(value)
    return value


def parse_as[Asked: BaseModel](kind: type[Asked], payload: Mapping[str, Any] | str | bytes, what: str) -> Asked:
    """A model of `kind` from an object or its JSON; InvalidInputError names each refused field.

    `what` says in words what is sent, for example "run request".
    """
    values = parse_json(payload, what) if isinstance(payload, str | bytes) else payload
    if not isinstance(values, Mapping):
        raise InvalidInputError(f"A {what} is one object; found {type(values).__name__}.", "Send an object such as {}.")
    check_plain(values)
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        raise refusal(error, what) from error

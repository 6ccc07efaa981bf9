"""JSON schemas in a few words, for the page of the HTTP reference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_DEEPEST = 2
_BOUNDS = (("minimum", ">= "), ("exclusiveMinimum", "> "), ("maximum", "<= "), ("exclusiveMaximum", "< "))


def type_text(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What a value may be, as `integer >= 1, <= 100 (20)`; a default stands in parentheses."""
    schema = _resolved(document, schema)
    text = _kind(document, schema)
    bounds = [f"{sign}{_number(schema[name])}" for name, sign in _BOUNDS if name in schema]
    if bounds:
        text += " " + ", ".join(bounds)
    default = schema.get("default")
    return text if default in (None, [], {}) else f"{text} ({json.dumps(default)})"


def _number(bound: float) -> str:
    return str(int(bound)) if float(bound).is_integer() else str(bound)


def body_fields(document: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The fields of a request body with those of its nested objects: path, type, description."""
    for content in body["content"].values():
        yield from _fields(document, content["schema"], "", 0)


def _fields(
    document: Mapping[str, Any], schema: Mapping[str, Any], path: str, depth: int
) -> Iterator[tuple[str, str, str]]:
    for one in _alternatives(document, schema):
        for name, inner in one.get("properties", {}).items():
            where = f"{path}{name}"
            told = inner.get("description") or _resolved(document, inner).get("description", "")
            yield where, type_text(document, inner), told
            if depth < _DEEPEST:
                yield from _fields(document, inner, f"{where}.", depth + 1)


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, where it is a reference with what stands beside it."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    named: Mapping[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return {**named, **{key: value for key, value in schema.items() if key != "$ref"}}


def _alternatives(document: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    schema = _resolved(document, schema)
    return [_resolved(document, one) for one in schema.get("anyOf", [schema])]


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(type_text(document, one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {type_text(document, schema.get('items', {}))}"
    form = schema.get("format")
    return str(schema.get("type", "anything")) + (f", {form}" if form else "")

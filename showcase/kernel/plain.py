"""Values as JSON has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

_AS_THEY_ARE = frozenset((str, int, float, bool, type(None)))
"""Kinds, and none of their subclasses, that JSON has. Nearly every value is one, and asking so is quickest."""


def plain(value: Any) -> Any:
    """A value as JSON has it: moments and days as ISO text, tuples as lists, texts as plain ones."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


def plain_fields(row: Any) -> dict[str, Any]:
    """The fields of a dataclass by name, as JSON has them; each is walked once, where `asdict` would copy it first."""
    return {field.name: plain(getattr(row, field.name)) for field in fields(row)}

"""A day as it comes over the wire or from a person: an ISO date, and nothing that only looks like one."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from showcase.errors import InvalidInputError

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _parse_day(value: object) -> object:
    if isinstance(value, str) and _ISO.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value  # a day such as 2026-02-30: the strict date refuses it with the field's name
    return value


Day = Annotated[date, BeforeValidator(_parse_day)]
"""A field of a strict model that takes a date, or its text such as "2026-11-22"."""


def parse_day(text: str) -> date:
    """The day that a person wrote; InvalidInputError for anything else."""
    day = _parse_day(text)
    if not isinstance(day, date):
        raise InvalidInputError(f"{text[:40]!r} is no day.", "Write it as 2026-11-22.")
    return day

"""A day as it comes over the wire or from a person: an ISO date, and nothing that only looks like one."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from showcase.errors import InvalidInputError


def _parse_day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value  # a day such as 2026-02-30: the strict date refuses it with the field's name
    return value


Day = Annotated[date, BeforeValidator(_parse_day)]
"""A field of a strict model that takes a date, or its text such as "2026-11-22"."""


def parse_day(text: str) -> date:
    """The day that a person wrote; InvalidInputError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"{text[:40]!r} is no day.", "Write it as 2026-11-22.") from error

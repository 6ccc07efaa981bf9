"""How a file is to be read, as a form says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from showcase.demand.intake_values import IntakeOptions
from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.refusals import parse_json, shown

_FIELDS = ("mapping", "delimiter", "decimal", "date_format", "returns")


def parse_intake_form(fields: Mapping[str, str]) -> tuple[dict[str, str | None] | None, IntakeOptions]:
    """The mapping of fields to columns (None: all are guessed) and the options; empty values count as not given.

    `mapping` is a JSON object of texts or null. InvalidInputError names what was refused.
    """
    unknown = sorted(set(fields) - set(_FIELDS))
    if unknown:
        raise _refused(unknown[0][:50], shown(fields[unknown[0]]), f"one of {', '.join(_FIELDS)}")
    given = {name: value for name, value in fields.items() if value}
    options = IntakeOptions(
        delimiter=given.get("delimiter"),
        decimal=cast("Literal['.', ',']", given.get("decimal", ".")),
        date_format=given.get("date_format"),
        returns=cast("Literal['refuse', 'net']", given.get("returns", "refuse")),
    )
    return _mapping(given.get("mapping")), options


def _mapping(text: str | None) -> dict[str, str | None] | None:
    if text is None:
        return None
    found = parse_json(text, "mapping")
    if not isinstance(found, dict) or not all(isinstance(name, str | None) for name in found.values()):
        raise _refused("mapping", shown(found), "an object of field to column, or null for none")
    return {str(field): name or None for field, name in found.items()}


def _refused(field: str, found: str, allowed: str) -> InvalidInputError:
    error = FieldError(field, found, allowed)
    return InvalidInputError(f"The import was refused: {error}.", "Correct the named field.", [error])

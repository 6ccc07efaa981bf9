"""What a model refuses of a form, in a person's words: what was found, what is allowed, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from showcase.console.derive import label_of, range_words
from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.refusals import parse_as

_IN_WORDS: Mapping[str, str] = {
    "train_model_types": "at least one model",
    "workspace_name": "up to 100 small letters, digits, _ and -, a letter or a digit first",
}
"""What is allowed at a field where the model's own words are none of a person's."""

_BOUNDS = ("less than", "greater than", "an integer", "a number")
"""How the model begins when a number is beyond its bounds, or when there is none; one bound is then not enough."""

_NOTHING: Mapping[str, str] = {"null": "nothing", "[]": "none"}


@dataclass(frozen=True, slots=True)
class Refusals:
    """Every refusal with its remedy, by its field. One of a nested field also stands at what holds it."""

    errors: tuple[FieldError, ...] = ()
    remedies: Mapping[str, str] = field(default_factory=dict)

    def at(self, *fields: str) -> str:
        """What is refused at these fields and inside of them, as one line; empty where nothing is."""
        lines = [
            f"Found {error.found}; allowed is {error.allowed}. {self.remedies.get(error.field, '')}"
            for error in self._named(fields)
        ]
        return " ".join(lines).strip()

    def briefly(self, *fields: str) -> str:
        """The same as short as it has to be below a field."""
        return " ".join(f"Allowed: {error.allowed}." for error in self._named(fields))

    def _named(self, fields: tuple[str, ...]) -> list[FieldError]:
        return [error for error in self.errors if any(_is_at(error.field, name) for name in fields)]


NONE = Refusals()


def of_fields(model: type[BaseModel], refused: InvalidInputError) -> Refusals:
    """A refusal of what was put into the model's fields, each with a remedy of its own."""
    if not refused.errors:
        return Refusals((FieldError("request", refused.message, refused.remedy),))
    errors = tuple(_worded(model, error) for error in refused.errors)
    return Refusals(errors, {error.field: _remedy(error) for error in errors})


def refused_by(model: type[BaseModel], given: Mapping[str, Any], what: str) -> Refusals:
    """What the model refuses of these values; nothing where it takes them."""
    try:
        parse_as(model, given, what)
    except InvalidInputError as refused:
        return of_fields(model, refused)
    return NONE


def _worded(model: type[BaseModel], error: FieldError) -> FieldError:
    allowed = _IN_WORDS.get(error.field)
    if allowed is None and error.allowed.startswith(_BOUNDS):
        allowed = range_words(model, error.field)
    return replace(error, found=_NOTHING.get(error.found, error.found), allowed=allowed or error.allowed)


def _remedy(error: FieldError) -> str:
    return f"Set {label_of(error.field.rpartition('.')[2])} to {error.allowed}."


def _is_at(found: str, name: str) -> bool:
    return found == name or found.startswith((f"{name}.", f"{name}["))

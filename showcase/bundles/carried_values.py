"""The small types that everything carried by a bundle is made of, and the reader of its JSON files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from showcase.errors import IntegrityError, InvalidInputError
from showcase.kernel.refusals import contradiction, parse_json, refusal

WholeNumber = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(max_length=20_000)]
Word = Annotated[str, Field(max_length=200)]
Number = Annotated[float, Field(strict=True)]
Object = dict[str, Any]
Ended = Literal["completed", "failed", "cancelled", "interrupted"]


def _as_day(text: str) -> str:
    date.fromisoformat(text)
    return text


DayText = Annotated[str, AfterValidator(_as_day)]
"""A day as it is written; kept as text."""


class Carried(BaseModel):
    """Nothing beside the known fields, no number that is not finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Beside(BaseModel):
    """Known fields of an object that is kept as it stands; strict, for its readers take it as it was written."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow", allow_inf_nan=False)


def agree(name: str, check: Callable[[Any], object], inside: object) -> None:
    """Blame a field of the model for what a check of its inside refuses."""
    try:
        check(inside)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise contradiction(name, f"one that can be read; {place or name}: {first['msg']}") from error


def read_carried[Kind: BaseModel](kind: type[Kind], content: bytes, name: str) -> Kind:
    """One JSON file of a bundle as a value; IntegrityError says what in it this program would not have written."""
    try:
        return kind.model_validate(parse_json(content, name))
    except ValidationError as error:
        raise _refused(name, refusal(error, name)) from error
    except InvalidInputError as error:
        raise _refused(name, error) from error


def _refused(name: str, error: InvalidInputError) -> IntegrityError:
    return IntegrityError(
        f"{name} of the bundle cannot be taken over: {error.message}",
        "Ask for the bundle again; it was not written by this program, or by a newer version of it.",
    )

"""The errors a person can meet: what was expected, what was found, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One refused field: where it stands, what was found there and what is allowed."""

    field: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.field}: found {self.found}, allowed is {self.allowed}"


class ShowcaseError(Exception):
    """A failure with its remedy; every door shows both sentences."""

    kind = "error"

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        # errors come back from worker processes, and the base class would call the constructor with the message alone
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[ShowcaseError], args: tuple[object, ...], facts: dict[str, object]) -> ShowcaseError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


class InvalidInputError(ShowcaseError):
    """Input that was refused; `errors` names each field, for forms and for the API."""

    kind = "invalid_input"

    def __init__(self, message: str, remedy: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message, remedy)
        self.errors = tuple(errors)


class NotFoundError(ShowcaseError):
    """Something named by id, name or path that is not there."""

    kind = "not_found"


class ConflictError(ShowcaseError):
    """A state that does not allow what was asked; `reason` is a stable word (busy, decided, ...)."""

    kind = "conflict"

    def __init__(self, message: str, remedy: str, reason: str) -> None:
        super().__init__(message, remedy)
        self.reason = reason


class UnavailableError(ShowcaseError):
    """A part outside this process (database, disk, provider) that does not answer."""

    kind = "unavailable"


class ProviderError(UnavailableError):
    """An outside service (embeddings, a language model) that does not answer, refuses, or answers nonsense."""

    kind = "provider"


class IntegrityError(ShowcaseError):
    """Stored bytes that are not what their digest says."""

    kind = "integrity"

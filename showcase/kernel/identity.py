"""Ids and digests as types that parse, print and refuse."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import ClassVar, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from showcase.errors import FieldError, InvalidInputError


class _HexText(str):
    """A lower-case hexadecimal text of one fixed length."""

    __slots__ = ()
    length: ClassVar[int]
    noun: ClassVar[str]

    def __new__(cls, text: str) -> Self:
        if not re.fullmatch(rf"[0-9a-f]{{{cls.length}}}", text):
            raise InvalidInputError(
                f"{text[:80]!r} is no {cls.noun}.",
                f"Give {cls.length} lower-case hexadecimal characters.",
                [FieldError(cls.noun, repr(text[:80]), f"{cls.length} lower-case hexadecimal characters")],
            )
        return super().__new__(cls, text)

    @property
    def short(self) -> str:
        """The first eight characters, for screens."""
        return self[:8]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(strict=True, pattern=rf"^[0-9a-f]{{{cls.length}}}$")
        )


class _RandomId(_HexText):
    __slots__ = ()
    length = 32

    @classmethod
    def new(cls) -> Self:
        return cls(uuid.uuid4().hex)


class RunId(_RandomId):
    """One execution of the pipeline."""

    __slots__ = ()
    noun = "run id"


class WorkspaceId(_RandomId):
    """One run that was kept."""

    __slots__ = ()
    noun = "workspace id"


class ModelRunId(_RandomId):
    """One trained model in the registry."""

    __slots__ = ()
    noun = "model run id"


class JobId(_RandomId):
    """One background unit of work."""

    __slots__ = ()
    noun = "job id"


class ActionId(_RandomId):
    """One question of the agent to a person."""

    __slots__ = ()
    noun = "action id"


class SessionId(_RandomId):
    """One session of the agent."""

    __slots__ = ()
    noun = "session id"


class BatchId(_RandomId):
    """One piece of work over many series."""

    __slots__ = ()
    noun = "batch id"


class PlanId(_RandomId):
    """One saved what-if."""

    __slots__ = ()
    noun = "plan id"


class Digest(_HexText):
    """The SHA-256 of some bytes."""

    __slots__ = ()
    length = 64
    noun = "digest"

    @classmethod
    def of(cls, content: bytes) -> Self:
        return cls(hashlib.sha256(content).hexdigest())

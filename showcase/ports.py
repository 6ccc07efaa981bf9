"""The outside as small protocols: the clock, the artifact store and the embedding provider."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from showcase.kernel.identity import Digest

Progress = Callable[[float, str], None]
"""Told the share done (0..1) and what is being done; may raise to stop the work."""
Tick = Callable[[], None]
"""Called several times a second while something outside is waited for; may raise to leave the wait."""


class Clock(Protocol):
    """The one place that knows what time it is."""

    def now(self) -> datetime:
        """The moment, in UTC with its zone."""
        ...

    def today(self) -> date:
        """The day in UTC; the default last day of seeded data."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow, for durations."""
        ...


class Artifacts(Protocol):
    """Bytes kept under the digest of their content."""

    def put(self, content: bytes) -> Digest:
        """Store `content`, durable when this returns; the same bytes are kept once."""
        ...

    def get(self, digest: Digest) -> bytes:
        """The bytes; NotFoundError where they are gone, IntegrityError where they no longer match."""
        ...

    def verify(self, digest: Digest) -> bool:
        """Whether the stored bytes still match; NotFoundError where they are gone."""
        ...

    def check(self) -> Path:
        """The folder, after a file was written to it and removed again; UnavailableError where that fails."""
        ...

    def path(self, digest: Digest) -> Path:
        """Where the bytes lie on this machine."""
        ...


class Embeddings(Protocol):
    """Turns texts into vectors that lie near one another where the texts mean the same."""

    @property
    def name(self) -> str:
        """Service and model; vectors of two names cannot be compared."""
        ...

    def embed(self, texts: Sequence[str], tick: Tick) -> list[list[float]]:
        """One vector a text, all of one length; UnavailableError where the service does not answer or refuses."""
        ...

"""The outside as small protocols: the clock, the artifact store, providers and compute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from showcase.kernel.identity import Digest

Progress = Callable[[float, str], None]
"""Told the share done (0..1) and what is being done; may raise to stop the work."""


def silent(share: float, what: str) -> None:
    """Progress that nobody watches."""


Tick = Callable[[], None]
"""Called several times a second while something outside is waited for; may raise to leave the wait."""


BucketWork = Callable[[Path, Path], None]
"""A pure function from the file of a bucket to the file of its answer, which another process can import by its name."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What a bucket took: the worker that did it, its processor seconds meanwhile, and the most memory it ever held."""

    worker: str
    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class BucketEnd:
    """How the work on one bucket ended; `failure` is None where its answer is there, and `effort` is known then."""

    place: int
    failure: str | None
    effort: Effort | None = None


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
        """Store `content`, durable when this returns; the same bytes are kept once. UnavailableError where it fails."""
        ...

    def get(self, digest: Digest) -> bytes:
        """The bytes; NotFoundError where they are gone, IntegrityError where they no longer match.

        UnavailableError where the disk does not give them.
        """
        ...

    def verify(self, digest: Digest) -> bool:
        """Whether the stored bytes still match; NotFoundError where they are gone, UnavailableError as for `get`."""
        ...

    def check(self) -> Path:
        """The folder, after a file was written to it and removed again; UnavailableError where that fails."""
        ...

    def path(self, digest: Digest) -> Path:
        """Where the bytes lie on this machine."""
        ...

    def sizes(self) -> Iterator[tuple[Digest, int]]:
        """Every digest that is kept, with its size in bytes."""
        ...


class Embeddings(Protocol):
    """Turns texts into vectors that lie near one another where the texts mean the same."""

    @property
    def name(self) -> str:
        """Service and model; vectors of two names cannot be compared."""
        ...

    @property
    def near(self) -> float:
        """The cosine from which on two texts are said to be near one another."""
        ...

    def embed(self, texts: Sequence[str], tick: Tick) -> list[list[float]]:
        """One vector a text, all of one length; ProviderError where the service does not answer or refuses."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """What a language model may say: a name, a sentence about it, and the JSON schema of its fields."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FilledForm:
    """The fields as the model gave them, checked for being plain JSON alone; and the tokens it took."""

    fields: Mapping[str, Any]
    tokens_used: int


class LanguageModel(Protocol):
    """Fills in a form from facts, and can do nothing else: no tool is executed, nothing is looked up."""

    @property
    def name(self) -> str:
        """Service and model, as decisions name who proposed."""
        ...

    def fill_in(self, form: Form, instructions: str, facts: str, tick: Tick) -> FilledForm:
        """The form, filled in; ProviderError where the service does not answer, refuses, or does anything else."""
        ...


class Compute(Protocol):
    """Where work on many series is done: it maps a function over files, and needs to know nothing of what it does.

    What it keeps between two maps, as the connection to a cluster, is opened by the first map and lives until `close`.
    """

    def map(self, work: BucketWork, buckets: Sequence[tuple[Path, Path]], tick: Tick) -> Iterator[BucketEnd]:
        """Do the work on each (source, target) once, in any order, and tell of each as it ends, by its place.

        A bucket that fails keeps no other from its end. One whose worker dies is done again, and has failed where that
        worker dies too. UnavailableError where the engine cannot be started or reached.
        """
        ...

    def close(self) -> None:
        """Let go of what is kept between maps; a later map opens it again."""
        ...

"""Embedding services of the two common kinds, each behind the same protocol."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from showcase.adapters.http_json import Endpoint
from showcase.adapters.local_embedding import LocalEmbeddings
from showcase.errors import InvalidInputError
from showcase.ports import Embeddings, Tick
from showcase.settings import Settings

EmbeddingApi = Literal["openai", "ollama"]
_MOST_DIMENSIONS = 16_384


@dataclass(frozen=True, slots=True)
class HttpEmbeddings:
    """Embeddings from an endpoint that speaks OpenAI's or Ollama's JSON."""

    endpoint: Endpoint
    model: str
    api: EmbeddingApi
    near: float = 0.3

    @property
    def name(self) -> str:
        """The provider as events and rows call it; vectors of two names are not compared."""
        return f"{self.api}:{self.model}"

    def embed(self, texts: Sequence[str], tick: Tick) -> list[list[float]]:
        """One vector a text, all of one length; ProviderError where the service gives anything else."""
        kind = _APIS[self.api]
        answer = self.endpoint.post(kind.path, {"model": self.model, "input": list(texts)}, tick)
        vectors = kind.read(answer)
        is_whole = len(vectors) == len(texts) and all(_is_vector(vector) for vector in vectors)
        if not is_whole or len({len(vector) for vector in vectors}) > 1:
            raise self.endpoint.refuse_shape(f"{len(texts)} vectors of finite numbers, all of one length,")
        return [[float(number) for number in vector] for vector in vectors]


def embeddings_of(settings: Settings) -> Embeddings | None:
    """The embedding that the settings name, or None; InvalidInputError where they name half of a service."""
    if settings.embedding_api == "local":
        return LocalEmbeddings()
    if settings.embedding_url is None:
        return None
    if not settings.embedding_model:
        raise InvalidInputError(
            "SHOWCASE_EMBEDDING_URL names a service, and no model is named.",
            "Set SHOWCASE_EMBEDDING_MODEL, or unset SHOWCASE_EMBEDDING_URL.",
        )
    endpoint = Endpoint(
        settings.embedding_url, settings.embedding_key, settings.provider_timeout_s, settings="SHOWCASE_EMBEDDING_*"
    )
    return HttpEmbeddings(endpoint, settings.embedding_model, settings.embedding_api)


@dataclass(frozen=True, slots=True)
class _Api:
    path: str
    read: Callable[[Any], list[Any]]


def _read_openai(answer: Any) -> list[Any]:
    rows = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return []
    # the rows may come in any order; each says which text it belongs to
    by_index = {row.get("index"): row.get("embedding") for row in rows}
    return [by_index.get(index) for index in range(len(rows))]


def _read_ollama(answer: Any) -> list[Any]:
    vectors = answer.get("embeddings") if isinstance(answer, Mapping) else None
    return vectors if isinstance(vectors, list) else []


_APIS: Mapping[str, _Api] = {
    "openai": _Api("embeddings", _read_openai),
    "ollama": _Api("api/embed", _read_ollama),
}


def _is_vector(vector: object) -> bool:
    return (
        isinstance(vector, list)
        and 0 < len(vector) <= _MOST_DIMENSIONS
        and all(type(number) in (int, float) and math.isfinite(number) for number in vector)
    )

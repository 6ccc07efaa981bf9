"""Knowledge: documents indexed, and questions answered with the passages that say something about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from showcase.errors import FieldError, InvalidInputError, NotFoundError, ProviderError
from showcase.kernel.clean import clean_text, composed, plain_text
from showcase.kernel.refusals import check_plain
from showcase.knowledge.chunks import Document, cut_into_chunks
from showcase.knowledge.ranking import ChunkKey, Hit, fuse, rank_by_similarity
from showcase.ports import Embeddings, Tick
from showcase.store import knowledge as rows
from showcase.store.fence import Transactions

USER_GUIDE = "user-guide"
"""The collection of the product's own user guide."""
TEXT_SEARCH = "text_search"
"""The provider that is always there: PostgreSQL's own text search."""

_MOST_HITS = 20
_CANDIDATES = 20  # how deep each ranking goes before they are fused
_LONGEST_QUESTION = 500
_TEXTS_A_CALL = 32
_MOST_DOCUMENTS = 1000
_LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True)
class Probed:
    """Whether the provider answers; `detail` is one line for people."""

    provider: str
    reachable: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Indexed:
    """What indexing did: sources by what became of them, and how many chunks the collection has now."""

    provider: str
    chunks: int
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    embedded: int


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was found, best first. `fallback` says why the text search alone answered for a provider, else null."""

    provider: str
    hits: tuple[Hit, ...]
    fallback: str | None = None


def _nobody() -> None:
    """Nobody wants to stop the wait."""


def check_question(question: str) -> str:
    """The question without outer blanks; InvalidInputError where it is empty, too long or no plain text."""
    check_plain(question, "query")
    asked = plain_text(question).strip()
    if not 1 <= len(asked) <= _LONGEST_QUESTION:
        raise InvalidInputError(
            f"A question has 1 to {_LONGEST_QUESTION} characters, found {len(asked)}.",
            "Ask with a few words.",
            [FieldError("query", f"{len(asked)} characters", f"1 to {_LONGEST_QUESTION} characters")],
        )
    return asked


@dataclass(frozen=True, slots=True)
class KnowledgeService:
    """Everything about knowledge that a person can ask for.

    `guide` is the folder of the user guide; without `embeddings` the text search answers alone.
    """

    transactions: Transactions
    guide: Path | None = None
    embeddings: Embeddings | None = None

    @property
    def provider(self) -> str:
        """Who answers: the embedding service by its name, or the text search."""
        return self.embeddings.name if self.embeddings else TEXT_SEARCH

    def probe(self, tick: Tick = _nobody) -> Probed:
        """Ask the provider for one embedding; a failure is part of the answer."""
        if self.embeddings is None:
            return Probed(TEXT_SEARCH, reachable=True, detail="PostgreSQL's own text search, no provider is set")
        try:
            vector = self.embeddings.embed(["Is anybody there?"], tick)[0]
        except ProviderError as error:
            return Probed(self.provider, reachable=False, detail=str(error))
        return Probed(self.provider, reachable=True, detail=f"{self.provider} answers with {len(vector)} dimensions")

    def read_guide(self) -> tuple[Document, ...]:
        """The pages of the user guide, sorted by name; NotFoundError where there are none."""
        pages = sorted(path for path in self.guide.glob("*.md") if path.is_file()) if self.guide else []
        if not pages:
            raise NotFoundError(
                "The pages of the user guide were expected beside the program, and there is none.",
                "Install showcase again, or run it from a whole checkout.",
            )
        return tuple(Document(path.name, path.read_text(encoding="utf-8", errors="replace")) for path in pages)

    def index(self, documents: Sequence[Document], *, collection: str = USER_GUIDE, tick: Tick = _nobody) -> Indexed:
        """Make these documents the collection: what is indexed already with the same content stays as it is.

        Documents that are not among them leave the collection. The text can be searched when this returns or raises;
        ProviderError where the provider did not make the embeddings, which the next call then makes.
        """
        collection = clean_text(collection, "collection", longest=_LONGEST_SOURCE)
        if not collection:
            raise InvalidInputError("A collection without a name was given.", "Give it one, or leave it out.")
        chunks = {document.source: cut_into_chunks(document) for document in _checked(documents)}
        with self.transactions.begin() as connection:
            rows.lock_index(connection)
            before = rows.read_digests(connection, collection)
            digests = {source: [chunk.digest for chunk in parts] for source, parts in chunks.items() if parts}
            changed = sorted(source for source, found in digests.items() if before.get(source) != found)
            removed = sorted(source for source in before if source not in digests)
            for source in (*removed, *changed):
                rows.replace_source(connection, collection, source, chunks.get(source, ()))
            count = rows.count_chunks(connection, collection)
        return Indexed(
            provider=self.provider,
            chunks=count,
            changed=tuple(changed),
            unchanged=tuple(sorted(set(digests) - set(changed))),
            removed=tuple(removed),
            embedded=self._embed_missing(collection, tick),
        )

    def retrieve(
        self,
        question: str,
        *,
        collection: str = USER_GUIDE,
        limit: int = 5,
        falls_back: bool = False,
        tick: Tick = _nobody,
    ) -> Retrieved:
        """The chunks that say most about the question, best first.

        Chunks with every word, chunks with any word and, with a provider, chunks of near meaning are three rankings,
        fused by their ranks. ProviderError where the provider fails, unless `falls_back`: the text search then
        answers alone, and the answer says why.
        """
        asked, collection = check_question(question), composed(collection).strip()
        if not 1 <= limit <= _MOST_HITS:
            raise InvalidInputError(f"{limit} hits were asked for.", f"Ask for 1 to {_MOST_HITS}.")
        fallback = None
        try:
            near = self._near(asked, collection, tick)
        except ProviderError as error:
            if not falls_back:
                raise
            near, fallback = [], error.message
        with self.transactions.read() as connection:
            every = rows.rank_by_every_word(connection, collection, asked, _CANDIDATES)
            some = rows.rank_by_any_word(connection, collection, asked, _CANDIDATES)
            scores = fuse([every, some, near])
            best = list(scores)[:limit]
            found = rows.read_found(connection, collection, asked, best)
        hits = tuple(
            Hit(key.source, found[key].heading, found[key].passage, scores[key]) for key in best if key in found
        )
        return Retrieved(TEXT_SEARCH if fallback else self.provider, hits, fallback)

    def _near(self, question: str, collection: str, tick: Tick) -> list[ChunkKey]:
        if self.embeddings is None:
            return []
        query = np.asarray(self.embeddings.embed([question], tick)[0], dtype=np.float64)
        with self.transactions.read() as connection:
            vectors = rows.read_embeddings(connection, collection, self.embeddings.name)
        return rank_by_similarity(query, vectors, self.embeddings.near, _CANDIDATES)

    def _embed_missing(self, collection: str, tick: Tick) -> int:
        if self.embeddings is None:
            return 0
        done = 0
        while True:
            with self.transactions.read() as connection:
                missing = rows.read_without_embedding(connection, collection, self.embeddings.name, _TEXTS_A_CALL)
            if not missing:
                return done
            vectors = self.embeddings.embed([body for _, body in missing], tick)
            with self.transactions.begin() as connection:
                rows.write_embeddings(
                    connection,
                    self.embeddings.name,
                    {chunk_id: vector for (chunk_id, _), vector in zip(missing, vectors, strict=True)},
                )
            done += len(missing)


def _checked(documents: Sequence[Document]) -> Sequence[Document]:
    cleaned = [replace(one, source=clean_text(one.source, "source", longest=_LONGEST_SOURCE)) for one in documents]
    sources = [document.source for document in cleaned]
    if len(sources) > _MOST_DOCUMENTS:
        raise InvalidInputError(
            f"{len(sources)} documents were given; one call indexes at most {_MOST_DOCUMENTS}.",
            "Index fewer documents.",
        )
    if len(set(sources)) != len(sources):
        twice = next(source for source in sources if sources.count(source) > 1)
        raise InvalidInputError(f"The source {twice[:80]!r} was given twice.", "Give each document its own source.")
    return cleaned

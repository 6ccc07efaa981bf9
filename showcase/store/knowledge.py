"""Rows of indexed chunks, and PostgreSQL's own text search over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, TextClause, delete, func, insert, select, text, update

from showcase.kernel.identity import Digest
from showcase.knowledge.chunks import Chunk
from showcase.knowledge.ranking import ChunkKey, Vectors
from showcase.store import tables as t
from showcase.store.lock import AdvisoryKey

KNOWLEDGE_LOCK = AdvisoryKey(3)
_HEADLINE = 'MaxWords=45, MinWords=20, StartSel="", StopSel=""'  # a passage is text: nothing in it is marked

# websearch_to_tsquery reads whatever a person types and never fails; it wants every word.
_EVERY_WORD = text(
    "SELECT source, position FROM knowledge_chunk, websearch_to_tsquery('english', :question) AS wanted"
    " WHERE collection = :collection AND search @@ wanted"
    # 1: divided by the logarithm of the length, so that a long chunk does not win by its length
    " ORDER BY round(ts_rank_cd(search, wanted, 1)::numeric, 6) DESC, source, position LIMIT :most"
)
# A question has more words than any one chunk: then those with its rarest words are the nearest. A phrase, an OR and a
# negation mean what they say, and are left to the search above.
_ANY_WORD = text(
    "WITH asked AS (SELECT websearch_to_tsquery('english', :question)::text AS every),"
    " words AS (SELECT plainto_tsquery('simple', unnest(tsvector_to_array(to_tsvector('english', :question)))) AS word"
    " FROM asked WHERE every !~ '[!|<]'),"
    " chunks AS (SELECT source, position, search, ts_filter(search, '{a}') AS headed, count(*) OVER () AS many"
    " FROM knowledge_chunk WHERE collection = :collection),"
    " found AS (SELECT source, position, search, word, headed @@ word AS in_heading,"
    " ln(1 + many::float / count(*) OVER (PARTITION BY word)) AS rarity"
    " FROM chunks JOIN words ON search @@ word)"
    " SELECT source, position FROM found GROUP BY source, position"
    " ORDER BY round(sum(rarity * CASE WHEN in_heading THEN 2 ELSE 1 END)::numeric, 6) DESC,"
    " round(sum(ts_rank_cd(search, word, 1))::numeric, 6) DESC, source, position LIMIT :most"
)
_PASSAGE = text(
    "SELECT source, position, heading, body, ts_headline('english', body,"
    " replace(websearch_to_tsquery('english', :question)::text, ' & ', ' | ')::tsquery, :options) AS passage"
    " FROM knowledge_chunk WHERE collection = :collection"
    " AND (source, position) IN (SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:positions AS int[])))"
)


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk that was found: where it stands, all of its text, and the passage that answers."""

    key: ChunkKey
    heading: str
    body: str
    passage: str


def lock_index(connection: Connection) -> None:
    """Wait until nobody else indexes, and keep others waiting until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:application, :purpose)"), KNOWLEDGE_LOCK.parameters)


def read_digests(connection: Connection, collection: str) -> dict[str, list[Digest]]:
    """The digests of what is indexed, by source and in the order of the chunks."""
    c = t.knowledge_chunk.c
    rows = connection.execute(
        select(c.source, c.digest).where(c.collection == collection).order_by(c.source, c.position)
    )
    found: dict[str, list[Digest]] = {}
    for row in rows:
        found.setdefault(row.source, []).append(Digest(row.digest))
    return found


def replace_source(connection: Connection, collection: str, source: str, chunks: Sequence[Chunk]) -> None:
    """Put these chunks in place of all that is indexed of the source; none takes it out."""
    c = t.knowledge_chunk.c
    connection.execute(delete(t.knowledge_chunk).where(c.collection == collection, c.source == source))
    if chunks:
        rows = [
            {
                "collection": collection,
                "source": chunk.source,
                "position": chunk.position,
                "heading": chunk.heading,
                "body": chunk.body,
                "digest": chunk.digest,
            }
            for chunk in chunks
        ]
        connection.execute(insert(t.knowledge_chunk), rows)


def count_chunks(connection: Connection, collection: str) -> int:
    """How many chunks the collection has."""
    query = select(func.count()).where(t.knowledge_chunk.c.collection == collection)
    return int(connection.execute(query).scalar_one())


def rank_by_every_word(connection: Connection, collection: str, question: str, most: int) -> list[ChunkKey]:
    """The chunks that have what the question asks for, best first by cover density; headings weigh more than text.

    Clarke, Cormack and Tudhope (2000), as PostgreSQL's ts_rank_cd computes it.
    """
    return _ranked(connection, _EVERY_WORD, collection, question, most)


def rank_by_any_word(connection: Connection, collection: str, question: str, most: int) -> list[ChunkKey]:
    """The chunks that have any word of the question, best first by how rare its words are; one in a heading twice.

    A word weighs ln(1 + chunks / chunks with it), as in Robertson and Spärck Jones (1976).
    """
    return _ranked(connection, _ANY_WORD, collection, question, most)


def _ranked(connection: Connection, query: TextClause, collection: str, question: str, most: int) -> list[ChunkKey]:
    parameters = {"question": question, "collection": collection, "most": most}
    return [ChunkKey(row.source, row.position) for row in connection.execute(query, parameters)]


def read_found(
    connection: Connection, collection: str, question: str, keys: Sequence[ChunkKey]
) -> dict[ChunkKey, FoundChunk]:
    """The chunks with these keys, each with its passage about the question; those that are gone are left out."""
    parameters = {
        "question": question,
        "options": _HEADLINE,
        "collection": collection,
        "sources": [key.source for key in keys],
        "positions": [key.position for key in keys],
    }
    found = {}
    for row in connection.execute(_PASSAGE, parameters):
        key = ChunkKey(row.source, row.position)
        found[key] = FoundChunk(key, row.heading, row.body, row.passage)
    return found


def read_without_embedding(connection: Connection, collection: str, model: str, most: int) -> list[tuple[int, str]]:
    """Chunks that have no embedding of this model yet, as (id, text to embed), in the order of the documents."""
    c = t.knowledge_chunk.c
    rows = connection.execute(
        select(c.id, c.heading, c.body)
        .where(c.collection == collection, c.embedding_model.is_distinct_from(model))
        .order_by(c.source, c.position)
        .limit(most)
    )
    return [(row.id, f"{row.heading}\n{row.body}") for row in rows]


def write_embeddings(connection: Connection, model: str, vectors: Mapping[int, Sequence[float]]) -> None:
    """Keep the vectors by the chunk's id; a chunk that is gone meanwhile is passed over."""
    for chunk_id, vector in vectors.items():
        connection.execute(
            update(t.knowledge_chunk)
            .where(t.knowledge_chunk.c.id == chunk_id)
            .values(embedding=[float(number) for number in vector], embedding_model=model)
        )


def read_embeddings(connection: Connection, collection: str, model: str) -> dict[ChunkKey, Vectors]:
    """The vectors that this model made of the collection."""
    c = t.knowledge_chunk.c
    rows = connection.execute(
        select(c.source, c.position, c.embedding).where(c.collection == collection, c.embedding_model == model)
    )
    return {ChunkKey(row.source, row.position): np.asarray(row.embedding, dtype=np.float64) for row in rows}

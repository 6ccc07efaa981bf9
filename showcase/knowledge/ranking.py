"""Puts what several searches found into one order."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RANK_CONSTANT = 60
"""How little the first places count over the next ones; the value of Cormack, Clarke and Büttcher (2009)."""
_SCORE_DIGITS = 6

Vectors = NDArray[np.float64]


@dataclass(frozen=True, slots=True, order=True)
class ChunkKey:
    """Which chunk: the document and the chunk's position in it. Ties are told apart by this order."""

    source: str
    position: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One chunk that answers a question: its passage, and a score from 0 to 1, the best first."""

    source: str
    heading: str
    passage: str
    score: float


def fuse(rankings: Sequence[Sequence[ChunkKey]]) -> dict[ChunkKey, float]:
    """Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): one score a chunk, best first.

    Each ranking holds its chunks best first and each at most once. A chunk gets the sum of 1 / (60 + rank) over the
    rankings that found it, divided by what first place in all of them gives: 1 is the best there can be. Rankings
    that found nothing do not count. Equal scores are in the order of their keys.
    """
    found = [ranking for ranking in rankings if ranking]
    if not found:
        return {}
    most = len(found) / (RANK_CONSTANT + 1)
    shares: defaultdict[ChunkKey, list[float]] = defaultdict(list)
    for ranking in found:
        for rank, key in enumerate(ranking, start=1):
            shares[key].append(1 / (RANK_CONSTANT + rank))
    # an exact sum: the order of the searches must not move the last digit
    scores = {key: round(math.fsum(share) / most, _SCORE_DIGITS) for key, share in shares.items()}
    return dict(sorted(scores.items(), key=lambda entry: (-entry[1], entry[0])))


def rank_by_similarity(query: Vectors, vectors: Mapping[ChunkKey, Vectors], least: float, most: int) -> list[ChunkKey]:
    """The chunks whose vector points most nearly where the query's (d,) does, best first.

    Similarity is the cosine; chunks below `least`, without direction, or of another length than the query are left
    out. At most `most` come back; ties are in the order of their keys.
    """
    length = float(np.linalg.norm(query))
    keys = [key for key, vector in vectors.items() if vector.shape == query.shape and np.linalg.norm(vector) > 0]
    if not keys or length == 0:
        return []
    rows = np.stack([vectors[key] for key in keys])
    cosines = np.round(rows @ query / (np.linalg.norm(rows, axis=1) * length), _SCORE_DIGITS)
    ranked = sorted(zip(-cosines, keys, strict=True))
    return [key for cosine, key in ranked if -cosine >= least][:most]

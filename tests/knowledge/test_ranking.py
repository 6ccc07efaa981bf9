"""What several searches found comes into one order, by hand and for every input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.knowledge.ranking import ChunkKey, fuse, rank_by_similarity

A, B, C = (ChunkKey(name, 0) for name in ("a.md", "b.md", "c.md"))


def test_fused_scores_are_those_computed_by_hand() -> None:
    # A: (1/61 + 1/62) / (2/61); B: (1/62 + 1/61) / (2/61); C: (1/63) / (2/61)
    fused = fuse([[A, B, C], [B, A]])
    assert list(fused) == [A, B, C]
    assert list(fused.values()) == [pytest.approx(0.991935, abs=1e-6)] * 2 + [pytest.approx(0.484127, abs=1e-6)]


def test_first_place_everywhere_is_one_and_a_search_without_hits_does_not_count() -> None:
    assert fuse([[A], [], [A, B]])[A] == 1.0
    assert fuse([[], []]) == {}


@given(st.lists(st.permutations([A, B, C]).map(lambda keys: keys[:2]), min_size=1, max_size=4))
def test_the_order_of_the_searches_does_not_matter_and_scores_lie_between_0_and_1(
    rankings: list[list[ChunkKey]],
) -> None:
    fused = fuse(rankings)
    assert fused == fuse(rankings[::-1])
    assert list(fused.values()) == sorted(fused.values(), reverse=True)
    assert all(0 < score <= 1 for score in fused.values())


def _vectors(**rows: list[float]) -> dict[ChunkKey, np.ndarray]:
    return {ChunkKey(f"{name}.md", 0): np.array(row, dtype=np.float64) for name, row in rows.items()}


def test_similarity_ranks_by_the_angle_alone() -> None:
    vectors = _vectors(a=[100.0, 100.0], b=[0.01, 0.0], c=[0.0, 5.0])
    assert rank_by_similarity(np.array([1.0, 0.0]), vectors, least=0.3, most=5) == [B, A]
    assert rank_by_similarity(np.array([1.0, 0.0]), vectors, least=0.3, most=1) == [B]


def test_vectors_without_direction_or_of_another_length_are_left_out() -> None:
    vectors = _vectors(a=[0.0, 0.0], b=[1.0, 0.0, 0.0], c=[1.0, 0.0])
    assert rank_by_similarity(np.array([1.0, 0.0]), vectors, least=0.0, most=5) == [C]
    assert rank_by_similarity(np.array([0.0, 0.0]), vectors, least=0.0, most=5) == []
    assert rank_by_similarity(np.array([1.0]), {}, least=0.0, most=5) == []


def test_equal_similarity_is_in_the_order_of_the_documents() -> None:
    vectors = _vectors(c=[2.0, 0.0], a=[1.0, 0.0], b=[3.0, 0.0])
    assert rank_by_similarity(np.array([1.0, 0.0]), vectors, least=0.0, most=5) == [A, B, C]

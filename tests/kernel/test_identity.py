"""Ids and digests parse, print and refuse."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from showcase.errors import InvalidInputError
from showcase.kernel.identity import Digest, RunId, WorkspaceId


@given(st.text("0123456789abcdef", min_size=32, max_size=32))
def test_an_id_prints_as_it_was_parsed(text: str) -> None:
    assert str(WorkspaceId(text)) == text
    assert TypeAdapter(WorkspaceId).validate_python(text) == text


@given(st.text())
def test_everything_else_is_refused_with_a_remedy(text: str) -> None:
    if len(text) == 32 and set(text) <= set("0123456789abcdef"):
        return
    with pytest.raises(InvalidInputError) as refused:
        RunId(text)
    assert refused.value.remedy
    with pytest.raises(ValidationError):
        TypeAdapter(RunId).validate_python(text)


def test_a_trailing_newline_is_no_part_of_an_id() -> None:
    with pytest.raises(InvalidInputError):
        RunId("0" * 32 + "\n")


def test_new_ids_differ() -> None:
    assert len({RunId.new() for _ in range(100)}) == 100


@given(st.binary())
def test_a_digest_is_the_sha256_of_the_bytes(content: bytes) -> None:
    assert Digest.of(content) == hashlib.sha256(content).hexdigest()
    assert Digest.of(content).short == Digest.of(content)[:8]

"""Documents become chunks by their headings, whatever stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.errors import InvalidInputError
from showcase.knowledge.chunks import LARGEST_DOCUMENT, LONGEST_BODY, Document, cut_into_chunks


def _cut(text: str) -> list[tuple[str, str]]:
    return [(chunk.heading, chunk.body) for chunk in cut_into_chunks(Document("page.md", text))]


def test_each_heading_begins_a_chunk_that_knows_the_headings_above_it() -> None:
    text = "Before.\n\n# A\n\nOne.\n\n## B\n\nTwo.\n\n### C ###\n\nThree.\n\n## D\n\nFour.\n\n# E\n\nFive."
    assert _cut(text) == [
        ("", "Before."),
        ("A", "One."),
        ("A > B", "Two."),
        ("A > B > C", "Three."),
        ("A > D", "Four."),
        ("E", "Five."),
    ]


def test_a_section_without_text_is_left_out() -> None:
    assert _cut("# A\n\n \n## B\n\nText.") == [("A > B", "Text.")]


def test_a_heading_inside_a_fence_is_text() -> None:
    text = "# A\n\n```\n# no heading\n~~~\n```\n\nAfter.\n\n# B\n\nText."
    assert [heading for heading, _ in _cut(text)] == ["A", "B"]
    assert "# no heading" in _cut(text)[0][1]


def test_a_fence_that_is_never_closed_swallows_the_rest_and_nothing_is_lost() -> None:
    assert _cut("# A\n\n```\n# B\n\nText.") == [("A", "```\n# B\n\nText.")]


@pytest.mark.parametrize("line", ["#no blank", "####### seven", "    # indented code"])
def test_what_only_looks_like_a_heading_is_text(line: str) -> None:
    assert _cut(f"# A\n\n{line}") == [("A", line)]


def test_a_long_section_is_cut_between_paragraphs_and_nothing_is_lost() -> None:
    paragraphs = [f"{number} " + "word " * 100 for number in range(10)]
    bodies = [body for _, body in _cut("# A\n\n" + "\n\n".join(paragraphs))]
    assert len(bodies) == 5
    assert all(len(body) <= LONGEST_BODY for body in bodies)
    assert [line.strip() for body in bodies for line in body.split("\n\n")] == [line.strip() for line in paragraphs]


def test_a_text_without_any_blank_is_cut_at_the_limit() -> None:
    assert [len(body) for _, body in _cut("x" * 4000)] == [1500, 1500, 1000]


def test_the_digest_is_that_of_the_content_alone() -> None:
    first, second = (cut_into_chunks(Document(name, "# A\n\nText."))[0] for name in ("a.md", "b.md"))
    other = cut_into_chunks(Document("a.md", "# A\n\nText!"))[0]
    assert first.digest == second.digest != other.digest


@pytest.mark.parametrize("source", ["", "x" * 201])
def test_a_source_has_a_name_of_sensible_length(source: str) -> None:
    with pytest.raises(InvalidInputError, match="1 to 200"):
        cut_into_chunks(Document(source, "Text."))


def test_a_document_that_is_too_large_is_refused_with_its_size() -> None:
    with pytest.raises(InvalidInputError, match="1,000,001"):
        cut_into_chunks(Document("page.md", "x" * (LARGEST_DOCUMENT + 1)))


@given(st.text(alphabet=st.sampled_from("# \n`~abcé<&|\t-"), max_size=400))
def test_no_letter_is_lost_and_positions_count_from_zero(text: str) -> None:
    chunks = cut_into_chunks(Document("page.md", text))
    assert [chunk.position for chunk in chunks] == list(range(len(chunks)))
    kept = "".join(chunk.body for chunk in chunks) + "".join(chunk.heading for chunk in chunks)
    for letter in "abcé<&|":
        in_headings = sum(line.count(letter) for line in text.split("\n") if line.lstrip(" ").startswith("#"))
        assert kept.count(letter) >= text.count(letter) - in_headings

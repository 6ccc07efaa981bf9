"""Text is kept in one form, and what the eye would not see is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.errors import InvalidInputError
from showcase.kernel.clean import clean_text


def test_a_letter_and_its_accent_become_one_character() -> None:
    assert clean_text(" Cafe\u0301 ", "name", longest=4) == "Caf\u00e9"


def test_line_breaks_are_kept_in_one_form_where_lines_are_allowed() -> None:
    assert clean_text("a\r\nb\rc\td\n", "notes", longest=20, is_multiline=True) == "a\nb\nc\td"


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\x00b", "a\x1bb", "a\u202eb", "a\u2066b", "a\u2028b", "a\ud800b"])
def test_what_cannot_be_seen_is_refused_by_its_code(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        clean_text(text, "tag", longest=40)
    assert f"U+{ord(text[1]):04X}" in refused.value.message
    assert refused.value.errors[0].field == "tag"


def test_a_text_that_is_too_long_is_refused_with_both_lengths() -> None:
    assert len(clean_text("x" * 40, "tag", longest=40)) == 40
    with pytest.raises(InvalidInputError, match="41 characters; at most 40"):
        clean_text("x" * 41, "tag", longest=40)


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=30))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    cleaned = clean_text(text, "name", longest=200)
    assert clean_text(cleaned, "name", longest=200) == cleaned

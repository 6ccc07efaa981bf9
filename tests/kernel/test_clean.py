"""Text is kept in one form, and what the eye would not see is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.errors import InvalidInputError
from showcase.kernel.clean import clean_text, plain_line, plain_text


@pytest.mark.fault("I3")
def test_a_letter_and_its_accent_become_one_character() -> None:
    assert clean_text(" Cafe\u0301 ", "name", longest=4) == "Caf\u00e9"


def test_line_breaks_are_kept_in_one_form_where_lines_are_allowed() -> None:
    assert clean_text("a\r\nb\rc\td\n", "notes", longest=20, is_multiline=True) == "a\nb\nc\td"


@pytest.mark.fault("I3")
@pytest.mark.parametrize(
    "text",
    [
        "a\nb",
        "a\tb",
        "a\x00b",
        "a\x1bb",
        "a\u202eb",
        "a\u2066b",
        "a\u2028b",
        "a\ud800b",
        "a\u200bb",
        "a\ufeffb",
        "a\U000e0041b",
    ],
)
def test_what_cannot_be_seen_is_refused_by_its_code(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        clean_text(text, "tag", longest=40)
    assert f"U+{ord(text[1]):04X}" in refused.value.message
    assert refused.value.errors[0].field == "tag"


@pytest.mark.fault("I5")
def test_a_text_that_is_too_long_is_refused_with_both_lengths() -> None:
    assert len(clean_text("x" * 40, "tag", longest=40)) == 40
    with pytest.raises(InvalidInputError, match="The tag has 41 characters; at most 40"):
        clean_text("x" * 41, "tag", longest=40)
    with pytest.raises(InvalidInputError, match="The notes have 41 characters"):
        clean_text("x" * 41, "notes", longest=40)


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=30))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    cleaned = clean_text(text, "name", longest=200)
    assert clean_text(cleaned, "name", longest=200) == cleaned


def test_hidden_characters_are_taken_out_and_letters_composed() -> None:
    assert plain_text("a\u202eb\u200bc\x00d\x1be\ud800f\r\nu\u0308") == "abcdef\nü"


@pytest.mark.fault("I3")
@given(st.text(max_size=60), st.integers(1, 50))
def test_a_plain_line_is_one_short_line_that_hides_nothing(text: str, longest: int) -> None:
    line = plain_line(text, longest=longest)
    assert len(line) <= longest
    assert clean_text(plain_line(line, longest=longest), "name", longest=longest) == plain_line(line, longest=longest)


@pytest.mark.parametrize(
    "text", ["\N{FAMILY}\u200d\N{GIRL}", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\N{PACKAGE}" * 10]
)
def test_joiners_of_scripts_and_emoji_are_kept(text: str) -> None:
    assert clean_text(text, "tag", longest=40) == text
    assert len(text.encode()) <= 4 * 40

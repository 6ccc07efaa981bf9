"""Text from outside, brought into the one form in which it is kept, compared and searched."""

from __future__ import annotations

import unicodedata

from pydantic import AfterValidator

from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.refusals import shown

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what is read: the eye would see another text than the one that is kept."""
_UNSEEN = frozenset("\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff")
"""Characters without any width: two texts would look the same. Joiners stay, which scripts and emoji need."""


def clean_text(text: str, field: str, *, longest: int, is_multiline: bool = False) -> str:
    """The text in Unicode's composed form (NFC) without spaces at its ends.

    InvalidInputError for more than `longest` characters (so at most four times as many bytes of UTF-8), and for control
    characters, marks of direction, characters without width, lone surrogates and, unless `is_multiline`, line breaks
    and tabs.
    """
    if is_multiline:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = composed(text).strip()
    allowed = "\n\t" if is_multiline else ""
    has = "have" if field.endswith("s") else "has"
    for character in cleaned:
        if character not in allowed and _is_refused(character):
            raise InvalidInputError(
                f"The {field} {has} the character U+{ord(character):04X}, which cannot be seen.",
                "Remove the control characters, the marks of direction and those without width.",
                [FieldError(field, f"U+{ord(character):04X}", "text that can be seen as it is")],
            )
    if len(cleaned) > longest:
        raise InvalidInputError(
            f"The {field} {has} {len(cleaned)} characters; at most {longest} are kept.",
            "Shorten the text.",
            [FieldError(field, f"{shown(cleaned)}, {len(cleaned)} characters", f"at most {longest} characters")],
        )
    return cleaned


def cleaned(field: str, *, longest: int, is_multiline: bool = False) -> AfterValidator:
    """The same for a field of a model: `Annotated[str, cleaned("name", longest=200)]`."""
    return AfterValidator(lambda text: clean_text(text, field, longest=longest, is_multiline=is_multiline))


def composed(text: str) -> str:
    """The text in the form in which texts are kept (NFC), so that what is looked for is found however it was typed."""
    return unicodedata.normalize("NFC", text)


def plain_text(text: str) -> str:
    """A text that is taken as it comes, in NFC with line feeds, without what it could hide: control characters, format
    characters (zero width, marks of direction) and lone surrogates."""
    lines = composed(text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in lines if letter in "\n\t" or unicodedata.category(letter) not in _HIDDEN)


def plain_line(text: str, *, longest: int) -> str:
    """The same on one line, cut after `longest` characters: for names that others gave."""
    return " ".join(plain_text(text).split())[:longest].rstrip()


def _is_refused(character: str) -> bool:
    is_tag = 0xE0000 <= ord(character) <= 0xE007F  # letters that no font shows and every model reads
    return unicodedata.category(character) in _REFUSED or character in _BIDI or character in _UNSEEN or is_tag


_REFUSED = frozenset(("Cc", "Cs", "Zl", "Zp"))
"""Unicode categories: control, lone surrogate, line and paragraph separator."""
_HIDDEN = frozenset(("Cc", "Cf", "Cs"))
"""Unicode categories: control, invisible format, lone surrogate."""

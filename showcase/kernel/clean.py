"""Text that a person typed, brought into the one form in which it is kept, compared and searched."""

from __future__ import annotations

import unicodedata

from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.refusals import shown

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what is read: the eye would see another text than the one that is kept."""


def clean_text(text: str, field: str, *, longest: int, is_multiline: bool = False) -> str:
    """The text in Unicode's composed form (NFC) without spaces at its ends.

    InvalidInputError for more than `longest` characters, and for control characters, marks of direction, lone
    surrogates and, unless `is_multiline`, line breaks and tabs.
    """
    if is_multiline:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = unicodedata.normalize("NFC", text).strip()
    allowed = "\n\t" if is_multiline else ""
    for character in cleaned:
        if character not in allowed and (unicodedata.category(character) in _REFUSED or character in _BIDI):
            raise InvalidInputError(
                f"The {field} has the character U+{ord(character):04X}, which cannot be seen.",
                "Remove the control characters and the marks of direction.",
                [FieldError(field, f"U+{ord(character):04X}", "text that can be seen as it is")],
            )
    if len(cleaned) > longest:
        raise InvalidInputError(
            f"The {field} has {len(cleaned)} characters; at most {longest} are kept.",
            "Shorten the text.",
            [FieldError(field, f"{shown(cleaned)}, {len(cleaned)} characters", f"at most {longest} characters")],
        )
    return cleaned


_REFUSED = frozenset(("Cc", "Cs", "Zl", "Zp"))
"""Unicode categories: control, lone surrogate, line and paragraph separator."""

"""What is taken away as a file: texts that no spreadsheet takes for formulas, and names that are names."""

from __future__ import annotations

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """The text as a cell may have it: with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def file_name(called: str) -> str:
    """A name to save something under, without its ending, made of what it is called."""
    return re.sub(r"[^A-Za-z0-9-]+", "_", called).strip("_")[:80] or "showcase"

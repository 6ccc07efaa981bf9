"""Tables to take away: CSV that no spreadsheet takes for formulas, under names that are names."""

from __future__ import annotations

import re

import polars as pl

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """The text as a cell may have it: with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def frame_csv(frame: pl.DataFrame) -> bytes:
    """The table as CSV, its texts harmless."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    made = frame.with_columns(pl.col(texts).map_elements(harmless, return_dtype=pl.String)) if texts else frame
    return made.write_csv().encode()


def file_name(called: str, ending: str) -> str:
    """A name to save something under, made of what it is called."""
    return f"{re.sub(r'[^A-Za-z0-9-]+', '_', called).strip('_')[:80] or 'showcase'}.{ending}"

"""The numbers of a picture as a table for people and as CSV for programs."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pandas as pd

from showcase.console.rows import Column, table_html
from showcase.console.spreadsheet import harmless
from showcase.console.text import MISSING

_MOST_ROWS = 400


def picture_csv(table: pd.DataFrame) -> str:
    """All rows; a text that a spreadsheet would take for a formula is written with an apostrophe before it."""
    safe = table.map(lambda cell: harmless(cell) if isinstance(cell, str) else cell)
    return str(safe.to_csv(index=False, lineterminator="\n"))


def picture_table_html(caption: str, table: pd.DataFrame) -> str:
    """The rows as a person reads them, escaped."""
    columns = [
        Column(str(name).replace("_", " "), is_number=pd.api.types.is_numeric_dtype(table[name])) for name in table
    ]
    shown = table.head(_MOST_ROWS)
    rows = [[_said(cell) for cell in row] for row in shown.itertuples(index=False)]
    foot = f"The first {_MOST_ROWS} of {len(table):,} rows; the CSV has all." if len(table) > _MOST_ROWS else ""
    return table_html(caption, columns, rows, foot=foot)


def _said(cell: Any) -> str:
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return MISSING
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return f"{cell:,.1f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else str(cell)

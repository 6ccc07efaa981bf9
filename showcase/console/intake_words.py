"""The words of an import in the page: how a file would be read, and why it cannot be."""

from __future__ import annotations

from showcase.console.data_words import refusal_html
from showcase.console.rows import Column, table_html
from showcase.console.surface import remedy
from showcase.console.text import words
from showcase.demand.intake_preview import Preview
from showcase.demand.intake_report import IntakeRefusedError
from showcase.errors import ShowcaseError


def failure_html(error: ShowcaseError) -> str:
    """Why a file cannot be read, with its row report where there is one."""
    return refusal_html(error) if isinstance(error, IntakeRefusedError) else remedy(error)


def said_of(found: Preview) -> str:
    """What is missing or left out of a file, in a sentence."""
    if found.mapping.missing:
        return f"Say which column holds {words(found.mapping.missing)}; nothing can be imported without."
    ignored = found.mapping.ignored
    return f"Not read: {', '.join(ignored)}." if ignored else "Every column is read."


def sample_html(found: Preview) -> str:
    """The first rows as texts by field."""
    fields = [entry.field for entry in found.mapping.mapped]
    if not fields or not found.rows:
        return ""
    columns = [Column(f"{entry.field} ← {entry.column}") for entry in found.mapping.mapped]
    return table_html("The first rows", columns, [[row.get(field, "") for field in fields] for row in found.rows])

"""Data sets as every door shows them."""

from __future__ import annotations

from typing import Any

from showcase.demand.intake import Intake
from showcase.services.demand import Kept
from showcase.store.demand import DataSet


def data_set_json(found: DataSet) -> dict[str, Any]:
    """A data set with the keys that every door uses."""
    return {
        "id": found.id,
        "kind": found.kind,
        "name": found.name,
        "recipe": found.recipe,
        "row_counts": found.row_counts,
        "fingerprint": found.fingerprint,
        "date_start": found.window.start,
        "date_end": found.window.end,
        "is_current": found.is_current,
        "created_at": found.created_at,
    }


def kept_json(kept: Kept) -> dict[str, Any]:
    """What seeding or importing made: rows by table, 0 where the same rows were there already, and the data set."""
    found = kept.data_set
    created = found.row_counts if kept.is_new else dict.fromkeys(found.row_counts, 0)
    return {"records_created": created, "data_set": found.id, "fingerprint": found.fingerprint}


def intake_json(intake: Intake) -> dict[str, Any]:
    """How a file was read: one line a field, the columns that were ignored, what was found, and what to look at."""
    return {
        "mapping": intake.mapping_shown,
        "ignored_columns": list(intake.ignored_columns),
        "summary": intake.quality.summary(),
        "notes": intake.quality.notes(),
    }

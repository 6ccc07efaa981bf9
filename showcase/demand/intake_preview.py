"""What an import would read, shown before it is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from showcase.demand.intake_columns import ColumnMap, map_columns
from showcase.demand.intake_read import open_source
from showcase.demand.intake_values import IntakeOptions

_PREVIEW_BLOCK_BYTES = 64 * 1024
_PREVIEW_ROWS = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """The columns of a file, how they would be read, and the first rows as texts by field."""

    columns: tuple[str, ...]
    mapping: ColumnMap
    rows: tuple[Mapping[str, str], ...]


def preview_sales(
    path: Path,
    *,
    mapping: Mapping[str, str | None] | None = None,
    options: IntakeOptions | None = None,
    file_name: str | None = None,
) -> Preview:
    """Look at the head of a sales file. No value is judged; a required field without a column is in `mapping.missing`.

    Raises IntakeRefusedError where the file or its header cannot be read, NotFoundError where there is no file.
    """
    name = file_name or path.name
    with open_source(
        path, options or IntakeOptions(), file_name=name, block_bytes=_PREVIEW_BLOCK_BYTES, batch_rows=_PREVIEW_ROWS
    ) as source:
        mapped = map_columns(name, source.columns, mapping)
        chunk = (
            next((found for found in source.chunks(mapped.mapped) if found.lines.size), None) if mapped.mapped else None
        )
        count = min(_PREVIEW_ROWS, chunk.lines.size) if chunk else 0
        rows = tuple(
            {field: column.distinct[int(column.indices[at])] for field, column in chunk.columns.items()}
            for at in range(count)
            if chunk
        )
        return Preview(source.columns, mapped, rows)

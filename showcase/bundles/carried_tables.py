"""The stored tables of a run, read back from a bundle: whoever compares and draws them finds the columns they have."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from showcase.errors import IntegrityError
from showcase.evaluation.metrics import BUCKET, SUMS
from showcase.kernel.table import (
    ACTUAL,
    CUTOFF,
    DATE,
    FOLD,
    FORECAST,
    LEVELS,
    MODEL,
    PRODUCT,
    STEP,
    STORE,
    bound_columns,
)

MOST_ROWS = 100_000_000
_IsOfKind = Callable[[Any], bool]
_WHOLE: _IsOfKind = pa.types.is_integer
_DAY: _IsOfKind = pa.types.is_date
_NUMBER: _IsOfKind = pa.types.is_floating


def _is_text(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


_Kinds = dict[str, _IsOfKind]
_SERIES: _Kinds = {STORE: _WHOLE, PRODUCT: _WHOLE, MODEL: _is_text}
_AHEAD: _Kinds = _SERIES | {CUTOFF: _DAY, DATE: _DAY, STEP: _WHOLE}
_BOUNDS: _Kinds = {name: _NUMBER for level in LEVELS for name in bound_columns(level)}
_COLUMNS: Mapping[str, tuple[_Kinds, _Kinds]] = {
    "forecasts.parquet": (_AHEAD | {FORECAST: _NUMBER}, _BOUNDS),
    "backtest.parquet": (_AHEAD | {FOLD: _WHOLE}, _BOUNDS | {ACTUAL: _NUMBER, FORECAST: _NUMBER}),
    "score_parts.parquet": (_SERIES | {FOLD: _WHOLE, BUCKET: _is_text}, dict.fromkeys(SUMS, _NUMBER)),
}
"""The columns of each table by kind: those that are never null, and those that may be."""


def check_table(path: str, content: bytes) -> None:
    """Read the table once, a batch at a time; IntegrityError where it is none that this program would have written."""
    whole, sparse = _COLUMNS[path]
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        if file.metadata.num_rows > MOST_ROWS:
            raise _no_table(path, f"more than {MOST_ROWS:,} rows")
        kinds = {field.name: field.type for field in file.schema_arrow}
        for name, is_of_kind in (whole | sparse).items():
            if name not in kinds or not is_of_kind(kinds[name]):
                raise _no_table(path, f"no column {name} of its kind")
        for batch in file.iter_batches(columns=[*whole, *sparse]):
            _check_values(path, batch, whole)
    except (pa.ArrowException, OSError) as error:
        raise _no_table(path, "something that is no Parquet") from error


def _check_values(path: str, batch: Any, whole: _Kinds) -> None:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name in whole and column.null_count:
            raise _no_table(path, f"rows without {name}")
        # null is no value, and not one that is infinite
        if _NUMBER(column.type) and pc.all(pc.is_finite(column)).as_py() is False:
            raise _no_table(path, f"a {name} that is no finite number")


def _no_table(path: str, what: str) -> IntegrityError:
    return IntegrityError(
        f"{path} of the bundle is no table of series in Parquet: it has {what}.",
        "Ask for the bundle again; it was not written by this program.",
    )

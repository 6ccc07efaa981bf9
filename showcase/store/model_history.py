"""What the successes of a store and a product tell together: which is the newest, and how their scores moved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, and_, case, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from showcase.kernel.window import Window
from showcase.registry.entry import Grain, RegistryEntry
from showcase.store import tables as t
from showcase.store.registry import ModelRun

_C = t.model_run.c
_GRAIN = (_C.store_id, _C.product_id)
_SAID = _C.metrics["scores"]["wape"]
# metrics are whatever somebody registered; a text in place of a number is no score
_WAPE: ColumnElement[Any] = case((func.jsonb_typeof(_SAID) == "number", cast(_SAID.astext, Float)))
_ENTRY = (
    _C.run_id, _C.status, _C.model_type, *_GRAIN, _C.date_start, _C.date_end, _C.feature_frame_version,
    _WAPE.label("wape"), _C.synthetic, _C.created_at,
)  # fmt: skip
_AGE = (_C.date_end, _C.created_at)
"""What makes one newer than another, as RegistryEntry.age."""
_IS_REAL = and_(
    _C.status == "success",
    ~_C.synthetic,
    select(1).where(t.store.c.id == _C.store_id).exists(),
    select(1).where(t.product.c.id == _C.product_id).exists(),
)
"""A success that is no demonstration, and whose pair is still there: for one that is gone nothing can be trained."""


def entry_from(run: Any, wape: float | None) -> RegistryEntry:
    """A model run, or a row with its columns, as the rules of the registry see it; `wape` in percent."""
    return RegistryEntry(
        run_id=run.run_id,
        status=run.status,
        model_type=run.model_type,
        grain=(run.store_id, run.product_id),
        window=Window(run.date_start, run.date_end),
        feature_frame_version=run.feature_frame_version,
        wape=wape,
        synthetic=run.synthetic,
        created_at=run.created_at,
    )


def newest_rival(connection: Connection, run: ModelRun) -> RegistryEntry | None:
    """The newest success of the run's grain but itself; of a demonstration, among those of its own pipeline run."""
    grain = [column == value for column, value in zip(_GRAIN, (run.store_id, run.product_id), strict=True)]
    beside = [_C.status == "success", _C.run_id != run.run_id, _C.synthetic == run.synthetic]
    if run.synthetic:
        beside.append(_C.origin_run_id == run.origin_run_id)
    newest = select(*_ENTRY).where(*grain, *beside).order_by(*(column.desc() for column in _AGE)).limit(1)
    row = connection.execute(newest).first()
    return entry_from(row, row.wape) if row else None


def newest_of_each_grain(connection: Connection) -> list[RegistryEntry]:
    """The newest real success of each grain."""
    newest_first = (*_GRAIN, *(column.desc() for column in _AGE), _C.run_id)
    query = select(*_ENTRY).where(_IS_REAL).ext(distinct_on(*_GRAIN)).order_by(*newest_first)
    return [entry_from(row, row.wape) for row in connection.execute(query)]


def wapes_of_each_model(connection: Connection) -> list[tuple[str, Grain, list[float]]]:
    """Of each model type and grain the defined scores of its real successes, in the order of the days they saw."""
    in_order = func.array_agg(aggregate_order_by(_WAPE, *_AGE, _C.run_id))
    query = select(_C.model_type, *_GRAIN, in_order).where(_IS_REAL, _WAPE.is_not(None))
    found = connection.execute(query.group_by(_C.model_type, *_GRAIN))
    return [(row[0], (row[1], row[2]), row[3]) for row in found]


def last_success_at(connection: Connection) -> datetime | None:
    """When the last real success was registered."""
    return connection.execute(select(func.max(_C.created_at)).where(_IS_REAL)).scalar()

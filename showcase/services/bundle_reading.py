"""Reads from the database what goes into a bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from showcase.bundles.content import BundleContent, Unresolved
from showcase.kernel.plain import plain, plain_fields
from showcase.store import demand, plans, registry
from showcase.store.demand import DataSet
from showcase.store.events import read_events
from showcase.store.fence import Connection
from showcase.store.plans import SavedPlan
from showcase.store.registry import ModelRun
from showcase.store.runs import RunRow, find_run
from showcase.store.workspaces import Workspace

NOT_CARRIED = ("imported_from",)
"""Columns that say something of this installation, and nothing of the workspace."""
_PAGE = 1000
_RUN = ("run_id", "status", "scenario", "request", "total_steps", "reason", "summary", "started_at", "ended_at")
_OF_THIS_DATABASE = ("data_set_id", "store_id", "product_id")


def workspace_row(found: Workspace) -> dict[str, Any]:
    """A workspace as a bundle carries it: every column of its story, as JSON has it."""
    return {name: value for name, value in plain_fields(found).items() if name not in NOT_CARRIED}


def read_content(connection: Connection, found: Workspace) -> BundleContent:
    """A workspace with all that it refers to, as far as it is still there."""
    made = found.created_objects
    run = find_run(connection, found.run_id) if found.run_id else None
    runs, gone_runs = _model_runs(connection, made)
    saved, gone_plans = _plans(connection, made)
    data, gone_data = _data(connection, found)
    gone_run = [] if run or not found.run_id else [Unresolved("run_id", "run", found.run_id, "gone")]
    return BundleContent(
        workspace=workspace_row(found),
        run=_run(run) if run else None,
        events=tuple(_events(connection, run)) if run else (),
        model_runs=runs,
        plans=saved,
        data=data,
        unresolved=(*gone_run, *gone_runs, *gone_plans, *gone_data),
    )


def _run(run: RunRow) -> dict[str, Any]:
    values = plain_fields(run)
    return {name: values[name] for name in _RUN}


def _events(connection: Connection, run: RunRow) -> Iterator[dict[str, Any]]:
    page = read_events(connection, run.run_id, 0, _PAGE)
    yield from page
    while len(page) == _PAGE:  # a shorter one is the last
        page = read_events(connection, run.run_id, page[-1]["seq"], _PAGE)
        yield from page


def _model_runs(connection: Connection, made: Mapping[str, Any]) -> tuple[tuple[dict[str, Any], ...], list[Unresolved]]:
    named = [(key, run_id) for key in ("model_run_ids", "synthetic_model_run_ids") for run_id in made.get(key, ())]
    there = registry.find_model_runs(connection, [run_id for _, run_id in named])
    found = [_model_run_row(there[run_id]) for _, run_id in named if run_id in there]
    gone = [Unresolved(key, "model_run", run_id, "gone") for key, run_id in named if run_id not in there]
    return tuple(found), gone


def _model_run_row(run: ModelRun) -> dict[str, Any]:
    """A model run as a bundle carries it: without ids of this database. Its data set is named by fingerprint, and its
    pair is the workspace's."""
    return {name: value for name, value in plain_fields(run).items() if name not in _OF_THIS_DATABASE}


def _plans(connection: Connection, made: Mapping[str, Any]) -> tuple[tuple[dict[str, Any], ...], list[Unresolved]]:
    found: list[SavedPlan] = []
    gone = []
    for plan_id in made.get("plan_ids", ()):
        plan = plans.find_plan(connection, plan_id)
        if plan is None:
            gone.append(Unresolved("plan_ids", "plan", plan_id, "gone"))
        else:
            found.append(plan)
    return tuple(plain_fields(plan) for plan in found), gone


def _data(connection: Connection, found: Workspace) -> tuple[dict[str, Any], Sequence[Unresolved]]:
    """What is known of the data set; one that was wiped, or never was here, keeps its fingerprint alone."""
    fingerprint = found.data_fingerprint
    names = ("kind", "name", "recipe", "row_counts", "date_start", "date_end")
    data_set = demand.find_by_fingerprint(connection, fingerprint) if fingerprint else None
    if data_set is not None:
        return {"fingerprint": fingerprint, **_described(data_set)}, ()
    carried = (found.imported_from or {}).get("data")
    if carried is not None:
        return dict(carried), ()
    gone = [Unresolved("data_fingerprint", "data_set", fingerprint, "gone")] if fingerprint else []
    return {"fingerprint": fingerprint, **dict.fromkeys(names)}, gone


def _described(data_set: DataSet) -> dict[str, Any]:
    return {
        "kind": data_set.kind,
        "name": data_set.name,
        "recipe": plain(data_set.recipe),
        "row_counts": plain(data_set.row_counts),
        "date_start": data_set.window.start.isoformat(),
        "date_end": data_set.window.end.isoformat(),
    }

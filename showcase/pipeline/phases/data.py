"""The data phase: checks, reset, seed, status and features."""

from __future__ import annotations

import shutil

import numpy as np

from showcase.demand.recipe import Recipe, resolve_recipe
from showcase.errors import UnavailableError
from showcase.forecasting.features import FRAME_V1, build_frame
from showcase.pipeline.context import RunContext
from showcase.pipeline.request import RunRequest
from showcase.pipeline.steps import StepOutcome, passed, skipped, warned
from showcase.ports import Clock

_LEAST_FREE_BYTES = 200 * 1024**2


def requested_recipe(request: RunRequest, clock: Clock) -> Recipe:
    """The recipe that this request seeds; the days end on as_of, or today."""
    as_of = None if request.has_fixed_days else (request.as_of or clock.today())
    return resolve_recipe(request.scenario, request.seed, request.seed_overrides, as_of)


def precheck(context: RunContext) -> StepOutcome:
    """Database, artifact folder and disk space; the lock and the schema were checked when the run started."""
    health = context.services.health()
    free = shutil.disk_usage(health.artifacts_folder).free
    if free < _LEAST_FREE_BYTES:
        raise UnavailableError(
            f"A run needs {_LEAST_FREE_BYTES // 1024**2} MB of free disk; {health.artifacts_folder.name} has "
            f"{free // 1024**2} MB.",
            "Free disk space, then run again.",
        )
    facts = {"postgresql": health.server_version, "schema": health.schema_revision}
    if context.keep_failure is not None:
        return warned(f"the run cannot be kept: {context.keep_failure}", **facts, keep_failure=context.keep_failure)
    return passed(f"PostgreSQL {health.server_version}, schema {health.schema_revision}, folder and disk", **facts)


def reset(context: RunContext) -> StepOutcome:
    """Wipe all demand data, imports too."""
    if not context.request.reset:
        return skipped("not asked for", rows=0)
    context.progress(0.0, "wiping demand data")
    wipe = context.services.demand.wipe()
    by_table: dict[str, int] = {}
    for _, table, count in wipe.lines:
        by_table[table] = by_table.get(table, 0) + count
    return passed(f"{wipe.rows:,} rows of {wipe.data_sets} data sets wiped", rows=wipe.rows, tables=by_table)


def seed(context: RunContext) -> StepOutcome:
    """Seed the preset with its overrides, or use the data that is there."""
    request = context.request
    if request.skip_seed:
        return skipped("uses the data that is there")
    recipe = requested_recipe(request, context.clock)
    kept = context.services.demand.seed(recipe, context.progress)
    context.facts.data_set = kept.data_set
    counts = kept.data_set.row_counts
    verb = "made" if kept.is_new else "found as it was"
    return passed(
        f"{counts['sales']:,} sales rows of {counts['stores']} stores and {counts['products']} products {verb}, "
        f"fingerprint {kept.data_set.fingerprint.short}",
        records_created=counts if kept.is_new else dict.fromkeys(counts, 0),
        overrides_applied=sorted(request.seed_overrides.given()) if request.seed_overrides else [],
        data_set_id=kept.data_set.id,
        fingerprint=kept.data_set.fingerprint,
    )


def status(context: RunContext) -> StepOutcome:
    """Window, counts and the focus pair of the data set that the run is about."""
    facts, demand = context.facts, context.services.demand
    missing = None
    if facts.data_set is None and context.request.data_fingerprint is not None:
        facts.data_set = demand.find_by_fingerprint(context.request.data_fingerprint)
        missing = None if facts.data_set else context.request.data_fingerprint
    data_set = facts.data_set or demand.require_current()
    focus = demand.focus(data_set, facts.wanted_pair)
    asked = context.request.user_scope
    is_users = asked is not None and facts.wanted_pair is not None and focus.is_wanted
    facts.data_set, facts.pair = data_set, focus.pair
    context.progress(0.5, "reading the series", data_set.row_counts["sales"])
    facts.matrix = demand.matrix(data_set)
    values = {
        "data_set_id": data_set.id,
        "fingerprint": data_set.fingerprint,
        "date_start": data_set.window.start.isoformat(),
        "date_end": data_set.window.end.isoformat(),
        "counts": data_set.row_counts,
        "series": facts.matrix.n_series,
        "store_id": focus.pair.store_id,
        "product_id": focus.pair.product_id,
        "store_code": focus.pair.store_code,
        "sku": focus.pair.sku,
        "user_scope_applied": is_users,
    }
    line = f"{facts.matrix.n_series} series over {data_set.window}, focus {focus.pair.store_code} / {focus.pair.sku}"
    if missing is not None:
        return warned(
            f"the data set {missing[:8]} is gone, the current one serves; {line}", **values, missing_fingerprint=missing
        )
    if asked is not None and not is_users:
        wanted = facts.wanted_pair
        values["wanted"] = {
            **asked.model_dump(),
            "store_code": wanted.store_code if wanted else None,
            "sku": wanted.sku if wanted else None,
        }
        return warned(f"the pair that was asked for is not there; {line}", **values)
    return passed(line, **values)


def features(context: RunContext) -> StepOutcome:
    """The feature frame of the focus pair, with nothing later than the cutoff."""
    facts = context.facts
    assert facts.matrix is not None  # the step before fills these
    assert facts.pair is not None
    row = facts.matrix.row_of(facts.pair.store_id, facts.pair.product_id)
    horizon = context.request.scoring.horizon
    history = facts.matrix.history(facts.matrix.n_days - horizon)
    frame = build_frame(FRAME_V1, history.select(np.array([row])))
    return passed(
        f"{frame.height} rows, {len(FRAME_V1.columns)} columns, cutoff {history.cutoff}",
        rows=frame.height,
        columns=[column.name for column in FRAME_V1.columns],
        cutoff=history.cutoff.isoformat(),
    )

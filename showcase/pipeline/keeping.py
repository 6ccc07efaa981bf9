"""What a kept run writes into its workspace before its first step."""

from __future__ import annotations

from typing import Any

from showcase.kernel.identity import RunId
from showcase.pipeline.request import RunRequest, UserScope
from showcase.services.environment import describe_environment
from showcase.services.suite import Services
from showcase.store import workspaces
from showcase.store.demand import Pair
from showcase.workspaces.story import CONFIG_SCHEMA_VERSION


def find_wanted_pair(services: Services, request: RunRequest) -> Pair | None:
    """The pair that was asked for: in a replay by the codes that its source recorded for the ids, else by the ids.

    The codes first, for a source that was imported has the ids of another database, which may name another pair here.
    Asked before reset and seed, which may take the ids away; None where nothing was asked, or nothing is known.
    """
    scope = request.user_scope
    if scope is None:
        return None
    return _recorded_pair(services, request, scope) or services.demand.pair(scope.store_id, scope.product_id)


def _recorded_pair(services: Services, request: RunRequest, scope: UserScope) -> Pair | None:
    if request.replayed_from_workspace_id is None:
        return None
    with services.transactions.read() as connection:
        source = workspaces.find_workspace(connection, request.replayed_from_workspace_id)
    asked = source.user_scope if source else None
    if not asked or asked["sku"] is None:
        return None
    if (asked["store_id"], asked["product_id"]) != (scope.store_id, scope.product_id):
        return None
    return Pair(scope.store_id, scope.product_id, asked["store_code"], asked["sku"])


def opening_columns(services: Services, request: RunRequest, run_id: RunId, wanted: Pair | None) -> dict[str, Any]:
    """The workspace's columns as far as the request tells them."""
    seeds_by_day = not request.skip_seed and not request.has_fixed_days
    scope = request.user_scope
    codes = {"store_code": wanted.store_code if wanted else None, "sku": wanted.sku if wanted else None}
    return {
        "name": request.workspace_name,
        "seed": request.seed,
        "scenario": str(request.scenario),
        "reset": request.reset,
        "skip_seed": request.skip_seed,
        "run_config": request.run_config(),
        "as_of": (request.as_of or services.clock.today()) if seeds_by_day else None,
        "store_id": scope.store_id if scope else None,
        "product_id": scope.product_id if scope else None,
        "config_schema_version": CONFIG_SCHEMA_VERSION,
        "replayed_from_workspace_id": request.replayed_from_workspace_id,
        "run_id": run_id,
        "data_fingerprint": request.data_fingerprint,
        "environment": describe_environment(),
        "seed_overrides": request.seed_overrides.given() if request.seed_overrides else None,
        "user_scope": {**scope.model_dump(), **codes} if scope else None,
        "created_objects": {"run_id": run_id},
    }

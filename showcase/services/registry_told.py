"""Model runs, aliases and comparisons as every door shows them."""

from __future__ import annotations

from typing import Any

from showcase.services.registry import AliasState, Compared
from showcase.store.registry import ModelRun


def model_run_json(run: ModelRun) -> dict[str, Any]:
    """A model run with the keys that every door uses."""
    return {
        "run_id": str(run.run_id),
        "status": run.status,
        "model_type": run.model_type,
        "config": run.config,
        "feature_frame_version": run.feature_frame_version,
        "data_set_id": run.data_set_id,
        "data_fingerprint": str(run.data_fingerprint),
        "store_id": run.store_id,
        "product_id": run.product_id,
        "date_start": run.date_start.isoformat(),
        "date_end": run.date_end.isoformat(),
        "metrics": run.metrics,
        "artifact_digest": None if run.artifact_digest is None else str(run.artifact_digest),
        "artifact_bytes": run.artifact_bytes,
        "origin_run_id": run.origin_run_id,
        "synthetic": run.synthetic,
        "failure": run.failure,
        "created_at": run.created_at.isoformat(),
        "updated_at": run.updated_at.isoformat(),
    }


def alias_json(state: AliasState) -> dict[str, Any]:
    """An alias, the run it points at, and why it is stale."""
    return {
        "name": state.alias.name,
        "run_id": str(state.alias.run_id),
        "model_type": state.run.model_type,
        "is_stale": state.is_stale,
        "stale_reasons": list(state.stale_reasons),
        "updated_at": state.alias.updated_at.isoformat(),
    }


def compared_json(compared: Compared) -> dict[str, Any]:
    """Two model runs side by side."""
    return {
        "a": model_run_json(compared.first),
        "b": model_run_json(compared.second),
        "comparable": compared.is_comparable,
        "obstacles": [{"reason": one.reason, "detail": one.detail} for one in compared.obstacles],
        "wape_change": compared.wape_change,
    }

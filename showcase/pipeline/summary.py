"""The end of a run in values: what the summary event, the run's row and the workspace say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from showcase.pipeline.context import RunContext
from showcase.pipeline.phases.decision import winning_score
from showcase.services.models import PRODUCTION_ALIAS
from showcase.workspaces.story import summarise_phases


@dataclass(frozen=True, slots=True)
class RunResult:
    """What the caller of a run gets: its end, and the final event of each row."""

    run_id: str
    run_status: str
    overall_status: str
    steps: tuple[Mapping[str, Any], ...]
    summary: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        picked = ("winner_model_type", "winner_wape", "winning_run_id", "alias", "wall_clock_s", "workspace_id")
        return {
            "overall_status": self.overall_status,
            "steps": [dict(step) for step in self.steps],
            **{name: self.summary.get(name) for name in picked},
            "run_id": self.run_id,
            "run_status": self.run_status,
        }


def overall_status(run_status: str) -> str:
    """pass for a completed run, fail for every other end."""
    return "pass" if run_status == "completed" else "fail"


def summarise(context: RunContext, run_status: str, wall_clock_s: float) -> dict[str, Any]:
    """The summary of a run that this process ran to whatever end."""
    facts, request = context.facts, context.request
    scored, registered = facts.scored, facts.registered
    metric = request.scoring.metric
    has_winner = scored is not None and scored.winner is not None
    return {
        "overall_status": overall_status(run_status),
        "run_status": run_status,
        "winner_model_type": str(scored.winner) if has_winner and scored else None,
        "winner_metric": metric if has_winner else None,
        "winner_value": winning_score(scored, metric) if has_winner and scored else None,
        "winner_wape": winning_score(scored, "wape") if has_winner and scored else None,
        "winning_run_id": registered.model_run_id if registered else None,
        "alias": PRODUCTION_ALIAS if registered and run_status == "completed" else None,
        "wall_clock_s": round(wall_clock_s, 3),
        "v2_run_id": facts.challenger.model_run_id if facts.challenger else None,
        "workspace_id": context.workspace_id,
        "run_config": request.run_config(),
        "data_fingerprint": facts.data_set.fingerprint if facts.data_set else None,
    }


def unknown_summary(run_status: str, workspace_id: str | None) -> dict[str, Any]:
    """The summary that a settler writes for a run whose own process is gone."""
    known = {"overall_status": "fail", "run_status": run_status, "workspace_id": workspace_id}
    names = (
        "overall_status", "run_status", "winner_model_type", "winner_metric", "winner_value", "winner_wape",
        "winning_run_id", "alias", "wall_clock_s", "v2_run_id", "workspace_id", "run_config", "data_fingerprint",
    )  # fmt: skip
    return {name: known.get(name) for name in names}


def created_objects(context: RunContext) -> dict[str, Any]:
    """The ids of everything the run made, all of them soft references."""
    facts = context.facts
    files: dict[str, str] = {}
    if facts.scored is not None:
        files["backtest"] = facts.scored.forecasts_digest
        files["score_parts"] = facts.scored.parts_digest
    if facts.registered is not None:
        files["forecast"] = facts.registered.forecast_file
        files["model"] = facts.registered.artifact_digest
    return {
        "run_id": context.run_id,
        "data_set_id": facts.data_set.id if facts.data_set else None,
        "data_set_name": facts.data_set.name if facts.data_set else None,
        "model_run_ids": list(facts.model_run_ids),
        "plan_ids": list(facts.plan_ids),
        "job_ids": list(facts.job_ids),
        "trained_artifacts": dict(facts.trained.digests) if facts.trained else {},
        "files": files,
        "alias": PRODUCTION_ALIAS if facts.registered else None,
        "enrichment_digest": facts.enrichment.digest if facts.enrichment else None,
        "batch_ids": list(facts.batch_ids),
        "synthetic_model_run_ids": list(facts.synthetic_run_ids),
    }


def workspace_columns(
    context: RunContext, summary: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What a kept run writes into its workspace when it ends."""
    facts = context.facts
    data_set = facts.data_set
    result = dict(summary)
    if facts.registered is not None:
        result["forecast_digest"] = facts.registered.forecast_digest
    backtest: Mapping[str, Any] = next((step["data"] for step in steps if step["step_name"] == "backtest"), {})
    result["leaderboard"] = backtest.get("leaderboard")
    return {
        "status": summary["run_status"],
        "store_id": facts.pair.store_id if facts.pair else None,
        "product_id": facts.pair.product_id if facts.pair else None,
        "date_start": data_set.window.start if data_set else None,
        "date_end": data_set.window.end if data_set else None,
        "data_fingerprint": data_set.fingerprint if data_set else None,
        "created_objects": created_objects(context),
        "result_summary": result,
        "approval_events": list(facts.approval_events),
        "rag_events": list(facts.rag_events),
        "job_ids": list(facts.job_ids),
        "phase_summaries": summarise_phases(steps),
    }

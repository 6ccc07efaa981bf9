"""The values of an installation's summary."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from showcase.registry.drift import Drift
from showcase.registry.entry import Grain, RegistryEntry
from showcase.services.registry import AliasState
from showcase.store.ops import FailedJob
from showcase.store.runs import RunRow


@dataclass(frozen=True, slots=True)
class Candidate:
    """The newest success of one grain, and how urgent it is to train it anew, 0 to 1."""

    entry: RegistryEntry
    age_days: int
    score: float


@dataclass(frozen=True, slots=True)
class Health:
    """How the scores of one model type on one grain moved; `runs` successes have a score."""

    model_type: str
    grain: Grain
    runs: int
    drift: Drift


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old what is there is; everything is None on an empty database."""

    data_set_id: int | None
    data_end: str | None
    days_behind: int | None
    last_model_at: str | None


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes: of the database, of the stored artifacts, of those that nothing names, and those that are free."""

    database_bytes: int
    artifacts: int
    artifact_bytes: int
    orphaned: int
    orphaned_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Attention:
    """One item: a stable word for programs, what is the matter, and what to do next."""

    kind: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class OpsSummary:
    """All of it. Counts have every status, 0 where none has it; demonstrations are counted nowhere."""

    runs: dict[str, int]
    last_run: RunRow | None
    jobs: dict[str, int]
    jobs_by_kind: dict[str, int]
    model_runs: dict[str, int]
    workspaces: dict[str, int]
    approvals: dict[str, int]
    aliases: tuple[AliasState, ...]
    freshness: Freshness
    failed_jobs: tuple[FailedJob, ...]
    candidates: tuple[Candidate, ...]
    health: tuple[Health, ...]
    disk: Disk
    attention: tuple[Attention, ...] = ()


def summary_json(summary: OpsSummary) -> dict[str, Any]:
    """The summary as JSON values, with the keys of the API."""
    last = summary.last_run
    return {
        "runs": summary.runs,
        "last_run": None
        if last is None
        else {"run_id": last.run_id, "status": last.status, "scenario": last.scenario, "step": last.step_name},
        "jobs": summary.jobs | {"by_kind": summary.jobs_by_kind},
        "model_runs": summary.model_runs,
        "workspaces": summary.workspaces,
        "approvals": summary.approvals,
        "aliases": [
            {
                "name": state.alias.name,
                "run_id": state.run.run_id,
                "model_type": state.run.model_type,
                "is_stale": state.is_stale,
                "stale_reasons": list(state.stale_reasons),
            }
            for state in summary.aliases
        ],
        "freshness": asdict(summary.freshness),
        "failed_jobs": [
            {"job_id": job.job_id, "kind": job.kind, "failure": job.failure} for job in summary.failed_jobs
        ],
        "retraining_candidates": [candidate_json(candidate) for candidate in summary.candidates],
        "model_health": [health_json(health) for health in summary.health],
        "disk": asdict(summary.disk),
        "attention": [asdict(item) for item in summary.attention],
    }


def candidate_json(candidate: Candidate) -> dict[str, Any]:
    """One retraining candidate as JSON values."""
    entry = candidate.entry
    return {
        "run_id": entry.run_id,
        "model_type": entry.model_type,
        "store_id": entry.grain[0],
        "product_id": entry.grain[1],
        "age_days": candidate.age_days,
        "wape": entry.wape,
        "score": candidate.score,
    }


def health_json(health: Health) -> dict[str, Any]:
    """The health of one model type and grain as JSON values."""
    return {
        "model_type": health.model_type,
        "store_id": health.grain[0],
        "product_id": health.grain[1],
        "runs": health.runs,
        "latest_wape": health.drift.latest,
        "prior_mean_wape": health.drift.prior_mean,
        "change_percent": health.drift.change_percent,
        "verdict": health.drift.verdict,
    }

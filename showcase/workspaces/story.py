"""The slots of a workspace's story: what each holds, described so that forms, documents and readers agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from showcase.demand.overrides import SeedOverrides
from showcase.workspaces.story_result import ResultSummary

CONFIG_SCHEMA_VERSION = 2
"""What the runs write now. 1: before there were story slots; such a workspace reads as one whose slots are null."""

HexId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
HexDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _as_written(value: object) -> object:
    """A moment is a text in JSON, and its readers take it for one."""
    if not isinstance(value, str):
        raise ValueError("a moment as 2026-11-22T12:00:00+00:00")  # noqa: TRY004  (pydantic refuses with this alone)
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_as_written), Field(strict=False)]


class _Entry(BaseModel):
    # strict, for what is read is handed on as it was written, not as it could be understood
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class UserScope(_Entry):
    """The focus pair that was asked for: by the ids of the request, and by the codes that find it again."""

    store_id: int = Field(ge=1, description="The store's id when the run was asked for.")
    product_id: int = Field(ge=1, description="The product's id when the run was asked for.")
    store_code: str | None = Field(description="The store's code; null where the ids named nothing.")
    sku: str | None = Field(description="The product's SKU; null where the ids named nothing.")


class BacktestStory(_Entry):
    """How the models were scored."""

    horizon: int = Field(description="Days ahead that each fold forecasts.")
    strategy: Literal["expanding", "sliding"] = Field(description="How the training days grow.")
    n_splits: int = Field(description="Number of folds.")
    min_train_size: int = Field(description="Days that the first fold trains on at least.")
    gap: int = Field(description="Days between a cutoff and its first forecast day.")
    metric: Literal["wape", "mae", "rmse"] = Field(description="The score that decides the winner.")


class RunConfig(_Entry):
    """The resolved half of a customised request: both halves, whichever was sent."""

    train_model_types: list[str] = Field(description="The models that compete.")
    backtest: BacktestStory = Field(description="How they are scored.")


class ToolCallSummary(_Entry):
    """What the agent wanted to do, without the values."""

    description: str = Field(description="The proposal in one sentence.")
    arguments_keys: list[str] = Field(description="The names of its arguments.")


class ApprovalEvent(_Entry):
    """A question to a person, and its answer."""

    action_id: HexId = Field(description="The question.")
    tool_name: str = Field(description="What would be done.")
    decision: Literal["approved", "rejected", "timed_out"] = Field(description="How it ended.")
    decided_at: Moment | None = Field(description="When, by the database's clock.")
    decided_by: str | None = Field(description="Who; null for silence.")
    session_id: str = Field(description="The agent's session.")
    auto_approved: bool = Field(description="Whether silence approved it, as set.")
    reason: str | None = Field(description="What the person said to it.")
    execution_status: str = Field(description="What became of the action.")
    tool_call_summary: ToolCallSummary = Field(description="What was proposed.")
    transcript_summary: str = Field(max_length=200, description="What the agent said, in short.")
    tokens_used: int = Field(ge=0, description="Tokens of a language model; 0 for the rule-based planner.")
    tool_calls_count: int = Field(ge=0, description="How many proposals the session made.")
    evidence_digest: HexDigest = Field(description="The digest of everything that was shown.")


class RagHit(_Entry):
    """A passage that was found."""

    source: str = Field(description="The document.")
    score: float = Field(description="How well it fits; higher is better.")


class RagEvent(_Entry):
    """A look into the run's knowledge."""

    event: Literal["probe", "index", "retrieve", "skip"] = Field(description="What was tried.")
    status: Literal["pass", "warn", "skip", "fail"] = Field(description="How it went.")
    detail: str = Field(description="The same in one line.")
    count: int = Field(ge=0, description="Chunks indexed, or passages found.")
    occurred_at: Moment = Field(description="When.")
    provider: str = Field(description="Who answered.")
    reachable: bool | None = Field(description="Whether the provider answered; null where it was not asked.")
    query: str | None = Field(description="The question.")
    hits: list[RagHit] = Field(description="What was found, best first.")


class StepSummary(_Entry):
    """The end of one step."""

    step: str = Field(description="Its name.")
    status: Literal["pass", "fail", "skip", "warn"] = Field(description="How it ended.")
    detail: str = Field(description="What it said.")
    duration_ms: float | None = Field(description="How long it took; null where nobody was left to measure.")


class PhaseSummary(_Entry):
    """One phase of the run, as far as it got."""

    phase: str = Field(description="Its name.")
    status: Literal["pass", "fail", "skip", "warn"] = Field(
        description="fail, else warn, else pass where any step has it; skip where all were skipped."
    )
    duration_ms: float = Field(ge=0, description="The measured steps together.")
    steps: list[StepSummary] = Field(description="Its steps in their order.")


class Environment(_Entry):
    """What computed the run."""

    python: str = Field(description="The version of Python.")
    libraries: dict[str, str] = Field(description="The versions of the libraries that computed, by name.")
    code: str = Field(description="The version of this program.")
    code_digest: HexDigest = Field(description="The digest of this program's own modules.")


class CreatedObjects(BaseModel):
    """The ids of everything that the run made; each may be gone by now. More keys may stand beside these."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    run_id: HexId | None = Field(None, description="The pipeline run.")
    data_set_id: int | None = Field(None, description="The data set that it was about.")
    data_set_name: str | None = Field(None, description="What that data set was called.")
    model_run_ids: list[HexId] = Field(default_factory=list, description="Registered model runs.")
    plan_ids: list[HexId] = Field(default_factory=list, description="Saved plans.")
    job_ids: list[HexId] = Field(default_factory=list, description="Background units of work.")
    trained_artifacts: dict[str, HexDigest] = Field(default_factory=dict, description="Trained models, by type.")
    files: dict[str, HexDigest] = Field(default_factory=dict, description="Stored tables, by what they hold.")
    alias: str | None = Field(None, description="The alias that was pointed at the winner.")
    enrichment_digest: HexDigest | None = Field(None, description="The enrichment of the data set.")
    batch_ids: list[HexId] = Field(default_factory=list, description="Batches over many series.")
    synthetic_model_run_ids: list[HexId] = Field(default_factory=list, description="Model runs made for show.")


SLOTS: Mapping[str, tuple[TypeAdapter[Any], str]] = {
    "seed_overrides": (TypeAdapter(SeedOverrides), "The knobs that were set over the preset; no other stands here."),
    "user_scope": (TypeAdapter(UserScope), "The focus pair that was asked for; null where the run chose it."),
    "run_config": (TypeAdapter(RunConfig), "Models and backtest of a customised request; null for the usual ones."),
    "result_summary": (TypeAdapter(ResultSummary), "How the run ended, and how a replay compares with its source."),
    "approval_events": (TypeAdapter(list[ApprovalEvent]), "Questions to a person, in the order they were asked."),
    "rag_events": (TypeAdapter(list[RagEvent]), "Looks into the run's knowledge, in their order."),
    "job_ids": (TypeAdapter(list[HexId]), "Every background unit of work of the run, in the order it began."),
    "phase_summaries": (TypeAdapter(list[PhaseSummary]), "The phases as far as the run got."),
    "environment": (TypeAdapter(Environment), "What computed the run."),
    "created_objects": (TypeAdapter(CreatedObjects), "The ids of everything that the run made."),
}
"""Every slot: how it is read, and what it is for."""


def summarise_phases(completed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The slot phase_summaries of the completion events of a run, in their order."""
    phases: dict[str, list[Mapping[str, Any]]] = {}
    for event in completed:
        phases.setdefault(str(event["phase_name"]), []).append(event)
    return [
        {
            "phase": phase,
            "status": _worst([str(event["status"]) for event in events]),
            "duration_ms": round(sum(event["duration_ms"] or 0.0 for event in events), 3),
            "steps": [
                {
                    "step": event["step_name"],
                    "status": str(event["status"]),
                    "detail": event["detail"],
                    "duration_ms": event["duration_ms"],
                }
                for event in events
            ],
        }
        for phase, events in phases.items()
    ]


def _worst(statuses: list[str]) -> str:
    return next(status for status in ("fail", "warn", "pass", "skip") if status in statuses)

"""THE table of steps: their order, their phases and the functions that do them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from showcase.demand.presets import Scenario
from showcase.pipeline.events import StepStatus

if TYPE_CHECKING:
    from showcase.pipeline.context import RunContext


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """How a step ended, in one line for people and in data for programs."""

    status: StepStatus
    detail: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table."""

    name: str
    phase: str
    run: Callable[[RunContext], StepOutcome]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run stands; indexes count from 1."""

    step_name: str
    step_index: int
    total_steps: int
    phase_name: str
    phase_index: int
    phase_total: int


def positions(steps: tuple[Step, ...]) -> tuple[Position, ...]:
    """The position of each step; phases count in the order in which they first appear."""
    phases = list(dict.fromkeys(step.phase for step in steps))
    return tuple(
        Position(step.name, index, len(steps), step.phase, phases.index(step.phase) + 1, len(phases))
        for index, step in enumerate(steps, start=1)
    )


def summary_position(steps: tuple[Step, ...]) -> Position:
    """The position of the summary, which is no step: behind the last one, in its phase."""
    last = positions(steps)[-1]
    return Position("summary", last.total_steps, last.total_steps, last.phase_name, last.phase_index, last.phase_total)


def eleven_steps() -> tuple[Step, ...]:
    """The steps of every preset."""
    # imported here: the phases import this module for its values
    from showcase.pipeline.phases import agents, cleanup, data, decision, modeling, verify

    return (
        Step("precheck", "data", data.precheck),
        Step("reset", "data", data.reset),
        Step("seed", "data", data.seed),
        Step("status", "data", data.status),
        Step("features", "data", data.features),
        Step("train", "modeling", modeling.train),
        Step("backtest", "decision", decision.backtest),
        Step("register", "decision", decision.register),
        Step("verify", "verify", verify.verify),
        Step("agent", "agents", agents.agent),
        Step("cleanup", "cleanup", cleanup.cleanup),
    )


def twenty_four_steps() -> tuple[Step, ...]:
    """The steps of showcase_rich: all ten phases."""
    from showcase.pipeline.phases import (
        agents,
        cleanup,
        data,
        decision,
        enrichment,
        knowledge,
        modeling,
        ops,
        planning,
        portfolio,
        promotion,
        verify,
    )

    return (
        Step("precheck", "data", data.precheck),
        Step("reset", "data", data.reset),
        Step("seed", "data", data.seed),
        Step("status", "data", data.status),
        Step("features", "data", data.features),
        Step("phase2_enrichment", "data", enrichment.phase2_enrichment),
        Step("historical_backfill", "data", enrichment.historical_backfill),
        Step("train", "modeling", modeling.train),
        Step("v2_train", "modeling", modeling.v2_train),
        Step("backtest", "decision", decision.backtest),
        Step("register", "decision", decision.register),
        Step("champion_compat_compare", "decision", promotion.champion_compat_compare),
        Step("stale_alias_trigger", "decision", promotion.stale_alias_trigger),
        Step("safer_promote_flow", "decision", promotion.safer_promote_flow),
        Step("batch_preset", "portfolio", portfolio.batch_preset),
        Step("scenario_simulate_and_save", "planning", planning.scenario_simulate_and_save),
        Step("multi_plan_compare", "planning", planning.multi_plan_compare),
        Step("embedding_provider_probe", "knowledge", knowledge.embedding_provider_probe),
        Step("rag_index_subset", "knowledge", knowledge.rag_index_subset),
        Step("rag_retrieve_probe", "knowledge", knowledge.rag_retrieve_probe),
        Step("verify", "verify", verify.verify),
        Step("agent_hitl_flow", "agents", agents.agent_hitl_flow),
        Step("ops_snapshot", "ops", ops.ops_snapshot),
        Step("cleanup", "cleanup", cleanup.cleanup),
    )


def steps_for(scenario: str) -> tuple[Step, ...]:
    """The table that a run of this preset goes through."""
    return twenty_four_steps() if scenario == Scenario.SHOWCASE_RICH else eleven_steps()


def passed(detail: str, **values: Any) -> StepOutcome:
    """A step that did its work; `detail` is its sentence, `values` the data of its event."""
    return StepOutcome(StepStatus.PASS, detail, values)


def skipped(detail: str, **values: Any) -> StepOutcome:
    """A step that was not asked for or has nothing to work on, and why; the run goes on."""
    return StepOutcome(StepStatus.SKIP, detail, values)


def warned(detail: str, **values: Any) -> StepOutcome:
    """A step that came to less than was asked, and why; the run goes on."""
    return StepOutcome(StepStatus.WARN, detail, values)


def failed(detail: str, **values: Any) -> StepOutcome:
    """A step that cannot be done, and why; the run stops here."""
    return StepOutcome(StepStatus.FAIL, detail, values)

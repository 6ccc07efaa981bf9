"""The agent phase: one reading of the run, and one proposal that needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from showcase.errors import ShowcaseError
from showcase.kernel.identity import PlanId, SessionId
from showcase.pipeline.context import RunContext, StopRequested
from showcase.pipeline.phases.modeling import subject_of
from showcase.pipeline.steps import StepOutcome, passed, skipped, warned
from showcase.services.agents import Assignment, read_run
from showcase.services.decisions import Question, approval_entry, question_json
from showcase.services.models import Registered
from showcase.store.decisions import Decision
from showcase.store.fence import Connection


def agent(context: RunContext) -> StepOutcome:
    """What the rule-based agent reads out of the scores; it decides and changes nothing."""
    scored = context.facts.scored
    if scored is None:
        return skipped("there are no scores to read")
    reading = read_run(scored, subject_of(context).matrix)
    return passed(reading[0], reading=list(reading), provider="rules")


def agent_hitl_flow(context: RunContext) -> StepOutcome:
    """The agent proposes to save a plan, and a person decides; silence executes nothing."""
    if context.facts.registered is None:
        return skipped("there is no forecast to plan with")
    agent_service = context.services.agents
    try:
        assignment = _assignment(context, context.facts.registered)
        question = agent_service.propose(assignment, SessionId.new(), context.check_stop)
    except ShowcaseError as error:
        return skipped(f"there is nothing to propose: {error.message}")
    if question is None:
        return skipped("there is nothing to propose: no idea of the agent could be served")
    decided = _ask(context, question)
    if decided.state == "approved":
        effect = agent_service.effect(decided, assignment)
        decided = context.services.decisions.execute(decided.action_id, effect)
    if decided.outcome is not None:
        context.facts.plan_ids.append(PlanId(decided.outcome["plan_id"]))
    entry = approval_entry(decided)
    context.facts.approval_events.append(entry)
    values = {**question_json(decided), "approval": entry, "outcome": decided.outcome}
    if decided.execution_status == "failed":
        return warned(f"{_who(decided)}, but it could not be carried out: {decided.execution_detail}", **values)
    return passed(_who(decided), **values)


def _assignment(context: RunContext, registered: Registered) -> Assignment:
    """The focus pair, and the basis of its plans: that of the planning phase, where there was one."""
    facts, subject = context.facts, subject_of(context)
    context.progress(0.1, f"looking at {subject.pair.store_code} / {subject.pair.sku}")
    if facts.plan_basis is None:
        facts.plan_basis = context.services.plans.basis(registered.model_run_id, subject.matrix)
    return Assignment(subject.matrix, subject.pair, facts.plan_basis, context.request.scoring.horizon)


def _ask(context: RunContext, question: Question) -> Decision:
    """Show the question and wait for its answer, the end of its window, or a stop of the run."""
    decisions = context.services.decisions
    asked: list[Decision] = []

    def first(connection: Connection) -> Mapping[str, Any]:
        asked.append(decisions.ask_within(connection, question, context.run_id))
        return {**question_json(asked[-1]), "share": 0.5, "what": "waits for a decision", "awaiting": "approval"}

    context.announce(f"waits for a decision: {question.description}", first)
    action_id = asked[-1].action_id
    try:
        return decisions.wait_for(action_id, context.pause)
    except StopRequested:
        withdrawn = decisions.withdraw(action_id, "the run was stopped")
        context.facts.approval_events.append(approval_entry(withdrawn))
        raise


def _who(decision: Decision) -> str:
    window = f"within {(decision.expires_at - decision.asked_at).total_seconds():g} s"
    if decision.state == "timed_out":
        return f"nobody decided {window}; nothing was executed"
    if decision.auto_approved:
        return f"nobody decided {window}; approved by silence, as set"
    why = f": {decision.reason}" if decision.reason else ""
    return f"{decision.state} by {decision.decided_by}{why}"

"""The agent: reads a run, and proposes a plan that a person decides on, by rules or by a language model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from showcase.errors import InvalidInputError, ProviderError
from showcase.evaluation.backtest import CONTROLS
from showcase.forecasting.history import SalesMatrix
from showcase.kernel.identity import RunId, SessionId
from showcase.kernel.window import Window
from showcase.kernel.words import percent
from showcase.planning.assumptions import Assumptions, NewPlan, PlanRequest, parse_plan
from showcase.planning.plan import Plan
from showcase.ports import LanguageModel, Tick
from showcase.services.decisions import Effect, Question
from showcase.services.model_proposals import suggest
from showcase.services.models import Scored, board_rows
from showcase.services.plan_basis import PlanBasis
from showcase.services.planner import Proposal, propose_plan, read_shelf
from showcase.services.plans import PlanService
from showcase.store.decisions import Decision
from showcase.store.demand import Pair
from showcase.store.fence import Transactions

_NOMINAL_80 = (75.0, 85.0)
_MANY_STOCKOUTS = 0.05
_MANY_MISSING = 0.10


def _against_controls(winner: dict[str, Any], board: list[dict[str, Any]], metric: str) -> str:
    controls = [row for row in board if row["model"] in CONTROLS and row["model"] != winner["model"]]
    scored = [row for row in controls if row[metric] is not None]
    if not scored:
        return f"{winner['model']} wins with {metric} {winner[metric]:.2f}."
    best = min(scored, key=lambda row: float(row[metric]))
    gain = (1 - winner[metric] / best[metric]) * 100 if best[metric] else 0.0
    word = "better than" if gain >= 0 else "worse than"
    return (
        f"{winner['model']} wins with {metric} {winner[metric]:.2f}, {abs(gain):.0f} % {word} the control "
        f"{best['model']} ({best[metric]:.2f})."
    )


def _about_bias(winner: dict[str, Any]) -> str | None:
    bias, mae = winner["bias"], winner["mae"]
    if bias is None or not mae or abs(bias) < mae / 4:
        return None
    side = "too low" if bias > 0 else "too high"
    return f"Its forecasts lie {side} by {abs(bias):.1f} units a day on average, a good part of its error ({mae:.1f})."


def _about_intervals(winner: dict[str, Any]) -> str | None:
    held = winner["coverage80"]
    if held is None or _NOMINAL_80[0] <= held <= _NOMINAL_80[1]:
        return None
    return f"The 80 % interval held {held:.0f} % of the time; read it with care."


def _about_demand(matrix: SalesMatrix) -> list[str]:
    known = ~np.isnan(matrix.units)
    stocked_out = float(matrix.stockout.sum() / max(known.sum(), 1))
    missing = float(1 - known.mean())
    lines = []
    if stocked_out > _MANY_STOCKOUTS:
        lines.append(f"{percent(stocked_out)} of the days were out of stock: sales show less than was wanted.")
    if missing > _MANY_MISSING:
        lines.append(f"{percent(missing)} of the days are missing; they are neither trained on nor scored.")
    return lines


def read_run(scored: Scored, matrix: SalesMatrix) -> tuple[str, ...]:
    """One to five sentences on the run, the first about the winner. Deterministic; changes nothing."""
    board = board_rows(scored.board)
    winner = next(row for row in board if row["is_winner"])
    lines = [_against_controls(winner, board, scored.backtest.plan.metric)]
    lines += [line for line in (_about_bias(winner), _about_intervals(winner)) if line]
    return (*lines, *_about_demand(matrix))


RULES = "rules"
"""The provider of proposals that is always there."""
SAVE_PLAN = "save_scenario_plan"
"""The one thing the agent can ask for; it has no other way to change anything."""
_PLAN_TAG = "agent"
_LONGEST_PLAN_NAME = 200
_KNOWN_TRUTH = "true_"
_EFFECT = ("units_delta", "revenue_delta", "units_delta_interval", "revenue_delta_interval")


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the agent looks at: one series, and the basis and length of the plans that it may propose for it."""

    matrix: SalesMatrix
    pair: Pair
    basis: PlanBasis
    horizon: int

    @property
    def series(self) -> str:
        return f"{self.pair.store_code} / {self.pair.sku}"

    @property
    def days(self) -> Window:
        """The forecast days."""
        return self.basis.days(self.horizon)

    def request(self, assumptions: Assumptions) -> PlanRequest:
        """The what-if of these assumptions about the series."""
        return PlanRequest(
            assumptions=assumptions,
            horizon=self.horizon,
            store_id=self.pair.store_id,
            product_id=self.pair.product_id,
            run_id=self.basis.model_run.run_id,
        )


@dataclass(frozen=True, slots=True)
class AgentService:
    """The agent: it looks, proposes and asks; only an approval carries out what it proposed.

    Without a language model the rules propose; with one it does, and the rules where it cannot.
    """

    plans: PlanService
    language_model: LanguageModel | None = None

    def propose(self, assignment: Assignment, session_id: SessionId, tick: Tick) -> Question | None:
        """The plan to propose, as a question to a person; None where nothing could be served.

        InvalidInputError where no plan can be computed for the series.
        """
        pair, matrix = assignment.pair, assignment.matrix

        def simulate(assumptions: Assumptions) -> Plan:
            return self.plans.simulate(assignment.request(assumptions), assignment.basis).plan

        shelf = read_shelf(matrix, matrix.row_of(pair.store_id, pair.product_id))
        by_rules = propose_plan(shelf, assignment.days, simulate, assignment.series)
        if by_rules is None or self.language_model is None:
            return None if by_rules is None else _question(assignment, by_rules, session_id)
        try:
            found, tokens = suggest(self.language_model, by_rules, shelf, simulate, assignment.series, tick)
        except (ProviderError, InvalidInputError) as error:
            note = f"{self.language_model.name} proposed nothing that can be asked, so the rules did: {error.message}"
            return _question(assignment, replace(by_rules, reasons=(*by_rules.reasons, note)), session_id)
        return _question(assignment, found, session_id, self.language_model.name, tokens)

    def effect(self, decision: Decision, assignment: Assignment) -> Effect:
        """What an approval does: it saves the very plan that was shown, in the unit of work it is given."""

        def save(transactions: Transactions) -> Mapping[str, Any]:
            new = parse_plan(NewPlan, decision.arguments)
            origin = RunId(decision.run_id) if decision.run_id else None
            saved = replace(self.plans, transactions=transactions).save(new, origin, assignment.basis)
            return {"plan_id": str(saved.plan_id), "name": saved.name}

        return save


def _question(
    assignment: Assignment, proposal: Proposal, session_id: SessionId, provider: str = RULES, tokens_used: int = 0
) -> Question:
    idea, plan = proposal.idea, proposal.plan
    name = f"Agent: {idea.title} for {assignment.series}"[:_LONGEST_PLAN_NAME]
    wanted = assignment.request(idea.assumptions).model_dump(mode="json")
    wanted["assumptions"] = idea.assumptions.as_json()
    description = (
        f"Save the what-if plan {idea.title} for {assignment.series}, {plan.days}: "
        f"{plan.delta.units:+,.0f} units, {plan.delta.revenue:+,.0f} revenue"
    )
    return Question(
        tool_name=SAVE_PLAN,
        arguments={"name": name, "tags": [_PLAN_TAG], **wanted},
        description=description,
        evidence={
            "description": description,
            "proposed_by": provider,
            "reasons": list(proposal.reasons),
            "assumptions": idea.assumptions.as_json(),
            "store_code": assignment.pair.store_code,
            "sku": assignment.pair.sku,
            "plan": _plan_json(plan),
            "others": [{"title": other.title, **_effect_json(found)} for other, found in proposal.others],
        },
        session_id=session_id,
        provider=provider,
        transcript=" ".join(proposal.reasons),
        tokens_used=tokens_used,
        tool_calls_count=1 + len(proposal.others),
    )


def _plan_json(plan: Plan) -> dict[str, Any]:
    """The plan as it is told everywhere, without known truth: nobody who decides in earnest has that."""
    return {name: value for name, value in plan.as_json().items() if not name.startswith(_KNOWN_TRUTH)}


def _effect_json(plan: Plan) -> dict[str, Any]:
    told = plan.as_json()
    return {name: told[name] for name in _EFFECT}

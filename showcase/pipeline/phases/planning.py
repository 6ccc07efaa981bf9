"""The planning phase: a what-if for the featured pair, and a second one to compare it with."""

from __future__ import annotations

from typing import Any

from showcase.errors import InvalidInputError, NotFoundError
from showcase.kernel.window import Window
from showcase.pipeline.context import RunContext
from showcase.pipeline.steps import StepOutcome, passed, skipped, warned
from showcase.planning.assumptions import NewPlan, PlanRequest
from showcase.planning.proposals import Proposal, proposals, surest
from showcase.services.plan_basis import PlanBasis
from showcase.services.plans import summary_json
from showcase.store.plans import SavedPlan

_TAG = "showcase"


def scenario_simulate_and_save(context: RunContext) -> StepOutcome:
    """Save the surest of the two plans for the featured pair, on days inside the forecast of the registered model."""
    facts = context.facts
    if facts.registered is None:
        return skipped("there is no registered model to plan with")
    context.progress(0.1, "estimating what moves the sales")
    plans = context.services.plans
    facts.plan_basis = plans.basis(facts.registered.model_run_id, facts.matrix)
    offered = proposals(_days(context))
    found = [plans.simulate(_request(context, one), facts.plan_basis) for one in offered]
    first = surest([one.plan for one in found])
    context.progress(0.7, offered[first].name)
    saved = _save(context, offered[first], facts.plan_basis)
    values = summary_json(saved)
    truth = "" if values["true_units_delta"] is None else f" (true {values['true_units_delta']:+.0f})"
    return passed(
        f"{saved.name}: {saved.units_delta:+.0f} units{truth}, {saved.revenue_delta:+.2f} revenue",
        **values,
        notes=saved.outcome["notes"],
        inventory=saved.outcome["inventory"],
        elasticity=saved.outcome["elasticity"],
        promotion_uplift=saved.outcome["promotion_uplift"],
        days=saved.outcome["days"],
    )


def multi_plan_compare(context: RunContext) -> StepOutcome:
    """Save the other plan too and rank the two by revenue."""
    facts = context.facts
    if not facts.plan_ids or facts.plan_basis is None:
        return skipped("there is no saved plan to compare with")
    plans = context.services.plans
    try:
        first = plans.show(facts.plan_ids[0])
        other = next(one for one in proposals(_days(context)) if one.name != first.name)
        context.progress(0.2, other.name)
        second = _save(context, other, facts.plan_basis)
        compared = plans.compare([first.plan_id, second.plan_id])
    except (InvalidInputError, NotFoundError) as lost:
        return warned(f"the second plan was lost: {lost.message}", plan_ids=_ids(context), remedy=lost.remedy)
    best, rest = compared["plans"]
    return passed(
        f"{best['name']} ({best['revenue_delta']:+.2f}) before {rest['name']} ({rest['revenue_delta']:+.2f})",
        **compared,
        plan_ids=_ids(context),
    )


def _days(context: RunContext) -> Window:
    """The forecast days of the registered model."""
    registered = context.facts.registered
    assert registered is not None  # both steps look for it first
    dates = registered.forecast["date"]
    return Window(dates.min(), dates.max())  # type: ignore[arg-type]  # polars types the minimum of any column alike


def _asked(context: RunContext, proposal: Proposal) -> dict[str, Any]:
    facts = context.facts
    assert facts.pair is not None  # the data phase fills it
    assert facts.registered is not None
    return {
        "assumptions": proposal.assumptions,
        "horizon": _days(context).days,
        "store_id": facts.pair.store_id,
        "product_id": facts.pair.product_id,
        "run_id": facts.registered.model_run_id,
    }


def _request(context: RunContext, proposal: Proposal) -> PlanRequest:
    return PlanRequest(**_asked(context, proposal))


def _save(context: RunContext, proposal: Proposal, basis: PlanBasis) -> SavedPlan:
    new = NewPlan(name=proposal.name, tags=[_TAG], **_asked(context, proposal))
    saved = context.services.plans.save(new, context.run_id, basis)
    context.facts.plan_ids.append(saved.plan_id)
    return saved


def _ids(context: RunContext) -> list[str]:
    return [str(plan_id) for plan_id in context.facts.plan_ids]

"""The cleanup phase: what the run changed for its own sake is put back."""

from __future__ import annotations

from showcase.pipeline.context import RunContext
from showcase.pipeline.steps import StepOutcome, passed, warned
from showcase.services.models import PRODUCTION_ALIAS


def cleanup(context: RunContext) -> StepOutcome:
    """The alias stands where register put it; nothing else of the run is left open."""
    registered = context.facts.registered
    assert registered is not None  # the decision phase fills it
    found = context.services.models.alias(PRODUCTION_ALIAS)
    values = {"alias": PRODUCTION_ALIAS, "points_at": found, "open_jobs": 0}
    if found != registered.model_run_id:
        return warned(f"{PRODUCTION_ALIAS} points elsewhere by now", **values)
    return passed(f"{PRODUCTION_ALIAS} points at the winner, nothing is left open", **values)

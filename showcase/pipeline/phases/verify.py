"""The verify phase: the winner's artifact has the bytes that were registered."""

from __future__ import annotations

from showcase.pipeline.context import RunContext
from showcase.pipeline.steps import StepOutcome, failed, passed


def verify(context: RunContext) -> StepOutcome:
    """Compute the SHA-256 of the winner's artifact anew and read it back."""
    registered = context.facts.registered
    assert registered is not None  # the decision phase fills it
    values = {"model_run_id": registered.model_run_id, "artifact_digest": registered.artifact_digest}
    if not context.services.models.verify(registered.model_run_id):
        return failed(
            f"the artifact {registered.artifact_digest.short} has other bytes than were registered. "
            "Check the disk, then run again.",
            **values,
            verified=False,
        )
    return passed(f"artifact {registered.artifact_digest.short} verified", **values, verified=True)

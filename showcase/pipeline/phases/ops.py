"""The ops phase: the state of the installation after this run's work."""

from __future__ import annotations

from showcase.errors import ShowcaseError
from showcase.pipeline.context import RunContext
from showcase.pipeline.steps import StepOutcome, passed, warned
from showcase.services.ops_summary import summary_json

_ASKING = {0: "nothing asks", 1: "one thing asks"}


def ops_snapshot(context: RunContext) -> StepOutcome:
    """Runs, jobs, aliases, freshness, attention, retraining, drift and disk, as they stand now."""
    try:
        summary = context.services.ops.summary()
    except ShowcaseError as error:
        return warned(f"no snapshot: {error}", error=error.message, remedy=error.remedy)
    items = len(summary.attention)
    return passed(
        f"runs {summary.runs['total']}, jobs {summary.jobs['total']}, aliases {len(summary.aliases)}; "
        f"{_ASKING.get(items, f'{items} things ask')} for attention",
        **summary_json(summary),
    )

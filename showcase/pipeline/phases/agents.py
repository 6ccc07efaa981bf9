"""The agent phase: one reading of the run."""

from __future__ import annotations

from showcase.pipeline.context import RunContext
from showcase.pipeline.phases.modeling import subject_of
from showcase.pipeline.steps import StepOutcome, passed, skipped
from showcase.services.agents import read_run


def agent(context: RunContext) -> StepOutcome:
    """What the rule-based agent reads out of the scores; it decides and changes nothing."""
    scored = context.facts.scored
    if scored is None:
        return skipped("there are no scores to read")
    reading = read_run(scored, subject_of(context).matrix)
    return passed(reading[0], reading=list(reading), provider="rules")

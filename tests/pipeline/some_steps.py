"""Runs of some steps of the long table, for tests of one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from showcase.pipeline.context import RunContext
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.steps import Step, StepOutcome, eleven_steps, passed, steps_for
from showcase.testing import fresh_request

SHORT = ("precheck", "reset", "seed", "status", "features", "train", "backtest", "register")
SMALL = {"seed_overrides": {"stores": 3, "products": 4, "window_days": 80}}
Action = Callable[[RunContext], object]


def run_steps(launcher: Launcher, *names: str, before: Action | None = None, **fields: Any) -> Any:
    """A run of the short table's steps and those that are named; `before` is done before the last one named."""
    agent = next(step for step in eleven_steps() if step.name == "agent")
    table = (*steps_for("showcase_rich"), agent)
    steps = [step for step in table if step.name in {*SHORT, *names}]
    if before is not None:
        place = next(place for place, step in enumerate(steps) if step.name == names[-1])
        steps.insert(place, Step("before", steps[place].phase, _step_of(before)))
    launcher.steps_of = lambda _: tuple(steps)
    return launcher.start(fresh_request(**{"scenario": "showcase_rich", **SMALL, **fields})).wait(120)


def _step_of(action: Action) -> Callable[[RunContext], StepOutcome]:
    def step(context: RunContext) -> StepOutcome:
        action(context)
        return passed("done")

    return step


def step_told(outcome: Any, name: str) -> Any:
    """The final event of a step."""
    return next(step for step in outcome.steps if step["step_name"] == name)

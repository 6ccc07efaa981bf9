"""A run that waits between two steps until the test lets it go on."""

from __future__ import annotations

import threading

from showcase.pipeline.context import RunContext
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.steps import Step, StepOutcome, eleven_steps, passed


class HeldStep:
    """The step itself; a stop of the run ends it like any other."""

    def __init__(self) -> None:
        self.entered, self.opened = threading.Event(), threading.Event()

    def __call__(self, context: RunContext) -> StepOutcome:
        self.entered.set()
        while not self.opened.wait(0.01):
            context.progress(0.5, "waiting")
        return passed("through")


def hold(launcher: Launcher, before: int = 2) -> HeldStep:
    """Put a held step after the first `before` of eleven; by default nothing is seeded until it opens."""
    held, steps = HeldStep(), eleven_steps()
    launcher.steps_of = lambda _: (*steps[:before], Step("held", "data", held), *steps[before:])
    return held

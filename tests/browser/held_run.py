"""A real run in a process of its own that waits before a step until it is told to go on.

    python -m tests.browser.held_run FRAME STEP [WINDOW_S] [FAILURE]

What is tested about a run under way then does not depend on how long a run takes. Prints `held` when it waits; a line
on its standard input lets it go on, and FAILURE, where given, is how the step then fails. WINDOW_S is how long a
question to a person stays open.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import replace

from showcase.errors import UnavailableError
from showcase.pipeline.context import RunContext
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.request import parse_request
from showcase.pipeline.steps import Step, StepOutcome, steps_for
from showcase.wiring import open_installation

REMEDY = "Put it right, then run again."


def held(step: Step, may_go_on: threading.Event, failure: str | None) -> Step:
    """The step, waiting before it does anything; a stop is noticed meanwhile."""

    def run(context: RunContext) -> StepOutcome:
        context.progress(0.4, "getting ready")  # seen in a picture of the guide
        print("held", flush=True)
        while not may_go_on.is_set():
            context.pause(0.1)
        if failure is not None:
            raise UnavailableError(failure, REMEDY)
        return step.run(context)

    return replace(step, run=run)


def main(frame: str, name: str, window_s: str = "600", failure: str | None = None) -> None:
    may_go_on = threading.Event()

    def steps_of(scenario: str) -> tuple[Step, ...]:
        return tuple(held(step, may_go_on, failure) if step.name == name else step for step in steps_for(scenario))

    threading.Thread(target=lambda: (sys.stdin.readline(), may_go_on.set()), daemon=True).start()
    with open_installation() as installation:
        services = replace(installation.services, window_s=float(window_s))
        launcher = Launcher(installation.database, services, steps_of)
        try:
            launcher.start(parse_request(frame)).wait()
        finally:
            launcher.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

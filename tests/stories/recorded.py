"""Recorded runs: the pipeline replaced at its door, so that runs are kept, judged and exported without computing."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from showcase.kernel.identity import SessionId
from showcase.pipeline.context import RunContext, RunFacts
from showcase.pipeline.events import StepStatus
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.steps import Step, StepOutcome, steps_for
from showcase.services.decisions import Question, approval_entry
from showcase.services.suite import Services
from showcase.store.engine import Database
from showcase.testing import fresh_request, services_over

FAILS, ASKS = 13, 7
"""Seeds of a recorded run that fails, and of one that asks a person."""
_WINDOW_S = 3600.0
_LOOK_S = 0.01
_FOUND = ("data_set", "pair", "scored", "registered", "trained")


@dataclass(slots=True)
class Recorder:
    """Runs the pipeline once; every later run plays back what that one found, and asks or fails by its seed.

    `asked` has the questions that the played runs put. A played run that waits for its answer ends like a process that
    is killed once `killing` is set: nothing more of it is written.
    """

    database: Database
    home: Path
    asked: queue.Queue[str] = field(default_factory=queue.Queue)
    killing: threading.Event = field(default_factory=threading.Event)
    _facts: RunFacts | None = None
    _said: dict[str, Any] = field(default_factory=dict)

    @property
    def board(self) -> list[dict[str, Any]]:
        """The leaderboard of the recorded run."""
        told: list[dict[str, Any]] = self._said["leaderboard"]
        return told

    def record(self) -> None:
        """The one real run; it is not kept."""
        steps = (*steps_for("demo_minimal"), Step("record", "cleanup", self._record))
        recording = Launcher(self.database, services_over(self.database, self.home), lambda _: steps)
        try:
            done = recording.start(fresh_request(seed_overrides={"stores": 2, "products": 2})).wait(60)
        finally:
            recording.close()
        assert done.overall_status == "pass"
        self._said = next(dict(step["data"]) for step in done.steps if step["step_name"] == "backtest")

    def launcher(self, services: Services) -> Launcher:
        """A launcher whose runs play back."""
        played = (Step("backtest", "decision", self._play), Step("agent", "agents", self._ask))
        return Launcher(self.database, replace(services, window_s=_WINDOW_S), lambda _: played)

    def _record(self, context: RunContext) -> StepOutcome:
        self._facts = context.facts
        return StepOutcome(StepStatus.PASS, "recorded")

    def _play(self, context: RunContext) -> StepOutcome:
        if context.request.seed == FAILS:
            return StepOutcome(StepStatus.FAIL, "this recorded run fails")
        assert self._facts is not None
        for name in _FOUND:
            setattr(context.facts, name, getattr(self._facts, name))
        context.facts.model_run_ids.extend(self._facts.model_run_ids)
        return StepOutcome(StepStatus.PASS, "played back", self._said)

    def _ask(self, context: RunContext) -> StepOutcome:
        if context.request.seed != ASKS:
            return StepOutcome(StepStatus.SKIP, "asks nobody")
        question = Question("save_plan", {}, "Save it?", {"shown": 1}, SessionId.new(), "rules")
        decisions = context.services.decisions
        action_id = decisions.ask(question, context.run_id).action_id
        self.asked.put(action_id)
        decided = decisions.wait_for(action_id, self._mortal(context))
        context.facts.approval_events.append(approval_entry(decided))
        return StepOutcome(StepStatus.PASS, "answered")

    def _mortal(self, context: RunContext) -> Callable[[float], None]:
        def pause(_: float) -> None:
            context.pause(_LOOK_S)
            if self.killing.is_set():
                raise SystemExit  # ends this thread alone, past every handler of the pipeline

        return pause

"""One run in a thread of this process: its steps, its heartbeat and its end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from showcase.errors import ShowcaseError, UnavailableError
from showcase.failpoints import reach
from showcase.kernel.identity import RunId, WorkspaceId
from showcase.pipeline.context import RunContext
from showcase.pipeline.engine import Course, run_steps
from showcase.pipeline.events import EventType, StepStatus
from showcase.pipeline.journal import Journal
from showcase.pipeline.settle import put_back, settle_interrupted
from showcase.pipeline.steps import Step, summary_position
from showcase.pipeline.summary import RunResult, overall_status, summarise, workspace_columns
from showcase.store import runs, workspaces
from showcase.store.engine import Database
from showcase.store.fence import Connection
from showcase.store.lock import HeldLock

log = logging.getLogger(__name__)
_BEAT_S = 0.5


@dataclass(slots=True)
class Execution:
    """A run of this process. `start` once, `wait` as often as wanted."""

    database: Database
    lock: HeldLock
    token: int
    context: RunContext
    steps: tuple[Step, ...]
    _ended: threading.Event = field(default_factory=threading.Event)
    _quiet: threading.Event = field(default_factory=threading.Event)
    _result: RunResult | None = None
    _failure: ShowcaseError | None = None

    @property
    def run_id(self) -> RunId:
        return self.context.run_id

    @property
    def workspace_id(self) -> WorkspaceId | None:
        return self.context.workspace_id

    def start(self) -> None:
        """Begin; the thread ends by itself when the run has."""
        threading.Thread(target=self._run, name=f"run-{self.run_id.short}", daemon=True).start()

    def request_stop(self) -> None:
        """Stop from within this process, without a round trip to the database."""
        self.context.stop.set()

    def has_ended(self, within_s: float = 0.0) -> bool:
        """Whether it has ended, or does so within that time."""
        return self._ended.is_set() or (within_s > 0 and self._ended.wait(within_s))

    def wait(self, timeout_s: float | None = None) -> RunResult:
        """The result, once the run has ended; raises what kept it from being recorded."""
        if not self._ended.wait(timeout_s):
            raise TimeoutError(f"the run {self.run_id.short} has not ended within {timeout_s} s")
        if self._failure is not None:
            raise self._failure
        assert self._result is not None  # set before _ended, unless a failure was
        return self._result

    def _run(self) -> None:
        pulse = threading.Thread(target=self._beat, name=f"pulse-{self.run_id.short}", daemon=True)
        pulse.start()
        try:
            self._result = self._execute()
            reach("run.recorded")
        except ShowcaseError as error:
            # the run could not be recorded to its end (database lost, or fenced off): whoever settles runs will say so
            log.warning("run %s could not be recorded: %s", self.run_id, error)
            self._failure = error
        finally:
            if self._result is None and self._failure is None:
                self._failure = UnavailableError(
                    f"The run {self.run_id.short} ended before it was recorded.", "Look into the log for what was met."
                )
            # first the lock: whoever saw the summary may start the next run at once
            self.lock.release()
            self._quiet.set()
            pulse.join(timeout=_BEAT_S * 10)
            self._settle_own_remains()
            self._ended.set()

    def _settle_own_remains(self) -> None:
        if self._failure is None:
            return
        try:
            settle_interrupted(self.database, self.context.clock)
        except ShowcaseError as error:
            log.info("run %s waits for the next settlement: %s", self.run_id, error)

    def _execute(self) -> RunResult:
        clock = self.context.clock
        started = clock.monotonic()
        journal = Journal(self.run_id, self.context.services.transactions, clock)
        course = run_steps(self.steps, self.context, journal)
        return self._finish(journal, course, clock.monotonic() - started)

    def _finish(self, journal: Journal, course: Course, wall_clock_s: float) -> RunResult:
        """The workspace, the summary event and the run's final status, in one transaction."""
        summary = summarise(self.context, course.status, wall_clock_s)
        steps = tuple(event.as_json() for event in course.steps)
        overall = overall_status(course.status)
        columns = self._workspace_columns(summary, steps)

        def settle(connection: Connection) -> None:
            if course.status != "completed":
                put_back(connection, self.run_id, course.reason or course.status)
            if self.workspace_id is not None:
                workspaces.update_workspace(connection, self.workspace_id, columns)
            runs.end_run(connection, self.run_id, status=course.status, reason=course.reason, summary=summary)

        journal.write(
            EventType.PIPELINE_COMPLETE,
            summary_position(self.steps),
            StepStatus(overall),
            _closing_line(summary, course),
            data=summary,
            duration_ms=wall_clock_s * 1000,
            also=settle,
        )
        return RunResult(str(self.run_id), course.status, overall, steps, summary)

    def _workspace_columns(self, summary: Mapping[str, Any], steps: tuple[Mapping[str, Any], ...]) -> dict[str, Any]:
        """What the workspace remembers; a replay also how it compares with its source. Empty where none is kept."""
        if self.workspace_id is None:
            return {}
        columns = workspace_columns(self.context, summary, steps)
        source = self.context.request.replayed_from_workspace_id
        if source is not None:
            columns["result_summary"]["verdict"] = self.context.services.replays.judge(source, columns)
        return columns

    def _beat(self) -> None:
        """Twice a second: say that the run lives, and hear whether it should stop."""
        while not self._quiet.wait(_BEAT_S):
            try:
                with self.database.begin() as connection:
                    wish = runs.beat(connection, self.run_id, self.token)
            except ShowcaseError as error:
                log.info("the heartbeat of run %s was missed: %s", self.run_id, error)
                continue
            if wish is not False:
                # asked to stop, or settled by somebody else: either way this process has nothing more to do
                self.context.stop.set()
                return


def _closing_line(summary: dict[str, Any], course: Course) -> str:
    if course.status != "completed":
        return course.reason or course.status
    return (
        f"{summary['winner_model_type']} with {summary['winner_metric']} {summary['winner_value']:.2f}, "
        f"{summary['wall_clock_s']:.1f} s"
    )

"""What a step is given: the request, the services, and what the steps before it found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from showcase.forecasting.history import SalesMatrix
from showcase.kernel.identity import JobId, ModelRunId, RunId, WorkspaceId
from showcase.pipeline.request import RunRequest
from showcase.ports import Clock
from showcase.services.models import Registered, Scored, Trained
from showcase.services.suite import Services
from showcase.store.demand import DataSet, Pair


class StopRequested(BaseException):
    """A person asked the run to stop."""


Report = Callable[[float, str, int | None], None]


@dataclass(slots=True)
class RunFacts:
    """What the steps found so far; each field is null until its step has run."""

    wanted_pair: Pair | None = None
    data_set: DataSet | None = None
    pair: Pair | None = None
    matrix: SalesMatrix | None = None
    trained: Trained | None = None
    scored: Scored | None = None
    registered: Registered | None = None
    job_ids: list[JobId] = field(default_factory=list)
    model_run_ids: list[ModelRunId] = field(default_factory=list)


def _silent(share: float, detail: str, rows: int | None) -> None:
    """Reports go nowhere before the first step has begun."""


@dataclass(slots=True)
class RunContext:
    """One run as its steps see it."""

    run_id: RunId
    request: RunRequest
    services: Services
    clock: Clock
    workspace_id: WorkspaceId | None = None
    keep_failure: str | None = None
    facts: RunFacts = field(default_factory=RunFacts)
    stop: threading.Event = field(default_factory=threading.Event)
    _report: Report = _silent

    def enter(self, report: Report) -> None:
        """Direct progress to the step that begins."""
        self._report = report

    def check_stop(self) -> None:
        """Leave the step where a stop was asked for."""
        if self.stop.is_set():
            raise StopRequested

    def progress(self, share: float, detail: str, rows: int | None = None) -> None:
        """Tell how far the step is (0..1); the place where a long step notices a stop."""
        self.check_stop()
        self._report(share, detail, rows)

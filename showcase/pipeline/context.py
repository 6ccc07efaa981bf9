"""What a step is given: the request, the services, and what the steps before it found."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from showcase.forecasting.history import SalesMatrix
from showcase.kernel.identity import BatchId, JobId, ModelRunId, PlanId, RunId, WorkspaceId
from showcase.pipeline.request import RunRequest
from showcase.ports import Clock
from showcase.services.challenger import Challenger
from showcase.services.models import Registered, Scored, Trained
from showcase.services.plan_basis import PlanBasis
from showcase.services.registration import Made
from showcase.services.suite import Services
from showcase.store.demand import DataSet, Pair
from showcase.store.enrichment import EnrichmentRow
from showcase.store.fence import Connection


class StopRequested(BaseException):
    """A person asked the run to stop."""


Report = Callable[[float, str, int | None], None]
Announce = Callable[[str, Callable[[Connection], Mapping[str, Any]]], None]
"""Stores an event at once: its line, and what writes its rows in the same unit of work and gives its data."""


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
    approval_events: list[dict[str, Any]] = field(default_factory=list)
    rag_events: list[dict[str, Any]] = field(default_factory=list)
    job_ids: list[JobId] = field(default_factory=list)
    model_run_ids: list[ModelRunId] = field(default_factory=list)
    enrichment: EnrichmentRow | None = None
    challenger: Challenger | None = None
    batch_ids: list[BatchId] = field(default_factory=list)
    synthetic_run_ids: list[ModelRunId] = field(default_factory=list)

    @property
    def made(self) -> Made:
        """Where a service notes the ids of what it makes, as soon as they exist."""
        return Made(self.job_ids, self.model_run_ids, self.batch_ids)

    @property
    def made_for_show(self) -> Made:
        """The same for a demonstration, whose model runs are kept apart."""
        return Made(self.job_ids, self.synthetic_run_ids, self.batch_ids)

    plan_basis: PlanBasis | None = None
    plan_ids: list[PlanId] = field(default_factory=list)


def _silent(share: float, detail: str, rows: int | None) -> None:
    """Reports go nowhere before the first step has begun."""


def _unannounced(detail: str, first: Callable[[Connection], Mapping[str, Any]]) -> None:
    """Nothing is announced before the first step has begun."""


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
    _announce: Announce = _unannounced

    def enter(self, report: Report, announce: Announce = _unannounced) -> None:
        """Direct progress and announcements to the step that begins."""
        self._report, self._announce = report, announce

    def check_stop(self) -> None:
        """Leave the step where a stop was asked for."""
        if self.stop.is_set():
            raise StopRequested

    def progress(self, share: float, detail: str, rows: int | None = None) -> None:
        """Tell how far the step is (0..1); the place where a long step notices a stop."""
        self.check_stop()
        self._report(share, detail, rows)

    def announce(self, detail: str, first: Callable[[Connection], Mapping[str, Any]]) -> None:
        """Show something at once: `first` writes its rows in the same unit of work and returns the event's data."""
        self.check_stop()
        self._announce(detail, first)

    def pause(self, seconds: float) -> None:
        """Wait that long, or until a stop is asked for, which leaves the step."""
        self.stop.wait(seconds)
        self.check_stop()

"""Starts, stops and watches runs; the one place that takes the run lock."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from showcase.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from showcase.evaluation.folds import plan_folds
from showcase.kernel.identity import RunId, WorkspaceId
from showcase.pipeline.context import RunContext
from showcase.pipeline.execution import Execution
from showcase.pipeline.keeping import find_wanted_pair, opening_columns
from showcase.pipeline.phases.data import requested_recipe
from showcase.pipeline.request import RunRequest, parse_request
from showcase.pipeline.settle import settle_interrupted
from showcase.pipeline.steps import Step, steps_for
from showcase.services.suite import Services
from showcase.store import runs, workspaces
from showcase.store.engine import Database
from showcase.store.events import read_events
from showcase.store.feed import EventFeed
from showcase.store.fence import Connection
from showcase.store.lock import HeldLock, RunLock
from showcase.store.runs import Holder, RunRow

Also = Callable[[Connection, RunId, WorkspaceId | None], None]
_WAKE_S = 1.0
_PATIENCE_S = (0.01, 0.03, 0.1, 0.3)
_SETTLE_AFTER_WAITS = 5


def this_process() -> str:
    """Who holds the lock, in words a person can act on."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def _unconfirmed() -> ConflictError:
    return ConflictError(
        "This replay would wipe demand data, and that needs a confirmation: none came with it, or it is spent, older "
        "than five minutes, or of another state of the data or of the source.",
        "Look at the replay's preview and send the token that it gives as confirm.",
        reason="confirmation_required",
    )


@dataclass(slots=True)
class Launcher:
    """Everything that starts, ends or follows a run, for every door."""

    database: Database
    services: Services
    steps_of: Callable[[str], tuple[Step, ...]] = steps_for
    _feed: EventFeed = field(init=False)
    _newest: Execution | None = None

    def __post_init__(self) -> None:
        self._feed = EventFeed(self.database)

    def start(self, request: RunRequest, *, also: Also | None = None) -> Execution:
        """Start the run in a thread of this process; `also` writes in the transaction that records its start.

        InvalidInputError where the sweep cannot fit the days there are; ConflictError (busy) names who holds the lock
        since when; ConflictError (confirmation_required) for a replay that would wipe data without a token.
        """
        self._check_confirmation(request)
        self._check_folds(request)
        settle_interrupted(self.database, self.services.clock)
        lock = self._take_lock()
        try:
            execution = self._record(request, lock, also)
            execution.start()
        except BaseException:
            lock.release()
            raise
        self._newest = execution
        return execution

    @contextmanager
    def exclusive(self, purpose: str) -> Iterator[None]:
        """Hold the run lock for work that no run may overlap (seeding, import, wiping).

        A run that lost the lock, by death or with its connection, is settled first: while this work goes on nobody else
        could say that it has ended, and it would go on beside it.
        """
        settle_interrupted(self.database, self.services.clock)
        lock = self._take_lock()
        try:
            with self.database.begin() as connection:
                runs.take_token(connection, f"{purpose} in {this_process()}", None)
            yield
        finally:
            lock.release()

    def replay(self, workspace_id: str, *, confirm: str | None = None, anchor: str = "recorded") -> Execution:
        """Run a workspace's recorded request again; `confirm` is the token of its preview, where it needs one."""
        frame = self.services.replays.frame(workspace_id, anchor)
        return self.start(parse_request(frame | ({"confirm": confirm} if confirm is not None else {})))

    def stop(self, run_id: str) -> None:
        """Ask a run to stop; its running step answers within two seconds. ConflictError where it has ended."""
        found = self.show(run_id)
        with self.database.begin() as connection:
            if runs.ask_to_stop(connection, found.run_id):
                return
        raise ConflictError(
            f"The run {found.run_id.short} has ended: it is {self.show(run_id).status}.",
            "There is nothing to stop; look at it with `showcase runs watch`.",
            reason="ended",
        )

    def own(self) -> Execution | None:
        """The run that goes on in this process, or None; one at a time holds the lock."""
        return self._newest if self._newest is not None and not self._newest.has_ended() else None

    def show(self, run_id: str) -> RunRow:
        """One run; NotFoundError where it is unknown."""
        with self.database.read() as connection:
            found = runs.find_run(connection, RunId(run_id))
        if found is None:
            raise NotFoundError(
                f"There is no run {run_id[:8]}.", "Choose one of those that `showcase runs list` shows."
            )
        return found

    def recent(self, *, status: str | None = None, limit: int = 20, behind: str | None = None) -> list[RunRow]:
        """Runs, newest first; those behind a run that was listed before. InvalidInputError where there is no such."""
        with self.database.read() as connection:
            last = None if behind is None else runs.find_run(connection, RunId(behind))
            if behind is not None and last is None:
                raise InvalidInputError(
                    "The cursor does not belong to this list.",
                    "Ask for the first page, without a cursor, and follow its next.",
                    [FieldError("cursor", repr(behind[:40]), "next of a page of runs")],
                )
            return runs.list_runs(connection, status=status, limit=limit, behind=last)

    def running(self) -> RunRow | None:
        """The run that is under way, or None."""
        found = self.recent(status="running", limit=1)
        return found[0] if found else None

    def events(self, run_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The stored events of a run above a sequence number, a page of at most a thousand."""
        with self.database.read() as connection:
            return read_events(connection, RunId(run_id), after)

    def watch(
        self, run_id: str, after: int = 0, *, is_wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[dict[str, Any]]:
        """The run's events from `after` on, as they are stored, until its summary. Watching ends nothing.

        It also ends where the run has ended and told nothing behind `after`, and once `is_wanted` says no, about a
        second later.
        """
        run, waits = self.show(run_id), 0
        while is_wanted():
            fresh = self.events(run.run_id, after)
            for event in fresh:
                after = event["seq"]
                yield event
                if event["event_type"] == "pipeline_complete":
                    return
            if not fresh and run.status != "running":
                return
            waits = 0 if fresh else waits + 1
            if waits >= _SETTLE_AFTER_WAITS:
                # nothing was heard for a while: the process that ran it may be gone
                settle_interrupted(self.database, self.services.clock)
                waits = 0
            self._feed.wait(run.run_id, after, _WAKE_S)
            if not fresh:
                # before the next look at its events: its end and its summary are written at one moment
                run = self.show(run_id)

    def close(self) -> None:
        """End the listening thread; runs of this process go on until their thread ends."""
        self._feed.close()

    def _check_confirmation(self, request: RunRequest) -> None:
        """Looked at before the lock is taken, so that a refusal waits for nobody; spent only with the start."""
        source = request.replayed_from_workspace_id
        if source is None or not request.reset or self.services.replays.is_confirmed(source, request.confirm):
            return
        raise _unconfirmed()

    def _check_folds(self, request: RunRequest) -> None:
        days = self._days(request)
        if days is not None:
            plan_folds(days, request.scoring.plan())

    def _days(self, request: RunRequest) -> int | None:
        """How many days the run will have; None where only the run itself can tell (an empty database)."""
        if not request.skip_seed:
            return requested_recipe(request, self.services.clock).window.days
        if request.reset:
            return None
        demand = self.services.demand
        named = demand.find_by_fingerprint(request.data_fingerprint) if request.data_fingerprint else None
        data_set = named or demand.current()
        return data_set.window.days if data_set else None

    def _take_lock(self) -> HeldLock:
        for pause_s in (*_PATIENCE_S, None):
            lock = RunLock.try_acquire(self.database)
            if lock is not None:
                return lock
            with self.database.read() as connection:
                holder = runs.read_holder(connection)
            # whoever heard how a run or a batch ended may start the next one, though its process lets go a moment later
            if pause_s is None or self._goes_on(holder):
                break
            time.sleep(pause_s)
        who = f"{holder.holder}, since {holder.since:%Y-%m-%d %H:%M:%S} UTC" if holder else "another process"
        which = f" (run {holder.run_id.short})" if holder and holder.run_id else ""
        raise ConflictError(
            f"One run at a time: the pipeline is held by {who}{which}.",
            "Watch it with `showcase runs watch`, stop it with `showcase runs stop`, or wait until it has ended.",
            reason="busy",
        )

    def _goes_on(self, holder: Holder | None) -> bool:
        """Whether the run of this holder is on the record as running; of work that is no run nothing tells its end."""
        if holder is None or holder.run_id is None:
            return False
        with self.database.read() as connection:
            found = runs.find_run(connection, holder.run_id)
        return found is None or found.status == "running"

    def _record(self, request: RunRequest, lock: HeldLock, also: Also | None) -> Execution:
        """Write the run, and its workspace where it is kept, before the first step."""
        run_id, steps = RunId.new(), self.steps_of(request.scenario)
        workspace_id = WorkspaceId.new() if request.keeps else None
        wanted = find_wanted_pair(self.services, request)
        keep_failure = None
        source = request.replayed_from_workspace_id
        with self.database.begin() as connection:
            is_destructive = source is not None and request.reset
            if is_destructive and not self.services.replays.spend(connection, str(source), request.confirm):
                raise _unconfirmed()
            token = runs.take_token(connection, this_process(), run_id)
            if workspace_id is not None:
                columns = opening_columns(self.services, request, run_id, wanted)
                keep_failure = workspaces.try_insert_workspace(connection, workspace_id, **columns)
                workspace_id = None if keep_failure else workspace_id
            runs.insert_run(
                connection,
                run_id,
                scenario=str(request.scenario),
                request={name: sent for name, sent in request.frame().items() if name != "confirm"},
                token=token,
                holder=this_process(),
                total_steps=len(steps),
                workspace_id=workspace_id,
            )
            if also is not None:
                also(connection, run_id, workspace_id)
        context = RunContext(
            run_id, request, self.services.fenced(run_id, token), self.services.clock, workspace_id, keep_failure
        )
        context.facts.wanted_pair = wanted
        return Execution(self.database, lock, token, context, steps)

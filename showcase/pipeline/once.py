"""Starts a run that its caller gave a name of its own, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from showcase.kernel.identity import RunId, WorkspaceId
from showcase.pipeline.execution import Execution
from showcase.pipeline.launcher import Also, Launcher
from showcase.pipeline.request import RunRequest
from showcase.store.fence import Connection
from showcase.store.once import key_held

PURPOSE = "run"


@dataclass(frozen=True, slots=True)
class Started:
    """A run that was started: now, with its execution, or by an earlier request of the same name."""

    run_id: str
    workspace_id: str | None
    execution: Execution | None

    def as_json(self) -> dict[str, Any]:
        return {"run_id": self.run_id, "workspace_id": self.workspace_id}


class Start(Protocol):
    """Starts a run; `also` writes in the transaction that records it."""

    def __call__(self, request: RunRequest, *, also: Also | None = None) -> Execution: ...


def start_once(launcher: Launcher, request: RunRequest, key: str | None, start: Start) -> Started:
    """Start the run, unless a request with this key and body did within the last day; then that run is answered.

    `start` is the launcher's own start, or a door's way around it.
    InvalidInputError where the key came with another body; what refuses a run refuses it here, and uses up no key.
    """
    if key is None:
        execution = start(request)
        return Started(execution.run_id, execution.workspace_id, execution)
    once, sent = launcher.services.once, request.frame()
    once.find(PURPOSE, key, sent)  # a key that is none is refused before anything waits for it
    with key_held(launcher.database, PURPOSE, key):
        known = once.find(PURPOSE, key, sent)
        if known is not None:
            return Started(known["run_id"], known["workspace_id"], None)

        def keep(connection: Connection, run_id: RunId, workspace_id: WorkspaceId | None) -> None:
            once.keep(connection, PURPOSE, key, sent, {"run_id": run_id, "workspace_id": workspace_id})

        execution = start(request, also=keep)
        return Started(execution.run_id, execution.workspace_id, execution)

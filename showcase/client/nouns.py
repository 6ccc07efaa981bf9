"""What a script can do with a served installation, one noun a class."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx

from showcase.client.connection import CallError, Connection, Json, Rows
from showcase.errors import ShowcaseError, UnavailableError

_MOST_RECONNECTS = 10
_RECONNECT_S = 1.0
_SILENCE_S = 60.0  # a stream says something every fifteen
_AWAY = (502, 503, 504)
"""What is answered, by a proxy too, while a server or its database comes back."""


@dataclass(frozen=True, slots=True)
class Started:
    """A run that goes on; `workspace_id` is None where it is not kept."""

    run_id: str
    workspace_id: str | None


def _given(**fields: Any) -> Json:
    """The fields that were named; None means not named."""
    return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class _Noun:
    api: Connection


class Runs(_Noun):
    """Runs: start, follow, stop, decide."""

    def start(self, *, idempotency_key: str | None = None, **request: Any) -> Started:
        """Start a run and go on; the keywords are those of the run request. CallError (busy) while another goes on."""
        headers = _given(**{"idempotency-key": idempotency_key})
        found = self.api.call("POST", "/demo/run", params={"wait": "false"}, json=request, headers=headers)
        return Started(found["run_id"], found["workspace_id"])

    def run(self, **request: Any) -> Json:
        """Start a run, wait for its end, and return its result; an end that is not green is a result too."""
        return self.api.call("POST", "/demo/run", json=request, timeout=None)

    def list(self, *, limit: int = 20, status: str | None = None) -> Rows:
        """Runs, newest first."""
        return self.api.rows("runs", "/demo/runs", **_given(limit=limit, status=status))

    def show(self, run_id: str) -> Json:
        """One run as it stands."""
        return self.api.call("GET", f"/demo/runs/{run_id}")

    def watch(self, run_id: str, after: int = 0) -> Iterator[Json]:
        """The events as they happen, up to the summary, over connections that break; watching ends nothing."""
        path, lost = f"/demo/runs/{run_id}/events", 0
        trouble: ShowcaseError = UnavailableError(
            f"The stream of the run {run_id[:8]} ends before the run does.", "Look what stands between it and here."
        )
        while lost <= _MOST_RECONNECTS:
            headers = {"accept": "text/event-stream", "last-event-id": str(after)}
            lost += 1
            try:
                with self.api.streamed(path, _SILENCE_S, **headers) as response:
                    if response.status_code == httpx.codes.NO_CONTENT:
                        return
                    for line in response.iter_lines():
                        if line.startswith("data:"):
                            event = json.loads(line.removeprefix("data:"))
                            after, lost = event["seq"], 0
                            yield event
            except httpx.TransportError as error:
                trouble = self.api.unreachable(error)
            except CallError as refused:
                if refused.status not in _AWAY:
                    raise
                trouble = refused
            if lost:
                time.sleep(_RECONNECT_S)
        raise trouble

    def stop(self, run_id: str) -> None:
        """Ask a run to stop; CallError (ended) where it has ended."""
        self.api.call("POST", f"/demo/runs/{run_id}/stop")

    def pending(self) -> Rows:
        """The questions that a person can answer now."""
        return self.api.rows("pending", "/demo/hitl-decision")

    def decide(self, action_id: str, decision: Literal["approved", "rejected"], reason: str | None = None) -> None:
        """Answer a question; CallError (decided) where somebody was faster or its window is over."""
        self.api.call("POST", "/demo/hitl-decision", json=_given(action_id=action_id, decision=decision, reason=reason))


class Workspaces(_Noun):
    """Kept runs: find, change, compare, replay, prove and hand over."""

    def list(self, **filters: Any) -> Json:
        """A page: {workspaces, total, total_is_exact, next}; the keywords are the query of GET /demo/workspaces."""
        return self.api.call("GET", "/demo/workspaces", params=_given(**filters))

    def show(self, workspace_id: str) -> Json:
        """One workspace with its story."""
        return self.api.call("GET", f"/demo/workspaces/{workspace_id}")

    def edit(self, workspace_id: str, **changes: Any) -> Json:
        """Change what is named (None clears name and notes); CallError (revision) has the newer row in its body."""
        return self.api.call("PATCH", f"/demo/workspaces/{workspace_id}", json=changes)

    def delete(self, workspace_id: str) -> str:
        """Delete the record alone; returns the token that takes it back."""
        return self.api.answer("DELETE", f"/demo/workspaces/{workspace_id}").headers["undo-token"]

    def bulk(self, action: str, *, preview: bool = False, **selection: Any) -> Json:
        """Do it to many: {affected, left_out, undo_token}, or look what it would do; by ids or filter, and tags."""
        path = "/demo/workspaces/bulk/preview" if preview else "/demo/workspaces/bulk"
        return self.api.call("POST", path, json={"action": action, **selection})

    def undo(self, undo_token: str) -> Json:
        """Take a bulk action or a deletion back, once."""
        return self.api.call("POST", "/demo/workspaces/bulk/undo", json={"undo_token": undo_token})

    def compare(self, workspace_ids: Sequence[str], *, differences_only: bool = False, base: str | None = None) -> Json:
        """Two to five side by side."""
        query = _given(ids=list(workspace_ids), differences_only=differences_only, base=base)
        return self.api.call("GET", "/demo/workspaces/compare", params=query)

    def lineage(self, workspace_id: str) -> Json:
        """Whom it replays and who replays it: {nodes, edges}."""
        return self.api.call("GET", f"/demo/workspaces/{workspace_id}/lineage")

    def health(self, workspace_id: str) -> Json:
        """Which of the things that its run made are still there."""
        return self.api.call("GET", f"/demo/workspaces/{workspace_id}/health")

    def preview_replay(self, workspace_id: str, anchor: str = "recorded") -> Json:
        """What a replay would send and wipe, and the `confirm` token that it needs, None where it needs none."""
        return self.api.call("GET", f"/demo/workspaces/{workspace_id}/replay", params={"anchor": anchor})

    def replay(self, workspace_id: str, *, confirm: str | None = None, anchor: str = "recorded") -> Started:
        """Run it again; CallError (confirmation_required) where it would wipe data and no valid token came."""
        sent = _given(confirm=confirm, anchor=anchor)
        found = self.api.call("POST", f"/demo/workspaces/{workspace_id}/replay", json=sent)
        return Started(found["run_id"], found["workspace_id"])

    def export(self, workspace_id: str) -> Json:
        """Write its bundle on the server: {bundle_path, files, validated, ...}."""
        return self.api.call("POST", f"/demo/workspaces/{workspace_id}/export", timeout=None)

    def download(self, workspace_id: str, path: Path) -> Path:
        """Save its bundle as a zip file; there is none where the connection breaks meanwhile."""
        source, arriving = f"/demo/workspaces/{workspace_id}/bundle.zip", path.with_name(f"{path.name}.part")
        try:
            with self.api.streamed(source, None) as response, arriving.open("wb") as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)
            return arriving.replace(path)
        except httpx.TransportError as error:
            raise self.api.unreachable(error) from error
        finally:
            arriving.unlink(missing_ok=True)


class DataSets(_Noun):
    """Demand data: seeded, imported, chosen, counted."""

    def list(self) -> Rows:
        """Every seeding and import, newest first."""
        return self.api.rows("datasets", "/datasets")

    def use(self, data_set: int) -> Json:
        """Make it the current one."""
        return self.api.call("POST", f"/datasets/{data_set}/current")

    def import_file(self, path: Path, *, mapping: Mapping[str, str | None] | None = None, **options: str) -> Json:
        """Import a file of sales; CallError has the refused places as `rows` in its body."""
        fields = options | ({} if mapping is None else {"mapping": json.dumps(mapping)})
        with path.open("rb") as file:
            return self.api.call(
                "POST", "/datasets/import", files={"file": (path.name, file)}, data=fields, timeout=None
            )

    def generate(self, **request: Any) -> Json:
        """Seed a preset; the keywords are the body of POST /seeder/generate."""
        return self.api.call("POST", "/seeder/generate", json=request, timeout=None)

    def status(self) -> Json:
        """Rows and days of the current data set."""
        return self.api.call("GET", "/seeder/status")


class Plans(_Noun):
    """What-if plans."""

    def save(self, name: str, assumptions: Json, **request: Any) -> Json:
        """Compute a what-if and keep it."""
        return self.api.call("POST", "/scenarios", json={"name": name, "assumptions": assumptions, **request})

    def simulate(self, assumptions: Json, **request: Any) -> Json:
        """Compute a what-if and keep nothing."""
        return self.api.call("POST", "/scenarios/simulate", json={"assumptions": assumptions, **request})

    def list(self, tags: Sequence[str] = ()) -> Rows:
        """The newest plans that have all of these tags."""
        return self.api.rows("scenarios", "/scenarios", tags=[*tags])

    def compare(self, plan_ids: Sequence[str], rank_by: str = "revenue_delta") -> Json:
        """Two to five plans, ranked."""
        sent = {"scenario_ids": list(plan_ids), "rank_by": rank_by}
        return self.api.call("POST", "/scenarios/compare", json=sent)

    def delete(self, plan_id: str) -> None:
        """Remove a plan."""
        self.api.call("DELETE", f"/scenarios/{plan_id}")

"""Takes a bundle into an installation: checked first, then all of it in one unit of work, and nothing run from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from showcase.bundles.carried import CarriedManifest
from showcase.bundles.carried_events import check_files, read_events
from showcase.bundles.carried_made import CarriedPlan
from showcase.bundles.carried_tables import check_table
from showcase.bundles.carried_values import read_carried
from showcase.bundles.verify import MANIFEST, TABLES, Verification, read_file, walk
from showcase.errors import ConflictError, IntegrityError
from showcase.kernel.identity import Digest, WorkspaceId
from showcase.ports import Artifacts
from showcase.services.bundle_reading import workspace_row
from showcase.store import bundles as rows
from showcase.store import registry
from showcase.store.bulk import leave_to_import
from showcase.store.fence import Connection, Transactions
from showcase.store.workspaces import find_workspace

_UNCOMPARED = ("revision", "updated_at")
"""Columns that say how often a workspace was edited, not what it says."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: `outcome` is imported, or unchanged where the same workspace was there already.

    `added` counts what was missing here: workspaces, runs, model_runs, plans and artifacts.
    """

    workspace_id: WorkspaceId
    outcome: str
    added: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        return {"workspace_id": str(self.workspace_id), "outcome": self.outcome, "added": dict(self.added)}


@dataclass(frozen=True, slots=True)
class BundleReader:
    """The files of a bundle that was verified; each is checked once more as it is read."""

    root: Path
    seen: Verification

    def read(self, path: str) -> bytes:
        content = read_file(self.root, path, walk(self.root))
        if Digest.of(content) != self.seen.digests[path]:
            raise IntegrityError(
                f"{path} of the bundle was changed while it was imported.", "Copy the bundle, then import the copy."
            )
        return content

    def named(self, folder: str) -> list[str]:
        """The files below a folder, by path."""
        return [path for path in self.seen.digests if path.startswith(f"{folder}/")]


def import_bundle(reader: BundleReader, transactions: Transactions, artifacts: Artifacts) -> Imported:
    """Add the workspace with its story, run, models, plans and tables under its own id.

    ConflictError (other_content) where another workspace, or a model with other bytes, has the id; IntegrityError
    where something in it is not what this program writes. All rows come, or none; stored bytes without a row harm none.
    """
    manifest = read_carried(CarriedManifest, reader.read(MANIFEST), MANIFEST)
    plans = [read_carried(CarriedPlan, reader.read(path), path) for path in reader.named("scenario_plans")]
    events = read_events(reader.read("events.jsonl"), manifest.run.run_id if manifest.run else "")
    check_files(events, manifest.workspace.created_objects.get("files", {}))
    kept = _keep_artifacts(reader, artifacts)
    name = WorkspaceId(manifest.workspace.workspace_id)
    with transactions.begin() as connection:
        is_new = _add_workspace(connection, reader, manifest)
        added = {
            "workspaces": int(is_new),
            "runs": int(manifest.run is not None and rows.restore_run(connection, _run_columns(manifest), events)),
            "model_runs": sum(_add_model_run(connection, run) for run in _model_rows(manifest)),
            "plans": sum(rows.restore_plan(connection, plan.model_dump()) for plan in plans),
            "artifacts": kept,
        }
    return Imported(name, "imported" if is_new else "unchanged", added)


def _keep_artifacts(reader: BundleReader, artifacts: Artifacts) -> int:
    """Store the models and tables; returns how many were missing."""
    there = {digest for digest, _ in artifacts.sizes()}
    added = 0
    for path in [*reader.named("models"), *(path for path in TABLES if path in reader.seen.digests)]:
        content = reader.read(path)
        if path in TABLES:
            check_table(path, content)
        added += artifacts.put(content) not in there
    return added


def _add_workspace(connection: Connection, reader: BundleReader, manifest: CarriedManifest) -> bool:
    carried = manifest.workspace
    found = find_workspace(connection, carried.workspace_id, lock=True)
    if found is not None:
        ours, theirs = workspace_row(found), carried.model_dump(mode="json")
        different = [key for key in theirs if key not in _UNCOMPARED and _same(ours[key]) != _same(theirs[key])]
        if different:
            raise ConflictError(
                f"The workspace {found.workspace_id.short} is here already, with other {', '.join(different)}.",
                "Compare both, and delete the one that is here before importing the other.",
                reason="other_content",
            )
        return False
    mark = {
        "checksums_digest": reader.seen.checksums_digest,
        "exported_at": manifest.exported_at.isoformat(),
        "data": manifest.data,
    }
    if not rows.insert_imported(connection, carried.model_dump() | {"imported_from": mark}):
        return _add_workspace(connection, reader, manifest)  # another import was quicker: compared with what it wrote
    leave_to_import(connection, carried.workspace_id)
    return True


def _same(value: object) -> object:
    """A moment in one form: Z and +00:00 mean the same."""
    return value.replace("Z", "+00:00") if isinstance(value, str) and value.endswith("Z") else value


def _run_columns(manifest: CarriedManifest) -> dict[str, Any]:
    assert manifest.run is not None  # the caller asks first
    return manifest.run.model_dump() | {
        "workspace_id": manifest.workspace.workspace_id, "token": 0, "holder": rows.FROM_A_BUNDLE,
        "heartbeat_at": manifest.run.ended_at,
    }  # fmt: skip


def _model_rows(manifest: CarriedManifest) -> list[dict[str, Any]]:
    """The rows of the models; they speak of no pair, since ids of another database would name a wrong one here."""
    return [run.model_dump(exclude={"artifact_verified"}) for run in manifest.model_runs]


def _add_model_run(connection: Connection, columns: Mapping[str, Any]) -> bool:
    if rows.restore_model_run(connection, columns):
        return True
    found = registry.find_model_run(connection, columns["run_id"])
    if found is not None and found.artifact_digest != columns["artifact_digest"]:
        raise ConflictError(
            f"The model run {found.run_id.short} is here already, with another artifact.",
            "Keep the one that is here, or archive this installation and import into a new one.",
            reason="other_content",
        )
    return False

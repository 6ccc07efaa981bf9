"""Bundles: a workspace exported with the means to check it, checked, zipped and imported."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from showcase.bundles.content import BundleContent, unresolved_rows
from showcase.bundles.manifest import BundleFile
from showcase.bundles.verify import BUNDLE_FORMAT_VERSION, Verification, verify_bundle
from showcase.errors import ConflictError, IntegrityError, NotFoundError
from showcase.kernel.identity import WorkspaceId
from showcase.ports import Artifacts, Clock
from showcase.services.bundle_files import BundleFolder
from showcase.services.bundle_import import BundleReader, Imported, import_bundle
from showcase.services.bundle_reading import read_content
from showcase.services.bundle_truth import winner_against_truth
from showcase.services.bundle_writing import write_bundle
from showcase.services.bundle_zip import ZippedBundle, zip_bundle
from showcase.services.demand import DemandService
from showcase.services.jobs import JobService
from showcase.store import bundles as rows
from showcase.store import jobs
from showcase.store.bundles import ExportRow
from showcase.store.fence import Connection, Transactions
from showcase.store.workspaces import Workspace, find_workspace


@dataclass(frozen=True, slots=True)
class Export:
    """A bundle that was just published; `files` are all of its files, by path.

    `validated` says that it was checked, as anybody can check it, before it took its place.
    """

    workspace_id: WorkspaceId
    folder: Path
    bundle_path: str
    bundle_format_version: int
    exported_at: datetime
    files: tuple[BundleFile, ...]
    scenario_plans_exported: int
    model_runs_referenced: int
    unresolved_references: Sequence[dict[str, str]]
    validated: bool

    def as_json(self, *, with_absolute_path: bool = False) -> dict[str, Any]:
        """The export with the keys of the HTTP answer; its path below SHOWCASE_HOME, or absolute."""
        return {
            "workspace_id": str(self.workspace_id),
            "bundle_path": str(self.folder) if with_absolute_path else self.bundle_path,
            "bundle_format_version": self.bundle_format_version,
            "exported_at": self.exported_at.isoformat(),
            "files": [file.as_json() for file in self.files],
            "scenario_plans_exported": self.scenario_plans_exported,
            "model_runs_referenced": self.model_runs_referenced,
            "unresolved_references": list(self.unresolved_references),
            "validated": self.validated,
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a bundle: what the verifier saw, and whether this installation knows it.

    `here` is known (it was exported or imported here just so), unknown (nobody here can tell: its run was made
    elsewhere, or never exported), recomputed (it is of a run of this installation, which exported it, but never so), or
    not asked (it is damaged anyway).
    """

    seen: Verification
    here: str

    @property
    def ok(self) -> bool:
        return self.seen.ok and self.here != "recomputed"

    @property
    def reason(self) -> str | None:
        """The first reason why it is not as it was exported; None where it is."""
        if self.here == "recomputed":
            return "it is whole in itself, but no export of this installation gave these checksums: all was rewritten"
        return self.seen.reason


@dataclass(frozen=True, slots=True)
class BundleService:
    """Everything about bundles that a person can ask for. `source_date` stands in for the time of an export.

    Zips are made in unnamed files below `scratch`.
    """

    transactions: Transactions
    artifacts: Artifacts
    clock: Clock
    demand: DemandService
    folder: BundleFolder
    scratch: Path
    source_date: datetime | None = None

    def export(self, workspace_id: str) -> Export:
        """Write the workspace's bundle in the place of its older one; readers see one of both, whole.

        NotFoundError; ConflictError while its run (running) or another export of it (exporting) is under way;
        UnavailableError where the disk refuses, which leaves the older bundle as it was.
        """
        name = WorkspaceId(workspace_id)
        asked: list[tuple[Workspace, BundleContent]] = []

        def ask(connection: Connection) -> None:
            found = _exportable(connection, name)
            asked.append((found, read_content(connection, found)))

        self.folder.check()
        with self.folder.exclusive(name) as beside:
            self.folder.check_target(name)
            with JobService(self.transactions).record("export", {"workspace_id": name}, ask=ask) as job:
                made = self._make(*asked[0], beside)
                job.outcome["bundle_path"] = made.bundle_path
        return made

    def exports(self, workspace_id: str) -> list[ExportRow]:
        """Every export of the workspace, newest first; also of one that was deleted."""
        with self.transactions.read() as connection:
            return rows.list_exports(connection, WorkspaceId(workspace_id))

    def zip(self, workspace_id: str) -> ZippedBundle:
        """The published bundle as one zip, checked before its first byte is handed out.

        NotFoundError where it was never exported; IntegrityError where it is not as it was exported any more.
        """
        name = WorkspaceId(workspace_id)
        folder = self.folder.path(name)
        self.folder.check_target(name)
        if not folder.exists():
            raise NotFoundError(
                f"The workspace {name.short} has no bundle here.",
                f"Export it with `showcase workspaces export {name}`.",
            )
        # so that no export exchanges the folder while it is read
        with self.folder.exclusive(name):
            proof = self.verify(folder)
            if not proof.ok:
                raise IntegrityError(
                    f"The bundle of the workspace {name.short} is not as it was exported: {proof.reason}.",
                    "Export it again.",
                )
            return zip_bundle(name, folder, self.scratch)

    def verify(self, path: str | Path) -> Proof:
        """Check a bundle, and compare it with what this installation exported or imported under its id."""
        seen = verify_bundle(path)
        if not seen.ok or seen.workspace_id is None:
            return Proof(seen, "not asked")
        with self.transactions.read() as connection:
            exported = {row.checksums_digest for row in rows.list_exports(connection, seen.workspace_id)}
            found = find_workspace(connection, seen.workspace_id)
            is_foreign = rows.is_from_elsewhere(connection, seen.workspace_id)
        came_from = ((found.imported_from or {}) if found else {}).get("checksums_digest")
        if seen.checksums_digest in exported or seen.checksums_digest == came_from:
            return Proof(seen, "known")
        # of a run that was made elsewhere there may be more exports than this installation can know of
        return Proof(seen, "unknown" if is_foreign or not exported else "recomputed")

    def import_(self, path: str | Path) -> Imported:
        """Verify a bundle, then add its workspace with its story, models, plans and tables under its own id.

        The same workspace again: nothing to do. IntegrityError where the bundle is not as it was exported;
        ConflictError (other_content) where something else has the id. Nothing from the bundle is ever run.
        """
        proof = self.verify(path)
        if not proof.ok:
            raise IntegrityError(
                f"The bundle was not imported: {proof.reason}.", "Ask for it again, or copy it again from its source."
            )
        return import_bundle(BundleReader(Path(path).resolve(), proof.seen), self.transactions, self.artifacts)

    def sweep(self) -> list[WorkspaceId]:
        """Remove what killed exports left behind, and settle their jobs; returns whose it was."""
        swept = self.folder.sweep()
        if swept:
            with self.transactions.begin() as connection:
                jobs.fail_exports(connection, swept, "interrupted: the process that exported is gone")
        return swept

    def _make(self, found: Workspace, content: BundleContent, beside: Executor) -> Export:
        name, exported_at = found.workspace_id, self.source_date or self.clock.now()
        truth = winner_against_truth(self.demand, self.artifacts, found, content.data)
        if truth is not None:
            content = replace(content, data={**content.data, "truth": truth})
        with self.folder.stage(name, beside) as stage:
            written = write_bundle(content, self.artifacts, stage.write, exported_at)
            stage.start_sync()
            seen = verify_bundle(stage.folder)
            if not seen.ok:
                raise IntegrityError(
                    f"The bundle of the workspace {name.short} was not published: {seen.reason}.",
                    "Export it again, and look at the disk where that fails too.",
                )
            # before the bundle is there, so that no bundle is ever without its row
            with self.transactions.begin() as connection:
                rows.append_export(
                    connection, ExportRow(name, exported_at, written.checksums_digest, BUNDLE_FORMAT_VERSION)
                )
                stage.sync()
            self.folder.publish(name, stage)
        return Export(
            workspace_id=name,
            folder=self.folder.path(name),
            bundle_path=f"{self.folder.root.name}/{name}",
            bundle_format_version=BUNDLE_FORMAT_VERSION,
            exported_at=exported_at,
            files=written.files,
            scenario_plans_exported=len(content.plans),
            model_runs_referenced=len(content.model_runs),
            unresolved_references=unresolved_rows(written.unresolved),
            validated=seen.ok,
        )


def _exportable(connection: Connection, name: WorkspaceId) -> Workspace:
    found = find_workspace(connection, name)
    if found is None:
        raise NotFoundError(
            f"There is no workspace {name.short}.", "Choose one of those that `showcase workspaces list` shows."
        )
    if found.status == "running":
        raise ConflictError(
            f"The run of the workspace {name.short} is under way.",
            "Wait for its end or stop it, then export it.",
            reason="running",
        )
    return found

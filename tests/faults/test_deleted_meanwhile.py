"""What is deleted while somebody exports or replays it: one of both wins, and no half of anything is left."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from showcase.bundles.verify import verify_bundle
from showcase.errors import ConflictError, NotFoundError, ShowcaseError
from showcase.failpoints import arm
from showcase.pipeline.execution import Execution
from showcase.services.bundles import Export
from showcase.store.engine import Database
from showcase.testing import launcher_over
from tests.faults.waiting import PATIENCE_S, Held
from tests.services.kept import Kept, kept_run


@pytest.fixture
def kept(database: Database, tmp_path: Path) -> Iterator[Kept]:
    with kept_run(database, tmp_path) as made:
        yield made
    arm(None)


def _export(kept: Kept) -> Export | ShowcaseError:
    try:
        return kept.services.bundles.export(kept.workspace_id)
    except ShowcaseError as refused:
        return refused


@pytest.mark.fault("C6")
def test_a_workspace_deleted_while_it_is_exported_leaves_a_whole_bundle_or_none(kept: Kept) -> None:
    held = Held("export.write.before", count=3)
    arm(held)
    with ThreadPoolExecutor(1) as pool:
        exporting = pool.submit(_export, kept)
        assert held.reached.wait(PATIENCE_S)
        assert kept.services.workspaces.delete(kept.workspace_id).affected
        held.released.set()
        ended = exporting.result(PATIENCE_S)
    assert isinstance(ended, Export | NotFoundError)
    with pytest.raises(NotFoundError):
        kept.services.workspaces.show(kept.workspace_id)
    assert not kept.folder.exists() or verify_bundle(kept.folder).ok
    kept.services.bundles.sweep()
    assert {path.name for path in kept.folder.parent.iterdir()} <= {kept.workspace_id}


@pytest.mark.fault("C6")
def test_a_source_deleted_while_its_replay_starts_is_replayed_or_refused(
    database: Database, tmp_path: Path, kept: Kept
) -> None:
    launcher = launcher_over(database, tmp_path)
    together = threading.Barrier(2)

    def replay() -> Execution | ShowcaseError:
        confirm = launcher.services.replays.preview(kept.workspace_id).confirm
        together.wait()
        try:
            return launcher.replay(kept.workspace_id, confirm=confirm)
        except (NotFoundError, ConflictError) as refused:
            return refused

    def delete() -> None:
        together.wait()
        launcher.services.workspaces.delete(kept.workspace_id)

    with ThreadPoolExecutor(2) as pool:
        replaying, deleting = pool.submit(replay), pool.submit(delete)
        deleting.result(PATIENCE_S)
        started = replaying.result(PATIENCE_S)
    if isinstance(started, Execution):
        done = started.wait(PATIENCE_S)
        assert done.overall_status == "pass"
        replay_id = str(done.summary["workspace_id"])
        lineage = launcher.services.workspaces.lineage(replay_id)
        assert [str(kin.workspace_id) for kin in lineage.nodes if kin.is_deleted] == [kept.workspace_id]
    elif isinstance(started, ConflictError):
        assert started.reason == "confirmation_required"  # it was for a source that was there
    assert launcher.running() is None
    launcher.close()


@pytest.mark.fault("C6")
def test_a_source_deleted_while_its_replay_runs_leaves_a_green_run_and_an_unknown_verdict(
    database: Database, tmp_path: Path, kept: Kept
) -> None:
    launcher, held = launcher_over(database, tmp_path), Held("step.train.before")
    confirm = launcher.services.replays.preview(kept.workspace_id).confirm
    arm(held)
    running = launcher.replay(kept.workspace_id, confirm=confirm)
    assert held.reached.wait(PATIENCE_S)
    launcher.services.workspaces.delete(kept.workspace_id)
    held.released.set()
    done = running.wait(PATIENCE_S)
    assert done.overall_status == "pass"
    replay = launcher.services.workspaces.show(str(done.summary["workspace_id"]))
    assert replay.replayed_from_workspace_id == kept.workspace_id
    assert (replay.result_summary or {})["verdict"]["overall"] == "unknown"
    launcher.close()

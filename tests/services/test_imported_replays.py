"""A workspace that came from a bundle is replayed like one that was made here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from showcase.console.stores.workspace import frame_of
from showcase.pipeline.launcher import Launcher
from showcase.services.workspaces import Workspace
from showcase.store.engine import Database
from showcase.testing import fresh_request, launcher_over
from tests.postgres import DatabaseServer


@pytest.fixture
def made_here(database: Database, tmp_path: Path) -> Iterator[Launcher]:
    launcher = launcher_over(database, tmp_path / "here")
    yield launcher
    launcher.close()


@pytest.fixture
def elsewhere(database_server: DatabaseServer, _migrated_template: str, tmp_path: Path) -> Iterator[Launcher]:
    with database_server.fresh(_migrated_template) as fresh:
        launcher = launcher_over(fresh, tmp_path / "elsewhere")
        yield launcher
        launcher.close()


def kept(launcher: Launcher, **request: Any) -> Workspace:
    execution = launcher.start(fresh_request(preservation="keep", **request))
    assert execution.wait(60).overall_status == "pass"
    return launcher.services.workspaces.show(str(execution.workspace_id))


def replayed(launcher: Launcher, workspace_id: str) -> Workspace:
    confirm = launcher.services.replays.preview(workspace_id).confirm
    execution = launcher.replay(workspace_id, confirm=confirm)
    assert execution.wait(60).overall_status == "pass"
    return launcher.services.workspaces.show(str(execution.workspace_id))


def test_a_source_that_was_deleted_and_came_back_by_import_is_replayed_identically(
    made_here: Launcher, elsewhere: Launcher
) -> None:
    small = {"stores": 2, "products": 3}
    for _ in range(2):
        kept(made_here, seed_overrides=small)
        kept(elsewhere, seed_overrides=small | {"stores": 3})
    stores, products = made_here.services.demand.pairs(made_here.services.demand.require_current())
    scope = {"store_id": stores[1][0], "product_id": products[2][0]}
    # the same ids mean another store there
    theirs = elsewhere.services.demand.pair(**scope)
    assert theirs is not None
    assert theirs.store_code != stores[1][1]
    source = kept(made_here, seed_overrides=small, user_scope=scope)
    assert source.user_scope == {**scope, "store_code": stores[1][1], "sku": products[2][1]}
    first = replayed(made_here, source.workspace_id)

    bundle = made_here.services.bundles.export(source.workspace_id).folder
    made_here.services.workspaces.delete(source.workspace_id)
    assert made_here.services.bundles.import_(bundle).outcome == "imported"
    again = replayed(made_here, source.workspace_id)
    assert (again.result_summary or {})["verdict"]["overall"] == "identical"
    lineage = made_here.services.workspaces.lineage(source.workspace_id)
    assert {node.workspace_id for node in lineage.nodes if not node.is_deleted} == {
        source.workspace_id, first.workspace_id, again.workspace_id,
    }  # fmt: skip

    elsewhere.services.bundles.import_(bundle)
    health = elsewhere.services.workspaces.health(source.workspace_id)
    lives = {(one.ref_type, one.key.partition("[")[0]): one.status for one in health.references}
    # the number of the data set means another one there: only its fingerprint is asked for, and that is not there yet
    assert "created_objects.data_set_id" not in {one.key for one in health.references}
    assert lives["data_set", "data_fingerprint"] == lives["job", "job_ids"] == "dead"
    assert {lives["run", "run_id"], lives["model_run", "created_objects.model_run_ids"]} == {"alive"}
    assert frame_of(elsewhere.services, elsewhere.services.workspaces.show(source.workspace_id))["user_scope"] != scope

    there = replayed(elsewhere, source.workspace_id)
    after = elsewhere.services.workspaces.health(source.workspace_id)
    assert next(one for one in after.references if one.key == "data_fingerprint").status == "alive"
    found = elsewhere.services.demand.pair(**frame_of(elsewhere.services, there)["user_scope"])
    assert found is not None
    assert (found.store_code, found.sku) == (source.user_scope["store_code"], source.user_scope["sku"])
    assert (there.result_summary or {})["verdict"]["overall"] == "identical"
    assert there.user_scope == source.user_scope


def test_data_that_are_gone_stand_in_the_differences(made_here: Launcher, elsewhere: Launcher) -> None:
    kept(made_here)
    execution = made_here.start(fresh_request(reset=False, skip_seed=True, preservation="keep"))
    execution.wait(60)
    bundle = made_here.services.bundles.export(str(execution.workspace_id)).folder
    elsewhere.services.bundles.import_(bundle)
    current = kept(elsewhere, seed=7).data_fingerprint
    seen = elsewhere.services.replays.preview(str(execution.workspace_id))
    recorded = made_here.services.workspaces.show(str(execution.workspace_id)).data_fingerprint
    assert seen.differences == [{"field": "data_set", "recorded": recorded, "to_send": current}]
    assert elsewhere.services.workspaces.show(str(execution.workspace_id)).imported_from is not None


def test_a_replay_keeps_its_place_in_the_family_when_it_is_imported(made_here: Launcher, elsewhere: Launcher) -> None:
    source = kept(made_here)
    replay = replayed(made_here, source.workspace_id)
    elsewhere.services.bundles.import_(made_here.services.bundles.export(replay.workspace_id).folder)
    nodes = elsewhere.services.workspaces.lineage(replay.workspace_id).nodes
    assert [(node.workspace_id, node.is_deleted) for node in nodes] == [
        (source.workspace_id, True), (replay.workspace_id, False),
    ]  # fmt: skip
    elsewhere.services.bundles.import_(made_here.services.bundles.export(source.workspace_id).folder)
    nodes = elsewhere.services.workspaces.lineage(replay.workspace_id).nodes
    assert not any(node.is_deleted for node in nodes)

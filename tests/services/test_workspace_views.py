"""Comparison and health of kept runs, over real rows and real files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from showcase.errors import InvalidInputError, NotFoundError
from showcase.kernel.identity import Digest
from showcase.services.workspaces import WorkspaceService
from showcase.store.workspaces import Workspace
from tests.postgres import DatabaseServer
from tests.services.kept import Kept, kept_run
from tests.workspaces.library import put_items, workspace_id
from tests.workspaces.queries import Item


@pytest.fixture(scope="module")
def kept(
    database_server: DatabaseServer, _migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    """A kept run, and beside it a bare row that replays it and never came to anything."""
    small = {"stores": 2, "products": 3}
    with (
        database_server.fresh(_migrated_template) as fresh,
        kept_run(fresh, tmp_path_factory.mktemp("kept"), seed_overrides=small) as made,
    ):
        bare = Item(
            BARE, datetime(2026, 1, 1, tzinfo=UTC), name="bare", status="failed", replayed_from=made.workspace_id
        )
        put_items(fresh, [bare])
        yield made


BARE = workspace_id(1)


@pytest.fixture
def workspaces(kept: Kept) -> WorkspaceService:
    return kept.services.workspaces


def _story(kept: Kept) -> Workspace:
    return kept.services.workspaces.show(kept.workspace_id)


def test_a_comparison_lays_the_stored_forecast_of_the_focus_pair_beside_what_was_sold(kept: Kept) -> None:
    found, workspaces = _story(kept), kept.services.workspaces
    told = workspaces.compare([kept.workspace_id, BARE], differences_only=True)
    line, none = told.forecasts
    frame = kept.services.models.frame(Digest(found.created_objects["files"]["forecast"]))
    own = frame.filter(store_id=found.store_id, product_id=found.product_id).sort("date")
    assert (line.dates, line.forecast, line.hi95) == (tuple(own["date"]), tuple(own["forecast"]), tuple(own["hi95"]))
    assert len(line.actual) == len(line.actual_dates) == 3 * len(line.dates), "three folds of as many days"
    assert (none.dates, none.why_not) == ((), "The run registered no forecast.")
    assert [row.field for row in told.configuration if not row.differs] == []
    assert told.relations[0].relation == "replay"


def test_the_folds_of_a_comparison_pool_to_the_score_of_the_winner(kept: Kept) -> None:
    told = kept.services.workspaces.compare([BARE, kept.workspace_id])
    folds = told.folds[kept.workspace_id]
    assert [fold.fold for fold in folds] == [1, 2, 3]
    assert all((fold.last - fold.first).days == 13 and fold.cutoff < fold.first for fold in folds)
    winner = next(row for row in told.scores if (row.field, row.model) == ("wape", None)).values[1]
    rates = [fold.wape for fold in folds if fold.wape is not None]
    assert winner is not None
    assert min(rates) <= winner <= max(rates)
    assert (told.base, told.folds[BARE]) == (BARE, ())


def test_a_comparison_is_plain_json_with_its_differences_marked(workspaces: WorkspaceService, kept: Kept) -> None:
    import json

    told = workspaces.compare([kept.workspace_id, BARE]).as_json()
    assert json.loads(json.dumps(told)) == told
    assert {row["field"]: row["differs"] for row in told["configuration"]}["scenario"] is False


def test_who_is_unknown_cannot_be_compared(workspaces: WorkspaceService, kept: Kept) -> None:
    with pytest.raises(NotFoundError):
        workspaces.compare([kept.workspace_id, workspace_id(99)])
    with pytest.raises(InvalidInputError):
        workspaces.compare([kept.workspace_id])


def test_everything_that_a_run_made_is_alive(workspaces: WorkspaceService, kept: Kept) -> None:
    told = workspaces.health(kept.workspace_id)
    assert (told.dead, told.unknown, told.partial_run) == (0, 0, False)
    kinds = {one.ref_type for one in told.references}
    assert kinds == {"run", "data_set", "job", "model_run", "artifact", "alias"}
    assert told.alive == len(told.references)


def _overwritten(kept: Kept, digest: str, content: bytes | None) -> dict[str, str]:
    """The states of a digest's references while its file has other bytes, or is gone."""
    path = kept.services.artifacts.path(Digest(digest))
    before = path.read_bytes()
    try:
        path.write_bytes(content) if content is not None else path.unlink()
        told = kept.services.workspaces.health(kept.workspace_id)
    finally:
        path.write_bytes(before)
    return {one.key: one.status for one in told.references if one.ref_id == digest}


@pytest.mark.fault("D5")
@pytest.mark.parametrize("content", [b"other bytes", None])
def test_a_stored_table_that_is_damaged_or_gone_is_dead(kept: Kept, content: bytes | None) -> None:
    digest = _story(kept).created_objects["files"]["forecast"]
    assert _overwritten(kept, digest, content) == {"created_objects.files.forecast": "dead"}


@pytest.mark.fault("D5")
def test_a_file_that_cannot_be_read_is_unknown(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    told = kept.services.workspaces.health(kept.workspace_id)
    assert {one.status for one in told.references if one.ref_type == "artifact"} == {"unknown"}
    assert told.dead == 0


def test_the_health_of_a_failed_run_says_that_it_is_partial_and_its_source_alive(
    workspaces: WorkspaceService, kept: Kept
) -> None:
    told = workspaces.health(BARE)
    assert (told.workspace_status, told.partial_run) == ("failed", True)
    assert [(one.ref_type, one.ref_id, one.status) for one in told.references] == [
        ("workspace", kept.workspace_id, "alive")
    ]
    with pytest.raises(NotFoundError):
        workspaces.health(workspace_id(99))

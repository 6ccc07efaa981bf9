"""What the console and the command line can do with the library, a line of Python can do, with the same refusals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from showcase.errors import ConflictError, NotFoundError
from showcase.notebook import Showcase
from showcase.settings import load_settings
from showcase.store.engine import Database
from showcase.wiring import open_installation
from showcase.workspaces.search import SearchError

SMALL = {"skip_seed": False, "seed_overrides": {"stores": 2, "products": 2}, "preservation": "keep"}


@pytest.fixture
def show(database: Database, tmp_path: Path) -> Iterator[Showcase]:
    url = database.url.render_as_string(hide_password=False)
    with Showcase(open_installation(load_settings(home=tmp_path, database_url=url))) as opened:
        yield opened


def test_a_replay_with_reset_wipes_nothing_without_its_token(show: Showcase) -> None:
    kept = show.run(reset=True, as_of="2026-11-01", **SMALL).summary["workspace_id"]
    before = show.installation.services.demand.list_data_sets()
    for token in (None, "made up"):
        with pytest.raises(ConflictError) as refused:
            show.replay(kept, confirm=token)
        assert refused.value.reason == "confirmation_required"
    assert show.installation.services.demand.list_data_sets() == before
    replayed = show.replay(kept, confirm=show.preview_replay(kept).confirm).summary["workspace_id"]
    assert set(show.verdict(replayed)["mark"]) <= {"identical", "not_applicable"}
    assert [edge.replay for edge in show.lineage(kept).edges] == [replayed]
    on_today = show.preview_replay(kept, anchor="today")
    assert [one["field"] for one in on_today.differences] == ["as_of"]
    assert set(show.health(replayed)["status"]) == {"alive"}


def test_the_library_is_searched_changed_and_taken_back(show: Showcase) -> None:
    first, second = (show.run(workspace_name=name, **SMALL).summary["workspace_id"] for name in ("first", "second"))
    assert show.edit(first, tags=["demo"], notes="to show").revision == 2
    assert list(show.workspaces(search="tag:demo wape<1000")["workspace_id"]) == [first]
    assert show.save_search("mine", search="tag:demo") == {"search": "tag:demo"}
    assert list(show.workspaces(saved="mine")["workspace_id"]) == [first]
    assert show.workspaces(saved="mine", q="second").empty
    with pytest.raises(SearchError):
        show.workspaces(search="tag:")
    show.forget_search("mine")
    with pytest.raises(NotFoundError):
        show.workspaces(saved="mine")
    assert show.searches() == {}

    seen = show.bulk("delete", ids=[first, second], preview=True)
    assert (seen.count, seen.pinned, seen.with_descendants, seen.exported) == (2, 0, 0, 0)
    done = show.bulk("archive", filter={"search": "NOT tag:demo"})
    assert done.affected == [second]
    assert list(show.workspaces()["workspace_id"]) == [first]
    show.undo(str(done.undo_token))
    token = str(show.delete(first).undo_token)
    assert list(show.workspaces()["workspace_id"]) == [second]
    show.undo(token)
    assert show.workspace(first).notes == "to show"

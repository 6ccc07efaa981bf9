"""A replay sends what was recorded, destroys only what was confirmed, and says how it compares with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import func, select, update

from showcase.demand.recipe import resolve_recipe
from showcase.errors import ConflictError, InvalidInputError, NotFoundError
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.request import parse_request
from showcase.services.demand import DemandService, Wipe
from showcase.services.models import parquet_bytes
from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.testing import TODAY, fresh_request, launcher_over
from tests.services.subjects import quiet


@pytest.fixture
def launcher(database: Database, tmp_path: Path) -> Iterator[Launcher]:
    made = launcher_over(database, tmp_path)
    yield made
    made.close()


def _keep(launcher: Launcher, **fields: Any) -> str:
    execution = launcher.start(
        fresh_request(preservation="keep", seed_overrides={"stores": 2, "products": 3}, **fields)
    )
    assert execution.wait(60).overall_status == "pass"
    return str(execution.workspace_id)


def _keep_unseeded(launcher: Launcher) -> str:
    """A kept run on the data that is there."""
    execution = launcher.start(parse_request({"preservation": "keep"}))
    execution.wait(60)
    return str(execution.workspace_id)


def _replayed(launcher: Launcher, workspace_id: str, **how: Any) -> dict[str, Any]:
    execution = launcher.replay(workspace_id, **how)
    assert execution.wait(60).overall_status == "pass"
    found = launcher.services.workspaces.show(str(execution.workspace_id)).result_summary
    assert found is not None
    return {**found["verdict"], "workspace_id": str(execution.workspace_id)}


def _refused(launcher: Launcher, workspace_id: str, confirm: str | None) -> None:
    before = launcher.services.demand.list_data_sets()
    with pytest.raises(ConflictError) as refused:
        launcher.replay(workspace_id, confirm=confirm)
    assert refused.value.reason == "confirmation_required"
    assert launcher.services.demand.list_data_sets() == before
    assert launcher.running() is None


@pytest.mark.compat
def test_a_confirmed_replay_with_reset_is_identical_in_every_part_and_finds_its_pair_by_code(
    launcher: Launcher,
) -> None:
    _keep(launcher)
    stores, products = launcher.services.demand.pairs(launcher.services.demand.require_current())
    scope = {"store_id": stores[-1][0], "product_id": products[-1][0]}
    source = launcher.services.workspaces.show(
        _keep(launcher, user_scope=scope, backtest={"horizon": 7}, workspace_name="source")
    )
    assert source.user_scope == {**scope, "store_code": stores[-1][1], "sku": products[-1][1]}
    seen = launcher.services.replays.preview(source.workspace_id)
    assert seen.to_send == seen.recorded | {"replayed_from_workspace_id": source.workspace_id}
    assert (seen.to_send["as_of"], seen.to_send["user_scope"]) == (TODAY.isoformat(), scope)
    assert seen.differences == []
    assert sum(one["rows"] for one in seen.wipes) == launcher.services.demand.preview_wipe().rows > 0
    assert seen.confirm is not None
    verdict = _replayed(launcher, source.workspace_id, confirm=seen.confirm)
    assert (verdict["overall"], verdict["where"]) == ("identical", {})
    assert verdict["source_workspace_id"] == source.workspace_id
    assert {part for part, mark in verdict["parts"].items() if mark == "not_applicable"} <= {
        "agent_story", "knowledge_story",
    }  # fmt: skip
    replay = launcher.services.workspaces.show(verdict["workspace_id"])
    assert replay.user_scope == source.user_scope
    assert (replay.store_id, replay.product_id) != (source.store_id, source.product_id)
    assert replay.created_objects["data_set_id"] != source.created_objects["data_set_id"]
    again = launcher.services.replays.preview(replay.workspace_id)
    assert _replayed(launcher, replay.workspace_id, confirm=again.confirm)["overall"] == "identical"


@pytest.mark.fault("C8")
def test_a_token_is_good_once_for_its_own_source_and_a_refused_try_does_not_spend_it(launcher: Launcher) -> None:
    source, other = _keep(launcher), _keep_unseeded(launcher)
    token = launcher.services.replays.preview(source).confirm
    assert token is not None
    for wrong in (None, "made-up", token + "x"):
        _refused(launcher, source, wrong)
    assert launcher.services.replays.preview(other).confirm is None, "a source that did not reset wipes nothing"
    with launcher.exclusive("another piece of work"), pytest.raises(ConflictError) as busy:
        launcher.replay(source, confirm=token)
    assert busy.value.reason == "busy"
    assert _replayed(launcher, source, confirm=token)["overall"] == "identical"
    _refused(launcher, source, token)


@pytest.mark.fault("C8")
def test_a_token_is_for_one_state_of_the_data_and_of_the_source(launcher: Launcher) -> None:
    source = _keep(launcher)
    token = launcher.services.replays.preview(source).confirm
    launcher.services.workspaces.edit(source, {"notes": "changed meanwhile"})
    _refused(launcher, source, token)
    token = launcher.services.replays.preview(source).confirm
    launcher.services.enrichment.enrich(launcher.services.demand.require_current(), quiet)
    _refused(launcher, source, token)
    token = launcher.services.replays.preview(source).confirm
    launcher.start(fresh_request(reset=False, seed=7)).wait(60)
    _refused(launcher, source, token)


def test_a_token_is_good_for_five_minutes_by_the_clock_of_the_database(launcher: Launcher) -> None:
    source = _keep(launcher)
    seen = launcher.services.replays.preview(source)
    c = t.replay_confirmation.c
    with launcher.database.begin() as connection:
        left = connection.execute(select(func.extract("epoch", c.expires_at - func.clock_timestamp()))).scalar_one()
        assert 290 < left <= 300
        connection.execute(update(t.replay_confirmation).values(expires_at=func.clock_timestamp()))
    _refused(launcher, source, seen.confirm)


def test_any_request_that_resets_for_a_replay_needs_the_token_even_of_a_source_that_is_gone(
    launcher: Launcher,
) -> None:
    source = _keep(launcher)
    for named in (source, "0" * 32):
        with pytest.raises(ConflictError) as refused:
            launcher.start(fresh_request(preservation="keep", replayed_from_workspace_id=named, seed=9))
        assert refused.value.reason == "confirmation_required"
    assert len(launcher.services.demand.list_data_sets()) == 1


def test_a_replay_that_wipes_nothing_needs_no_token(launcher: Launcher) -> None:
    source = _keep(launcher)
    with launcher.exclusive("wiping"):
        launcher.services.demand.wipe()
    assert launcher.services.replays.preview(source).confirm is None
    assert _replayed(launcher, source)["overall"] == "identical"


def test_an_overwritten_score_of_the_source_gives_different_and_says_where(launcher: Launcher) -> None:
    source = _keep(launcher, reset=False)
    kept = launcher.services.workspaces.show(source).result_summary
    assert kept is not None
    kept["leaderboard"][0]["mae"] += 1
    with launcher.database.begin() as connection:
        connection.execute(update(t.showcase_workspace).values(result_summary=kept))
    verdict = _replayed(launcher, source)
    assert (verdict["overall"], verdict["parts"]["scores"]) == ("different", "different")
    assert verdict["where"]["scores"].startswith(f"scores.{kept['leaderboard'][0]['model']}.mae: ")
    assert {verdict["parts"][part] for part in ("data", "model_set", "forecast")} == {"identical"}


def test_a_digest_that_is_not_that_of_its_forecast_is_different(launcher: Launcher) -> None:
    source = _keep(launcher, reset=False)
    kept = launcher.services.workspaces.show(source).result_summary
    with launcher.database.begin() as connection:
        connection.execute(
            update(t.showcase_workspace).values(result_summary={**(kept or {}), "forecast_digest": "0" * 64})
        )
    assert _replayed(launcher, source)["parts"]["forecast"] == "different"


def test_a_replay_on_fresh_days_says_so_and_is_different(launcher: Launcher) -> None:
    source = _keep(launcher, reset=False, as_of="2026-10-01")
    seen = launcher.services.replays.preview(source, anchor="today")
    assert seen.differences == [{"field": "as_of", "recorded": "2026-10-01", "to_send": TODAY.isoformat()}]
    assert _replayed(launcher, source, anchor="today")["parts"]["data"] == "different"
    unseeded = _keep_unseeded(launcher)
    for workspace_id, anchor in ((unseeded, "today"), (source, "yesterday")):
        with pytest.raises(InvalidInputError) as refused:
            launcher.services.replays.preview(workspace_id, anchor=anchor)
        assert refused.value.errors[0].field == "anchor"


def test_a_data_set_that_is_gone_stands_in_the_differences(launcher: Launcher) -> None:
    _keep(launcher, reset=False)
    source = launcher.services.workspaces.show(_keep_unseeded(launcher))
    seen = launcher.services.replays.preview(source.workspace_id)
    assert (seen.to_send["data_fingerprint"], seen.differences) == (source.data_fingerprint, [])
    launcher.start(fresh_request(seed=7)).wait(60)
    current = launcher.services.demand.require_current().fingerprint
    assert launcher.services.replays.preview(source.workspace_id).differences == [
        {"field": "data_set", "recorded": source.data_fingerprint, "to_send": current}
    ]


def test_a_token_is_void_for_data_that_came_while_it_was_made(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, preview_wipe = _keep(launcher), DemandService.preview_wipe

    def overtaken(demand: DemandService) -> Wipe:
        shown = preview_wipe(demand)
        demand.seed(resolve_recipe("sparse", 7, None, TODAY))
        return shown

    monkeypatch.setattr(DemandService, "preview_wipe", overtaken)
    seen = launcher.services.replays.preview(source)
    assert len({one["data_set"] for one in seen.wipes}) == 1
    _refused(launcher, source, seen.confirm)


@pytest.mark.parametrize("content", [b"no table", parquet_bytes(pl.DataFrame({"other": [1.0]}))])
def test_a_source_whose_forecast_is_no_forecast_leaves_that_part_unknown(launcher: Launcher, content: bytes) -> None:
    """An import brings what somebody else's program wrote; a replay of it comes to its end all the same."""
    source, replay = (launcher.services.workspaces.show(_keep(launcher, reset=False)) for _ in range(2))
    named = {"forecast": launcher.services.artifacts.put(content)}
    changed = {
        "created_objects": source.created_objects | {"files": source.created_objects["files"] | named},
        "result_summary": (source.result_summary or {}) | {"forecast_digest": "0" * 64},
    }
    mine = t.showcase_workspace.c.workspace_id == source.workspace_id
    with launcher.database.begin() as connection:
        connection.execute(update(t.showcase_workspace).where(mine).values(**changed))
    verdict = launcher.services.replays.judge(source.workspace_id, asdict(replay))
    assert verdict["parts"]["forecast"] == "unknown"


@pytest.mark.fault("C6")
def test_the_verdict_on_a_source_that_is_gone_is_unknown(launcher: Launcher) -> None:
    outcome = launcher.start(fresh_request(preservation="keep", reset=False, replayed_from_workspace_id="0" * 32)).wait(
        60
    )
    found = launcher.services.workspaces.show(outcome.summary["workspace_id"]).result_summary
    assert found is not None
    assert found["verdict"]["overall"] == "unknown"
    graph = launcher.services.workspaces.lineage("0" * 32)
    assert [(node.relation, node.is_deleted) for node in graph.nodes] == [("self", True), ("descendant", False)]
    assert graph.edges[0].verdict == "unknown"


def test_a_replay_of_an_unknown_workspace_is_not_found(launcher: Launcher) -> None:
    for ask in (launcher.services.replays.preview, launcher.replay, launcher.services.workspaces.lineage):
        with pytest.raises(NotFoundError):
            ask("0" * 32)

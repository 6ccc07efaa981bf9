"""A full showcase with overrides and a focus pair is replayed over a wipe: identical, unless one byte was changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from showcase.pipeline.execution import Execution
from showcase.pipeline.launcher import Launcher
from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.store.workspaces import Workspace
from showcase.testing import fresh_request, services_over
from showcase.workspaces.verdict import PARTS
from tests.services.subjects import seed_subject

SMALL = {"stores": 3, "products": 4, "window_days": 80, "promotion_intensity": 0.3}
OVERWRITTEN = {
    "data": ("data_fingerprint", "data_fingerprint: "),
    "model_set": ("result_summary.leaderboard.0.model", "models."),
    "scores": ("result_summary.leaderboard.0.mae", "scores."),
    "forecast": ("result_summary.forecast_digest", "forecast_digest: "),
    "agent_story": ("approval_events.0.reason", "approval_events[0].reason: '2t fits' against 'it fits'"),
    "knowledge_story": ("rag_events.2.hits.0.source", "rag_events[2].hits[0].source: "),
}
"""For each part, the place in a story where one byte is changed, and how the verdict says so."""


@pytest.fixture
def launcher(database: Database, tmp_path: Path) -> Iterator[Launcher]:
    made = Launcher(database, replace(services_over(database, tmp_path), window_s=600.0))
    yield made
    made.close()


def answered(launcher: Launcher, execution: Execution) -> Workspace:
    """Somebody approves what the run asks, and the run goes on to its end."""
    asked = next(event for event in launcher.watch(execution.run_id) if event["data"].get("awaiting") == "approval")
    launcher.services.decisions.decide(asked["data"]["action_id"], "approved", by="a planner", reason="it fits")
    assert execution.wait(120).run_status == "completed"
    return launcher.services.workspaces.show(str(execution.workspace_id))


def verdict_of(found: Workspace) -> dict[str, Any]:
    told: dict[str, Any] = (found.result_summary or {})["verdict"]
    return told


def replay(launcher: Launcher, source: Workspace) -> Workspace:
    confirm = launcher.services.replays.preview(source.workspace_id).confirm
    assert confirm is not None
    return answered(launcher, launcher.replay(source.workspace_id, confirm=confirm))


def overwrite(launcher: Launcher, found: Workspace, path: str) -> None:
    """Change one byte of what the database keeps at that place."""
    column, *way = path.split(".")
    inner: Any = copy.deepcopy(getattr(found, column))
    changed = _other_byte(inner) if not way else inner
    for name in way[:-1]:
        inner = inner[int(name)] if name.isdigit() else inner[name]
    if way:
        inner[way[-1]] = _other_byte(inner[way[-1]])
    _put(launcher, found, column, changed)


def _other_byte(value: Any) -> Any:
    written = json.dumps(value)
    at = next(place for place, letter in enumerate(written) if letter.isalnum())
    return json.loads(f"{written[:at]}{'2' if written[at] != '2' else '3'}{written[at + 1 :]}")


def _put(launcher: Launcher, found: Workspace, column: str, value: Any) -> None:
    c = t.showcase_workspace.c
    with launcher.database.begin() as connection:
        connection.execute(
            update(t.showcase_workspace).where(c.workspace_id == found.workspace_id).values({column: value})
        )


def test_a_full_showcase_is_replayed_identically_over_a_wipe_unless_one_byte_was_changed(launcher: Launcher) -> None:
    seed_subject(launcher.services, "showcase_rich", stores=3, products=4, window_days=80)
    stores, products = launcher.services.demand.pairs(launcher.services.demand.require_current())
    scope = {"store_id": stores[-1][0], "product_id": products[-1][0]}
    request = fresh_request(
        scenario="showcase_rich", seed=7, seed_overrides=SMALL, user_scope=scope, preservation="keep",
        backtest={"horizon": 7}, workspace_name="source",
    )  # fmt: skip
    source = answered(launcher, launcher.start(request))
    replayed = replay(launcher, source)
    assert verdict_of(replayed) == {
        "overall": "identical",
        "parts": dict.fromkeys(PARTS, "identical"),
        "where": {},
        "source_workspace_id": source.workspace_id,
    }
    assert replayed.user_scope == source.user_scope == {**scope, "store_code": stores[-1][1], "sku": products[-1][1]}
    assert (replayed.store_id, replayed.product_id) != (source.store_id, source.product_id)

    for part, (path, where) in OVERWRITTEN.items():
        overwrite(launcher, source, path)
        told = launcher.services.replays.judge(source.workspace_id, asdict(replayed))
        assert (told["overall"], told["parts"][part]) == ("different", "different"), part
        assert told["where"][part].startswith(where), part
        _put(launcher, source, path.split(".")[0], getattr(source, path.split(".")[0]))

    overwrite(launcher, source, OVERWRITTEN["agent_story"][0])
    told = verdict_of(replay(launcher, source))
    assert told["overall"] == "different"
    assert told["parts"] == dict.fromkeys(PARTS, "identical") | {"agent_story": "different"}
    assert told["where"] == {"agent_story": "approval_events[0].reason: '2t fits' against 'it fits'"}

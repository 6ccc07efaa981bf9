"""A kept run writes every slot of its story, as the slots are described."""

from __future__ import annotations

import platform
import threading
from typing import Any

import pytest
from sqlalchemy import text

import showcase
from showcase.errors import UnavailableError
from showcase.pipeline.events import EventType
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.steps import Step, eleven_steps
from showcase.store.workspaces import Workspace, made_by_run
from showcase.testing import fresh_request
from showcase.workspaces.story import CONFIG_SCHEMA_VERSION, SLOTS

SMALL = {"stores": 2, "products": 3}


def _kept(launcher: Launcher, **fields: Any) -> Workspace:
    execution = launcher.start(fresh_request(preservation="keep", seed_overrides=SMALL, **fields))
    execution.wait(60)
    return launcher.services.workspaces.show(str(execution.workspace_id))


def _check_slots(kept: Workspace) -> None:
    for name, (adapter, _) in SLOTS.items():
        slot = getattr(kept, name)
        assert slot is None or adapter.validate_python(slot) is not None, name


def test_a_kept_run_writes_its_slots_as_they_are_described(launcher: Launcher) -> None:
    kept = _kept(launcher, backtest={"horizon": 7})
    _check_slots(kept)
    assert kept.config_schema_version == CONFIG_SCHEMA_VERSION
    assert kept.seed_overrides == SMALL
    assert (kept.user_scope, kept.approval_events, kept.rag_events) == (None, [], [])
    assert kept.run_config is not None
    assert kept.run_config["backtest"]["horizon"] == 7
    assert kept.data_fingerprint == launcher.services.demand.require_current().fingerprint
    assert kept.environment is not None
    assert (kept.environment["python"], kept.environment["code"]) == (platform.python_version(), showcase.__version__)
    assert "numpy" in kept.environment["libraries"]
    assert kept.phase_summaries is not None
    told = [step["step"] for phase in kept.phase_summaries for step in phase["steps"]]
    assert told == [step.name for step in eleven_steps()]


def test_a_keep_that_cannot_be_recorded_makes_the_run_warn_visibly(launcher: Launcher) -> None:
    with launcher.database.begin() as connection:
        connection.execute(text("ALTER TABLE showcase_workspace ADD CONSTRAINT closed CHECK (false) NOT VALID"))
    done = launcher.start(fresh_request(preservation="keep", seed_overrides=SMALL)).wait(60)
    assert (done.run_status, done.summary["workspace_id"]) == ("completed", None)
    first = done.steps[0]
    assert (first["step_name"], first["status"]) == ("precheck", "warn")
    assert "the run cannot be kept: IntegrityError" in first["detail"]
    assert launcher.services.workspaces.count() == 0


def test_every_id_that_a_run_made_is_recorded(launcher: Launcher) -> None:
    kept = _kept(launcher)
    assert kept.run_id is not None
    with launcher.database.read() as connection:
        made = made_by_run(connection, kept.run_id)
    assert len(made["job_ids"]) == 5  # three trained, one backtest, one forecast
    assert set(kept.job_ids or ()) == set(kept.created_objects["job_ids"]) == set(made["job_ids"])
    assert {name: kept.created_objects[name] for name in ("model_run_ids", "plan_ids")} == {
        name: made[name] for name in ("model_run_ids", "plan_ids")
    }
    assert kept.created_objects["run_id"] == kept.run_id


def test_a_focus_pair_is_kept_by_ids_and_codes(launcher: Launcher) -> None:
    _kept(launcher)
    stores, products = launcher.services.demand.pairs(launcher.services.demand.require_current())
    (store_id, store_code), (product_id, sku) = stores[-1], products[-1]
    kept = _kept(launcher, user_scope={"store_id": store_id, "product_id": product_id})
    _check_slots(kept)
    assert kept.user_scope == {"store_id": store_id, "product_id": product_id, "store_code": store_code, "sku": sku}
    gone = _kept(launcher, user_scope={"store_id": 9999, "product_id": 1})
    assert gone.user_scope == {"store_id": 9999, "product_id": 1, "store_code": None, "sku": None}


def test_a_run_whose_thread_is_gone_still_tells_its_phases_and_what_it_made(launcher: Launcher) -> None:
    class Gone(BaseException):
        """The run ends here: nothing behind it is recorded."""

    def vanish(_: Any) -> Any:
        raise Gone

    steps = eleven_steps()
    launcher.steps_of = lambda _: (*steps[:7], Step("register", "decision", vanish))
    execution = launcher.start(fresh_request(preservation="keep", seed_overrides=SMALL))
    thread = next(one for one in threading.enumerate() if one.name == f"run-{execution.run_id.short}")
    seen: list[type[BaseException]] = []
    previous, threading.excepthook = threading.excepthook, lambda args: seen.append(args.exc_type)
    try:
        thread.join(60)
    finally:
        threading.excepthook = previous
    assert seen == [Gone]
    with pytest.raises(UnavailableError, match="before it was recorded"):
        execution.wait(0)
    kept = launcher.services.workspaces.show(str(execution.workspace_id))
    _check_slots(kept)
    assert kept.status == "interrupted"
    assert kept.phase_summaries is not None
    steps_told = [(step["step"], step["status"]) for phase in kept.phase_summaries for step in phase["steps"]]
    assert steps_told[-2:] == [("backtest", "pass"), ("register", "fail")]
    assert len(kept.job_ids or ()) == 4
    assert kept.created_objects["job_ids"] == kept.job_ids
    data_set = launcher.services.demand.require_current()
    assert (kept.created_objects["data_set_id"], kept.data_fingerprint) == (data_set.id, data_set.fingerprint)
    assert (kept.date_start, kept.date_end) == (data_set.window.start, data_set.window.end)
    assert kept.store_id is not None
    assert kept.product_id is not None
    assert set(kept.created_objects["files"]) == {"backtest", "score_parts"}
    events = launcher.events(execution.run_id)
    assert events[-1]["event_type"] == EventType.PIPELINE_COMPLETE

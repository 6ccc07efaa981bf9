"""What settling writes for a run whose process is gone: as much as the run itself would have written by then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from showcase.kernel.identity import RunId
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.settle import _settle, settle_interrupted
from showcase.services.decisions import DecisionService
from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.store.events import append_events, last_event
from showcase.store.lock import RunLock
from showcase.store.workspaces import Workspace
from showcase.testing import FixedClock, fresh_request
from tests.services.test_decisions import _question as question
from tests.store.contended import meet

CLOCK = FixedClock()
SLOTS = ("approval_events", "rag_events", "job_ids", "phase_summaries")
GONE = "interrupted in step verify: the process that ran it"


@dataclass(frozen=True, slots=True)
class Dead:
    """A kept replay as it was when it ended, whose rows were then put back to how they stood in step verify."""

    launcher: Launcher
    run_id: RunId
    whole: Workspace

    def workspace(self) -> Workspace:
        return self.launcher.services.workspaces.show(str(self.whole.workspace_id))


@pytest.fixture
def dead(launcher: Launcher) -> Dead:
    source = launcher.start(fresh_request(preservation="keep")).wait(60).summary["workspace_id"]
    confirm = launcher.services.replays.preview(str(source)).confirm
    done = launcher.replay(str(source), confirm=confirm).wait(60)
    assert done.overall_status == "pass"
    whole = launcher.services.workspaces.show(str(done.summary["workspace_id"]))
    _put_back_to_verify(launcher.database, done.run_id, str(whole.workspace_id))
    return Dead(launcher, done.run_id, whole)


def _put_back_to_verify(database: Database, run_id: str, workspace_id: str) -> None:
    events, kept = t.demo_event, t.showcase_workspace
    running = {"status": "running", "ended_at": None, "summary": None, "reason": None, "step_name": "verify"}
    unknown = ("store_id", "product_id", "date_start", "date_end", "data_fingerprint", "result_summary", *SLOTS)
    with database.begin() as connection:
        last = connection.execute(
            select(events.c.seq).where(
                events.c.run_id == run_id,
                events.c.event["step_name"].as_string() == "verify",
                events.c.event["event_type"].as_string() == "step_start",
            )
        ).scalar_one()
        connection.execute(delete(events).where(events.c.run_id == run_id, events.c.seq > last))
        connection.execute(update(t.demo_run).where(t.demo_run.c.run_id == run_id).values(**running))
        connection.execute(
            update(kept)
            .where(kept.c.workspace_id == workspace_id)
            .values(status="running", created_objects={"run_id": run_id}, **dict.fromkeys(unknown))
        )


def test_what_a_dead_run_made_is_on_the_record_as_if_it_had_ended(dead: Dead) -> None:
    assert settle_interrupted(dead.launcher.database, CLOCK) == [dead.run_id]
    now, whole = dead.workspace(), dead.whole
    assert now.status == "interrupted"
    for name in ("store_id", "product_id", "date_start", "date_end", "data_fingerprint", "job_ids", "approval_events"):
        assert getattr(now, name) == getattr(whole, name), name
    made = ("run_id", "data_set_id", "data_set_name", "files", "model_run_ids", "plan_ids", "job_ids", "batch_ids")
    for name in made:
        assert now.created_objects[name] == whole.created_objects[name], name
    assert set(now.created_objects["files"]) == {"backtest", "score_parts", "forecast", "model"}
    assert now.demand == whole.demand


def test_a_dead_run_says_why_and_a_dead_replay_has_no_verdict(dead: Dead) -> None:
    settle_interrupted(dead.launcher.database, CLOCK)
    run, told = dead.launcher.show(dead.run_id), dead.workspace().result_summary or {}
    assert (run.status, run.step_name) == ("interrupted", "verify")
    assert str(run.reason).startswith(GONE)
    assert told["reason"] == run.reason
    assert told["run_status"] == "interrupted"
    assert told["verdict"]["overall"] == "unknown"
    assert told["verdict"]["source_workspace_id"] == dead.whole.replayed_from_workspace_id
    step, summary = dead.launcher.events(dead.run_id)[-2:]
    assert (step["step_name"], step["event_type"], step["status"]) == ("verify", "step_complete", "fail")
    assert (step["detail"], step["data"]) == ("interrupted", {})
    assert (summary["step_name"], summary["detail"]) == ("summary", run.reason)
    assert summary["seq"] == step["seq"] + 1
    assert summary["data"]["workspace_id"] == dead.whole.workspace_id


def test_a_dead_run_that_is_no_replay_has_no_verdict_at_all(launcher: Launcher) -> None:
    done = launcher.start(fresh_request(preservation="keep")).wait(60)
    workspace_id = str(done.summary["workspace_id"])
    _put_back_to_verify(launcher.database, done.run_id, workspace_id)
    settle_interrupted(launcher.database, CLOCK)
    assert "verdict" not in (launcher.services.workspaces.show(workspace_id).result_summary or {})


def test_the_questions_of_a_dead_run_are_in_its_story(dead: Dead) -> None:
    asking = DecisionService(dead.launcher.database, window_s=600)
    opened = asking.ask(question(), run_id=dead.run_id)
    settle_interrupted(dead.launcher.database, CLOCK)
    [entry] = dead.workspace().approval_events or []
    assert (entry["action_id"], entry["decision"]) == (str(opened.action_id), "timed_out")
    assert entry["execution_status"] == "not_executed"


def test_open_jobs_and_model_runs_of_a_dead_run_fail_with_its_reason(dead: Dead) -> None:
    job = {"job_id": "b" * 32, "kind": "export", "status": "running", "parameters": {}, "origin_run_id": dead.run_id}
    models = t.model_run.c.origin_run_id == dead.run_id
    with dead.launcher.database.begin() as connection:
        connection.execute(insert(t.job).values(**job))
        connection.execute(update(t.model_run).where(models).values(status="running"))
    settle_interrupted(dead.launcher.database, CLOCK)
    assert str(dead.launcher.services.jobs.show("b" * 32).failure).startswith(GONE)
    with dead.launcher.database.read() as connection:
        told = connection.execute(select(t.model_run.c.status, t.model_run.c.failure).where(models)).all()
    assert told
    assert all(status == "failed" and failure.startswith(GONE) for status, failure in told)


def test_a_step_that_this_version_does_not_have_is_ended_as_its_own_event_told_it(dead: Dead) -> None:
    """As where the program is replaced between the death of a run and its settlement."""
    c, database = t.demo_event.c, dead.launcher.database
    with database.begin() as connection:
        last = last_event(connection, dead.run_id)
        assert last is not None
        newer = {**last, "step_name": "polish", "step_index": 40, "total_steps": 41, "phase_name": "finish"}
        at = (c.run_id == dead.run_id, c.seq == last["seq"])
        connection.execute(update(t.demo_event).where(*at).values(event=newer))
    assert settle_interrupted(database, CLOCK) == [dead.run_id]
    step = dead.launcher.events(dead.run_id)[-2]
    told = ("step_name", "step_index", "total_steps", "phase_name", "phase_index", "phase_total")
    assert [step[name] for name in told] == [newer[name] for name in told]
    assert (step["status"], step["detail"]) == ("fail", "interrupted")


@pytest.mark.fault("C9")
def test_a_settler_is_not_ended_for_the_silence_of_the_run_that_it_settles(dead: Dead) -> None:
    """Two may come at once long after a run died: the second must not take the first one for the dead."""
    database, run = dead.launcher.database, t.demo_run.c
    long_ago = func.clock_timestamp() - timedelta(hours=1)
    with database.begin() as connection:
        connection.execute(update(t.demo_run).where(run.run_id == dead.run_id).values(heartbeat_at=long_ago))
    with RunLock.try_acquire(database) or pytest.fail("the lock is free") as settler:
        assert settle_interrupted(database, CLOCK) == []
        assert settler.is_held()
    assert settle_interrupted(database, CLOCK) == [dead.run_id]


@pytest.mark.fault("C9")
def test_work_that_is_no_run_settles_a_dead_one_before_it_begins(dead: Dead) -> None:
    with dead.launcher.exclusive("an import"):
        assert dead.launcher.show(dead.run_id).status == "interrupted"


def test_a_run_that_died_before_its_first_event_has_one(dead: Dead) -> None:
    with dead.launcher.database.begin() as connection:
        connection.execute(delete(t.demo_event).where(t.demo_event.c.run_id == dead.run_id))
    settle_interrupted(dead.launcher.database, CLOCK)
    assert [event["seq"] for event in dead.launcher.events(dead.run_id)] == [1]


def test_a_dead_run_that_told_of_much_is_remembered_to_its_last_step(dead: Dead) -> None:
    """A long step tells five times a second, so the steps after it lie far behind the first page of events."""
    told, c = 1500, t.demo_event.c
    mine, database = c.run_id == dead.run_id, dead.launcher.database
    with database.begin() as connection:
        # the steps behind the backtest's start give way to what the backtest told meanwhile
        first = connection.execute(
            select(c.seq).where(
                mine, c.event["step_name"].as_string() == "backtest", c.event["event_type"].as_string() == "step_start"
            )
        ).scalar_one()
        later = connection.execute(select(c.event).where(mine, c.seq > first).order_by(c.seq)).scalars().all()
        progress = [{**later[0], "event_type": "step_progress", "data": {}} for _ in range(told)]
        connection.execute(delete(t.demo_event).where(mine, c.seq > first))
        every = [{**event, "seq": seq} for seq, event in enumerate([*progress, *later], first + 1)]
        append_events(connection, dead.run_id, [(event["seq"], event) for event in every])
    assert settle_interrupted(database, CLOCK) == [dead.run_id]
    now, whole = dead.workspace(), dead.whole
    assert now.created_objects["files"] == whole.created_objects["files"]
    assert [phase["phase"] for phase in now.phase_summaries or []] == ["data", "modeling", "decision", "verify"]


def test_what_its_process_is_still_writing_is_waited_for_and_told(dead: Dead) -> None:
    database, run = dead.launcher.database, dead.launcher.show(dead.run_id)
    late = dead.launcher.services.fenced(dead.run_id, run.token).transactions
    newest = dead.launcher.events(dead.run_id)[-1]
    told = {**newest, "event_type": "step_progress", "seq": newest["seq"] + 1}

    settled = meet(
        late,
        lambda connection: append_events(connection, dead.run_id, [(told["seq"], told)]),
        lambda: settle_interrupted(database, CLOCK),
    )
    assert settled == [dead.run_id]
    events = dead.launcher.events(dead.run_id)
    assert told in events
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


def test_a_run_that_has_ended_meanwhile_and_one_that_is_gone_are_left_alone(launcher: Launcher) -> None:
    done = launcher.start(fresh_request(preservation="keep")).wait(60)
    before = launcher.events(done.run_id), launcher.show(done.run_id)
    assert _settle(launcher.database, CLOCK, done.run_id) is False
    assert (launcher.events(done.run_id), launcher.show(done.run_id)) == before
    assert _settle(launcher.database, CLOCK, RunId("f" * 32)) is False


@pytest.fixture
def orphan(database: Database) -> str:
    """A training that stands as running, and whose process is gone; no run does."""
    job: dict[str, Any] = {"job_id": "a" * 32, "kind": "train", "status": "running", "parameters": {}}
    with database.begin() as connection:
        connection.execute(insert(t.job).values(**job))
    return str(job["job_id"])


def test_work_without_a_run_ends_with_its_process(launcher: Launcher, orphan: str) -> None:
    assert settle_interrupted(launcher.database, CLOCK) == []
    job = launcher.services.jobs.show(orphan)
    assert job.status == "failed"
    assert "the process that did the work is gone" in str(job.failure)


def test_work_is_left_alone_while_somebody_holds_the_lock(launcher: Launcher, orphan: str) -> None:
    lock = RunLock.try_acquire(launcher.database)
    assert lock is not None
    with lock:
        assert settle_interrupted(launcher.database, CLOCK) == []
        assert launcher.services.jobs.show(orphan).status == "running"


def test_where_nothing_is_open_nothing_is_settled(launcher: Launcher) -> None:
    assert settle_interrupted(launcher.database, CLOCK) == []

"""Runs start, tell, stop and end as the contract says, on a real database."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from showcase.demand.intake_values import IntakeOptions
from showcase.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from showcase.pipeline.context import RunContext
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.settle import SILENT_S
from showcase.pipeline.steps import Step, StepOutcome, eleven_steps, passed, warned
from showcase.store.engine import Database
from showcase.store.events import append_events
from showcase.store.lock import evict_silent_holder, lock_is_free
from showcase.testing import fresh_request, launcher_over
from tests.faults.waiting import PATIENCE_S, TWO_S
from tests.pipeline.held import hold

ELEVEN = [step.name for step in eleven_steps()]


def _run(launcher: Launcher, **fields: Any) -> Any:
    return launcher.start(fresh_request(**fields)).wait(60)


def _step(outcome: Any, name: str) -> Any:
    return next(step for step in outcome.steps if step["step_name"] == name)


@pytest.mark.compat
def test_a_kept_run_goes_through_the_eleven_steps_and_leaves_a_completed_workspace(launcher: Launcher) -> None:
    outcome = _run(launcher, preservation="keep", workspace_name="first")
    assert [step["step_name"] for step in outcome.steps] == ELEVEN
    assert {step["status"] for step in outcome.steps} == {"pass"}
    assert outcome.overall_status == "pass"
    assert 0 < outcome.summary["winner_wape"] < 100
    kept = launcher.services.workspaces.show(outcome.summary["workspace_id"])
    assert (kept.status, kept.name) == ("completed", "first")
    assert kept.result_summary is not None
    assert kept.result_summary["winner_value"] == outcome.summary["winner_value"]
    assert kept.created_objects["model_run_ids"] == [outcome.summary["winning_run_id"]]
    assert (kept.date_end, kept.as_of) == (launcher.services.clock.today(), launcher.services.clock.today())
    assert launcher.services.models.verify(outcome.summary["winning_run_id"])
    assert launcher.services.models.alias("demo-production") == outcome.summary["winning_run_id"]


@pytest.mark.compat
def test_two_identical_runs_agree_to_the_last_digit(launcher: Launcher) -> None:
    first, second = (_run(launcher, preservation="keep") for _ in range(2))
    same = ("winner_model_type", "winner_value", "winner_wape", "data_fingerprint")
    assert [first.summary[name] for name in same] == [second.summary[name] for name in same]
    for step, digest in (("register", "forecast_digest"), ("register", "artifact_digest"), ("seed", "fingerprint")):
        assert _step(first, step)["data"][digest] == _step(second, step)["data"][digest]
    assert _step(first, "seed")["data"]["data_set_id"] != _step(second, "seed")["data"]["data_set_id"]


def test_events_are_numbered_from_one_without_holes_and_end_with_the_summary(launcher: Launcher) -> None:
    execution = launcher.start(fresh_request())
    events = list(launcher.watch(execution.run_id))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["event_type"] for event in events].count("pipeline_complete") == 1
    assert events[-1]["event_type"] == "pipeline_complete"
    assert events[-1]["step_name"] == "summary"
    completed = [event["step_name"] for event in events if event["event_type"] == "step_complete"]
    started = [event for event in events if event["event_type"] == "step_start"]
    assert completed == [event["step_name"] for event in started] == ELEVEN
    assert {event["status"] for event in started} == {None}
    assert execution.wait(10).summary["run_status"] == "completed"


def test_a_watcher_that_joins_late_gets_what_it_has_not_seen(launcher: Launcher) -> None:
    execution = launcher.start(fresh_request())
    execution.wait(60)
    everything = list(launcher.watch(execution.run_id))
    assert list(launcher.watch(execution.run_id, after=5)) == everything[5:]


def test_who_has_heard_all_that_there_is_waits_for_nothing(launcher: Launcher) -> None:
    ended = launcher.start(fresh_request()).wait(60)
    last, asked = launcher.events(ended.run_id)[-1]["seq"], list[int]()

    def is_wanted() -> bool:
        asked.append(1)
        return len(asked) < 5

    for after in (last, last + 900):
        asked.clear()
        assert list(launcher.watch(ended.run_id, after, is_wanted=is_wanted)) == []
        assert len(asked) == 1, "it waited for an event that cannot come"


def test_who_waits_for_more_than_a_run_will_tell_is_let_go_with_its_end(launcher: Launcher) -> None:
    gate, asked = hold(launcher), list[int]()
    execution = launcher.start(fresh_request())

    def is_wanted() -> bool:
        asked.append(1)
        gate.opened.set()
        return len(asked) < 120

    assert list(launcher.watch(execution.run_id, after=900, is_wanted=is_wanted)) == []
    assert len(asked) < 120
    assert execution.wait(60).run_status == "completed"


def test_a_run_that_breaks_off_unforeseen_is_settled_at_once_and_says_so(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    met, is_met = list[Any](), threading.Event()

    def meet(args: threading.ExceptHookArgs) -> None:
        met.append(args.exc_type)
        is_met.set()

    monkeypatch.setattr(threading, "excepthook", meet)

    def ahead(context: RunContext) -> StepOutcome:
        newest = launcher.events(context.run_id)[-1]
        with launcher.database.begin() as connection:  # takes the number of the run's own next event
            append_events(connection, context.run_id, [(newest["seq"] + 1, {**newest, "seq": newest["seq"] + 1})])
        return passed("through")

    launcher.steps_of = lambda _: (*eleven_steps()[:1], Step("ahead", "data", ahead))
    execution = launcher.start(fresh_request())
    with pytest.raises(UnavailableError, match="ended before it was recorded"):
        execution.wait(60)
    assert launcher.show(execution.run_id).status == "interrupted"
    assert is_met.wait(60)  # its thread ends a moment after it let go of whoever waits
    assert met == [IntegrityError]


def test_a_run_that_lives_is_not_ended_for_one_that_had_fallen_silent(launcher: Launcher, database: Database) -> None:
    """Two may find a run silent; the slower one finds the next run in its place."""
    gate = hold(launcher)
    execution = launcher.start(fresh_request())
    assert gate.entered.wait(10)
    evict_silent_holder(database, SILENT_S)
    assert not lock_is_free(database)
    gate.opened.set()
    assert execution.wait(60).run_status == "completed"


@pytest.mark.fault("C9")
def test_a_run_that_lost_its_lock_does_not_go_on_beside_other_work(launcher: Launcher, database: Database) -> None:
    gate = hold(launcher)
    execution = launcher.start(fresh_request())
    assert gate.entered.wait(PATIENCE_S)
    with database.lone_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [execution.lock.backend_pid])
    with launcher.exclusive("an import"):
        gate.opened.set()
        with pytest.raises(ConflictError) as late:
            execution.wait(60)
        assert late.value.reason == "fenced"
        assert launcher.show(execution.run_id).status == "interrupted"


@pytest.mark.compat
def test_the_second_starter_hears_who_holds_the_pipeline_and_disturbs_nothing(
    launcher: Launcher, database: Database, tmp_path: Path
) -> None:
    gate = hold(launcher)
    first = launcher.start(fresh_request())
    assert gate.entered.wait(PATIENCE_S)
    other = launcher_over(database, tmp_path)
    with pytest.raises(ConflictError) as busy:
        other.start(fresh_request())
    assert busy.value.reason == "busy"
    assert first.run_id.short in busy.value.message
    with pytest.raises(ConflictError), other.exclusive("seeding"):
        pass
    other.close()
    gate.opened.set()
    assert first.wait(60).run_status == "completed"
    assert lock_is_free(database)


def test_whoever_comes_when_other_work_is_on_the_record_but_has_not_let_go_is_not_turned_away(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = ExitStack()
    ending.enter_context(launcher.exclusive("a batch"))
    monkeypatch.setattr("showcase.pipeline.launcher.time", SimpleNamespace(sleep=lambda _: ending.close()))
    with launcher.exclusive("seeding"):
        assert not lock_is_free(launcher.database)
    assert lock_is_free(launcher.database)


@pytest.mark.compat
def test_stop_ends_the_run_as_cancelled_within_two_seconds_and_puts_the_alias_back(launcher: Launcher) -> None:
    before = _run(launcher).summary["winning_run_id"]
    gate = hold(launcher, before=8)
    execution = launcher.start(fresh_request(preservation="keep", seed=7))
    assert gate.entered.wait(PATIENCE_S)
    assert launcher.services.models.alias("demo-production") != before
    launcher.stop(execution.run_id)
    outcome = execution.wait(TWO_S)
    assert (outcome.run_status, outcome.overall_status) == ("cancelled", "fail")
    assert outcome.steps[-1]["detail"] == "cancelled"
    assert launcher.services.models.alias("demo-production") == before
    assert launcher.services.workspaces.show(str(execution.workspace_id)).status == "cancelled"
    with pytest.raises(ConflictError) as ended:
        launcher.stop(execution.run_id)
    assert ended.value.reason == "ended"


def test_a_failing_step_stops_the_run_and_the_record_says_why(launcher: Launcher) -> None:
    outcome = _run(launcher, train_model_types=["lightgbm"], preservation="keep")
    assert outcome.run_status == "failed"
    assert outcome.steps[-1]["step_name"] == "train"
    assert "SHOWCASE_ENABLE_LIGHTGBM" in outcome.steps[-1]["detail"]
    assert outcome.steps[-1]["data"]["remedy"]
    assert launcher.show(outcome.run_id).reason.startswith("train: ")
    assert launcher.services.workspaces.show(outcome.summary["workspace_id"]).status == "failed"


def test_an_unforeseen_error_is_an_outcome_of_the_run_and_shows_no_bare_text(launcher: Launcher) -> None:
    def broken(context: RunContext) -> StepOutcome:
        raise RuntimeError("secret internals")

    launcher.steps_of = lambda _: (*eleven_steps()[:1], Step("broken", "data", broken))
    outcome = _run(launcher)
    assert outcome.run_status == "failed"
    assert "RuntimeError" in outcome.steps[-1]["detail"]
    assert "secret internals" not in str(outcome.steps)


def test_a_warning_goes_on(launcher: Launcher) -> None:
    launcher.steps_of = lambda _: (Step("careful", "data", lambda _: warned("hm")), *eleven_steps())
    outcome = _run(launcher)
    assert outcome.overall_status == "pass"
    assert outcome.steps[0]["status"] == "warn"


def test_a_run_on_an_empty_database_fails_in_status_with_the_remedy(launcher: Launcher) -> None:
    outcome = _run(launcher, reset=False, skip_seed=True)
    assert outcome.steps[-1]["step_name"] == "status"
    assert "showcase seed" in outcome.steps[-1]["data"]["remedy"]


def test_seeding_the_same_recipe_uses_what_is_there(launcher: Launcher) -> None:
    first, second = _run(launcher), _run(launcher, reset=False)
    assert _step(second, "seed")["data"]["data_set_id"] == _step(first, "seed")["data"]["data_set_id"]
    assert set(_step(second, "seed")["data"]["records_created"].values()) == {0}
    assert len(launcher.services.demand.list_data_sets()) == 1


def test_reset_wipes_every_data_set_and_says_how_many_rows_of_what(launcher: Launcher) -> None:
    first = _run(launcher)
    second = _run(launcher, seed=2)
    wiped = _step(second, "reset")["data"]
    made = _step(first, "seed")["data"]["records_created"]
    assert wiped["tables"] == {table: rows for table, rows in made.items() if rows}
    assert [one.fingerprint for one in launcher.services.demand.list_data_sets()] == [
        second.summary["data_fingerprint"]
    ]


def _some_pair(launcher: Launcher, avoid: str) -> tuple[int, int, str]:
    demand = launcher.services.demand
    stores, products = demand.pairs(demand.require_current())
    store_id, product_id = stores[-1][0], products[-1][0]
    found = demand.pair(store_id, product_id)
    assert found is not None
    assert f"{found.store_code} / {found.sku}" != avoid
    return store_id, product_id, f"{found.store_code} / {found.sku}"


def test_the_focus_pair_is_found_again_by_its_codes_after_reset_and_reseed(launcher: Launcher) -> None:
    status = _step(_run(launcher), "status")["data"]
    store_id, product_id, codes = _some_pair(launcher, f"{status['store_code']} / {status['sku']}")
    again = _run(launcher, user_scope={"store_id": store_id, "product_id": product_id}, preservation="keep")
    found = _step(again, "status")
    assert found["status"] == "pass"
    assert found["data"]["user_scope_applied"] is True
    assert f"{found['data']['store_code']} / {found['data']['sku']}" == codes
    assert found["data"]["store_id"] != store_id
    kept = launcher.services.workspaces.show(again.summary["workspace_id"])
    assert (kept.store_id, kept.product_id) == (found["data"]["store_id"], found["data"]["product_id"])


def test_a_pair_that_is_gone_falls_back_with_a_warning_and_both_pairs_on_the_record(launcher: Launcher) -> None:
    _run(launcher)
    store_id, product_id, _ = _some_pair(launcher, "")
    outcome = _run(
        launcher,
        user_scope={"store_id": store_id, "product_id": product_id},
        seed_overrides={"stores": 1, "products": 2},
    )
    found = _step(outcome, "status")
    assert (found["status"], found["data"]["user_scope_applied"]) == ("warn", False)
    assert found["data"]["wanted"]["store_id"] == store_id
    assert outcome.overall_status == "pass"


def test_a_fingerprint_that_is_gone_runs_on_the_current_data_set_with_a_warning(launcher: Launcher) -> None:
    _run(launcher)
    outcome = launcher.start(fresh_request(reset=False, skip_seed=True, data_fingerprint="0" * 64)).wait(60)
    assert _step(outcome, "status")["status"] == "warn"


def test_a_run_on_an_older_data_set_is_about_that_one(launcher: Launcher) -> None:
    older = _run(launcher).summary["data_fingerprint"]
    assert _run(launcher, reset=False, seed=2).summary["data_fingerprint"] != older
    outcome = launcher.start(fresh_request(reset=False, skip_seed=True, data_fingerprint=older)).wait(60)
    assert outcome.summary["data_fingerprint"] == older


def test_a_sweep_that_does_not_fit_is_refused_before_anything_starts(launcher: Launcher) -> None:
    with pytest.raises(InvalidInputError) as refused:
        launcher.start(fresh_request(backtest={"horizon": 30, "n_splits": 5}))
    assert "92" in refused.value.message
    assert "180" in refused.value.message
    assert launcher.recent() == []


def test_a_replay_that_would_wipe_needs_a_confirmation_and_wipes_nothing_without(launcher: Launcher) -> None:
    kept = _run(launcher, preservation="keep")
    for confirm in ({}, {"confirm": "made-up"}):
        with pytest.raises(ConflictError) as refused:
            launcher.start(
                fresh_request(preservation="keep", replayed_from_workspace_id=kept.summary["workspace_id"], **confirm)
            )
        assert refused.value.reason == "confirmation_required"
    assert launcher.services.demand.require_current().fingerprint == kept.summary["data_fingerprint"]


def test_customised_runs_say_their_resolved_configuration_and_legacy_runs_do_not(launcher: Launcher) -> None:
    assert _run(launcher).summary["run_config"] is None
    custom = _run(launcher, backtest={"horizon": 7, "metric": "mae"})
    assert custom.summary["run_config"]["backtest"]["horizon"] == 7
    assert custom.summary["winner_metric"] == "mae"


def test_every_preset_runs_green(launcher: Launcher) -> None:
    from showcase.demand.presets import Scenario

    for scenario in Scenario:
        outcome = _run(launcher, scenario=str(scenario))
        assert outcome.overall_status == "pass", (scenario, outcome.steps[-1])


def test_a_run_whose_workspace_cannot_be_recorded_goes_on_and_warns(launcher: Launcher, database: Database) -> None:
    from sqlalchemy import text

    with database.begin() as connection:
        connection.execute(text("ALTER TABLE showcase_workspace ADD CONSTRAINT full_up CHECK (seed < 0)"))
    outcome = _run(launcher, preservation="keep")
    assert outcome.overall_status == "pass"
    assert _step(outcome, "precheck")["status"] == "warn"
    assert outcome.summary["workspace_id"] is None


def test_an_unknown_run_is_not_found(launcher: Launcher) -> None:
    with pytest.raises(NotFoundError):
        launcher.show("0" * 32)


def test_imported_sales_run_green(launcher: Launcher, tmp_path: Path) -> None:
    rows = ["date,store,product,quantity,unit_price"]
    for day in range(1, 101):
        month, date = divmod(day - 1, 28)
        rows += [
            f"2026-{month + 1:02d}-{date + 1:02d},A,{sku},{(day * 7 + price) % 13},{price}.50"
            for sku, price in (("x", 1), ("y", 2))
        ]
    file = tmp_path / "sales.csv"
    file.write_text("\n".join(rows))
    kept, _ = launcher.services.demand.import_sales(file, options=IntakeOptions())
    outcome = launcher.start(fresh_request(reset=False, skip_seed=True)).wait(60)
    assert outcome.overall_status == "pass"
    assert outcome.summary["data_fingerprint"] == kept.data_set.fingerprint


def test_whoever_heard_the_summary_may_start_the_next_run_at_once(launcher: Launcher) -> None:
    """The lock goes a moment after the summary is told, and nobody is turned away in between."""
    for seed in range(4):
        for event in launcher.watch(launcher.start(fresh_request(seed=seed, reset=False)).run_id):
            last = event
        assert last["data"]["run_status"] == "completed"

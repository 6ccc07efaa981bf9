"""The steps that showcase_rich has beyond the short table pass, warn, skip and fail as the contract says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, select, text

from showcase.errors import NotFoundError, UnavailableError
from showcase.forecasting.history import SalesMatrix
from showcase.pipeline.context import RunContext
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.phases import promotion
from showcase.pipeline.steps import steps_for
from showcase.services.ops import OpsService
from showcase.services.registry import RegistryService
from showcase.services.sandbox import SANDBOX_ALIAS, SandboxService
from showcase.store import tables as t
from showcase.store.engine import Database
from showcase.store.registry import ModelRunFilter
from tests.pipeline.some_steps import SHORT, run_steps, step_told


def _data(outcome: Any, name: str) -> Any:
    return step_told(outcome, name)["data"]


def _tested(outcome: Any) -> Any:
    """The last step that the short table does not have."""
    return [step for step in outcome.steps if step["step_name"] not in {*SHORT, "before"}][-1]


def _forget_champion(context: RunContext) -> None:
    context.facts.registered = None


def _import(launcher: Launcher, folder: Path, days: int) -> None:
    """Sales of two products in one store on so many days from 2026-01-01 on."""
    first = launcher.services.clock.today().replace(month=1, day=1)
    rows = ["date,store,product,quantity"]
    rows += [f"{first + timedelta(days=day)},A,{sku},{(day * 7 + 3) % 13}" for day in range(days) for sku in ("x", "y")]
    file = folder / f"{days}.csv"
    file.write_text("\n".join(rows))
    launcher.services.demand.import_sales(file)


# --- the whole table ---


def test_every_id_that_a_run_makes_is_on_its_record(launcher: Launcher, database: Database) -> None:
    mine = [step.name for step in steps_for("showcase_rich") if step.phase not in ("planning", "knowledge", "agents")]
    outcome = run_steps(launcher, *mine, preservation="keep")
    assert {step["step_name"]: step["status"] for step in outcome.steps} == dict.fromkeys(mine, "pass")
    created = launcher.services.workspaces.show(outcome.summary["workspace_id"]).created_objects
    with database.read() as connection:
        jobs = connection.execute(select(t.job.c.job_id, t.job.c.status)).all()
        runs = connection.execute(select(t.model_run.c.run_id, t.model_run.c.synthetic)).all()
        batches = connection.execute(select(t.batch.c.batch_id)).scalars().all()
    assert sorted(created["job_ids"]) == sorted(row.job_id for row in jobs)
    assert {row.status for row in jobs} == {"success"}
    assert sorted(created["model_run_ids"]) == sorted(row.run_id for row in runs if not row.synthetic)
    assert sorted(created["synthetic_model_run_ids"]) == sorted(row.run_id for row in runs if row.synthetic)
    assert created["batch_ids"] == list(batches)
    assert outcome.summary["v2_run_id"] in created["model_run_ids"]
    assert created["enrichment_digest"] == _data(outcome, "phase2_enrichment")["enrichment_digest"]
    assert _data(outcome, "ops_snapshot")["disk"]["orphaned"] == 0


def test_two_equal_runs_agree_in_every_score_and_digest(launcher: Launcher) -> None:
    names = ("phase2_enrichment", "historical_backfill", "v2_train", "batch_preset")
    first, second = (run_steps(launcher, *names) for _ in range(2))
    for step, told in (
        ("phase2_enrichment", "enrichment_digest"),
        ("v2_train", "artifact_digest"),
        ("v2_train", "scores"),
    ):
        assert _data(first, step)[told] == _data(second, step)[told]
    scores = [[one["scores"] for one in _data(run, "historical_backfill")["model_runs"]] for run in (first, second)]
    assert scores[0] == scores[1]


# --- phase2_enrichment ---


def test_enrichment_passes_and_models_see_its_signals(launcher: Launcher) -> None:
    seen: list[SalesMatrix | None] = []
    outcome = run_steps(
        launcher, "phase2_enrichment", "historical_backfill",
        before=lambda context: seen.append(context.facts.matrix),
    )  # fmt: skip
    enriched = _data(outcome, "phase2_enrichment")
    assert enriched["records_created"] == enriched["counts"]
    assert min(enriched["counts"].values()) > 0
    assert enriched["signals"] == ["macro", "weather"]
    assert seen[0] is not None
    assert set(seen[0].signals) == {"macro", "weather"}


def test_enrichment_of_a_data_set_that_has_it_makes_no_row(launcher: Launcher) -> None:
    first = run_steps(launcher, "phase2_enrichment")
    again = run_steps(launcher, "phase2_enrichment", reset=False)
    assert _tested(again)["status"] == "pass"
    assert set(_tested(again)["data"]["records_created"].values()) == {0}
    assert _tested(again)["data"]["enrichment_digest"] == _tested(first)["data"]["enrichment_digest"]


def test_enrichment_of_an_import_says_what_it_leaves_out(launcher: Launcher, tmp_path: Path) -> None:
    _import(launcher, tmp_path, 80)
    outcome = run_steps(launcher, "phase2_enrichment", reset=False, skip_seed=True, seed_overrides=None)
    assert _tested(outcome)["status"] == "pass"
    assert set(_tested(outcome)["data"]["left_out"]) == {
        "weather and macro signals",
        "sales_returns",
        "replenishment_events",
    }


def test_enrichment_fails_without_dimensions(launcher: Launcher, database: Database) -> None:
    def lose_products(_: RunContext) -> None:
        with database.begin() as connection:
            for table in ("sales", "stock", "truth.demand"):
                connection.execute(text(f"TRUNCATE {table} CASCADE"))
            connection.execute(delete(t.product))

    outcome = run_steps(launcher, "phase2_enrichment", before=lose_products)
    assert outcome.run_status == "failed"
    assert _tested(outcome)["status"] == "fail"
    assert "no products" in _tested(outcome)["detail"]
    assert _tested(outcome)["data"]["remedy"]


# --- historical_backfill ---


def test_backfill_registers_both_controls_at_three_cutoffs_with_their_real_scores(launcher: Launcher) -> None:
    matrices: list[SalesMatrix] = []

    def note(context: RunContext) -> None:
        assert context.facts.matrix is not None
        matrices.append(context.facts.matrix)

    outcome = run_steps(launcher, "historical_backfill", before=note)
    runs = _tested(outcome)["data"]["model_runs"]
    end = launcher.services.clock.today()
    cutoffs = [(end - timedelta(days=days)).isoformat() for days in (42, 28, 14)]
    assert [(one["cutoff"], one["model"]) for one in runs] == [
        (cutoff, model) for cutoff in cutoffs for model in ("naive", "seasonal_naive")
    ]
    units = matrices[0].units
    assert not np.isnan(units).any()
    for number, back in enumerate((42, 28, 14)):
        known, actual = units[:, : 81 - back], units[:, 81 - back : 95 - back]
        said = {"naive": np.repeat(known[:, -1:], 14, axis=1), "seasonal_naive": np.tile(known[:, -7:], 2)}
        for place, forecast in enumerate(said.values()):
            wape = 100 * np.abs(actual - forecast).sum() / actual.sum()
            assert runs[2 * number + place]["scores"]["wape"] == pytest.approx(wape, abs=1e-6)
    registered = launcher.services.registry.show(runs[0]["model_run_id"])
    assert (registered.status, registered.date_end.isoformat()) == ("success", cutoffs[0])
    assert launcher.services.registry.verify(registered.run_id)


def test_backfill_makes_no_newer_model_stale(launcher: Launcher) -> None:
    run_steps(launcher, "historical_backfill")
    run_steps(launcher, "historical_backfill", reset=False)
    assert launcher.services.registry.alias("demo-production").stale_reasons == ()


@pytest.mark.parametrize(("days", "status"), [(74, "skip"), (75, "pass")])
def test_backfill_is_skipped_under_75_days(launcher: Launcher, tmp_path: Path, days: int, status: str) -> None:
    _import(launcher, tmp_path, days)
    outcome = run_steps(launcher, "historical_backfill", reset=False, skip_seed=True, seed_overrides=None)
    assert _tested(outcome)["status"] == status
    assert outcome.overall_status == "pass"


def _only_the_last_days(context: RunContext) -> None:
    """Every series gets too young for any fold."""
    assert context.facts.matrix is not None
    context.facts.matrix.units[:, :-3] = np.nan


def test_backfill_fails_where_every_series_is_too_short(launcher: Launcher) -> None:
    outcome = run_steps(launcher, "historical_backfill", before=_only_the_last_days)
    assert (outcome.run_status, _tested(outcome)["status"]) == ("failed", "fail")


# --- v2_train ---


def test_v2_train_registers_prophet_like_on_frame_v2(launcher: Launcher) -> None:
    outcome = run_steps(launcher, "v2_train")
    told = _data(outcome, "v2_train")
    run = launcher.services.registry.show(told["model_run_id"])
    assert (run.model_type, run.feature_frame_version, run.status) == ("prophet_like", 2, "success")
    assert run.config["options"]["feature_frame"] == "v2"
    assert run.metrics is not None
    assert run.metrics["scores"] == told["scores"]
    assert 0 < told["scores"]["wape"] < 100
    assert outcome.summary["v2_run_id"] == run.run_id
    assert launcher.services.registry.verify(run.run_id)
    assert launcher.services.models.alias("demo-production") == outcome.summary["winning_run_id"]


def test_v2_train_scores_what_the_backtest_scores(launcher: Launcher) -> None:
    outcome = run_steps(launcher, "v2_train", train_model_types=["prophet_like"])
    board = _data(outcome, "backtest")["leaderboard"]
    own = next(row for row in board if row["model"] == "prophet_like")
    assert _data(outcome, "v2_train")["scores"]["wape"] == own["wape"]


def test_v2_train_fails_where_every_series_is_too_short(launcher: Launcher) -> None:
    outcome = run_steps(launcher, "v2_train", before=_only_the_last_days)
    assert (outcome.run_status, _tested(outcome)["status"]) == ("failed", "fail")
    with launcher.database.read() as connection:
        jobs = connection.execute(select(t.job.c.kind, t.job.c.status).order_by(t.job.c.started_at)).all()
    assert [tuple(job) for job in jobs[-1:]] == [("backtest", "failed")]


# --- champion_compat_compare ---


def test_a_champion_on_v1_and_the_challenger_are_not_comparable_and_it_is_said_why(launcher: Launcher) -> None:
    told = _tested(run_steps(launcher, "v2_train", "champion_compat_compare"))
    assert told["status"] == "pass"
    assert not told["data"]["is_comparable"]
    assert [one["reason"] for one in told["data"]["obstacles"]] == ["feature_frame_version_differs"]
    assert told["data"]["wape_change"] is None
    assert told["data"]["champion"]["pair_wape"] > 0
    assert told["data"]["challenger"]["pair_wape"] > 0


def test_a_champion_on_v2_and_the_challenger_are_comparable(launcher: Launcher) -> None:
    told = _tested(run_steps(launcher, "v2_train", "champion_compat_compare", train_model_types=["prophet_like"]))
    assert told["data"]["is_comparable"]
    assert told["data"]["wape_change"] == 0.0


def test_without_a_challenger_or_a_champion_there_is_nothing_to_compare(launcher: Launcher) -> None:
    assert _tested(run_steps(launcher, "champion_compat_compare"))["status"] == "skip"
    told = _tested(run_steps(launcher, "v2_train", "champion_compat_compare", before=_forget_champion))
    assert told["status"] == "skip"


# --- the sandbox ---

DEMONSTRATIONS = ("stale_alias_trigger", "safer_promote_flow")


def _check_restored(launcher: Launcher, alias: str | None = None) -> None:
    """The sandbox alias points where it did, and no synthetic run is left as a success."""
    assert launcher.services.models.alias(SANDBOX_ALIAS) == alias
    everything, _ = launcher.services.registry.list_runs(ModelRunFilter(with_synthetic=True), limit=100)
    assert {run.status for run in everything if run.synthetic} <= {"archived", "failed"}


def test_an_alias_gets_stale_before_everybodys_eyes_and_is_put_back(launcher: Launcher) -> None:
    told = _tested(run_steps(launcher, "v2_train", "stale_alias_trigger"))
    assert told["status"] == "pass"
    assert [stage["stale_reasons"] for stage in told["data"]["stages"]] == [
        [],
        ["feature_frame_version_mismatch", "newer_success_run"],
        ["run_not_success", "feature_frame_version_mismatch", "newer_success_run"],
    ]
    _check_restored(launcher)


def test_without_a_challenger_the_newer_success_alone_makes_it_stale(launcher: Launcher) -> None:
    told = _tested(run_steps(launcher, "stale_alias_trigger"))
    assert told["data"]["stages"][1]["stale_reasons"] == ["newer_success_run"]


def test_a_bad_promotion_is_refused_with_real_scores_and_rolled_back(launcher: Launcher) -> None:
    outcome = run_steps(launcher, "safer_promote_flow")
    told, board = _tested(outcome), _data(outcome, "backtest")["leaderboard"]
    assert told["status"] == "pass"
    assert told["data"]["refused"]
    assert told["data"]["rolled_back"]
    assert [one["reason"] for one in told["data"]["obstacles"]] == ["score_worse"]
    wapes = {row["model"]: row["wape"] for row in board}
    assert told["data"]["champion"]["wape"] == min(wapes.values())
    assert told["data"]["challenger"]["wape"] == max(wapes.values())
    _check_restored(launcher)


@pytest.mark.parametrize("step", DEMONSTRATIONS)
def test_a_sandbox_alias_that_was_there_points_where_it_did(launcher: Launcher, step: str) -> None:
    earlier = run_steps(launcher).summary["winning_run_id"]
    launcher.services.registry.set_alias(SANDBOX_ALIAS, earlier)
    assert _tested(run_steps(launcher, step, reset=False))["status"] == "pass"
    _check_restored(launcher, earlier)


@pytest.mark.parametrize("step", DEMONSTRATIONS)
def test_without_a_champion_there_is_nothing_to_show(launcher: Launcher, step: str) -> None:
    assert _tested(run_steps(launcher, step, before=_forget_champion))["status"] == "skip"


def _refuse(*_: object, **__: object) -> Any:
    raise NotFoundError("It was expected, and is gone.", "Make it anew.")


@pytest.mark.parametrize(
    ("step", "method"), [("stale_alias_trigger", "change_state"), ("safer_promote_flow", "verify")]
)
def test_the_sandbox_is_put_back_where_its_step_fails_midway(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch, step: str, method: str
) -> None:
    earlier = run_steps(launcher).summary["winning_run_id"]
    launcher.services.registry.set_alias(SANDBOX_ALIAS, earlier)
    monkeypatch.setattr(RegistryService, method, _refuse)
    outcome = run_steps(launcher, step, reset=False, preservation="keep")
    assert (outcome.run_status, _tested(outcome)["status"]) == ("failed", "fail")
    monkeypatch.undo()
    _check_restored(launcher, earlier)
    assert launcher.services.models.alias("demo-production") == earlier
    made = launcher.services.workspaces.show(outcome.summary["workspace_id"]).created_objects
    assert len(made["synthetic_model_run_ids"]) == 2


@pytest.mark.parametrize("step", DEMONSTRATIONS)
def test_the_sandbox_is_put_back_where_the_run_is_stopped_midway(launcher: Launcher, step: str) -> None:
    outcome = run_steps(launcher, step, before=_stop_at_the_next_progress)
    assert outcome.run_status == "cancelled"
    _check_restored(launcher)


def _stop_at_the_next_progress(context: RunContext) -> None:
    """The next step can begin, and hears of the stop when it first tells how far it is."""
    once: list[int] = []

    def stop() -> bool:
        once.append(1)
        return len(once) > 1

    context.stop.is_set = stop  # type: ignore[method-assign]


def test_whoever_settles_the_run_puts_the_alias_back_where_the_sandbox_could_not(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = run_steps(launcher).summary["winning_run_id"]
    launcher.services.registry.set_alias(SANDBOX_ALIAS, earlier)
    monkeypatch.setattr(SandboxService, "_put_back", lambda *_: None)
    monkeypatch.setattr(RegistryService, "verify", _refuse)
    assert run_steps(launcher, "safer_promote_flow", reset=False).run_status == "failed"
    assert launcher.services.models.alias(SANDBOX_ALIAS) == earlier


@pytest.mark.parametrize("step", DEMONSTRATIONS)
def test_a_sandbox_that_was_not_put_back_warns_and_says_so(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(SandboxService, "_put_back", lambda *_: None)
    told = _tested(run_steps(launcher, step))
    assert (told["status"], told["data"]["restored"]) == ("warn", False)


def test_demonstrations_that_show_nothing_warn(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RegistryService, "stale_reasons", lambda *_: ())
    monkeypatch.setattr(promotion, "promotion_obstacles", lambda *_, **__: ())
    for step in DEMONSTRATIONS:
        outcome = run_steps(launcher, step)
        assert (_tested(outcome)["status"], outcome.overall_status) == ("warn", "pass")
        _check_restored(launcher)


def test_demonstrations_are_counted_nowhere(launcher: Launcher) -> None:
    run_steps(launcher)
    before = launcher.services.ops.summary()
    outcome = run_steps(launcher, *DEMONSTRATIONS, reset=False)
    after = launcher.services.ops.summary()
    own = {"total": 1, "success": 1}  # the run's own winner, nothing synthetic
    assert after.model_runs == {name: count + own.get(name, 0) for name, count in before.model_runs.items()}
    assert [state.alias.name for state in after.aliases] == ["demo-production"]
    assert not after.aliases[0].is_stale
    assert [one.entry.run_id for one in after.candidates] == [outcome.summary["winning_run_id"]]
    assert sum(one.runs for one in after.health) == 2
    assert launcher.services.registry.list_runs()[1] == 2


# --- batch_preset ---


def test_the_sweep_scores_every_baseline_on_three_stores_and_two_products(launcher: Launcher) -> None:
    outcome = run_steps(launcher, "batch_preset", preservation="keep")
    told = _tested(outcome)["data"]
    assert _tested(outcome)["status"] == "pass"
    assert (told["series"], told["items"], told["succeeded"], told["batch_status"]) == (6, 30, 30, "completed")
    items = launcher.services.portfolio.items(told["batch_id"])
    assert len({(item.store_id, item.product_id) for item in items}) == 6
    assert len({item.model_type for item in items}) == 5
    kept = launcher.services.workspaces.show(outcome.summary["workspace_id"]).created_objects
    assert {item.job_id for item in items} <= set(kept["job_ids"])


def test_the_sweep_warns_when_it_is_partial_and_loses_no_failure(launcher: Launcher) -> None:
    outcome = run_steps(launcher, "batch_preset", scenario="sparse", seed_overrides=None)
    told = _tested(outcome)["data"]
    assert (_tested(outcome)["status"], outcome.overall_status) == ("warn", "pass")
    assert told["batch_status"] == "partial"
    assert told["succeeded"] + told["failed"] == 30
    assert len(told["failures"]) == told["failed"] > 0
    assert all(failure["failure"] for failure in told["failures"])


def test_the_sweep_takes_what_there_is(launcher: Launcher) -> None:
    told = _tested(run_steps(launcher, "batch_preset", seed_overrides={"stores": 1, "products": 1}))
    assert (told["status"], told["data"]["series"]) == ("pass", 1)


def test_the_sweep_fails_where_its_batch_is_refused(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("showcase.services.portfolio.plan_folds", _refuse)
    outcome = run_steps(launcher, "batch_preset")
    assert (outcome.run_status, _tested(outcome)["status"]) == ("failed", "fail")


# --- ops_snapshot ---


def test_the_snapshot_tells_of_this_run(launcher: Launcher) -> None:
    told = _tested(run_steps(launcher, "ops_snapshot"))
    assert told["status"] == "pass"
    assert (told["data"]["runs"]["total"], told["data"]["runs"]["running"]) == (1, 1)
    assert told["data"]["aliases"][0]["name"] == "demo-production"
    assert told["data"]["jobs"]["failed"] == 0


def test_the_snapshot_warns_and_never_fails(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> Any:
        raise UnavailableError("The database does not answer.", "Start it.")

    monkeypatch.setattr(OpsService, "summary", away)
    outcome = run_steps(launcher, "ops_snapshot")
    assert (_tested(outcome)["status"], outcome.overall_status) == ("warn", "pass")
    assert _tested(outcome)["data"]["remedy"] == "Start it."

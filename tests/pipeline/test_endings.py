"""Each step ends as the contract says, in every way in which it can, and each of these ways has a test."""

from __future__ import annotations

import ast
import inspect
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from showcase.errors import UnavailableError
from showcase.pipeline.context import RunContext
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.phases import data as data_phase
from showcase.pipeline.phases.agents import agent
from showcase.pipeline.steps import Step, eleven_steps, twenty_four_steps
from showcase.services.demand import DemandService
from showcase.services.knowledge import KnowledgeService
from showcase.services.models import PRODUCTION_ALIAS, ModelService
from showcase.services.plans import PlanService
from showcase.services.registry import RegistryService
from showcase.workspaces.story import SLOTS
from tests.pipeline.some_steps import run_steps, step_told

HERE = "test_endings.py"
LAUNCHER, RICH = "test_launcher.py", "test_rich_steps.py"
PLANNING, KNOWLEDGE, AGENT = "test_planning_steps.py", "test_knowledge_steps.py", "test_agent_step.py"
GREEN = f"{RICH}::test_every_id_that_a_run_makes_is_on_its_record"
BROKEN = f"{HERE}::test_a_step_whose_service_fails_ends_the_run_with_the_remedy"
AWAY = f"{KNOWLEDGE}::test_a_provider_that_does_not_answer_skips_the_three_and_the_run_is_green"
OFFLINE = f"{KNOWLEDGE}::test_offline_the_guide_is_indexed_and_answers"
MIDWAY = f"{RICH}::test_the_sandbox_is_put_back_where_its_step_fails_midway"
NO_CHAMPION = f"{RICH}::test_without_a_champion_there_is_nothing_to_show"
NOTHING_SHOWN = f"{RICH}::test_demonstrations_that_show_nothing_warn"

ENDINGS: Mapping[str, Mapping[str, str]] = {
    "precheck": {
        "pass": GREEN,
        "warn": f"{LAUNCHER}::test_a_run_whose_workspace_cannot_be_recorded_goes_on_and_warns",
        "fail": f"{HERE}::test_a_full_disk_fails_the_precheck_with_the_remedy",
    },
    "reset": {
        "pass": f"{LAUNCHER}::test_reset_wipes_every_data_set_and_says_how_many_rows_of_what",
        "skip": f"{HERE}::test_what_was_not_asked_for_is_still_there_as_skip",
        "fail": BROKEN,
    },
    "seed": {"pass": GREEN, "skip": f"{HERE}::test_what_was_not_asked_for_is_still_there_as_skip", "fail": BROKEN},
    "status": {
        "pass": GREEN,
        "warn": f"{LAUNCHER}::test_a_pair_that_is_gone_falls_back_with_a_warning_and_both_pairs_on_the_record",
        "fail": f"{LAUNCHER}::test_a_run_on_an_empty_database_fails_in_status_with_the_remedy",
    },
    "features": {"pass": GREEN, "fail": BROKEN},
    "phase2_enrichment": {
        "pass": f"{RICH}::test_enrichment_passes_and_models_see_its_signals",
        "fail": f"{RICH}::test_enrichment_fails_without_dimensions",
    },
    "historical_backfill": {
        "pass": f"{RICH}::test_backfill_registers_both_controls_at_three_cutoffs_with_their_real_scores",
        "skip": f"{RICH}::test_backfill_is_skipped_under_75_days",
        "fail": f"{RICH}::test_backfill_fails_where_every_series_is_too_short",
    },
    "train": {"pass": GREEN, "fail": f"{LAUNCHER}::test_a_failing_step_stops_the_run_and_the_record_says_why"},
    "v2_train": {
        "pass": f"{RICH}::test_v2_train_registers_prophet_like_on_frame_v2",
        "fail": f"{RICH}::test_v2_train_fails_where_every_series_is_too_short",
    },
    "backtest": {"pass": GREEN, "fail": f"{HERE}::test_a_backtest_in_which_nothing_was_sold_has_no_winner"},
    "register": {"pass": GREEN, "fail": BROKEN},
    "champion_compat_compare": {
        "pass": f"{RICH}::test_a_champion_on_v1_and_the_challenger_are_not_comparable_and_it_is_said_why",
        "skip": f"{RICH}::test_without_a_challenger_or_a_champion_there_is_nothing_to_compare",
        "fail": BROKEN,
    },
    "stale_alias_trigger": {
        "pass": f"{RICH}::test_an_alias_gets_stale_before_everybodys_eyes_and_is_put_back",
        "warn": NOTHING_SHOWN,
        "skip": NO_CHAMPION,
        "fail": MIDWAY,
    },
    "safer_promote_flow": {
        "pass": f"{RICH}::test_a_bad_promotion_is_refused_with_real_scores_and_rolled_back",
        "warn": NOTHING_SHOWN,
        "skip": NO_CHAMPION,
        "fail": MIDWAY,
    },
    "batch_preset": {
        "pass": f"{RICH}::test_the_sweep_scores_every_baseline_on_three_stores_and_two_products",
        "warn": f"{RICH}::test_the_sweep_warns_when_it_is_partial_and_loses_no_failure",
        "fail": f"{RICH}::test_the_sweep_fails_where_its_batch_is_refused",
    },
    "scenario_simulate_and_save": {
        "pass": f"{PLANNING}::test_a_plan_near_the_truth_is_saved_and_ranked_with_a_second_one",
        "skip": f"{PLANNING}::test_without_a_registered_model_both_steps_skip",
        "fail": f"{PLANNING}::test_where_the_data_are_gone_the_first_step_fails_with_the_remedy",
    },
    "multi_plan_compare": {
        "pass": f"{PLANNING}::test_a_plan_near_the_truth_is_saved_and_ranked_with_a_second_one",
        "warn": f"{PLANNING}::test_where_the_second_plan_is_lost_the_run_warns_and_goes_on",
        "skip": f"{PLANNING}::test_without_a_first_plan_there_is_nothing_to_compare",
        "fail": BROKEN,
    },
    "embedding_provider_probe": {"pass": OFFLINE, "skip": AWAY, "fail": BROKEN},
    "rag_index_subset": {"pass": OFFLINE, "skip": AWAY, "fail": BROKEN},
    "rag_retrieve_probe": {
        "pass": OFFLINE,
        "warn": f"{KNOWLEDGE}::test_without_a_hit_the_step_warns",
        "skip": AWAY,
        "fail": BROKEN,
    },
    "verify": {"pass": GREEN, "fail": f"{HERE}::test_an_artifact_with_other_bytes_fails_verify"},
    "agent": {
        "pass": f"{LAUNCHER}::test_a_kept_run_goes_through_the_eleven_steps_and_leaves_a_completed_workspace",
        "skip": f"{HERE}::test_without_scores_the_agent_has_nothing_to_read",
    },
    "agent_hitl_flow": {
        "pass": f"{AGENT}::test_an_approval_saves_the_plan_that_was_shown_once",
        "warn": f"{AGENT}::test_a_plan_that_cannot_be_saved_is_a_warning_with_the_reason",
        "skip": f"{AGENT}::test_without_a_plan_to_compute_the_step_is_skipped",
    },
    "ops_snapshot": {
        "pass": f"{RICH}::test_the_snapshot_tells_of_this_run",
        "warn": f"{RICH}::test_the_snapshot_warns_and_never_fails",
    },
    "cleanup": {
        "pass": GREEN,
        "warn": f"{HERE}::test_an_alias_that_somebody_moved_meanwhile_is_a_warning_of_cleanup",
        "fail": BROKEN,
    },
}
"""For each step and each way in which it can end, the test that brings it about."""

NEVER_FAIL = {"agent", "agent_hitl_flow", "ops_snapshot"}
"""The contract, section 5: skip, never fail; and warn."""
WORDS = {"passed": "pass", "warned": "warn", "skipped": "skip", "failed": "fail"}

STEPS = {step.name: step for step in (*twenty_four_steps(), *eleven_steps())}


def ways(step: Step) -> set[str]:
    """The statuses that a step's function gives, itself or through the functions of its module."""
    tree = ast.parse(inspect.getsource(inspect.getmodule(step.run)))  # type: ignore[arg-type]  # every step has one
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    seen: set[str] = set()
    waiting = [step.run.__name__]
    while waiting:
        names = {node.id for node in ast.walk(functions[waiting.pop()]) if isinstance(node, ast.Name)}
        waiting += [name for name in names & set(functions) if name not in seen]
        seen |= names
    return {WORDS[name] for name in seen & set(WORDS)}


@pytest.mark.parametrize("name", STEPS)
def test_every_way_in_which_a_step_can_end_has_its_test(name: str) -> None:
    expected = ways(STEPS[name]) | (set() if name in NEVER_FAIL else {"fail"})
    assert set(ENDINGS[name]) == expected
    for place in ENDINGS[name].values():
        file, _, test = place.partition("::")
        assert f"def {test}(" in (Path(__file__).parent / file).read_text(encoding="utf-8"), place


def test_the_table_has_every_step_and_no_other() -> None:
    assert set(ENDINGS) == set(STEPS)


# --- the ways that no other file brings about ---


def _away(*_: object, **__: object) -> Any:
    raise UnavailableError("What the step needs is not there.", "Bring it back.")


FAILING: Mapping[str, tuple[Any, str]] = {
    "reset": (DemandService, "wipe"),
    "seed": (DemandService, "seed"),
    "features": (data_phase, "build_frame"),
    "register": (ModelService, "register"),
    "champion_compat_compare": (RegistryService, "compare"),
    "multi_plan_compare": (PlanService, "compare"),
    "embedding_provider_probe": (KnowledgeService, "probe"),
    "rag_index_subset": (KnowledgeService, "index"),
    "rag_retrieve_probe": (KnowledgeService, "retrieve"),
    "cleanup": (ModelService, "alias"),
}
"""The steps that have no failure of their own: what each of them stands on, and can lose."""
NEEDED = {"champion_compat_compare": ("v2_train",), "multi_plan_compare": ("scenario_simulate_and_save",)}


def test_every_step_that_is_said_to_fail_by_its_service_is_asked() -> None:
    assert set(FAILING) == {name for name, found in ENDINGS.items() if found.get("fail") == BROKEN}


@pytest.mark.parametrize("name", FAILING)
def test_a_step_whose_service_fails_ends_the_run_with_the_remedy(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def break_it(_: RunContext) -> None:
        monkeypatch.setattr(*FAILING[name], _away)

    outcome = run_steps(launcher, *NEEDED.get(name, ()), name, before=break_it)
    monkeypatch.undo()
    last = outcome.steps[-1]
    assert (last["step_name"], last["status"]) == (name, "fail")
    assert last["data"]["remedy"] == "Bring it back."
    assert (outcome.run_status, outcome.overall_status) == ("failed", "fail")
    # the run before this one had no model in production, so there is none after it
    assert launcher.services.models.alias(PRODUCTION_ALIAS) is None


@pytest.mark.parametrize(
    ("name", "event"),
    [("embedding_provider_probe", "probe"), ("rag_index_subset", "index"), ("rag_retrieve_probe", "retrieve")],
)
def test_a_look_into_the_knowledge_that_fails_is_remembered_too(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch, name: str, event: str
) -> None:
    monkeypatch.setattr(*FAILING[name], _away)
    outcome = run_steps(launcher, name, preservation="keep")
    kept = launcher.services.workspaces.show(outcome.summary["workspace_id"]).rag_events
    assert kept is not None
    assert [(one["event"], one["status"]) for one in kept] == [(event, "fail")]
    SLOTS["rag_events"][0].validate_python(kept)


def test_a_full_disk_fails_the_precheck_with_the_remedy(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    outcome = run_steps(launcher)
    assert [(step["step_name"], step["status"]) for step in outcome.steps] == [("precheck", "fail")]
    assert "200 MB" in outcome.steps[0]["detail"]
    assert outcome.steps[0]["data"]["remedy"].startswith("Free disk space")


def test_what_was_not_asked_for_is_still_there_as_skip(launcher: Launcher) -> None:
    run_steps(launcher)
    outcome = run_steps(launcher, reset=False, skip_seed=True, seed_overrides=None)
    assert [step_told(outcome, name)["status"] for name in ("reset", "seed")] == ["skip", "skip"]
    assert outcome.overall_status == "pass"


def _sell_nothing(context: RunContext) -> None:
    assert context.facts.matrix is not None
    context.facts.matrix.units[:] = np.where(np.isnan(context.facts.matrix.units), np.nan, 0.0)


def test_a_backtest_in_which_nothing_was_sold_has_no_winner(launcher: Launcher) -> None:
    told = step_told(run_steps(launcher, "backtest", before=_sell_nothing), "backtest")
    assert told["status"] == "fail"
    assert "no chosen model has a wape" in told["detail"]
    assert {row["wape"] for row in told["data"]["leaderboard"]} == {None}
    assert not any(row["is_winner"] for row in told["data"]["leaderboard"])
    # an error in units is defined where nothing was sold
    by_mae = run_steps(
        launcher, "verify", "agent", "cleanup", "backtest", before=_sell_nothing, backtest={"metric": "mae"}
    )
    assert (by_mae.run_status, by_mae.summary["winner_metric"]) == ("completed", "mae")
    assert by_mae.summary["winner_value"] >= 0
    assert by_mae.summary["winner_wape"] is None


def _change_a_byte(context: RunContext) -> None:
    assert context.facts.registered is not None
    path = context.services.artifacts.path(context.facts.registered.artifact_digest)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def test_an_artifact_with_other_bytes_fails_verify(launcher: Launcher) -> None:
    outcome = run_steps(launcher, "verify", before=_change_a_byte)
    told = step_told(outcome, "verify")
    assert (outcome.run_status, told["status"], told["data"]["verified"]) == ("failed", "fail", False)
    assert "has other bytes than were registered" in told["detail"]


def test_without_scores_the_agent_has_nothing_to_read() -> None:
    context: Any = SimpleNamespace(facts=SimpleNamespace(scored=None))
    told = agent(context)
    assert (told.status, told.detail) == ("skip", "there are no scores to read")


def test_an_alias_that_somebody_moved_meanwhile_is_a_warning_of_cleanup(launcher: Launcher) -> None:
    earlier = run_steps(launcher).summary["winning_run_id"]
    outcome = run_steps(
        launcher, "cleanup", reset=False,
        before=lambda _: launcher.services.models.point_alias(PRODUCTION_ALIAS, earlier),
    )  # fmt: skip
    told = step_told(outcome, "cleanup")
    assert (told["status"], told["data"]["points_at"]) == ("warn", earlier)
    assert outcome.overall_status == "pass"

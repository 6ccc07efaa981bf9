"""The two steps of the planning phase pass, skip, warn and fail as the contract says."""

from __future__ import annotations

from typing import Any

import pytest

from showcase.pipeline.context import RunContext
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.phases.planning import multi_plan_compare, scenario_simulate_and_save
from showcase.pipeline.steps import Step, StepOutcome, eleven_steps, passed
from showcase.testing import fresh_request


def _plan(launcher: Launcher, *, before: Any = None, between: Any = None, **fields: Any) -> Any:
    """A run up to the two planning steps, with what is done before them and between them."""

    def done(action: Any) -> Any:
        def step(context: RunContext) -> StepOutcome:
            if action is not None:
                action(context)
            return passed("done")

        return step

    steps = (
        *eleven_steps()[:8],
        Step("before", "planning", done(before)),
        Step("scenario_simulate_and_save", "planning", scenario_simulate_and_save),
        Step("between", "planning", done(between)),
        Step("multi_plan_compare", "planning", multi_plan_compare),
    )
    launcher.steps_of = lambda scenario: steps
    return launcher.start(fresh_request(**fields)).wait(120)


def _step(outcome: Any, name: str) -> Any:
    return next(step for step in outcome.steps if step["step_name"] == name)


@pytest.mark.parametrize("model", [None, "prophet_like"])
def test_a_plan_near_the_truth_is_saved_and_ranked_with_a_second_one(launcher: Launcher, model: str | None) -> None:
    chosen = {} if model is None else {"train_model_types": [model]}
    outcome = _plan(launcher, scenario="showcase_rich", seed=1, preservation="keep", **chosen)
    first, ranking = _step(outcome, "scenario_simulate_and_save"), _step(outcome, "multi_plan_compare")
    assert (first["status"], ranking["status"]) == ("pass", "pass")
    planned = first["data"]
    assert abs(planned["units_delta"] / planned["true_units_delta"] - 1) < 0.25
    assert planned["revenue_delta"] * planned["true_revenue_delta"] > 0
    assert planned["method"] == ("heuristic" if model is None else "model_exogenous")
    registered = _step(outcome, "register")["data"]
    assert planned["model_run_id"] == registered["model_run_id"]
    days = [day["date"] for day in planned["days"]]
    spans = [part for part in planned["assumptions"].values() if "start" in part]
    assert all(days[0] <= part["start"] <= part["end"] <= days[-1] for part in spans)
    changed = [day["date"] for day in planned["days"] if day["scenario_units"] != day["baseline_units"]]
    assert (changed[0], changed[-1]) == (spans[0]["start"], spans[0]["end"])

    plans = launcher.services.plans
    ids = ranking["data"]["plan_ids"]
    assert planned["plan_id"] == ids[0]
    assert [one["rank"] for one in ranking["data"]["plans"]] == [1, 2]
    assert {one["plan_id"] for one in ranking["data"]["plans"]} == set(ids)
    revenues = [one["revenue_delta"] for one in ranking["data"]["plans"]]
    assert revenues == sorted(revenues, reverse=True)
    assert ranking["data"]["comparable"]
    assert {plans.show(one).origin_run_id for one in ids} == {outcome.run_id}
    kept = launcher.services.workspaces.show(outcome.summary["workspace_id"])
    assert kept.created_objects["plan_ids"] == ids


def test_two_equal_runs_plan_the_same(launcher: Launcher) -> None:
    first, second = (_plan(launcher, seed=3) for _ in range(2))
    own = {"plan_id", "store_id", "product_id", "model_run_id", "created_at"}
    told = [
        {name: value for name, value in _step(one, "scenario_simulate_and_save")["data"].items() if name not in own}
        for one in (first, second)
    ]
    assert told[0] == told[1]


def test_where_the_second_plan_is_lost_the_run_warns_and_goes_on(launcher: Launcher) -> None:
    def lose(context: RunContext) -> None:
        context.services.plans.delete(context.facts.plan_ids[0])

    outcome = _plan(launcher, between=lose)
    lost = _step(outcome, "multi_plan_compare")
    assert (lost["status"], outcome.overall_status) == ("warn", "pass")
    assert "lost" in lost["detail"]
    assert lost["data"]["remedy"]


def test_without_a_registered_model_both_steps_skip(launcher: Launcher) -> None:
    def forget(context: RunContext) -> None:
        context.facts.registered = None

    outcome = _plan(launcher, before=forget)
    for name in ("scenario_simulate_and_save", "multi_plan_compare"):
        assert _step(outcome, name)["status"] == "skip"
    assert launcher.services.plans.list()[1] == 0


def test_without_a_first_plan_there_is_nothing_to_compare(launcher: Launcher) -> None:
    outcome = _plan(launcher, between=lambda context: context.facts.plan_ids.clear())
    assert _step(outcome, "multi_plan_compare")["status"] == "skip"


def test_where_the_data_are_gone_the_first_step_fails_with_the_remedy(launcher: Launcher) -> None:
    outcome = _plan(launcher, before=lambda context: context.services.demand.wipe())
    failed = _step(outcome, "scenario_simulate_and_save")
    assert (failed["status"], outcome.run_status) == ("fail", "failed")
    assert "is gone" in failed["detail"]
    assert failed["data"]["remedy"]
    assert launcher.services.plans.list()[1] == 0


@pytest.mark.parametrize("horizon", [2, 30])
def test_the_plan_stays_inside_the_horizon_that_was_asked_for(launcher: Launcher, horizon: int) -> None:
    outcome = _plan(launcher, scenario="showcase_rich", backtest={"horizon": horizon, "n_splits": 2, "gap": 1})
    planned = _step(outcome, "scenario_simulate_and_save")
    assert planned["status"] == "pass"
    assert planned["data"]["horizon"] == len(planned["data"]["days"]) == horizon
    registered = launcher.services.models.frame(_step(outcome, "register")["data"]["forecast_file"])
    assert planned["data"]["forecast_start"] == str(registered["date"].min())

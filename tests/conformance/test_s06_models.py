"""Contract section 6: models, scores, the registry, plans."""

from __future__ import annotations

import math
from typing import Any

import pytest

from showcase.client import Client
from tests.conformance.asking import AS_OF, SMALL, UNKNOWN, Json, completed, events_of, refused

TYPES = [
    "naive", "seasonal_naive", "moving_average", "weighted_moving_average", "seasonal_average",
    "trend_regression_baseline", "prophet_like", "regression", "random_forest", "lightgbm", "xgboost",
]  # fmt: skip
BEHIND_A_FLAG = {"random_forest", "lightgbm", "xgboost"}
SCORES = {"wape", "mae", "rmse", "smape", "bias", "mase", "coverage80", "coverage95"}
FIRST, LAST = "2026-04-01", "2026-04-14"


def board(api: Client, **request: Any) -> list[Json]:
    rows: list[Json] = completed(events_of(api, **request))["backtest"]["data"]["leaderboard"]
    return rows


def train(api: Client, pair: Json, model_type: str = "naive", **fields: Any) -> Json:
    return api.api.call("POST", "/forecasting/train", json={**pair, "config": {"model_type": model_type}, **fields})


def announced(api: Client, pair: Json) -> str:
    run = api.api.call("POST", "/registry/runs", json={**pair, "config": {"model_type": "naive"}})
    assert run["status"] == "pending"
    return str(run["run_id"])


def model_runs(api: Client, **filters: Any) -> list[Json]:
    """Every model run on the record, page after page; other tests made more than one page holds."""
    found: list[Json] = []
    while page := api.api.rows("runs", "/registry/runs", page=len(found) // 100 + 1, page_size=100, **filters):
        found += page
        if len(page) < 100:
            break
    return found


def patched(api: Client, run_id: str, **changes: Any) -> Json:
    return api.api.call("PATCH", f"/registry/runs/{run_id}", json=changes)


def test_s6_the_catalog_has_eleven_types_with_their_families(api: Client) -> None:
    found = api.api.rows("models", "/model-selection/models")
    assert [model["model_type"] for model in found] == TYPES
    assert {model["family"] for model in found} == {"baseline", "additive", "tree"}


def test_s6_the_catalog_says_which_flag_switches_a_model_on(api: Client) -> None:
    found = {model["model_type"]: model["setting"] for model in api.api.rows("models", "/model-selection/models")}
    for name, setting in found.items():
        assert setting == (f"SHOWCASE_ENABLE_{name.upper()}" if name in BEHIND_A_FLAG else None)


def test_s6_options_are_a_schema_with_a_description_of_each(api: Client) -> None:
    for model in api.api.rows("models", "/model-selection/models"):
        for option in model["options"].get("properties", {}).values():
            assert option["description"]


@pytest.mark.parametrize("model_type", [name for name in TYPES if name not in BEHIND_A_FLAG])
def test_s6_every_type_takes_a_bare_name(api: Client, pair: Json, model_type: str) -> None:
    assert train(api, pair, model_type)["model_type"] == model_type


def test_s6_an_option_out_of_its_bounds_is_refused(api: Client, pair: Json) -> None:
    config = {"model_type": "moving_average", "options": {"window_size": 0}}
    refused(api, 422, "POST", "/forecasting/train", json={**pair, "config": config})
    unknown = {"model_type": "naive", "options": {"window_size": 3}}
    refused(api, 422, "POST", "/forecasting/train", json={**pair, "config": unknown})


def test_s6_a_switched_off_model_is_refused_with_its_flag(api: Client, pair: Json) -> None:
    off = [model for model in api.api.rows("models", "/model-selection/models") if not model["enabled"]]
    if not off:
        pytest.skip("every model of this server is switched on")
    sent = {**pair, "config": {"model_type": off[0]["model_type"]}}
    assert off[0]["setting"] in refused(api, 422, "POST", "/forecasting/train", json=sent).remedy


def test_s6_every_score_stands_on_the_leaderboard(api: Client, data: Json) -> None:
    assert all(set(row) >= SCORES for row in board(api, train_model_types=["naive"]))


def test_s6_scores_stand_by_fold_and_by_horizon_bucket(api: Client, data: Json) -> None:
    tested = completed(events_of(api, train_model_types=["naive"]))["backtest"]["data"]
    assert {row["bucket"] for row in tested["by_bucket"]} == {"1-7", "8-14"}
    assert {row["fold"] for row in tested["by_fold"]} == {1, 2, 3}
    assert tested["focus"]


def test_s6_scores_keep_their_order_of_size(api: Client, data: Json) -> None:
    for row in board(api, train_model_types=["naive", "moving_average", "prophet_like"]):
        assert row["rmse"] >= row["mae"] >= abs(row["bias"])
        assert 0 <= row["smape"] <= 200
        assert row["coverage95"] >= row["coverage80"]


def test_s6_an_all_zero_window_has_no_wape_and_is_never_ranked_first(api: Client, tmp_path: Any) -> None:
    file = tmp_path / "zeros.csv"
    days = [f"2026-{month:02}-{day:02}" for month in (1, 2, 3) for day in range(1, 29)]
    file.write_text("date,store,product,quantity\n" + "".join(f"{day},s,p,0\n" for day in days))
    api.datasets.import_file(file)
    ended = api.runs.run(train_model_types=["naive"])
    assert ended["winner_wape"] is None
    tested = next(step for step in ended["steps"] if step["step_name"] == "backtest")
    assert (tested["status"], ended["run_status"]) == ("fail", "failed")


def test_s6_every_forecast_has_a_point_and_two_intervals(api: Client, pair: Json, production: Json) -> None:
    found = api.api.call("POST", "/forecasting/predict", json={**pair, "horizon": 14})
    assert [row["date"] for row in found["forecast"]] == [f"2026-04-{day:02}" for day in range(1, 15)]
    for row in found["forecast"]:
        low95, low80, point, high80, high95 = (row[key] for key in _bounds(row))
        assert 0 <= low95 <= low80 <= point <= high80 <= high95


def _bounds(row: Json) -> list[str]:
    """The point and the four bounds by their values' order of names: lower and upper of 95 and 80."""
    numbers = [key for key, value in row.items() if isinstance(value, float)]
    assert len(numbers) == 5, row
    return sorted(numbers, key=lambda key: row[key])


def test_s6_the_same_model_forecasts_the_same_twice(api: Client, pair: Json, production: Json) -> None:
    both = [api.api.call("POST", "/forecasting/predict", json={"horizon": 7, **pair}) for _ in range(2)]
    assert both[0]["forecast_digest"] == both[1]["forecast_digest"]
    assert both[0]["forecast"] == both[1]["forecast"]


@pytest.mark.parametrize("horizon", [0, 91, 7.0, "7"])
def test_s6_a_horizon_is_one_to_ninety_days(api: Client, horizon: Any) -> None:
    refused(api, 422, "POST", "/forecasting/predict", json={"horizon": horizon})


def test_s6_a_backtest_can_be_run_apart(api: Client, pair: Json) -> None:
    sent = {**pair, "configs": [{"model_type": "seasonal_average"}], "backtest": {"horizon": 7, "n_splits": 2}}
    found = api.api.call("POST", "/backtesting/run", json=sent)
    assert found["winner"] == "seasonal_average"
    assert {fold["fold"] for fold in found["folds"]} == {1, 2}
    assert api.api.call("GET", f"/jobs/{found['job_id']}")["status"] == "success"


def test_s6_a_backtest_that_does_not_fit_is_refused(api: Client, pair: Json) -> None:
    sent = {**pair, "configs": [{"model_type": "naive"}], "backtest": {"horizon": 60}}
    assert "91" in refused(api, 422, "POST", "/backtesting/run", json=sent).detail


def test_s6_a_feature_frame_knows_nothing_later_than_its_day(api: Client, pair: Json) -> None:
    whole = api.api.call("POST", "/featuresets/compute", json={**pair, "frame": "v1"})
    cut = api.api.call("POST", "/featuresets/compute", json={**pair, "frame": "v1", "end_date": "2026-03-15"})
    assert cut["rows"] == whole["rows"][: len(cut["rows"])]
    assert [column["name"] for column in whole["columns"]][:3] == ["lag_1", "lag_7", "lag_14"]


def test_s6_days_that_the_data_set_does_not_have_are_refused(api: Client, pair: Json) -> None:
    sent = {**pair, "start_date": "2020-01-01", "end_date": "2020-02-01"}
    refused(api, 422, "POST", "/featuresets/compute", json=sent)


def test_s6_a_pair_that_is_not_there_is_not_found(api: Client, data: Json) -> None:
    nowhere = {"store_id": 2**31 - 1, "product_id": 2**31 - 1}
    refused(api, 404, "POST", "/featuresets/compute", json=nowhere)
    refused(api, 404, "POST", "/forecasting/train", json={**nowhere, "config": {"model_type": "naive"}})


# --- the registry ---


def test_s6_a_model_run_goes_from_pending_to_archived(api: Client, pair: Json) -> None:
    run_id, digest = announced(api, pair), train(api, pair)["artifact_digest"]
    assert patched(api, run_id, status="running")["status"] == "running"
    done = patched(api, run_id, status="success", artifact_digest=digest, metrics={"scores": {"wape": 9.5}})
    assert (done["status"], done["artifact_digest"], done["metrics"]["scores"]["wape"]) == ("success", digest, 9.5)
    assert patched(api, run_id, status="archived")["status"] == "archived"


@pytest.mark.parametrize(
    ("through", "to"),
    [((), "success"), ((), "failed"), ((), "archived"), ((), "pending"), (("running",), "pending"),
     (("running",), "archived"), (("running", "failed"), "running"), (("running", "failed"), "success"),
     (("running", "failed", "archived"), "running")],
)  # fmt: skip
def test_s6_a_change_of_state_that_is_not_allowed_is_400(
    api: Client, pair: Json, through: tuple[str, ...], to: str
) -> None:
    run_id = announced(api, pair)
    for state in through:
        patched(api, run_id, status=state)
    refused(api, 400, "PATCH", f"/registry/runs/{run_id}", json={"status": to})
    assert api.api.call("GET", f"/registry/runs/{run_id}")["status"] == (through[-1] if through else "pending")


def test_s6_a_state_that_nobody_knows_is_422(api: Client, pair: Json) -> None:
    refused(api, 422, "PATCH", f"/registry/runs/{announced(api, pair)}", json={"status": "done"})


def test_s6_a_success_needs_an_artifact_that_is_stored(api: Client, pair: Json) -> None:
    run_id = announced(api, pair)
    patched(api, run_id, status="running")
    refused(api, 422, "PATCH", f"/registry/runs/{run_id}", json={"status": "success"})
    gone = {"status": "success", "artifact_digest": "0" * 64}
    refused(api, 404, "PATCH", f"/registry/runs/{run_id}", json=gone)


def test_s6_an_alias_points_at_a_success_alone(api: Client, pair: Json) -> None:
    refused(api, 400, "POST", "/registry/aliases", json={"name": "conformance", "run_id": announced(api, pair)})
    refused(api, 404, "POST", "/registry/aliases", json={"name": "conformance", "run_id": UNKNOWN})


def test_s6_setting_an_alias_again_moves_it(api: Client, pair: Json) -> None:
    for _ in range(2):
        run_id = train(api, pair)["run_id"]
        assert api.api.call("POST", "/registry/aliases", json={"name": "moved", "run_id": run_id})["run_id"] == run_id
        assert api.api.call("GET", "/registry/aliases/moved")["run_id"] == run_id


def test_s6_an_alias_says_why_it_is_stale(api: Client, pair: Json) -> None:
    first = train(api, pair)["run_id"]
    api.api.call("POST", "/registry/aliases", json={"name": "aging", "run_id": first})
    assert api.api.call("GET", "/registry/aliases/aging")["is_stale"] is False
    train(api, pair)
    assert api.api.call("GET", "/registry/aliases/aging")["stale_reasons"] == ["newer_success_run"]
    patched(api, first, status="archived")
    assert api.api.call("GET", "/registry/aliases/aging")["stale_reasons"][0] == "run_not_success"


def test_s6_model_runs_of_one_grain_are_comparable(api: Client, pair: Json) -> None:
    one, other = train(api, pair)["run_id"], train(api, pair, "seasonal_naive")["run_id"]
    found = api.api.call("GET", f"/registry/compare/{one}/{other}")
    assert found["comparable"] is True
    assert (found["a"]["run_id"], found["b"]["run_id"]) == (one, other)


def test_s6_model_runs_of_two_grains_are_not_comparable_and_say_why(api: Client, pair: Json) -> None:
    second = api.api.rows("products", "/dimensions/products")[1]["id"]
    one, other = train(api, pair)["run_id"], train(api, {**pair, "product_id": second})["run_id"]
    found = api.api.call("GET", f"/registry/compare/{one}/{other}")
    assert found["comparable"] is False
    assert "grain_differs" in {obstacle["reason"] for obstacle in found["obstacles"]}


@pytest.mark.parametrize("model_type", ["naive", "trend_regression_baseline", "prophet_like", "regression"])
def test_s6_verify_works_for_each_family(api: Client, pair: Json, model_type: str) -> None:
    run_id = train(api, pair, model_type)["run_id"]
    assert api.api.call("GET", f"/registry/runs/{run_id}/verify")["verified"] is True


def test_s6_a_run_without_an_artifact_cannot_be_verified(api: Client, pair: Json) -> None:
    refused(api, 400, "GET", f"/registry/runs/{announced(api, pair)}/verify")
    refused(api, 404, "GET", f"/registry/runs/{UNKNOWN}/verify")


def test_s6_the_winner_is_registered_refitted_on_all_days_and_in_production(api: Client, data: Json) -> None:
    ended = api.runs.run(train_model_types=["seasonal_naive"])
    run = api.api.call("GET", f"/registry/runs/{ended['winning_run_id']}")
    assert (run["status"], run["model_type"]) == ("success", "seasonal_naive")
    assert (run["date_start"], run["date_end"]) == (data["date_start"], data["date_end"])
    assert api.api.call("GET", "/registry/aliases/demo-production")["run_id"] == ended["winning_run_id"]


def test_s6_demonstrations_of_a_rich_run_are_marked_and_counted_nowhere(api: Client, rich: list[Json]) -> None:
    assert any(run["synthetic"] for run in model_runs(api, with_synthetic=True))
    assert not any(run["synthetic"] for run in model_runs(api))


# --- plans ---

CHEAPER = {"price": {"change_pct": -0.1, "start": FIRST, "end": "2026-04-07"}}
PROMOTED = {"promotion": {"kind": "pct_off", "discount": 0.2, "start": FIRST, "end": "2026-04-07"}}
OTHERS = {
    "holiday": {"dates": ["2026-04-05"]}, "inventory": {"on_hand_units": 100}, "lifecycle": {"stage": "decline"},
}  # fmt: skip
REFUSED_ASSUMPTIONS = [
    {}, {"weather": {}}, {"price": {"change_pct": -0.95, "start": FIRST, "end": LAST}},
    {"price": {"change_pct": 5.5, "start": FIRST, "end": LAST}}, {"price": {"change_pct": 0.1, "start": FIRST}},
    {"price": {"change_pct": 0.1, "start": LAST, "end": FIRST}},
    {"promotion": {"kind": "free", "discount": 0.2, "start": FIRST, "end": LAST}},
    {"promotion": {"kind": "bogo", "discount": 1.5, "start": FIRST, "end": LAST}}, {"holiday": {"dates": []}},
    {"inventory": {"on_hand_units": -1}}, {"lifecycle": {"stage": "childhood"}},
]  # fmt: skip


def test_s6_a_lower_price_sells_more_and_a_discount_too(api: Client, pair: Json, production: Json) -> None:
    for assumptions in (CHEAPER, PROMOTED):
        found = api.plans.simulate(assumptions, **pair)
        assert found["units_delta"] > 0
        assert found["true_units_delta"] > 0
        assert math.isfinite(found["revenue_delta"])


@pytest.mark.parametrize("name", OTHERS)
def test_s6_every_other_assumption_can_be_made_alone(api: Client, pair: Json, production: Json, name: str) -> None:
    found = api.plans.simulate({name: OTHERS[name]}, **pair)
    assert found["method"] in ("model_exogenous", "heuristic")


def test_s6_a_feature_aware_model_reforecasts(api: Client, pair: Json, production: Json) -> None:
    expected = "model_exogenous" if production["model_type"] == "prophet_like" else "heuristic"
    assert api.plans.simulate(CHEAPER, **pair)["method"] == expected


def test_s6_another_model_uses_what_is_estimated_from_the_data(api: Client, pair: Json) -> None:
    run_id = train(api, pair)["run_id"]
    assert api.plans.simulate(CHEAPER, **pair, run_id=run_id)["method"] == "heuristic"


@pytest.mark.parametrize("assumptions", REFUSED_ASSUMPTIONS)
def test_s6_an_assumption_out_of_its_bounds_is_refused(api: Client, assumptions: Json) -> None:
    found = refused(api, 422, "POST", "/scenarios/simulate", json={"assumptions": assumptions})
    assert found.errors[0].field.startswith("assumptions")


def test_s6_an_assumption_outside_the_forecast_days_is_refused(api: Client, pair: Json, production: Json) -> None:
    late = {"price": {"change_pct": -0.1, "start": "2026-06-01", "end": "2026-06-02"}}
    found = refused(api, 422, "POST", "/scenarios/simulate", json={"assumptions": late, **pair})
    assert {error.field for error in found.errors} == {"assumptions.price.start", "assumptions.price.end"}


def test_s6_a_plan_is_saved_listed_by_its_tags_and_deleted(api: Client, pair: Json, production: Json) -> None:
    saved = api.plans.save("A cheaper week", CHEAPER, tags=["conformance", "price"], **pair)
    path = f"/scenarios/{saved['plan_id']}"
    assert saved["plan_id"] in [plan["plan_id"] for plan in api.plans.list(["conformance", "price"])]
    assert saved["plan_id"] not in [plan["plan_id"] for plan in api.plans.list(["conformance", "other"])]
    assert api.api.call("GET", path)["assumptions"] == CHEAPER
    api.plans.delete(saved["plan_id"])
    refused(api, 404, "GET", path)
    refused(api, 404, "DELETE", path)


@pytest.mark.parametrize(
    "labels", [{"name": ""}, {"name": "x" * 201}, {"name": "x", "tags": ["a"] * 2}, {"name": "x", "tags": ["a" * 41]},
               {"name": "x", "tags": [str(n) for n in range(21)]}, {"name": "x", "horizon": 91}, {"tags": []}]
)  # fmt: skip
def test_s6_a_plan_has_a_name_and_up_to_twenty_tags(api: Client, labels: Json) -> None:
    refused(api, 422, "POST", "/scenarios", json={"assumptions": CHEAPER, **labels})


def test_s6_plans_are_ranked_by_what_they_change(api: Client, pair: Json, production: Json) -> None:
    ids = [api.plans.save("ranked", one, **pair)["plan_id"] for one in (CHEAPER, PROMOTED)]
    for rank_by in ("revenue_delta", "units_delta"):
        found = api.plans.compare(ids, rank_by)
        assert found["comparable"] is True
        values = [plan[rank_by] for plan in found["plans"]]
        assert values == sorted(values, reverse=True)
    refused(api, 422, "POST", "/scenarios/compare", json={"scenario_ids": ids, "rank_by": "profit"})
    refused(api, 404, "POST", "/scenarios/compare", json={"scenario_ids": [ids[0], UNKNOWN]})


@pytest.mark.parametrize("count", [0, 1, 6])
def test_s6_two_to_five_plans_are_compared(api: Client, count: int) -> None:
    refused(api, 422, "POST", "/scenarios/compare", json={"scenario_ids": [UNKNOWN] * count})


def test_s6_the_days_of_a_plan_follow_the_data(api: Client, pair: Json, production: Json) -> None:
    found = api.plans.simulate(CHEAPER, **pair)
    assert (found["forecast_start"], found["forecast_end"]) == (FIRST, LAST)
    assert SMALL["as_of"] == AS_OF < FIRST


# --- the portfolio ---


def batch(api: Client, **fields: Any) -> Json:
    sent = {
        "operation": "train_backtest_register",
        "scope": {"kind": "all"},
        "model_configs": [{"model_type": "naive"}],
    }
    return api.api.call("POST", "/batch/forecasting", json=sent | fields)


def ended_batch(api: Client, batch_id: str) -> Json:
    while (found := api.api.call("GET", f"/batch/{batch_id}"))["status"] == "running":
        pass
    return found


def test_s6_a_batch_is_answered_at_once_and_comes_to_its_end(api: Client, data: Json) -> None:
    started = batch(api)
    found = ended_batch(api, started["batch_id"])
    assert found["status"] == "completed"
    assert found["counts"] == {"items": 2, "running": 0, "succeeded": 2, "failed": 0}
    job = api.api.call("GET", f"/jobs/{found['items'][0]['job_id']}")
    assert (job["kind"], job["status"], job["batch_id"]) == ("batch_item", "success", found["batch_id"])


def test_s6_a_series_that_is_not_there_is_a_recorded_failure(api: Client, pair: Json) -> None:
    scope = {"kind": "manual", "series": [[pair["store_id"], pair["product_id"]], [2**31 - 1, 2**31 - 1]]}
    found = ended_batch(api, batch(api, scope=scope)["batch_id"])
    assert (found["status"], found["counts"]["failed"]) == ("partial", 1)
    failed = [item for item in found["items"] if item["status"] == "failed"]
    assert failed[0]["failure"]


@pytest.mark.parametrize(
    "fields", [{"operation": "dream"}, {"scope": {"kind": "galaxy"}}, {"scope": {"kind": "region"}},
               {"scope": {"kind": "all", "top": 3}}, {"model_configs": []},
               {"model_configs": [{"model_type": "arima"}]},
               {"scope": {"kind": "region", "region": "nowhere"}}, {"scope": {"kind": "top_revenue", "top": 0}},
               {"start_date": "2020-01-01", "end_date": "2020-03-01"}, {"folds": 3}]
)  # fmt: skip
def test_s6_a_batch_that_contradicts_itself_is_refused_before_it_begins(api: Client, data: Json, fields: Json) -> None:
    sent = {"operation": "train", "scope": {"kind": "all"}, "model_configs": [{"model_type": "naive"}]}
    refused(api, 422, "POST", "/batch/forecasting", json=sent | fields)

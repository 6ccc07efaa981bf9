"""Contract section 1: the run request."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from showcase.client import Client
from tests.conformance.asking import GONE, SMALL, UNKNOWN, Json, completed, events_of, refused, refused_run, summary_of

WRONG_TYPES = [
    ("seed", "42"), ("seed", 42.0), ("seed", True), ("seed", None), ("reset", 1), ("reset", "true"), ("skip_seed", 0),
    ("skip_seed", "false"), ("scenario", 3), ("preservation", True), ("user_scope", []), ("train_model_types", "naive"),
    ("backtest", []), ("as_of", 20261122), ("as_of", "22.11.2026"), ("as_of", "2026-02-30"), ("data_fingerprint", 1),
    ("confirm", 1), ("workspace_name", 1), ("seed_overrides", []),
]  # fmt: skip
OUT_OF_BOUNDS = [
    ("seed", -1), ("seed", 2**31), ("scenario", "nothing"), ("scenario", ""), ("preservation", "forever"),
    ("train_model_types", []), ("train_model_types", ["naive"] * 2), ("train_model_types", ["arima"]),
    ("data_fingerprint", "f" * 63), ("data_fingerprint", "F" * 64), ("confirm", "x" * 201),
]  # fmt: skip
BACKTESTS = [
    ("horizon", 0), ("horizon", 91), ("horizon", 14.0), ("strategy", "rolling"), ("n_splits", 1), ("n_splits", 21),
    ("min_train_size", 6), ("gap", -1), ("gap", 31), ("metric", "smape"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG_TYPES)
def test_s1_a_value_of_the_wrong_type_is_refused_by_its_field(api: Client, field: str, value: Any) -> None:
    refused_run(api, field, **{field: value})


@pytest.mark.parametrize(("field", "value"), OUT_OF_BOUNDS)
def test_s1_a_value_out_of_bounds_is_refused_by_its_field(api: Client, field: str, value: Any) -> None:
    found = refused(api, 422, "POST", "/demo/run", json={field: value})
    assert any(error.field.startswith(field) for error in found.errors)


@pytest.mark.parametrize(("field", "value"), BACKTESTS)
def test_s1_a_backtest_setting_out_of_bounds_is_refused_by_its_path(api: Client, field: str, value: Any) -> None:
    refused_run(api, f"backtest.{field}", backtest={field: value})


def test_s1_the_largest_and_the_smallest_seed_are_taken(api: Client) -> None:
    for seed in (0, 2**31 - 1):
        assert api.runs.run(**SMALL, seed=seed)["run_status"] == "completed"


def test_s1_an_integer_is_a_number_where_a_number_is_asked_for(api: Client) -> None:
    overrides = {**SMALL["seed_overrides"], "noise_sigma": 0}
    assert api.runs.run(**SMALL | {"seed_overrides": overrides})["run_status"] == "completed"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_s1_a_number_that_is_not_finite_is_refused_everywhere(http: httpx.Client, number: str) -> None:
    for body in (f'{{"seed": {number}}}', f'{{"seed_overrides": {{"noise_sigma": {number}}}}}'):
        answer = http.post("/demo/run", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "a\\udfffb"])
def test_s1_nul_bytes_and_lone_surrogates_are_refused_everywhere(http: httpx.Client, text: str) -> None:
    bodies = [("POST", "/demo/run", f'{{"workspace_name": "{text}", "preservation": "keep"}}'),
              ("POST", "/demo/run", f'{{"unknown": "{text}"}}'), ("POST", "/demo/run", f'{{"{text}": 1}}'),
              ("POST", "/rag/retrieve", f'{{"query": "{text}"}}'),
              ("POST", "/registry/aliases", f'{{"name": "{text}", "run_id": "{UNKNOWN}"}}')]  # fmt: skip
    for method, path, body in bodies:
        answer = http.request(method, path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422, (path, answer.text)


@pytest.mark.parametrize("path", ["/demo/workspaces?q=%00", "/dimensions/stores?search=%00", "/scenarios?tags=%00"])
def test_s1_a_nul_byte_in_a_query_is_refused(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 422


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "3", '"text"', '{"seed": 1, "seed": 2}', "{" * 100, '{"seed": 1}}']
)
def test_s1_a_body_that_is_no_single_json_object_is_refused(http: httpx.Client, body: str) -> None:
    answer = http.post("/demo/run", content=body.encode(), headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_s1_bytes_that_are_no_utf8_are_refused(http: httpx.Client) -> None:
    answer = http.post("/demo/run", content=b'{"seed": "\xff\xfe"}', headers={"content-type": "application/json"})
    assert answer.status_code == 422


def test_s1_a_body_nested_deeper_than_32_levels_is_refused(http: httpx.Client) -> None:
    deep = '{"unknown": ' + "[" * 33 + "]" * 33 + "}"
    assert http.post("/demo/run", content=deep, headers={"content-type": "application/json"}).status_code == 422


def test_s1_an_unknown_key_at_the_top_is_ignored(api: Client, data: Json) -> None:
    assert api.runs.run(a_later_field={"deep": [1, 2]}, train_model_types=["naive"])["run_status"] == "completed"


@pytest.mark.parametrize(
    ("field", "value"),
    [("backtest", {"horizon": 7, "folds": 3}), ("seed_overrides", {"stores": 1, "weather": 1}),
     ("user_scope", {"store_id": 1, "product_id": 1, "region": "x"})],
)  # fmt: skip
def test_s1_an_unknown_key_in_a_nested_object_is_refused(api: Client, field: str, value: Json) -> None:
    found = refused(api, 422, "POST", "/demo/run", json={"skip_seed": False, field: value})
    assert len(found.errors) == 1
    assert found.errors[0].field.startswith(f"{field}.")


@pytest.mark.parametrize("scope", [{}, {"store_id": 1}, {"product_id": 1}, {"store_id": 0, "product_id": 1}])
def test_s1_a_focus_pair_has_both_ids_from_one_on(api: Client, scope: Json) -> None:
    found = refused(api, 422, "POST", "/demo/run", json={"user_scope": scope})
    assert all(error.field.startswith("user_scope") for error in found.errors)


@pytest.mark.parametrize("name", ["", "-x", "_x", "Upper", "with space", "ä", "x" * 101, "x/y", "x.y", "x\n", "../x"])
def test_s1_a_workspace_name_is_lower_case_and_short(api: Client, name: str) -> None:
    refused_run(api, "workspace_name", preservation="keep", workspace_name=name)


CONTRADICTIONS: list[tuple[str, Json]] = [
    ("workspace_name", {"workspace_name": "x"}),
    ("replayed_from_workspace_id", {"replayed_from_workspace_id": UNKNOWN}),
    ("seed_overrides", {"seed_overrides": {"stores": 1}}),
    ("as_of", {"as_of": "2026-01-31"}),
    ("as_of", {"as_of": "2026-01-31", "skip_seed": False, "scenario": "holiday_rush"}),
    ("data_fingerprint", {"data_fingerprint": "f" * 64, "skip_seed": False}),
    ("backtest.gap", {"backtest": {"horizon": 7, "gap": 7}}),
    ("seed_overrides.window_days",
     {"skip_seed": False, "scenario": "holiday_rush", "seed_overrides": {"window_days": 100}}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "request_"), CONTRADICTIONS)
def test_s1_fields_that_contradict_each_other_are_refused(api: Client, field: str, request_: Json) -> None:
    refused_run(api, field, **request_)


def test_s1_empty_overrides_mean_none(api: Client, data: Json) -> None:
    ended = api.runs.run(seed_overrides={}, train_model_types=["naive"])
    assert ended["run_status"] == "completed"


def test_s1_every_refused_field_is_named_at_once(api: Client) -> None:
    found = refused(api, 422, "POST", "/demo/run", json={"seed": "x", "reset": 3, "scenario": "no"})
    assert {error.field for error in found.errors} == {"seed", "reset", "scenario"}


def test_s1_a_source_that_is_gone_may_be_named(api: Client) -> None:
    ended = api.runs.run(**SMALL, preservation="keep", replayed_from_workspace_id=GONE)
    kept = api.workspaces.show(ended["workspace_id"])
    assert kept["replayed_from_workspace_id"] == GONE


def test_s1_a_name_need_not_be_unique(api: Client) -> None:
    for _ in range(2):
        assert api.runs.run(**SMALL, preservation="keep", workspace_name="twin")["workspace_id"]


def test_s1_without_keep_there_is_no_workspace(api: Client) -> None:
    assert api.runs.run(**SMALL)["workspace_id"] is None


def masked(events: list[Json]) -> list[tuple[Any, ...]]:
    """Without what may differ between two runs of one request: ids, times, and how often progress is told."""
    keys = ("event_type", "step_name", "step_index", "total_steps", "status", "phase_name", "phase_index")
    return [tuple(event[key] for key in keys) for event in events if event["event_type"] != "step_progress"]


def test_s1_explicit_defaults_give_what_a_legacy_frame_gives(api: Client, data: Json) -> None:
    legacy = {"seed": 42, "reset": False, "skip_seed": True, "scenario": "demo_minimal"}
    later = dict.fromkeys(
        ("workspace_name", "replayed_from_workspace_id", "seed_overrides", "user_scope", "train_model_types",
         "backtest", "as_of", "data_fingerprint", "confirm")
    )  # fmt: skip
    plain, told = events_of(api, **legacy), events_of(api, **legacy, **later, preservation="ephemeral")
    assert masked(plain) == masked(told)
    assert summary_of(plain)["winner_value"] == summary_of(told)["winner_value"]


def test_s1_an_empty_frame_is_a_run_of_eleven_steps(api: Client, data: Json) -> None:
    events = events_of(api)
    assert len(completed(events)) == 11
    assert summary_of(events)["run_config"] is None


def test_s1_one_half_of_a_customised_run_is_filled_with_the_usual_other(api: Client, data: Json) -> None:
    only_models = summary_of(events_of(api, train_model_types=["naive"]))["run_config"]
    assert only_models["backtest"]["horizon"] == 14
    only_backtest = summary_of(events_of(api, backtest={"horizon": 7}))["run_config"]
    assert only_backtest["train_model_types"] == ["naive", "seasonal_naive", "moving_average"]
    assert only_backtest["backtest"]["n_splits"] == 3

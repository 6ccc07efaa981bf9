"""Contract section 10: ops."""

from __future__ import annotations

from typing import Any

import pytest

from showcase.client import Client
from tests.conformance.asking import Json, completed, refused


def test_s10_the_summary_counts_runs_jobs_models_workspaces_and_approvals(api: Client, kept: Json) -> None:
    found = api.api.call("GET", "/ops/summary")
    assert found["runs"]["total"] >= found["runs"]["completed"] >= 1
    assert found["jobs"]["total"] >= 1
    assert found["workspaces"]["completed"] >= 1
    assert set(found["approvals"]) >= {"approved", "rejected", "timed_out"}


def test_s10_the_summary_has_aliases_and_why_they_are_stale(api: Client, production: Json) -> None:
    aliases = {one["name"]: one for one in api.api.call("GET", "/ops/summary")["aliases"]}
    assert aliases["demo-production"]["run_id"] == production["run_id"]
    assert isinstance(aliases["demo-production"]["stale_reasons"], list)


def test_s10_freshness_speaks_of_the_current_data_set(api: Client, data: Json) -> None:
    fresh = api.api.call("GET", "/ops/summary")["freshness"]
    assert (fresh["data_set_id"], fresh["data_end"]) == (data["id"], data["date_end"])
    assert fresh["days_behind"] > 0


def test_s10_old_data_asks_for_attention_with_what_to_do(api: Client, data: Json) -> None:
    items = {one["kind"]: one for one in api.api.call("GET", "/ops/summary")["attention"]}
    assert items["data_old"]["remedy"]


def test_s10_disk_use_is_in_bytes_and_counts_orphans(api: Client) -> None:
    disk = api.api.call("GET", "/ops/summary")["disk"]
    assert disk["database_bytes"] > 0
    assert disk["free_bytes"] > 0
    assert disk["orphaned"] >= 0


def test_s10_the_retraining_score_is_what_the_contract_says(api: Client, production: Json) -> None:
    candidates = api.api.rows("candidates", "/ops/retraining-candidates", limit=100)
    assert candidates
    for one in candidates:
        wape = 0.0 if one["wape"] is None else min(one["wape"], 100)
        expected = 0.6 * min(one["age_days"], 90) / 90 + 0.4 * wape / 100
        assert one["wape"] is None or one["score"] == pytest.approx(expected, abs=1e-3)
    scores = [one["score"] for one in candidates]
    assert scores == sorted(scores, reverse=True)


def test_s10_model_health_compares_the_latest_wape_with_the_mean_of_the_prior_ones(api: Client, data: Json) -> None:
    for _ in range(2):
        api.runs.run(train_model_types=["moving_average"])
    found = [one for one in api.api.rows("models", "/ops/model-health", limit=100) if one["runs"] >= 2]
    assert found
    for one in found:
        if one["prior_mean_wape"] == 0:
            assert one["change_percent"] is None
            continue
        change = (one["latest_wape"] - one["prior_mean_wape"]) / one["prior_mean_wape"] * 100
        assert one["change_percent"] == pytest.approx(change, abs=0.1)
        assert one["verdict"] == ("worse" if change > 10 else "better" if change < -10 else one["verdict"])


@pytest.mark.parametrize("path", ["/ops/retraining-candidates", "/ops/model-health"])
@pytest.mark.parametrize("limit", [0, 101, "x"])
def test_s10_a_limit_is_one_to_a_hundred(api: Client, path: str, limit: Any) -> None:
    refused(api, 422, "GET", path, params={"limit": limit})


def test_s10_the_snapshot_of_a_rich_run_is_the_same_summary(rich: list[Json]) -> None:
    step = completed(rich)["ops_snapshot"]
    assert step["status"] == "pass"
    assert set(step["data"]) >= {"runs", "jobs", "aliases", "freshness", "attention"}

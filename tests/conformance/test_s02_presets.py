"""Contract sections 2 and 3: presets and overrides."""

from __future__ import annotations

from typing import Any

import pytest

from showcase.client import Client
from tests.conformance.asking import AS_OF, Json, refused, refused_run

SIZES = {
    "demo_minimal": (3, 10, 92), "retail_standard": (5, 15, 181), "holiday_rush": (5, 15, 92),
    "high_variance": (5, 15, 181), "stockout_heavy": (5, 15, 181), "new_launches": (5, 25, 181),
    "sparse": (3, 10, 92), "showcase_rich": (5, 15, 181),
}  # fmt: skip
KNOBS = [
    ("stores", 0), ("stores", 101), ("stores", 2.0), ("stores", "2"), ("products", 0), ("products", 501),
    ("window_days", 74), ("window_days", 366), ("sparsity", -0.1), ("sparsity", 0.91), ("promotion_intensity", 0.51),
    ("stockout_intensity", 0.51), ("noise_sigma", 0.51), ("noise_sigma", True),
]  # fmt: skip


def generate(api: Client, **request: Any) -> Json:
    return api.datasets.generate(**{"end_date": AS_OF, **request})


def test_s2_there_are_eight_presets_in_the_order_of_the_table(api: Client) -> None:
    assert [preset["name"] for preset in api.api.rows("scenarios", "/seeder/scenarios")] == list(SIZES)


@pytest.mark.parametrize("scenario", SIZES)
def test_s2_a_preset_has_the_demo_size_of_the_table(api: Client, scenario: str) -> None:
    preset = next(one for one in api.api.rows("scenarios", "/seeder/scenarios") if one["name"] == scenario)
    assert tuple(preset["demo"].values()) == SIZES[scenario]


@pytest.mark.parametrize("scenario", SIZES)
def test_s2_native_sizes_are_ten_stores_fifty_products_and_a_year(api: Client, scenario: str) -> None:
    preset = next(one for one in api.api.rows("scenarios", "/seeder/scenarios") if one["name"] == scenario)
    assert preset["native"]["stores"] == 10
    assert preset["native"]["products"] == (100 if scenario == "new_launches" else 50)
    assert preset["native"]["days"] == (92 if scenario == "holiday_rush" else 366)


def test_s2_days_are_inclusive_and_end_on_the_day_that_was_asked_for(api: Client, data: Json) -> None:
    assert (data["date_start"], data["date_end"]) == ("2025-12-31", AS_OF)
    assert data["row_counts"]["calendar"] == 91


def test_s2_holiday_rush_has_days_of_its_own(api: Client) -> None:
    made = api.datasets.generate(scenario="holiday_rush", overrides={"stores": 1, "products": 1})
    assert made["records_created"] is not None
    status = api.datasets.status()
    assert (status["date_range_start"], status["date_range_end"]) == ("2024-10-01", "2024-12-31")


def test_s2_the_same_recipe_gives_the_same_fingerprint(api: Client) -> None:
    first = generate(api, seed=7, overrides={"stores": 1, "products": 2, "window_days": 75})
    second = generate(api, seed=7, overrides={"stores": 1, "products": 2, "window_days": 75})
    assert first["fingerprint"] == second["fingerprint"]
    assert first["data_set"] == second["data_set"]
    assert set(second["records_created"].values()) == {0}


def test_s2_another_seed_gives_other_rows(api: Client) -> None:
    small = {"stores": 1, "products": 2, "window_days": 75}
    assert (
        generate(api, seed=8, overrides=small)["fingerprint"] != generate(api, seed=9, overrides=small)["fingerprint"]
    )


def test_s2_a_series_has_a_row_for_every_day(api: Client, data: Json) -> None:
    assert data["row_counts"]["sales"] == 1 * 2 * 91


def test_s2_the_preset_sparse_has_missing_series_and_gaps(api: Client) -> None:
    made = generate(api, scenario="sparse", overrides={"stores": 2, "products": 10, "window_days": 90})
    status = api.datasets.status()
    whole = 2 * 10 * 91
    assert made["data_set"] == status["data_set"]
    assert status["sales"] <= whole // 2 - 3 * 2 * (2 * 10 // 2)


def test_s2_generate_takes_the_native_size(api: Client) -> None:
    expected = generate(api, scenario="retail_standard", dry_run=True)["records_created"]
    assert (expected["stores"], expected["products"], expected["calendar"]) == (10, 50, 366)


def test_s2_a_size_beyond_the_database_is_refused_with_its_size(api: Client) -> None:
    found = refused(
        api, 422, "POST", "/seeder/generate", json={"stores": 100, "products": 500, "end_date": AS_OF, "dry_run": True}
    )
    assert "100 stores x 500 products" in found.detail


def test_s2_stockouts_come_with_the_share_that_was_asked_for(api: Client) -> None:
    none = {"stores": 1, "products": 2, "window_days": 75, "stockout_intensity": 0}
    generate(api, overrides=none)
    assert api.datasets.status()["inventory"] == api.datasets.status()["sales"]


@pytest.mark.parametrize(("knob", "value"), KNOBS)
def test_s3_a_knob_out_of_its_bounds_is_refused_by_its_path(api: Client, knob: str, value: Any) -> None:
    refused_run(api, f"seed_overrides.{knob}", skip_seed=False, seed_overrides={knob: value})


@pytest.mark.parametrize(("knob", "value"), [("stores", 0), ("noise_sigma", 0.6), ("weather", 1)])
def test_s3_generate_takes_the_same_object_under_overrides(api: Client, knob: str, value: Any) -> None:
    found = refused(api, 422, "POST", "/seeder/generate", json={"overrides": {knob: value}})
    assert found.errors[0].field == f"overrides.{knob}"


def test_s3_only_knobs_that_were_set_are_stored(api: Client, kept: Json) -> None:
    assert kept["seed_overrides"] == {"stores": 1, "products": 2, "window_days": 90}


def test_s3_overrides_are_applied_last(api: Client) -> None:
    expected = generate(api, stores=5, overrides={"stores": 2}, dry_run=True)
    assert expected["records_created"]["stores"] == 2


def test_s3_a_window_of_n_days_starts_n_days_before_its_end(api: Client) -> None:
    expected = generate(api, overrides={"window_days": 180}, dry_run=True)
    assert expected["records_created"]["calendar"] == 181


def test_s3_sparsity_is_the_share_of_missing_series(api: Client) -> None:
    generate(api, overrides={"stores": 2, "products": 10, "window_days": 75, "sparsity": 0.5})
    assert api.datasets.status()["sales"] == 2 * 10 // 2 * 76

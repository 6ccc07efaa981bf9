"""The table of presets says what the contract says."""

from __future__ import annotations

from datetime import date

import pytest

from showcase.demand.presets import PRESETS, Scenario, Size, preset_named
from showcase.errors import InvalidInputError
from showcase.kernel.window import Window

# name: demo size, base, trend, rate, noise, anomaly p, anomaly size, promotion p, stockout p
CONTRACT = {
    "demo_minimal": ((3, 10, 92), 100, "linear", 0.0005, 0.10, 0.01, 2, 0.10, 0.02),
    "retail_standard": ((5, 15, 181), 100, "linear", 0.0005, 0.15, 0.01, 2, 0.10, 0.02),
    "holiday_rush": ((5, 15, 92), 80, "exponential", 0.005, 0.20, 0.01, 2, 0.25, 0.15),
    "high_variance": ((5, 15, 181), 100, "none", 0.0, 0.40, 0.05, 3, 0.15, 0.05),
    "stockout_heavy": ((5, 15, 181), 50, "none", 0.0, 0.20, 0.01, 2, 0.20, 0.25),
    "new_launches": ((5, 25, 181), 80, "linear", 0.002, 0.10, 0.01, 2, 0.15, 0.02),
    "sparse": ((3, 10, 92), 100, "none", 0.0, 0.10, 0.01, 2, 0.05, 0.02),
    "showcase_rich": ((5, 15, 181), 100, "linear", 0.0005, 0.10, 0.01, 2, 0.15, 0.05),
}


def test_there_are_the_eight_presets_in_their_order() -> None:
    assert list(PRESETS) == list(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_a_preset_has_the_strengths_of_the_contract(name: str) -> None:
    preset = preset_named(name)
    found = (
        (preset.demo.stores, preset.demo.products, preset.demo.days),
        preset.base,
        preset.trend,
        preset.trend_rate,
        preset.noise,
        preset.anomaly_p,
        preset.anomaly_size,
        preset.promotion_p,
        preset.stockout_p,
    )
    assert found == CONTRACT[name]


def test_only_the_holiday_preset_has_months_special_days_and_a_window_of_its_own() -> None:
    rush = preset_named("holiday_rush")
    assert dict(rush.month_factors) == {10: 1.0, 11: 1.3, 12: 1.8}
    assert {(s.month, s.day): s.factor for s in rush.special_days} == {
        (11, 28): 2.0,
        (11, 29): 3.0,
        (12, 24): 1.5,
        (12, 25): 0.3,
    }
    assert rush.fixed_window == Window(date(2024, 10, 1), date(2024, 12, 31))
    others = [preset for preset in PRESETS.values() if preset is not rush]
    assert not any(preset.month_factors or preset.special_days or preset.fixed_window for preset in others)


def test_launches_gaps_missing_series_and_richness_belong_to_one_preset_each() -> None:
    assert {str(p.name): p.launch_ramp_days for p in PRESETS.values() if p.launch_ramp_days} == {"new_launches": 45}
    assert {str(p.name): (p.sparsity, p.gaps) for p in PRESETS.values() if p.sparsity or p.gaps} == {"sparse": (0.5, 3)}
    assert [str(p.name) for p in PRESETS.values() if p.is_rich] == ["showcase_rich"]


def test_native_sizes_are_ten_by_fifty_by_a_year() -> None:
    special = {"new_launches": Size(10, 100, 366), "holiday_rush": Size(10, 50, 92)}
    for preset in PRESETS.values():
        assert preset.native == special.get(preset.name, Size(10, 50, 366))


def test_every_preset_says_what_it_shows_and_what_is_odd_about_it() -> None:
    assert all(preset.shows and preset.oddities.endswith(".") for preset in PRESETS.values())
    assert len({preset.shows for preset in PRESETS.values()}) == len(PRESETS)


@pytest.mark.parametrize("name", ["", "Sparse", "sparse ", "demo", "\u2603" * 300])
def test_an_unknown_preset_is_refused_with_the_allowed_names(name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        preset_named(name)
    (field,) = caught.value.errors
    assert field.field == "scenario"
    assert all(scenario in field.allowed for scenario in Scenario)
    assert len(caught.value.message) < 400

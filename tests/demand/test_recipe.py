"""A recipe: the preset's values, then the overrides; windows, sizes and refusals."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import PRESETS, Scenario, preset_named
from showcase.demand.recipe import MAX_SEED, Recipe, recipe_from_json, resolve_recipe
from showcase.errors import InvalidInputError
from showcase.kernel.window import Window

AS_OF = date(2026, 10, 31)


def resolve(scenario: str, **knobs: Any) -> Recipe:
    as_of = None if scenario == "holiday_rush" else AS_OF
    return resolve_recipe(scenario, 42, SeedOverrides(**knobs), as_of)


@pytest.mark.parametrize("scenario", Scenario)
def test_without_overrides_a_recipe_is_the_preset(scenario: Scenario) -> None:
    preset, recipe = PRESETS[scenario], resolve(scenario)
    assert (recipe.n_stores, recipe.n_products, recipe.window.days) == (
        preset.demo.stores,
        preset.demo.products,
        preset.demo.days,
    )
    assert (recipe.sparsity, recipe.promotion_p, recipe.stockout_p, recipe.noise_sigma) == (
        preset.sparsity,
        preset.promotion_p,
        preset.stockout_p,
        preset.noise,
    )


def test_the_days_end_on_as_of_and_both_ends_count() -> None:
    assert resolve("demo_minimal").window == Window(date(2026, 8, 1), AS_OF)
    assert resolve("retail_standard").window == Window(AS_OF - timedelta(days=180), AS_OF)


def test_window_days_is_the_distance_of_the_first_day_from_the_last() -> None:
    assert resolve("demo_minimal", window_days=180).window == resolve("retail_standard").window
    assert resolve("sparse", window_days=75).window.days == 76


def test_every_knob_replaces_the_value_of_the_preset() -> None:
    recipe = resolve(
        "sparse",
        stores=7,
        products=20,
        window_days=100,
        sparsity=0.25,
        promotion_intensity=0.5,
        stockout_intensity=0.1,
        noise_sigma=0,
    )
    assert (recipe.n_stores, recipe.n_products, recipe.window.days) == (7, 20, 101)
    assert (recipe.sparsity, recipe.promotion_p, recipe.stockout_p, recipe.noise_sigma) == (0.25, 0.5, 0.1, 0.0)
    assert (recipe.n_missing, recipe.n_series) == (35, 105)


def test_overrides_bend_the_native_size_too() -> None:
    native = resolve_recipe("retail_standard", 42, SeedOverrides(products=5), AS_OF, native=True)
    assert (native.n_stores, native.n_products, native.window.days) == (10, 5, 366)


def test_the_holiday_preset_has_its_own_days_in_both_sizes() -> None:
    for native in (False, True):
        recipe = resolve_recipe("holiday_rush", 42, native=native)
        assert recipe.window == Window(date(2024, 10, 1), date(2024, 12, 31))
        assert recipe.as_of is None


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"overrides": SeedOverrides(window_days=180)}, "window_days"),
        ({"as_of": AS_OF}, "as_of"),
        ({"window": Window(AS_OF, AS_OF)}, "window"),
    ],
)
def test_other_days_with_the_holiday_preset_are_refused_by_name(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError, match=field) as caught:
        resolve_recipe("holiday_rush", 42, **asked)
    assert [error.field for error in caught.value.errors] == [field]
    assert caught.value.remedy


def test_start_and_end_days_stand_in_place_of_as_of_and_exclude_it() -> None:
    window = Window(date(2020, 2, 1), date(2020, 12, 31))
    assert resolve_recipe("sparse", 42, window=window).window == window
    with pytest.raises(InvalidInputError, match="as_of"):
        resolve_recipe("sparse", 42, as_of=AS_OF, window=window)
    with pytest.raises(InvalidInputError, match="window_days"):
        resolve_recipe("sparse", 42, SeedOverrides(window_days=80), window=window)


@pytest.mark.parametrize("as_of", [None, date(1, 1, 5), date(1900, 3, 1), date(2200, 1, 1), date.max])
def test_a_last_day_that_is_missing_or_out_of_bounds_is_refused(as_of: date | None) -> None:
    with pytest.raises(InvalidInputError) as caught:
        resolve_recipe("demo_minimal", 42, as_of=as_of)
    assert caught.value.errors[0].field == "as_of"


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1, True, 1.0, "42"])
def test_a_seed_out_of_bounds_or_of_another_kind_is_refused(seed: Any) -> None:
    with pytest.raises(InvalidInputError, match="seed"):
        resolve_recipe("sparse", seed, as_of=AS_OF)


def test_more_than_twenty_million_rows_are_refused_with_their_number() -> None:
    fits = resolve_recipe("demo_minimal", 1, SeedOverrides(stores=100, products=500, window_days=130), AS_OF)
    assert sum(fits.estimated_rows().values()) <= 20_000_000
    with pytest.raises(InvalidInputError, match=r"100 stores x 500 products x 141 days .* \(7,050,000 of them sales"):
        resolve_recipe("demo_minimal", 1, SeedOverrides(stores=100, products=500, window_days=140), AS_OF)


def test_one_series_is_left_whatever_share_is_missing() -> None:
    assert resolve("sparse", stores=1, products=1, sparsity=0.9).n_series == 1
    assert resolve("sparse").n_missing == 15


recipes = st.builds(
    lambda scenario, seed, native, knobs: resolve_recipe(
        scenario, seed, SeedOverrides(**knobs), None if preset_named(scenario).fixed_window else AS_OF, native
    ),
    st.sampled_from(list(Scenario)),
    st.integers(0, MAX_SEED),
    st.booleans(),
    st.fixed_dictionaries({}, optional={"stores": st.integers(1, 100), "noise_sigma": st.floats(0, 0.5)}),
)


@given(recipes)
def test_a_recipe_comes_back_from_its_json(recipe: Recipe) -> None:
    assert recipe_from_json(json.loads(json.dumps(recipe.as_json()))) == recipe


@pytest.mark.parametrize(
    "change",
    [{"start": "yesterday"}, {"seed": None}, {"overrides": {"seed": 1}}, {"scenario": "x"}, {"end": "1999-01-01"}],
)
def test_a_broken_stored_recipe_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        recipe_from_json(resolve("sparse").as_json() | change)


def test_a_stored_recipe_without_a_part_is_refused() -> None:
    stored = resolve("sparse").as_json()
    for name in stored:
        with pytest.raises(InvalidInputError):
            recipe_from_json({key: value for key, value in stored.items() if key != name})

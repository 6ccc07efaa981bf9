"""The seed overrides and the focus pair, as a notebook cell uses them."""

from __future__ import annotations

import pytest

from showcase.console import FocusPicker, SeedOverridesForm
from showcase.console.forms.overrides import preset_knobs
from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import PRESETS, Preset
from showcase.demand.recipe import resolve_recipe
from showcase.errors import InvalidInputError
from showcase.pipeline.request import UserScope
from tests.console.test_checks import TODAY


def rest(form: SeedOverridesForm, name: str, value: float) -> None:
    """Let go of a slider, as the browser tells it."""
    form._sliders[name]._process_events({"value": value, "value_throttled": value})


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: str(preset.name))
def test_the_sliders_stand_where_the_preset_does(preset: Preset) -> None:
    knobs = preset_knobs(preset)
    if preset.fixed_window is not None:
        knobs.pop("window_days")
    bent = SeedOverrides(**knobs)
    as_of = None if preset.fixed_window else TODAY
    plain, same = (resolve_recipe(preset.name, 1, given, as_of) for given in (None, bent))
    assert same.estimated_rows() == plain.estimated_rows()
    assert (same.promotion_p, same.stockout_p) == (plain.promotion_p, plain.stockout_p)
    assert same.noise_sigma == plain.noise_sigma


def test_a_slider_that_was_moved_is_an_override_and_one_moved_back_is_none() -> None:
    form = SeedOverridesForm(scenario="retail_standard")
    assert form.overrides() is None
    rest(form, "stores", 8)
    assert form.overrides() == SeedOverrides(stores=8)
    rest(form, "stores", 5)
    assert form.overrides() is None
    rest(form, "stores", 8)
    assert form.overrides() == SeedOverrides(stores=8)


def test_a_shut_form_has_no_overrides_and_keeps_them_for_later() -> None:
    form = SeedOverridesForm(noise_sigma=0.3)
    form.is_open = False
    assert form.overrides() is None
    form.is_open = True
    assert form.overrides() == SeedOverrides(noise_sigma=0.3)


def test_a_preset_with_fixed_days_shuts_their_knob() -> None:
    form = SeedOverridesForm(scenario="holiday_rush", window_days=200, stores=4)
    assert form.overrides() == SeedOverrides(stores=4)
    assert form._sliders["window_days"].disabled


def test_a_knob_beyond_its_bounds_is_refused_in_the_form_and_kept() -> None:
    form = SeedOverridesForm(stores=1000)
    assert form.stores == 1000
    assert form._sliders["stores"].value == 100
    assert form._told.visible
    assert "Found 1000; allowed is 1 to 100. Set Stores to 1 to 100." in str(form._told.object)
    with pytest.raises(InvalidInputError, match="stores"):
        form.overrides()
    form.stores = 8
    assert not form._told.visible
    assert form.overrides() == SeedOverrides(stores=8)


def picker() -> FocusPicker:
    return FocusPicker(stores=[(1, "S1001"), (2, "S1002")], products=[(7, "SKU-7"), (8, "SKU-8")])


def test_nothing_chosen_leaves_the_pair_to_the_run() -> None:
    assert picker().scope() is None


def test_choosing_one_half_takes_the_first_of_the_other_along() -> None:
    focus = picker()
    focus._selects["store_id"].value = 2
    assert focus.scope() == UserScope(store_id=2, product_id=7)
    focus._selects["product_id"].value = 8
    assert focus.scope() == UserScope(store_id=2, product_id=8)


def test_leaving_one_half_leaves_both() -> None:
    focus = picker()
    focus.load({"store_id": 2, "product_id": 8})
    focus._selects["product_id"].value = 0
    assert focus.scope() is None


def test_an_id_that_none_is_is_refused_at_its_select() -> None:
    focus = FocusPicker(store_id=0, product_id=7)
    store, product = focus._selects["store_id"], focus._selects["product_id"]
    assert (store.error_state, store.helper_text) == (True, "Allowed: 1 or more.")
    assert (product.error_state, product.helper_text) == (False, "")
    with pytest.raises(InvalidInputError, match="store_id"):
        focus.scope()
    focus.load({"store_id": 1, "product_id": 7})
    assert not store.error_state
    assert focus.scope() == UserScope(store_id=1, product_id=7)

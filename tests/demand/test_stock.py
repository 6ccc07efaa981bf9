"""Shelves: nothing appears or vanishes, and the share of days out of stock is the one that was asked for."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.demand.draws import Stream, stream_keys
from showcase.demand.generate import generate
from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import Scenario, preset_named
from showcase.demand.recipe import resolve_recipe
from showcase.demand.stock import draw_disruptions, run_shelves, stockout_quotas


def test_a_disruption_by_hand() -> None:
    """Ten units a day, days 4 and 5 without deliveries; half of a day's demand is left for day 4."""
    latent = np.full((1, 7), 10)
    disrupted = np.array([[False] * 4 + [True, True, False]])
    # a draw of .999 is a reserve of 50 %
    shelves = run_shelves(latent, latent, disrupted, np.full((1, 7), 0.999))
    assert shelves.sold.tolist() == [[10, 10, 10, 10, 5, 0, 10]]
    assert shelves.is_stockout.tolist() == [[False] * 4 + [True, True, False]]
    # four short days fill up to the day's need and the reserve of 5; day 6 takes cover of three days and safety of 5
    assert shelves.received.tolist() == [[15, 10, 10, 10, 0, 0, 35]]
    assert shelves.on_hand.tolist() == [[5, 5, 5, 5, 0, 0, 25]]


def test_a_shelf_that_is_empty_is_out_of_stock_even_where_nobody_asks() -> None:
    latent = np.array([[5, 5, 0]])
    shelves = run_shelves(latent, latent, np.array([[False, True, True]]), np.zeros((1, 3)))
    assert shelves.is_stockout.tolist() == [[False, True, True]]
    assert shelves.sold.tolist() == [[5, 0, 0]]


@given(st.integers(0, 2**32))
def test_stock_is_yesterdays_stock_and_deliveries_less_sales(seed: int) -> None:
    rng = np.random.default_rng(seed)
    latent, expected = rng.integers(0, 40, (6, 50)), rng.integers(0, 30, (6, 50))
    disrupted = rng.random((6, 50)) < 0.2
    shelves = run_shelves(latent, expected, disrupted, rng.random((6, 50)))
    moved = np.diff(shelves.on_hand, axis=1) - shelves.received[:, 1:] + shelves.sold[:, 1:]
    assert not moved.any()
    assert min(part.min() for part in (shelves.on_hand, shelves.received, shelves.sold)) >= 0
    assert (shelves.sold <= latent).all()
    assert ((shelves.sold < latent) <= shelves.is_stockout).all()
    assert (shelves.is_stockout <= disrupted).all()


@given(st.integers(0, 2**31 - 1), st.floats(0, 0.5), st.lists(st.integers(0, 366), min_size=1, max_size=60))
def test_quotas_meet_the_share_to_a_day(seed: int, share: float, live_days: list[int]) -> None:
    quotas = stockout_quotas(seed, share, np.array(live_days))
    assert abs(quotas.sum() - share * sum(live_days)) < 1 + 1e-6
    assert (np.abs(quotas - share * np.array(live_days)) < 1 + 1e-6).all()


@given(st.integers(0, 2**31 - 1), st.floats(0, 0.5))
def test_disruptions_take_the_quota_exactly(seed: int, share: float) -> None:
    keys = stream_keys(seed, Stream.STOCKOUT_SPELLS, np.arange(20))
    live_days = 76 + np.arange(20) * 5
    quotas = stockout_quotas(seed, share, live_days)
    disrupted = draw_disruptions(keys, quotas, live_days, 200)
    assert disrupted.sum(axis=1).tolist() == quotas.tolist()
    assert not (disrupted & (np.arange(200) >= live_days[:, None])).any()


@pytest.mark.parametrize("scenario", Scenario)
@pytest.mark.parametrize("seed", [42, 0, 1234567])
def test_every_preset_has_its_share_of_days_out_of_stock_within_a_fifth(scenario: Scenario, seed: int) -> None:
    preset = preset_named(scenario)
    recipe = resolve_recipe(scenario, seed, as_of=None if preset.fixed_window else date(2026, 10, 31))
    assert generate(recipe).stock["is_stockout"].mean() == pytest.approx(preset.stockout_p, rel=0.2)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5])
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_an_override_of_the_share_is_met_within_a_fifth_too(share: float, noise: float) -> None:
    knobs = SeedOverrides(stockout_intensity=share, noise_sigma=noise)
    recipe = resolve_recipe("demo_minimal", 9, knobs, date(2026, 10, 31))
    assert generate(recipe).stock["is_stockout"].mean() == pytest.approx(share, rel=0.2)

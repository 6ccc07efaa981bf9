"""Every series' days as matrices: prices, demand, stock and sales, before they become rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showcase.demand import demand as formula
from showcase.demand.dimensions import CATEGORIES
from showcase.demand.draws import Floats, Integers, Stream, normals, stream_keys, uniforms
from showcase.demand.prices import draw_list_prices, price_paid
from showcase.demand.spans import Booleans, place_spans
from showcase.demand.stock import Shelves, draw_disruptions, run_shelves
from showcase.demand.world import World


@dataclass(frozen=True, slots=True)
class Paths:
    """The series of some stores: (s, p, d) arrays; only live days become rows.

    expected is the demand without noise and anomalies, latent what shoppers wanted, sold what the shelf let them have.
    """

    is_live: Booleans
    list_cents: Integers
    paid_cents: Integers
    expected: Floats
    latent: Integers
    on_hand: Integers
    received: Integers
    sold: Integers
    is_stockout: Booleans


def draw_paths(world: World, numbers: Integers) -> Paths:
    """The days of every series of the stores with these numbers."""
    recipe, products = world.recipe, world.products
    list_cents = draw_list_prices(recipe.seed, world.stores, numbers, products, recipe.window.days)
    paid_cents = price_paid(list_cents, world.percent_off)
    expected = _expected_demand(world, numbers, paid_cents)
    latent = formula.whole_units(expected * _disturbance(world, numbers))
    is_live = _live_days(world, numbers)
    latent[~is_live] = 0
    shelves = _shelves(world, numbers, latent, formula.whole_units(expected), is_live)
    return Paths(
        is_live=is_live,
        list_cents=list_cents,
        paid_cents=paid_cents,
        expected=expected,
        latent=latent,
        on_hand=shelves.on_hand.reshape(latent.shape),
        received=shelves.received.reshape(latent.shape),
        sold=shelves.sold.reshape(latent.shape),
        is_stockout=shelves.is_stockout.reshape(latent.shape),
    )


def _expected_demand(world: World, numbers: Integers, paid_cents: Integers) -> Floats:
    recipe, products = world.recipe, world.products
    base = formula.base_level(recipe.preset.base, world.stores.level[numbers], products.level)
    expected: Floats = base[..., None] * world.product_days
    expected *= formula.price_effect(paid_cents, products.base_cents, products.elasticity)
    strength = recipe.preset.extras.weather
    if strength:
        sensitivity = np.array([CATEGORIES[i].weather_sensitivity for i in products.category])
        expected *= formula.weather_effect(strength, sensitivity, world.weather[world.stores.region[numbers]])
    return expected


def _disturbance(world: World, numbers: Integers) -> Floats:
    """Noise x anomaly, (s, p, d); drawn by the day's date, so that a longer window keeps the noise of its days."""
    recipe, preset = world.recipe, world.recipe.preset
    pairs = (numbers, np.arange(recipe.n_products))
    noise = normals(uniforms(stream_keys(recipe.seed, Stream.NOISE, *pairs), world.days.numbers))
    oddity = uniforms(stream_keys(recipe.seed, Stream.ANOMALY, *pairs), world.days.numbers)
    return formula.noise_factor(recipe.noise_sigma, noise) * formula.anomaly_factor(
        preset.anomaly_p, preset.anomaly_size, oddity
    )


def _live_days(world: World, numbers: Integers) -> Booleans:
    """The days on which a series has a row, (s, p, d): none of a missing one, none before a launch or in a gap."""
    recipe, n_days = world.recipe, world.recipe.window.days
    is_sold = np.arange(n_days) >= world.launch[:, None]
    is_live = world.is_kept[numbers][..., None] & is_sold
    lengths = world.gap_lengths[numbers]
    n_gaps = lengths.shape[-1]
    if n_gaps:
        keys = stream_keys(recipe.seed, Stream.GAPS, numbers, np.arange(recipe.n_products)).ravel()
        # the first draws of a series' stream are the lengths of its gaps
        places = uniforms(keys, n_gaps + np.arange(n_gaps))
        in_gap = place_spans(np.full(len(keys), n_days), lengths.reshape(-1, n_gaps), places, n_days, inner=True)
        is_live &= ~in_gap.reshape(is_live.shape)
    return is_live


def _shelves(world: World, numbers: Integers, latent: Integers, expected: Integers, is_live: Booleans) -> Shelves:
    """Stock over the days that a series has, one after the other, (s p, d): a gap is no time at all for its shelf."""
    seed, n_days = world.recipe.seed, latent.shape[-1]
    pairs = (numbers, np.arange(latent.shape[1]))
    live, wanted, foreseen = is_live.reshape(-1, n_days), latent.reshape(-1, n_days), expected.reshape(-1, n_days)
    keys = stream_keys(seed, Stream.STOCKOUT_SPELLS, *pairs).ravel()
    disrupted = draw_disruptions(keys, world.stockout_days[numbers].ravel(), live.sum(axis=1), n_days)
    reserve = uniforms(stream_keys(seed, Stream.SHELF_RESERVE, *pairs).ravel(), np.arange(n_days))
    if live.all():
        return run_shelves(wanted, foreseen, disrupted, reserve)
    live_first = np.argsort(~live, axis=1, kind="stable")
    wanted, foreseen = np.take_along_axis(wanted, live_first, 1), np.take_along_axis(foreseen, live_first, 1)
    shelves = run_shelves(wanted, foreseen, disrupted, reserve)
    by_day = np.argsort(live_first, axis=1, kind="stable")
    return Shelves(
        on_hand=np.take_along_axis(shelves.on_hand, by_day, 1),
        received=np.take_along_axis(shelves.received, by_day, 1),
        sold=np.take_along_axis(shelves.sold, by_day, 1),
        is_stockout=np.take_along_axis(shelves.is_stockout, by_day, 1),
    )

"""What all series of a data set share, drawn once: days, dimensions, promotions, and what each series is given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showcase.demand import demand as formula
from showcase.demand.calendar import Days, days_of
from showcase.demand.dimensions import CATEGORIES, REGIONS, Products, Stores, draw_products, draw_stores
from showcase.demand.draws import (
    Floats,
    Integers,
    Stream,
    between,
    quantise,
    raw_draws,
    stream_keys,
    uniforms,
    whole_between,
)
from showcase.demand.promotions import Promotions, draw_promotions, percent_by_day
from showcase.demand.recipe import Recipe
from showcase.demand.spans import Booleans
from showcase.demand.stock import stockout_quotas
from showcase.demand.truth import weather_signal

NO_LAUNCH = -1

# two products of five, by their number: every data set of some products has launches, and product 1 a full history
_LAUNCHED_OF_FIVE = (1, 3)
_LAUNCH_SPAN = (0.1, 0.7)
_CHANGEPOINT_SPAN = (0.25, 0.75)
_SHORTEST_GAP, _LONGEST_GAP = 2, 10
_DAYS_FOR_ONE_GAP = _LONGEST_GAP + 2
_STAGE_DIRECTION = {"growth": 1, "maturity": 0, "decline": -1}


@dataclass(frozen=True, slots=True)
class World:
    """The shared part of s stores, p products and d days.

    launch (p,) is an index into the days, or NO_LAUNCH; percent_off (p, d) the discounts; product_days (p, d) the
    product of all factors that are the same in every store; weather (regions, d) the signal; is_kept (s, p) whether the
    series exists; gap_lengths (s, p, gaps) the days of its gaps; stockout_days (s, p) how many days it is out of stock.
    """

    recipe: Recipe
    days: Days
    stores: Stores
    products: Products
    launch: Integers
    promotions: Promotions
    percent_off: Integers
    product_days: Floats
    weather: Floats
    is_kept: Booleans
    gap_lengths: Integers
    stockout_days: Integers


def draw_world(recipe: Recipe) -> World:
    """All that is drawn once for the data set of this recipe."""
    preset, n_days = recipe.preset, recipe.window.days
    days = days_of(recipe.window, preset.special_days)
    products = draw_products(recipe.seed, recipe.n_products)
    launch = draw_launches(recipe.seed, recipe.n_products, n_days, preset.launch_ramp_days)
    promotions = draw_promotions(recipe.seed, recipe.promotion_p, np.maximum(launch, 0), n_days)
    percent_off = percent_by_day(promotions, recipe.n_products, n_days)
    is_kept = draw_kept_series(recipe)
    gap_lengths = draw_gap_lengths(recipe)
    live_days = np.where(is_kept, n_days - np.maximum(launch, 0) - gap_lengths.sum(axis=-1), 0)
    return World(
        recipe=recipe,
        days=days,
        stores=draw_stores(recipe.seed, recipe.n_stores),
        products=products,
        launch=launch,
        promotions=promotions,
        percent_off=percent_off,
        product_days=_product_days(recipe, days, products, launch, percent_off),
        weather=weather_signal(recipe.seed, len(REGIONS), days.numbers),
        is_kept=is_kept,
        gap_lengths=gap_lengths,
        stockout_days=stockout_quotas(recipe.seed, recipe.stockout_p, live_days),
    )


def draw_launches(seed: int, n_products: int, n_days: int, ramp_days: int) -> Integers:
    """The day of each product's launch, (p,), or NO_LAUNCH; where there is a ramp, two products of five launch."""
    numbers = np.arange(n_products)
    where = between(uniforms(stream_keys(seed, Stream.LAUNCH, numbers), [0])[:, 0], *_LAUNCH_SPAN)
    is_launched = np.isin(numbers % 5, _LAUNCHED_OF_FIVE) & (ramp_days > 0)
    return np.where(is_launched, np.floor(quantise(where * n_days)).astype(np.int64), NO_LAUNCH)


def draw_kept_series(recipe: Recipe) -> Booleans:
    """Which series exist, (s, p): all but the recipe's exact number of missing ones."""
    shape = (recipe.n_stores, recipe.n_products)
    keys = stream_keys(recipe.seed, Stream.MISSING_SERIES, np.arange(shape[0]), np.arange(shape[1]))
    order = np.argsort(raw_draws(keys, [0]).ravel(), kind="stable")
    is_kept = np.ones(order.size, dtype=np.bool_)
    is_kept[order[: recipe.n_missing]] = False
    return is_kept.reshape(shape)


def draw_gap_lengths(recipe: Recipe) -> Integers:
    """Days of each gap of each series, (s, p, gaps); fewer gaps where the window is too short for all of them."""
    count = min(recipe.preset.gaps, max(recipe.window.days - 2, 0) // _DAYS_FOR_ONE_GAP)
    keys = stream_keys(recipe.seed, Stream.GAPS, np.arange(recipe.n_stores), np.arange(recipe.n_products))
    return whole_between(uniforms(keys, np.arange(count)), _SHORTEST_GAP, _LONGEST_GAP)


def _product_days(recipe: Recipe, days: Days, products: Products, launch: Integers, percent_off: Integers) -> Floats:
    preset, extras, n_days = recipe.preset, recipe.preset.extras, recipe.window.days
    peaks = np.array([CATEGORIES[i].peak_day_of_year for i in products.category])
    directions = np.array([_STAGE_DIRECTION[stage] for stage in products.lifecycle])
    shift_day, shift_size = _changepoints(recipe)
    by_day = (
        formula.trend_factor(preset.trend, preset.trend_rate, n_days)
        * formula.weekday_factor(days.weekday)
        * formula.month_factor(days.month, preset.month_factors)
        * days.holiday_factor
    )
    return (
        by_day
        * formula.promotion_lift(percent_off, products.promotion_uplift)
        * formula.launch_ramp(launch, preset.launch_ramp_days, n_days)
        * formula.yearly_wave(extras.wave, days.numbers, peaks)
        * formula.level_shift(shift_day, shift_size, n_days)
        * formula.substitution_effect(extras.substitution, percent_off, products.category)
        * formula.lifecycle_effect(extras.lifecycle, directions, n_days)
    )


def _changepoints(recipe: Recipe) -> tuple[Integers, Floats]:
    """Each product's changepoint as a day of the window and the change of level, 0 for products without, each (p,)."""
    extras = recipe.preset.extras
    keys = stream_keys(recipe.seed, Stream.CHANGEPOINT, np.arange(recipe.n_products))
    happens, where, sign = uniforms(keys, np.arange(3)).T
    day = np.floor(quantise(between(where, *_CHANGEPOINT_SPAN) * recipe.window.days)).astype(np.int64)
    size = np.where(sign < 0.5, -extras.changepoint_size, extras.changepoint_size)
    return day, np.where(happens < extras.changepoint_p, size, 0.0)

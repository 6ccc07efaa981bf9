"""The generator: from a recipe to the tables of a data set, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from showcase.demand.calendar import Days
from showcase.demand.draws import Floats, Integers
from showcase.demand.paths import Paths, draw_paths
from showcase.demand.presets import preset_named
from showcase.demand.recipe import GENERATOR_VERSION, Recipe, resolve_recipe
from showcase.demand.tables import SCHEMAS, TRUTH_SCHEMAS, DemandTables
from showcase.demand.truth import effects_table
from showcase.demand.world import World, draw_world
from showcase.errors import ConflictError

Progress = Callable[[float, str], None]
"""Told the share done (0..1) and what is being done; may raise to stop the work."""

_SERIES_DAYS_AT_ONCE = 500_000
# a seed whose first store shows well what each preset is about
_PREVIEW_SEED = 3
_PREVIEW_END = date(2024, 12, 31)
_PREVIEW_PRODUCT = 1


def generate(recipe: Recipe, progress: Progress | None = None) -> DemandTables:
    """All tables of the data set with this recipe, known truth included.

    Stores are drawn some at a time, so that memory holds their matrices and the finished columns alone; progress is
    told after each part. ConflictError where another version of the generator made the recipe.
    """
    check_version(recipe)
    tell = progress or _silent
    tell(0.0, "stores, products, calendar and promotions")
    world = draw_world(recipe)
    step = max(1, _SERIES_DAYS_AT_ONCE // (recipe.n_products * recipe.window.days))
    parts: dict[str, list[pl.DataFrame]] = {"prices": [], "sales": [], "stock": [], "truth_demand": []}
    for first in range(0, recipe.n_stores, step):
        numbers = np.arange(first, min(first + step, recipe.n_stores))
        paths = draw_paths(world, numbers)
        for name, frame in series_tables(world, numbers, paths).items():
            parts[name].append(frame)
        tell((first + len(numbers)) / recipe.n_stores, f"{first + len(numbers)} of {recipe.n_stores} stores")
    joined = {name: pl.concat(frames, rechunk=True) for name, frames in parts.items()}
    return DemandTables(window=recipe.window, **shared_tables(world), **joined)


def shared_tables(world: World) -> dict[str, pl.DataFrame]:
    """The tables that do not grow with the stores' days: stores, products, calendar, promotions, truth_effects."""
    return {
        "stores": _stores_table(world),
        "products": _products_table(world),
        "calendar": _calendar_table(world.days),
        "promotions": _promotions_table(world),
        "truth_effects": effects_table(world.products),
    }


def preview_series(scenario: str) -> Floats:
    """The daily units of one series of the preset, for its card; NaN on days without a row. The same on every call."""
    as_of = None if preset_named(scenario).fixed_window else _PREVIEW_END
    recipe = resolve_recipe(scenario, _PREVIEW_SEED, as_of=as_of)
    world = draw_world(recipe)
    paths = draw_paths(world, np.arange(1))
    product = int(np.flatnonzero(world.is_kept[0])[_PREVIEW_PRODUCT])
    return np.where(paths.is_live[0, product], paths.sold[0, product], np.nan)


def _silent(share: float, what: str) -> None:
    del share, what


def check_version(recipe: Recipe) -> None:
    """ConflictError where another version of the generator made the recipe."""
    if recipe.generator_version != GENERATOR_VERSION:
        raise ConflictError(
            f"The recipe is for generator version {recipe.generator_version}; this is version {GENERATOR_VERSION}.",
            "Use a version of showcase with that generator, or seed the preset anew.",
            "generator_version",
        )


def _frame(table: str, columns: Mapping[str, Any]) -> pl.DataFrame:
    schema = SCHEMAS.get(table) or TRUTH_SCHEMAS[table]
    return pl.DataFrame([pl.Series(name, columns[name], strict=False).cast(kind) for name, kind in schema.items()])


def _dates(first_day: int, indices: Integers) -> pl.Series:
    return pl.Series((first_day + indices).astype(np.int32)).cast(pl.Date)


def series_tables(world: World, numbers: Integers, paths: Paths) -> dict[str, pl.DataFrame]:
    """The tables of the stores with these numbers, by series and day: prices, sales, stock, truth_demand."""
    live = paths.is_live
    row, product, day = np.nonzero(live)
    sold, paid = paths.sold[live], paths.paid_cents[live]
    keys = {
        "store": numbers.astype(np.int32)[row],
        "product": product.astype(np.int32),
        "date": _dates(int(world.days.numbers[0]), day),
    }
    sales = {
        "units": sold,
        "unit_price_cents": paid,
        "revenue_cents": sold * paid,
        "promo_percent": world.percent_off[product, day],
        "is_open": np.ones(len(sold), dtype=np.bool_),
    }
    stock = {"on_hand": paths.on_hand[live], "received": paths.received[live], "is_stockout": paths.is_stockout[live]}
    return {
        "prices": _price_spans(world, numbers, paths),
        "sales": _frame("sales", keys | sales),
        "stock": _frame("stock", keys | stock),
        "truth_demand": _frame("truth_demand", keys | {"latent_units": paths.latent[live]}),
    }


def _price_spans(world: World, numbers: Integers, paths: Paths) -> pl.DataFrame:
    """List prices as spans of days, from a series' first day to the window's last; neighbours differ in price."""
    list_cents = paths.list_cents
    first_day = np.maximum(world.launch, 0)[:, None]
    n_days = list_cents.shape[-1]
    day = np.arange(n_days)
    is_start = np.ones(list_cents.shape, dtype=np.bool_)
    is_start[..., 1:] = list_cents[..., 1:] != list_cents[..., :-1]
    is_start = (is_start & (day > first_day)) | (day == first_day)
    is_start &= world.is_kept[numbers][..., None]
    row, product, start = np.nonzero(is_start)
    is_last = np.ones(len(start), dtype=np.bool_)
    is_last[:-1] = (row[1:] != row[:-1]) | (product[1:] != product[:-1])
    following = np.append(start[1:], n_days)
    end = np.where(is_last, n_days, following) - 1
    first = int(world.days.numbers[0])
    columns = {
        "store": numbers[row],
        "product": product,
        "valid_from": _dates(first, start),
        "valid_to": _dates(first, end),
        "price_cents": list_cents[row, product, start],
    }
    return _frame("prices", columns)


def _stores_table(world: World) -> pl.DataFrame:
    stores = world.stores
    columns = {
        "code": stores.codes,
        "name": stores.names,
        "region": stores.regions,
        "city": stores.cities,
        "store_type": stores.store_types,
    }
    return _frame("stores", columns)


def _products_table(world: World) -> pl.DataFrame:
    products, launch = world.products, world.launch
    launch_dates = [world.recipe.window.day(int(index)) if index >= 0 else None for index in launch]
    columns = {
        "sku": products.skus,
        "name": products.names,
        "category": products.categories,
        "brand": products.brands,
        "base_price_cents": products.base_cents,
        "launch_date": launch_dates,
    }
    return _frame("products", columns)


def _calendar_table(days: Days) -> pl.DataFrame:
    is_holiday = [event is not None for event in days.events]
    dates = _dates(0, days.numbers)
    return _frame(
        "calendar", {"date": dates, "is_holiday": is_holiday, "event": pl.Series(days.events, dtype=pl.String)}
    )


def _promotions_table(world: World) -> pl.DataFrame:
    promotions = world.promotions
    first = int(world.days.numbers[0])
    columns = {
        "product": promotions.product,
        "start_date": _dates(first, promotions.start),
        "end_date": _dates(first, promotions.start + promotions.length - 1),
        "kind": pl.Series(promotions.kind, dtype=pl.String),
        "discount_percent": promotions.percent,
    }
    return _frame("promotions", columns)

"""The recipe of a synthetic data set: all that decides its rows, resolved and checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import Preset, Scenario, preset_named
from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.window import Window

GENERATOR_VERSION = "1"
"""Raised whenever the same recipe would give other rows."""

MAX_SEED = 2**31 - 1
MAX_DATABASE_ROWS = 20_000_000
EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(2199, 12, 31)

_PRICE_SPANS_PER_30_DAYS = 0.35


@dataclass(frozen=True, slots=True)
class Recipe:
    """What was asked for (scenario, seed, as_of, native, overrides) and what it comes to (the other fields).

    stockout_p and sparsity are shares, promotion_p a chance per product and 30 days, noise_sigma a standard deviation.
    """

    generator_version: str
    scenario: Scenario
    seed: int
    as_of: date | None
    native: bool
    overrides: SeedOverrides
    n_stores: int
    n_products: int
    window: Window
    sparsity: float
    promotion_p: float
    stockout_p: float
    noise_sigma: float

    @property
    def preset(self) -> Preset:
        return preset_named(self.scenario)

    @property
    def n_missing(self) -> int:
        """How many of the series are missing; one is always left."""
        n_pairs = self.n_stores * self.n_products
        return min(int(self.sparsity * n_pairs + 0.5), n_pairs - 1)

    @property
    def n_series(self) -> int:
        """How many series have rows."""
        return self.n_stores * self.n_products - self.n_missing

    def estimated_rows(self) -> dict[str, int]:
        """Rows by table that the data set brings into the database; gaps and launches make the true number smaller."""
        days = self.window.days
        series_days = self.n_series * days
        return {
            "stores": self.n_stores,
            "products": self.n_products,
            "calendar": days,
            "prices": self.n_series + int(self.n_series * days / 30 * _PRICE_SPANS_PER_30_DAYS),
            "promotions": int(self.n_products * days / 30 * self.promotion_p) + 1,
            "sales": series_days,
            "stock": series_days,
            "truth_demand": series_days,
            "truth_effects": self.n_products,
        }

    def as_json(self) -> dict[str, Any]:
        """The recipe as plain JSON values; `recipe_from_json` gives it back."""
        return {
            "generator_version": self.generator_version,
            "scenario": str(self.scenario),
            "seed": self.seed,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "native": self.native,
            "overrides": self.overrides.given(),
            "n_stores": self.n_stores,
            "n_products": self.n_products,
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "sparsity": self.sparsity,
            "promotion_p": self.promotion_p,
            "stockout_p": self.stockout_p,
            "noise_sigma": self.noise_sigma,
        }


def resolve_recipe(
    scenario: str,
    seed: int,
    overrides: SeedOverrides | None = None,
    as_of: date | None = None,
    native: bool = False,
    window: Window | None = None,
) -> Recipe:
    """The recipe of a request: the preset's values, in the demo or the native size, then the overrides.

    The days end on `as_of`, which every preset needs but holiday_rush, whose days are fixed. `window` names the days
    outright, in place of as_of. InvalidInputError names the field where a value is refused or the size is too large.
    """
    preset = preset_named(scenario)
    knobs = overrides or SeedOverrides()
    _check_seed(seed)
    size = preset.native if native else preset.demo
    recipe = Recipe(
        generator_version=GENERATOR_VERSION,
        scenario=preset.name,
        seed=seed,
        as_of=as_of,
        native=native,
        overrides=knobs,
        n_stores=size.stores if knobs.stores is None else knobs.stores,
        n_products=size.products if knobs.products is None else knobs.products,
        window=_resolve_window(preset, size.days, knobs, as_of, window),
        sparsity=preset.sparsity if knobs.sparsity is None else knobs.sparsity,
        promotion_p=preset.promotion_p if knobs.promotion_intensity is None else knobs.promotion_intensity,
        stockout_p=preset.stockout_p if knobs.stockout_intensity is None else knobs.stockout_intensity,
        noise_sigma=preset.noise if knobs.noise_sigma is None else knobs.noise_sigma,
    )
    _check_size(recipe)
    return recipe


def recipe_from_json(stored: Mapping[str, Any]) -> Recipe:
    """The recipe that `Recipe.as_json` wrote; InvalidInputError where it is no such thing."""
    try:
        as_of = stored["as_of"]
        return Recipe(
            generator_version=str(stored["generator_version"]),
            scenario=preset_named(stored["scenario"]).name,
            seed=int(stored["seed"]),
            as_of=None if as_of is None else date.fromisoformat(as_of),
            native=bool(stored["native"]),
            overrides=SeedOverrides.model_validate(stored["overrides"]),
            n_stores=int(stored["n_stores"]),
            n_products=int(stored["n_products"]),
            window=Window(date.fromisoformat(stored["start"]), date.fromisoformat(stored["end"])),
            sparsity=float(stored["sparsity"]),
            promotion_p=float(stored["promotion_p"]),
            stockout_p=float(stored["stockout_p"]),
            noise_sigma=float(stored["noise_sigma"]),
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise InvalidInputError(
            f"A stored recipe cannot be read: {type(error).__name__} at {str(error)[:120]}.",
            "Seed the data set again from its preset.",
        ) from error


def extended(recipe: Recipe, end: date) -> Recipe:
    """The same recipe with days up to `end`; InvalidInputError where that is no later day, or makes it too large."""
    if recipe.preset.fixed_window is not None:
        raise _refuse(
            "end_date", str(end), f"none with {recipe.scenario}, whose days are fixed", "Seed a preset without them."
        )
    if not recipe.window.end < end <= LATEST_DAY:
        raise _refuse(
            "end_date",
            str(end),
            f"a day after {recipe.window.end}, where the data set ends, up to {LATEST_DAY}",
            "Give a later last day.",
        )
    longer = replace(recipe, window=Window(recipe.window.start, end))
    _check_size(longer)
    return longer


def _refuse(field: str, found: str, allowed: str, remedy: str) -> InvalidInputError:
    return InvalidInputError(
        f"{field}: found {found}, allowed is {allowed}.", remedy, [FieldError(field, found, allowed)]
    )


def _check_seed(seed: int) -> None:
    # bool is a subclass of int, and True is no seed
    if type(seed) is not int or not 0 <= seed <= MAX_SEED:
        raise _refuse("seed", repr(seed)[:40], f"a whole number 0..{MAX_SEED}", "Give a seed within the bounds.")


def _resolve_window(
    preset: Preset, days: int, knobs: SeedOverrides, as_of: date | None, window: Window | None
) -> Window:
    if preset.fixed_window is not None:
        return _fixed_window(preset, preset.fixed_window, knobs, as_of, window)
    if window is not None:
        _refuse_beside_window(knobs, as_of)
        return _checked_window(window, "window")
    if as_of is None:
        raise _refuse("as_of", "null", f"the last day of the data, for {preset.name}", "Give the last day of the data.")
    if knobs.window_days is not None:
        days = knobs.window_days + 1
    if not EARLIEST_DAY + timedelta(days=days) <= as_of <= LATEST_DAY:
        raise _refuse(
            "as_of",
            str(as_of),
            f"a day such that the data lie in {EARLIEST_DAY} .. {LATEST_DAY}",
            "Give a last day within the bounds.",
        )
    return Window.ending(as_of, days)


def _fixed_window(
    preset: Preset, fixed: Window, knobs: SeedOverrides, as_of: date | None, window: Window | None
) -> Window:
    asked = {
        "window_days": knobs.window_days,
        "as_of": as_of,
        "window": window if window != fixed else None,
    }
    for name, value in asked.items():
        if value is not None:
            raise _refuse(
                name,
                str(value),
                f"none with {preset.name}, whose days are {fixed}",
                f"Leave {name} out with {preset.name}.",
            )
    return fixed


def _refuse_beside_window(knobs: SeedOverrides, as_of: date | None) -> None:
    for name, value in {"as_of": as_of, "window_days": knobs.window_days}.items():
        if value is not None:
            raise _refuse(
                name, str(value), "none beside a start and an end day", f"Leave {name} or the start and end days out."
            )


def _checked_window(window: Window, name: str) -> Window:
    if window.start < EARLIEST_DAY or window.end > LATEST_DAY:
        raise _refuse(
            name,
            str(window),
            f"days in {EARLIEST_DAY} .. {LATEST_DAY}",
            "Give a start and an end day within the bounds.",
        )
    return window


def _check_size(recipe: Recipe) -> None:
    rows = recipe.estimated_rows()
    total = sum(rows.values())
    if total > MAX_DATABASE_ROWS:
        size = f"{recipe.n_stores} stores x {recipe.n_products} products x {recipe.window.days} days"
        raise InvalidInputError(
            f"{size} would bring about {total:,} rows into the database ({rows['sales']:,} of them sales); "
            f"allowed are {MAX_DATABASE_ROWS:,}.",
            "Ask for fewer stores, products or days.",
            [FieldError("size", f"{total:,} rows", f"at most {MAX_DATABASE_ROWS:,} rows")],
        )

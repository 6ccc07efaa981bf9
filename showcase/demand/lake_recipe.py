"""What a lake is made of: a recipe larger than a database takes, and how its stores are cut into buckets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from showcase.demand.lake_files import LONG_TABLES
from showcase.demand.recipe import Recipe, recipe_from_json, resolve_recipe
from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.window import Window

LAKE_FORMAT = 1
MOST_STORES, MOST_PRODUCTS, MOST_SERIES = 10_000, 10_000, 5_000_000
MOST_DAYS = 3_660
MOST_SERIES_DAYS_A_STORE = 2_000_000
"""A worker holds one store at a time, in about 300 bytes a series-day."""

STORES_A_BUCKET = 10
_BYTES_A_ROW: Mapping[str, float] = {"prices": 4.5, "sales": 4.0, "stock": 2.8, "truth_demand": 1.5}
"""Measured on the noisiest presets, and a fifth more."""


@dataclass(frozen=True, slots=True)
class LakePlan:
    """A lake's recipe and how many stores one of its buckets has; the last bucket may have fewer."""

    recipe: Recipe
    stores_a_bucket: int = STORES_A_BUCKET

    def __post_init__(self) -> None:
        if not 1 <= self.stores_a_bucket <= self.recipe.n_stores:
            raise _refused("stores_a_bucket", self.stores_a_bucket, f"1 to {self.recipe.n_stores}")
        if self.n_buckets > 99_999:
            raise _refused("stores_a_bucket", self.stores_a_bucket, "such that there are fewer than 100,000 buckets")

    @property
    def n_buckets(self) -> int:
        return -(-self.recipe.n_stores // self.stores_a_bucket)

    def stores_of(self, number: int) -> range:
        """The positions of the stores of one bucket."""
        first = number * self.stores_a_bucket
        return range(first, min(first + self.stores_a_bucket, self.recipe.n_stores))

    def estimated_bytes(self) -> int:
        """About how large the lake is on the disk, rather too large than too small."""
        rows = self.recipe.estimated_rows()
        return int(sum(rows[name] * _BYTES_A_ROW[name] for name in LONG_TABLES))

    def as_json(self) -> dict[str, Any]:
        """The plan as plain JSON values; `lake_plan_from_json` gives it back."""
        return {
            "lake_format": LAKE_FORMAT,
            "recipe": self.recipe.as_json(),
            "stores_a_bucket": self.stores_a_bucket,
        }


def lake_plan_from_json(stored: Mapping[str, Any]) -> LakePlan:
    """The plan that `LakePlan.as_json` wrote; InvalidInputError where it is no such thing, or of another format."""
    if stored.get("lake_format") != LAKE_FORMAT:
        raise InvalidInputError(
            f"The lake has the format {stored.get('lake_format')!r:.40}; this program knows {LAKE_FORMAT}.",
            "Use the program that made it, or make the lake anew.",
        )
    return LakePlan(recipe_from_json(stored["recipe"]), int(stored["stores_a_bucket"]))


def lake_recipe(scenario: str, seed: int, n_stores: int, n_products: int, window: Window) -> Recipe:
    """The recipe of a preset in a size of one's own; a lake may be far larger than the 20 million rows of a database.

    InvalidInputError names the field where a value is refused.
    """
    for name, found, most in (
        ("stores", n_stores, MOST_STORES),
        ("products", n_products, MOST_PRODUCTS),
        ("days", window.days, MOST_DAYS),
        ("stores x products", n_stores * n_products, MOST_SERIES),
        ("products x days", n_products * window.days, MOST_SERIES_DAYS_A_STORE),
    ):
        if not 1 <= found <= most:
            raise _refused(name, found, f"1 to {most:,}")
    fixed = resolve_recipe(scenario, seed, window=window)
    return replace(fixed, n_stores=n_stores, n_products=n_products)


def _refused(field: str, found: int, allowed: str) -> InvalidInputError:
    error = FieldError(field, f"{found:,}", allowed)
    return InvalidInputError(f"The lake was refused: {error}.", "Give a value within the bounds.", [error])

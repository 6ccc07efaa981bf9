"""Demand that is generated to be looked at, and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from showcase.demand.generate import generate
from showcase.demand.recipe import Recipe
from showcase.demand.tables import DemandTables
from showcase.errors import InvalidInputError
from showcase.kernel.table import DATE, UNITS

MOST_ROWS = 150_000
"""So many series-days are drawn in a second or two; more are seeded, not looked at."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A data set of a recipe in memory, with its known truth."""

    recipe: Recipe
    tables: DemandTables

    @property
    def series(self) -> Mapping[str, tuple[int, int]]:
        """The places of store and product of each series, by what the series is called."""
        codes, skus = self.tables.stores["code"].to_list(), self.tables.products["sku"].to_list()
        pairs = self.tables.sales.select("store", "product").unique().sort("store", "product").rows()
        return {f"{codes[store]} / {skus[product]}": (store, product) for store, product in pairs}

    def days(self, name: str) -> pl.DataFrame:
        """One series as the explorer draws it: date, units, price, promo, on_hand, is_stockout, event, latent."""
        store, product = self.series[name]
        of_series = (pl.col("store") == store) & (pl.col("product") == product)
        tables = self.tables
        assert tables.truth_demand is not None  # the generator always knows its truth
        found = tables.calendar.sort(DATE).select(DATE, "event")
        for table in (tables.sales, tables.stock, tables.truth_demand):
            found = found.join(table.filter(of_series).drop("store", "product"), on=DATE, how="left")
        return found.sort(DATE).select(
            DATE,
            UNITS,
            (pl.col("unit_price_cents") / 100).alias("price"),
            (pl.col("promo_percent").fill_null(0) / 100).alias("promo"),
            "is_open",
            "on_hand",
            "received",
            pl.col("is_stockout").fill_null(value=False),
            "event",
            pl.col("latent_units").alias("latent"),
        )

    def shares(self) -> Mapping[str, float]:
        """What the knobs made of the whole, each a share 0..1: series missing, days out of stock, days on promotion,
        and demand that was not served."""
        tables, recipe = self.tables, self.recipe
        assert tables.truth_demand is not None
        possible = recipe.n_stores * recipe.n_products
        wanted = float(tables.truth_demand["latent_units"].sum())
        return {
            "series missing": 1 - len(self.series) / possible,
            "days out of stock": _mean(tables.stock["is_stockout"]),
            "days on promotion": _mean(tables.sales["promo_percent"] > 0),
            "demand not served": 1 - float(tables.sales[UNITS].sum()) / wanted if wanted else 0.0,
        }


def draw_sample(recipe: Recipe) -> Sample:
    """The demand of a recipe; InvalidInputError where it is too large to be looked at."""
    rows = recipe.estimated_rows()["sales"]
    if rows > MOST_ROWS:
        raise InvalidInputError(
            f"These knobs make about {rows:,} series-days; up to {MOST_ROWS:,} are drawn here.",
            "Take fewer stores, products or days, or seed it from the console.",
        )
    return Sample(recipe, generate(recipe))


def _mean(flags: pl.Series) -> float:
    return float(flags.cast(pl.Float64).mean() or 0.0) if len(flags) else 0.0  # type: ignore[arg-type]  # polars types any mean alike

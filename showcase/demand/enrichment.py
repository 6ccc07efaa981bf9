"""What a data set is enriched with: lifecycle stages, replenishment events, signals and returns.

Of generated data everything is known. Of imported sales only what they show is told, and every part that they do not
show is left out with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from showcase.demand.dimensions import draw_products
from showcase.demand.draws import Stream, quantise, stream_keys, uniforms, whole_between
from showcase.demand.recipe import Recipe
from showcase.demand.signals import SIGNAL_SCHEMA, day_number, draw_signals
from showcase.errors import NotFoundError
from showcase.kernel.canonical import digest_tables
from showcase.kernel.identity import Digest
from showcase.kernel.window import Window

ENRICHMENT_VERSION = "1"
"""Raised whenever the same data set would be enriched with other rows."""

SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    "lifecycle_stages": {
        "product": pl.Int32(), "start_date": pl.Date(), "end_date": pl.Date(), "stage": pl.String(),
    },
    "replenishment_events": {"store": pl.Int32(), "product": pl.Int32(), "date": pl.Date(), "units": pl.Int64()},
    "exogenous_signals": SIGNAL_SCHEMA,
    "sales_returns": {
        "store": pl.Int32(), "product": pl.Int32(), "date": pl.Date(), "units": pl.Int64(), "refund_cents": pl.Int64(),
    },
}  # fmt: skip
"""store and product are positions in the stores and products of the facts; both days of a stage are included."""

_KEYS: dict[str, tuple[str, ...]] = {
    "lifecycle_stages": ("sku", "start_date"),
    "replenishment_events": ("store_code", "sku", "date"),
    "exogenous_signals": ("region", "signal", "date"),
    "sales_returns": ("store_code", "sku", "date"),
}

LAUNCH_DAYS = 45
"""How long a product counts as launched; the ramp of the generator's launches."""
TELLING_DAYS = 28
"""Days without a sale at an edge of the window that tell a launch or an end from a quiet week."""
RETURN_RATES = {"Beverages": 0.004, "Bakery": 0.002, "Dairy": 0.003, "Snacks": 0.005, "Household": 0.02}
"""The share of the sold units of each category that comes back."""
_LATEST_RETURN_DAYS = 14


@dataclass(frozen=True, slots=True)
class DemandFacts:
    """A stored data set as the enrichment reads it.

    `recipe` is None for imported sales. stores has code and region, products sku, category and launch_date, in the
    order of their ids. `series_days` reads all rows in batches that fit into memory: store, product (positions), date,
    units, unit_price_cents, received. `has_stock` says whether deliveries are known.
    """

    recipe: Recipe | None
    window: Window
    stores: pl.DataFrame
    products: pl.DataFrame
    has_stock: bool
    series_days: Callable[[], Iterator[pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Enrichment:
    """The tables of SCHEMAS, the digest over them, and for each part that is left out the reason."""

    tables: Mapping[str, pl.DataFrame]
    digest: Digest
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def row_counts(self) -> dict[str, int]:
        return {name: frame.height for name, frame in self.tables.items()}


def enrich(facts: DemandFacts, progress: Callable[[float, str], None]) -> Enrichment:
    """All that can be told of a data set beside its sales; equal data sets give equal enrichments.

    NotFoundError where the data set has no stores, no products or no rows of sales: there is nothing to speak of.
    """
    _require_dimensions(facts)
    skipped: dict[str, str] = {}
    parts: dict[str, list[pl.DataFrame]] = {"replenishment_events": [], "sales_returns": []}
    sold: list[pl.DataFrame] = []
    for done, rows in enumerate(facts.series_days()):
        progress(min(0.9, done / facts.stores.height), f"{rows.height:,} series-days")
        parts["replenishment_events"].append(replenishments(rows))
        sold.append(_sold_days(rows))
        if facts.recipe is not None:
            parts["sales_returns"].append(draw_returns(facts.recipe.seed, facts.window, rows, facts.products))
    if not sold:
        raise _nothing_to_enrich("sales rows")
    signals = _empty("exogenous_signals")
    if facts.recipe is not None:
        stages = drawn_stages(facts.recipe, facts.products)
        signals = draw_signals(facts.recipe.seed, facts.window, tuple(facts.stores["region"].unique()))
    else:
        stages = observed_stages(facts.window, pl.concat(sold))
        skipped["weather and macro signals"] = "an import brings none, and sales do not tell them"
        skipped["sales_returns"] = "an import has its returns netted against its sales"
    if not facts.has_stock:
        skipped["replenishment_events"] = "the data set has no stock"
    tables = {
        "lifecycle_stages": stages,
        "replenishment_events": _joined(parts, "replenishment_events"),
        "exogenous_signals": signals,
        "sales_returns": _joined(parts, "sales_returns"),
    }
    return Enrichment(tables, _digest(tables, facts), skipped)


def drawn_stages(recipe: Recipe, products: pl.DataFrame) -> pl.DataFrame:
    """The stages of generated products: a launch of LAUNCH_DAYS, then the stage that moves the product's demand.

    Where the preset lets no product grow or decline, every product is mature.
    """
    drawn = draw_products(recipe.seed, products.height).lifecycle
    moves = recipe.preset.extras.lifecycle > 0
    rows: list[dict[str, Any]] = []
    for number, launched in enumerate(products["launch_date"]):
        opens = recipe.window.start
        if launched is not None:
            ends = min(launched + timedelta(days=LAUNCH_DAYS - 1), recipe.window.end)
            rows.append(_stage(number, launched, ends, "launch"))
            opens = ends + timedelta(days=1)
        if opens <= recipe.window.end:
            rows.append(_stage(number, opens, recipe.window.end, drawn[number] if moves else "maturity"))
    return pl.DataFrame(rows, schema=SCHEMAS["lifecycle_stages"])


def observed_stages(window: Window, sold: pl.DataFrame) -> pl.DataFrame:
    """The stages that sales show: a launch after, and an end before, four weeks without any sale at a window's edge.

    `sold` has product, first and last, the days of the first and the last sale in some of the stores. Between launch
    and end nothing is claimed: growth cannot be told from a season.
    """
    rows: list[dict[str, Any]] = []
    spans = sold.group_by("product").agg(pl.col("first").min(), pl.col("last").max()).sort("product")
    for number, first, last in spans.iter_rows():
        if window.index(first) >= TELLING_DAYS:
            rows.append(_stage(number, first, min(first + timedelta(days=LAUNCH_DAYS - 1), window.end), "launch"))
        if window.days - 1 - window.index(last) >= TELLING_DAYS:
            rows.append(_stage(number, last + timedelta(days=1), window.end, "ended"))
    return pl.DataFrame(rows, schema=SCHEMAS["lifecycle_stages"])


def replenishments(rows: pl.DataFrame) -> pl.DataFrame:
    """The deliveries among series-days: every day on which a shelf received something."""
    delivered = rows.filter(pl.col("received") > 0)
    return delivered.select("store", "product", "date", units="received").cast(SCHEMAS["replenishment_events"])  # type: ignore[arg-type]  # polars wants a key of every kind


def draw_returns(seed: int, window: Window, rows: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """What comes back of the units sold: each product by the rate of its category, 1 to 14 days after its sale.

    A return is paid back at the price of its sale; returns after the window's end are not known yet. What is drawn for
    a series and day does not depend on the other rows.
    """
    first = day_number(window.start)
    stores, store_at = np.unique(rows["store"].to_numpy(), return_inverse=True)
    day = rows["date"].cast(pl.Int32).to_numpy().astype(np.int64) - first
    product = rows["product"].to_numpy()
    keys = stream_keys(seed, Stream.SALES_RETURN, stores, np.arange(products.height))
    counters = 2 * (first + np.arange(window.days))
    chance = uniforms(keys, counters)[store_at, product, day]
    rates = np.array([RETURN_RATES.get(category, 0.0) for category in products["category"]])
    units = np.floor(quantise(rates[product] * rows["units"].to_numpy()) + chance).astype(np.int64)
    back = np.flatnonzero(units > 0)
    lag = uniforms(keys, counters + 1)[store_at[back], product[back], day[back]]
    returned = day[back] + whole_between(lag, 1, _LATEST_RETURN_DAYS)
    frame = pl.DataFrame(
        {
            "store": rows["store"].to_numpy()[back],
            "product": product[back],
            "date": pl.Series((first + returned).astype(np.int32)).cast(pl.Date),
            "units": units[back],
            "refund_cents": units[back] * rows["unit_price_cents"].to_numpy()[back],
        }
    ).filter(pl.col("date") <= window.end)
    keys_of = ("store", "product", "date")
    summed = frame.group_by(*keys_of).agg(pl.col("units", "refund_cents").sum()).sort(*keys_of)
    return summed.cast(SCHEMAS["sales_returns"])  # type: ignore[arg-type]  # as above


def _sold_days(rows: pl.DataFrame) -> pl.DataFrame:
    sold = rows.filter(pl.col("units") > 0).group_by("product")
    return sold.agg(pl.col("date").min().alias("first"), pl.col("date").max().alias("last"))


def _stage(product: int, start: date, end: date, stage: str) -> dict[str, Any]:
    return {"product": product, "start_date": start, "end_date": end, "stage": stage}


def _empty(table: str) -> pl.DataFrame:
    return pl.DataFrame(schema=SCHEMAS[table])


def _joined(parts: Mapping[str, list[pl.DataFrame]], table: str) -> pl.DataFrame:
    return pl.concat([_empty(table), *parts[table]], rechunk=True)


def _require_dimensions(facts: DemandFacts) -> None:
    for name, frame in (("stores", facts.stores), ("products", facts.products)):
        if frame.is_empty():
            raise _nothing_to_enrich(name)


def _nothing_to_enrich(what: str) -> NotFoundError:
    return NotFoundError(
        f"Enrichment speaks of stores, products and their sales; this data set has no {what}.",
        "Seed a preset or import a file, then enrich it.",
    )


def _digest(tables: Mapping[str, pl.DataFrame], facts: DemandFacts) -> Digest:
    """The identity of the enrichment: SHA-256 over its canonical rows, with codes in place of positions."""
    codes = {"store": ("store_code", facts.stores["code"]), "product": ("sku", facts.products["sku"])}
    coded = {}
    for table, frame in tables.items():
        named = frame.with_columns(
            texts.gather(frame[column]).alias(name)
            for column, (name, texts) in codes.items()
            if column in frame.columns
        ).drop([column for column in codes if column in frame.columns])
        coded[table] = (named, _KEYS[table])
    return digest_tables(coded)

"""The tables of one data set before they have database ids: what generator and intake make, and the store loads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from showcase.kernel.canonical import digest_tables
from showcase.kernel.identity import Digest
from showcase.kernel.window import Window

# One row of this table for each table of a data set: columns in their order with their types, and the sort key.
# store and product are positions (0-based) in the stores and products frames; money is whole cents; days are dates.
SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    "stores": {
        "code": pl.String(), "name": pl.String(), "region": pl.String(), "city": pl.String(), "store_type": pl.String(),
    },
    "products": {
        "sku": pl.String(), "name": pl.String(), "category": pl.String(), "brand": pl.String(),
        "base_price_cents": pl.Int64(), "launch_date": pl.Date(),
    },
    "calendar": {"date": pl.Date(), "is_holiday": pl.Boolean(), "event": pl.String()},
    "prices": {
        "store": pl.Int32(), "product": pl.Int32(), "valid_from": pl.Date(), "valid_to": pl.Date(),
        "price_cents": pl.Int64(),
    },
    "promotions": {
        "product": pl.Int32(), "start_date": pl.Date(), "end_date": pl.Date(), "kind": pl.String(),
        "discount_percent": pl.Int32(),
    },
    "sales": {
        "store": pl.Int32(), "product": pl.Int32(), "date": pl.Date(), "units": pl.Int64(),
        "unit_price_cents": pl.Int64(), "revenue_cents": pl.Int64(), "promo_percent": pl.Int32(),
        "is_open": pl.Boolean(),
    },
    "stock": {
        "store": pl.Int32(), "product": pl.Int32(), "date": pl.Date(), "on_hand": pl.Int64(), "received": pl.Int64(),
        "is_stockout": pl.Boolean(),
    },
}  # fmt: skip
"""launch_date and event may be null. valid_to is the last day of a price, inclusive. promo_percent is 0 without
promotion. on_hand is the stock at the end of the day; a table may be empty (an import without stock)."""

TRUTH_SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    "truth_demand": {"store": pl.Int32(), "product": pl.Int32(), "date": pl.Date(), "latent_units": pl.Int64()},
    "truth_effects": {"product": pl.Int32(), "price_elasticity": pl.Float64(), "promotion_uplift": pl.Float64()},
}
"""What sales alone do not show: demand before stockouts; elasticity d ln(units) / d ln(price paid), negative; and the
multiplier on demand that a promotion itself brings, beside its price."""

KEYS: dict[str, tuple[str, ...]] = {
    "stores": ("code",),
    "products": ("sku",),
    "calendar": ("date",),
    "prices": ("store_code", "sku", "valid_from"),
    "promotions": ("sku", "start_date", "end_date", "kind"),
    "sales": ("store_code", "sku", "date"),
    "stock": ("store_code", "sku", "date"),
}


class DemandSource(Protocol):
    """A data set that can be loaded: its short tables as frames, its long ones (sales, prices, stock) in batches."""

    @property
    def window(self) -> Window: ...
    @property
    def stores(self) -> pl.DataFrame: ...
    @property
    def products(self) -> pl.DataFrame: ...
    @property
    def calendar(self) -> pl.DataFrame: ...
    @property
    def promotions(self) -> pl.DataFrame: ...

    def row_counts(self) -> dict[str, int]:
        """Rows by table, in the order of SCHEMAS."""
        ...

    def batches(self, table: str) -> Iterator[pl.DataFrame]:
        """The rows of a table of SCHEMAS, in batches that fit into memory."""
        ...

    def fingerprint(self) -> Digest:
        """The identity of the data set."""
        ...


@dataclass(frozen=True, slots=True)
class DemandTables:
    """One data set as polars frames with the columns of SCHEMAS, in any row order."""

    window: Window
    stores: pl.DataFrame
    products: pl.DataFrame
    calendar: pl.DataFrame
    prices: pl.DataFrame
    promotions: pl.DataFrame
    sales: pl.DataFrame
    stock: pl.DataFrame
    truth_demand: pl.DataFrame | None = None
    truth_effects: pl.DataFrame | None = None

    def row_counts(self) -> dict[str, int]:
        """Rows by table, in the order of SCHEMAS."""
        return {name: getattr(self, name).height for name in SCHEMAS}

    def batches(self, table: str) -> Iterator[pl.DataFrame]:
        """The rows of a table of SCHEMAS: all of them at once."""
        return iter([getattr(self, table)])

    def fingerprint(self) -> Digest:
        """The identity of the data set; see the function of this name."""
        return fingerprint(self)


def _with_codes(frame: pl.DataFrame, tables: DemandTables) -> pl.DataFrame:
    coded = frame
    if "store" in coded.columns:
        coded = coded.with_columns(tables.stores["code"].gather(coded["store"]).alias("store_code")).drop("store")
    if "product" in coded.columns:
        coded = coded.with_columns(tables.products["sku"].gather(coded["product"]).alias("sku")).drop("product")
    return coded


def fingerprint(tables: DemandTables) -> Digest:
    """The identity of a data set: SHA-256 over its canonical rows, with codes in place of positions.

    Covers dimensions, calendar, prices, promotions, sales and stock; known truth and enrichment are not part of it.
    """
    return digest_tables({name: (_with_codes(getattr(tables, name), tables), KEYS[name]) for name in SCHEMAS})

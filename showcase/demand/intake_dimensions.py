"""The short tables of an import: stores, products, calendar and promotions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from showcase.demand.intake_values import EPOCH
from showcase.demand.tables import SCHEMAS
from showcase.kernel.window import Window

PROMOTION_KIND = "imported"
_PENDING_SPANS = 200_000


class PromotionSpans:
    """The promotions of products: the same span in several stores stands once, with the largest of its discounts."""

    def __init__(self) -> None:
        self._merged = np.empty((0, 4), dtype=np.int32)
        self._pending: list[NDArray[np.int32]] = []
        self._n_pending = 0

    def add(self, spans: NDArray[np.int32]) -> None:
        """Add spans (k, 4) of product, first day, last day, percent."""
        self._pending.append(spans)
        self._n_pending += len(spans)
        if self._n_pending > _PENDING_SPANS:
            self.count()

    def count(self) -> int:
        """How many promotions there are so far."""
        spans = np.concatenate([self._merged, *self._pending])
        ordered = spans[np.lexsort((-spans[:, 3], spans[:, 2], spans[:, 1], spans[:, 0]))]
        is_new = np.ones(len(ordered), dtype=np.bool_)
        is_new[1:] = (ordered[1:, :3] != ordered[:-1, :3]).any(axis=1)
        self._merged, self._pending, self._n_pending = ordered[is_new], [], 0
        return len(self._merged)

    def frame(self) -> pl.DataFrame:
        """The promotions table, sorted by product and days."""
        self.count()
        product, start, end, percent = self._merged.T
        return pl.DataFrame(
            {
                "product": product,
                "start_date": pl.Series(start).cast(pl.Date),
                "end_date": pl.Series(end).cast(pl.Date),
                "kind": [PROMOTION_KIND] * len(product),
                "discount_percent": percent,
            },
            schema=SCHEMAS["promotions"],
        )


def stores_table(codes: Sequence[str]) -> pl.DataFrame:
    """Stores by their codes; all else is blank, for a sales file does not tell it."""
    blank = [""] * len(codes)
    return pl.DataFrame(
        {"code": codes, "name": codes, "region": blank, "city": blank, "store_type": blank}, schema=SCHEMAS["stores"]
    )


def products_table(skus: Sequence[str], medians: pl.DataFrame) -> pl.DataFrame:
    """Products by SKU, with a base price in cents.

    `medians` has the product and the median price of each series that has prices. The base price is the lower median
    of these, 0 where there are none.
    """
    base = medians.group_by("product").agg(
        pl.col("median_price").sort().slice((pl.len() - 1) // 2, 1).first().alias("base")
    )
    numbered = pl.DataFrame({"product": np.arange(len(skus), dtype=np.int32)})
    products = numbered.join(base, on="product", how="left").sort("product")
    blank = [""] * len(skus)
    return pl.DataFrame(
        {"sku": skus, "name": skus, "category": blank, "brand": blank,
         "base_price_cents": products["base"].fill_null(0), "launch_date": [None] * len(skus)},
        schema=SCHEMAS["products"],
    )  # fmt: skip


def calendar_table(window: Window, events: Mapping[int, str]) -> pl.DataFrame:
    """Every day of the window; `events` are texts by days since 1970-01-01."""
    first = (window.start - EPOCH).days
    texts = [events.get(first + at) for at in range(window.days)]
    days = [window.start + timedelta(days=at) for at in range(window.days)]
    return pl.DataFrame(
        {"date": days, "is_holiday": [text is not None for text in texts], "event": texts}, schema=SCHEMAS["calendar"]
    )

"""What is good and bad about imported sales, in figures and in sentences, before anybody forecasts from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from showcase.kernel.window import Window

# One row a series; days are days since 1970-01-01, money is whole cents, all else counts rows.
SERIES_FACTS: dict[str, pl.DataType] = {
    "store": pl.Int32(), "product": pl.Int32(), "first_day": pl.Int32(), "last_day": pl.Int32(), "rows": pl.Int32(),
    "closed": pl.Int32(), "sold_closed": pl.Int32(), "zeros": pl.Int32(), "units": pl.Int64(), "own_prices": pl.Int32(),
    "carried_prices": pl.Int32(), "carried_back_prices": pl.Int32(), "median_price": pl.Int64(), "promoted": pl.Int32(),
    "stocked": pl.Int32(), "stockouts": pl.Int32(),
}  # fmt: skip

DEFAULT_NEEDED_DAYS = 72
"""Days that the default backtest needs: 30 to train on and three folds of 14."""
MAX_NAMED_SERIES = 20
ENDED_AFTER_DAYS = 28


@dataclass(frozen=True, slots=True)
class SeriesNote:
    """A series that stands out, by its codes, with its days from the first to the last."""

    store_code: str
    sku: str
    days: int


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of a set of sales; one row is one series on one day.

    `missing_days` are days without a row between the first and the last of their series. `zero_days` are open days
    without a sale. Prices count rows: with a price of their own, with the last known one, with the first one (before
    it), without any. `short_series` have fewer days than `needed_days`; `ended_series` end more than 28 days before the
    window does; `silent_series` sell nothing.
    """

    window: Window
    stores: int
    products: int
    series: int
    rows: int
    units: int
    missing_days: int
    closed_days: int
    sold_on_closed_days: int
    zero_days: int
    own_prices: int
    carried_prices: int
    carried_back_prices: int
    no_prices: int
    promotion_days: int
    event_days: int
    stock_days: int
    stockout_days: int
    returned_units: int
    days_below_zero: int
    needed_days: int
    short_series: int
    ended_series: int
    silent_series: int
    named_short_series: tuple[SeriesNote, ...]
    blank_lines: int = 0

    @property
    def missing_share(self) -> float:
        """Missing days by all days between the first and the last of each series."""
        return _share(self.missing_days, self.rows + self.missing_days)

    @property
    def zero_share(self) -> float:
        """Open days without a sale by all open days."""
        return _share(self.zero_days, self.rows - self.closed_days)

    @property
    def price_coverage(self) -> float:
        """Rows with a price of their own by all rows."""
        return _share(self.own_prices, self.rows)

    @property
    def stock_coverage(self) -> float:
        """Rows that tell the stock by all rows."""
        return _share(self.stock_days, self.rows)

    def notes(self) -> list[str]:
        """What a person should know, one sentence each; nothing that is as it should be."""
        return [sentence for is_said, sentence in _sentences(self) if is_said]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _sentences(found: Quality) -> list[tuple[bool, str]]:
    """The table of notes: whether each is said, and how."""
    named = ", ".join(f"{note.store_code}/{note.sku} ({note.days})" for note in found.named_short_series[:5])
    more = f" and {found.short_series - 5} more" if found.short_series > 5 else ""
    return [
        (
            found.missing_days > 0,
            f"{found.missing_days} days ({found.missing_share:.1%}) have no row between the first and the last day of"
            " their series; they are missing, not zero.",
        ),
        (found.closed_days > 0, f"{found.closed_days} days are closed; they are not scored."),
        (
            found.sold_on_closed_days > 0,
            f"{found.sold_on_closed_days} closed days have sales; look at the open column.",
        ),
        (found.zero_share > 0.5, f"{found.zero_share:.1%} of the open days have no sale: demand is intermittent."),
        (found.no_prices == found.rows, "There are no prices: revenue and price effects cannot be told."),
        (
            0 < found.no_prices < found.rows,
            f"{found.no_prices} rows belong to series that have no price at all; their revenue counts as 0.",
        ),
        (found.carried_prices > 0, f"{found.carried_prices} blank prices took the last known one of their series."),
        (
            found.carried_back_prices > 0,
            f"{found.carried_back_prices} blank prices before the first known one of their series took that first one.",
        ),
        (found.returned_units > 0, f"{found.returned_units} returned units were taken off the sales of their day."),
        (found.days_below_zero > 0, f"{found.days_below_zero} days had more returns than sales; they count as 0."),
        (
            found.short_series > 0,
            f"{found.short_series} series have fewer than {found.needed_days} days and are left out of a default"
            f" backtest: {named}{more}.",
        ),
        (
            found.ended_series > 0,
            f"{found.ended_series} series end more than {ENDED_AFTER_DAYS} days before {found.window.end}.",
        ),
        (found.silent_series > 0, f"{found.silent_series} series never sell anything."),
        (found.blank_lines > 0, f"{found.blank_lines} blank lines were skipped."),
    ]


def summarise_quality(
    facts: pl.DataFrame,
    window: Window,
    store_codes: Sequence[str],
    skus: Sequence[str],
    *,
    event_days: int = 0,
    returned_units: int = 0,
    days_below_zero: int = 0,
    blank_lines: int = 0,
    needed_days: int = DEFAULT_NEEDED_DAYS,
) -> Quality:
    """The quality of sales whose series have these `facts` (columns of SERIES_FACTS).

    `store_codes` and `skus` are by position; `needed_days` is the shortest series that the planned backtest can use.
    """
    totals = facts.select(
        pl.all().exclude("store", "product", "first_day", "last_day", "median_price").cast(pl.Int64).sum()
    )
    total = totals.row(0, named=True) if facts.height else dict.fromkeys(totals.columns, 0)
    spans = facts.with_columns((pl.col("last_day") - pl.col("first_day") + 1).cast(pl.Int64).alias("days"))
    short = spans.filter(pl.col("days") < needed_days).sort("days", "store", "product")
    last_day = int((pl.Series([window.end]).cast(pl.Int32))[0])
    named = tuple(
        SeriesNote(store_codes[row["store"]], skus[row["product"]], row["days"])
        for row in short.head(MAX_NAMED_SERIES).iter_rows(named=True)
    )
    priced = facts.filter(pl.col("own_prices") > 0)["rows"].cast(pl.Int64).sum()
    return Quality(
        window=window,
        stores=len(store_codes),
        products=len(skus),
        series=facts.height,
        rows=total["rows"],
        units=total["units"],
        missing_days=int(spans["days"].sum()) - total["rows"],
        closed_days=total["closed"],
        sold_on_closed_days=total["sold_closed"],
        zero_days=total["zeros"],
        own_prices=total["own_prices"],
        carried_prices=total["carried_prices"],
        carried_back_prices=total["carried_back_prices"],
        no_prices=total["rows"] - int(priced),
        promotion_days=total["promoted"],
        event_days=event_days,
        stock_days=total["stocked"],
        stockout_days=total["stockouts"],
        returned_units=returned_units,
        days_below_zero=days_below_zero,
        needed_days=needed_days,
        short_series=short.height,
        ended_series=facts.filter(pl.col("last_day") < last_day - ENDED_AFTER_DAYS).height,
        silent_series=facts.filter(pl.col("units") == 0).height,
        named_short_series=named,
        blank_lines=blank_lines,
    )

"""What is good and bad about imported sales, in figures and in sentences, before anybody forecasts from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from showcase.kernel.window import Window
from showcase.kernel.words import counted, percent

# One row a series; days are days since 1970-01-01, money is whole cents, all else counts rows.
SERIES_FACTS: dict[str, pl.DataType] = {
    "store": pl.Int32(), "product": pl.Int32(), "first_day": pl.Int32(), "last_day": pl.Int32(), "rows": pl.Int32(),
    "closed": pl.Int32(), "sold_closed": pl.Int32(), "zeros": pl.Int32(), "units": pl.Int64(), "own_prices": pl.Int32(),
    "carried_prices": pl.Int32(), "carried_back_prices": pl.Int32(), "median_price": pl.Int64(), "promoted": pl.Int32(),
    "stocked": pl.Int32(), "stockouts": pl.Int32(),
}  # fmt: skip
_SUMMED = [name for name in SERIES_FACTS if name not in ("store", "product", "first_day", "last_day", "median_price")]

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

    def summary(self) -> list[str]:
        """What was found, be it good or bad, one sentence each."""
        days = f"{self.window} ({counted(self.window.days, 'day')})"
        stockouts = f"; {counted(self.stockout_days, 'row')} out of stock" if self.stock_days else ""
        return [
            f"{counted(self.rows, 'row')} of {self.series:,} series, {days}.",
            f"{percent(self.zero_share, 1)} of the open days have no sale.",
            f"{percent(self.price_coverage, 1)} of the rows have a price of their own.",
            f"{counted(self.promotion_days, 'row')} on promotion; {counted(self.event_days, 'day')} with an event.",
            f"{percent(self.stock_coverage, 1)} of the rows tell the stock{stockouts}.",
        ]

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
            f"{found.missing_days} days ({percent(found.missing_share, 1)}) have no row between the first and the last"
            " day of their series; they are missing, not zero.",
        ),
        (found.closed_days > 0, f"{found.closed_days} days are closed; they are not scored."),
        (
            found.sold_on_closed_days > 0,
            f"{found.sold_on_closed_days} closed days have sales; look at the open column.",
        ),
        (
            found.zero_share > 0.5,
            f"{percent(found.zero_share, 1)} of the open days have no sale: demand is intermittent.",
        ),
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
            f"{found.short_series} series have fewer than {found.needed_days} days and are left out of some or all"
            f" folds of a default backtest: {named}{more}.",
        ),
        (
            found.ended_series > 0,
            f"{found.ended_series} series end more than {ENDED_AFTER_DAYS} days before {found.window.end}.",
        ),
        (found.silent_series > 0, f"{found.silent_series} series never sell anything."),
        (found.blank_lines > 0, f"{found.blank_lines} blank lines were skipped."),
    ]


class QualityTally:
    """Counts the quality of sales part by part, in little memory; `facts` have the columns of SERIES_FACTS."""

    def __init__(self, window: Window, needed_days: int = DEFAULT_NEEDED_DAYS) -> None:
        self._window = window
        self._needed_days = needed_days
        self._last_day = (window.end - date(1970, 1, 1)).days
        self._totals: Counter[str] = Counter()
        self._shortest = pl.DataFrame(schema={"days": pl.Int64(), "store": pl.Int32(), "product": pl.Int32()})

    def add(self, facts: pl.DataFrame) -> None:
        """Count some whole series."""
        spans = facts.with_columns((pl.col("last_day") - pl.col("first_day") + 1).cast(pl.Int64).alias("days"))
        counted = spans.select(
            pl.len().alias("series"),
            pl.col(_SUMMED).cast(pl.Int64).sum(),
            pl.col("days").sum().alias("spanned"),
            pl.col("rows").filter(pl.col("own_prices") > 0).cast(pl.Int64).sum().alias("priced"),
            (pl.col("days") < self._needed_days).sum().alias("short"),
            (pl.col("last_day") < self._last_day - ENDED_AFTER_DAYS).sum().alias("ended"),
            (pl.col("units") == 0).sum().alias("silent"),
        )
        self._totals.update(counted.row(0, named=True))
        short = spans.filter(pl.col("days") < self._needed_days).select("days", "store", "product")
        self._shortest = pl.concat([self._shortest, short]).sort("days", "store", "product").head(MAX_NAMED_SERIES)

    def quality(
        self,
        store_codes: Sequence[str],
        skus: Sequence[str],
        *,
        event_days: int = 0,
        returned_units: int = 0,
        days_below_zero: int = 0,
        blank_lines: int = 0,
    ) -> Quality:
        """The quality of all series counted so far; `store_codes` and `skus` are by position."""
        total = self._totals
        return Quality(
            window=self._window,
            stores=len(store_codes),
            products=len(skus),
            series=total["series"],
            rows=total["rows"],
            units=total["units"],
            missing_days=total["spanned"] - total["rows"],
            closed_days=total["closed"],
            sold_on_closed_days=total["sold_closed"],
            zero_days=total["zeros"],
            own_prices=total["own_prices"],
            carried_prices=total["carried_prices"],
            carried_back_prices=total["carried_back_prices"],
            no_prices=total["rows"] - total["priced"],
            promotion_days=total["promoted"],
            event_days=event_days,
            stock_days=total["stocked"],
            stockout_days=total["stockouts"],
            returned_units=returned_units,
            days_below_zero=days_below_zero,
            needed_days=self._needed_days,
            short_series=total["short"],
            ended_series=total["ended"],
            silent_series=total["silent"],
            named_short_series=tuple(
                SeriesNote(store_codes[store], skus[product], days) for days, store, product in self._shortest.rows()
            ),
            blank_lines=blank_lines,
        )

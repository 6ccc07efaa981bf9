"""What an import says about the quality of sales, counted by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from showcase.demand.quality import SERIES_FACTS, QualityTally, SeriesNote
from showcase.kernel.window import Window
from tests.demand.sales_files import take


def test_quality_counts_what_is_there_and_what_is_missing(tmp_path: Path) -> None:
    content = (
        "date,store,product,quantity,unit_price,promo,event,on_hand,open\n"
        "2026-01-01,A,x,2,1.00,0,,5,1\n"  # days 2 and 3 are missing
        "2026-01-04,A,x,0,,20,Fair,0,1\n"
        "2026-01-05,A,x,1,1.10,20,,0,0\n"
        "\n"
        "2026-02-28,A,y,0,,0,,,1\n"
        "2026-03-01,A,y,0,,0,,,1\n"
    )
    found = take(tmp_path, content).quality
    assert str(found.window) == "2026-01-01 .. 2026-03-01"
    assert (found.stores, found.products, found.series, found.rows, found.units) == (1, 2, 2, 5, 3)
    assert (found.missing_days, found.closed_days, found.sold_on_closed_days, found.zero_days) == (2, 1, 1, 3)
    assert (found.own_prices, found.carried_prices, found.carried_back_prices, found.no_prices) == (2, 1, 0, 2)
    assert (found.promotion_days, found.event_days, found.stock_days, found.stockout_days) == (2, 1, 3, 1)
    assert (found.short_series, found.ended_series, found.silent_series, found.blank_lines) == (2, 1, 1, 1)
    assert found.named_short_series == (SeriesNote("A", "y", 2), SeriesNote("A", "x", 5))
    assert found.missing_share == pytest.approx(2 / 7)
    assert found.zero_share == pytest.approx(3 / 4)
    assert found.price_coverage == pytest.approx(2 / 5)
    assert found.stock_coverage == pytest.approx(3 / 5)
    assert found.summary() == [
        "5 rows of 2 series, 2026-01-01 .. 2026-03-01 (60 days).",
        "75.0 % of the open days have no sale.",
        "40.0 % of the rows have a price of their own.",
        "2 rows on promotion; 1 day with an event.",
        "60.0 % of the rows tell the stock; 1 row out of stock.",
    ]
    assert found.notes() == [
        "2 days (28.6 %) have no row between the first and the last day of their series; they are missing, not zero.",
        "1 days are closed; they are not scored.",
        "1 closed days have sales; look at the open column.",
        "75.0 % of the open days have no sale: demand is intermittent.",
        "2 rows belong to series that have no price at all; their revenue counts as 0.",
        "1 blank prices took the last known one of their series.",
        "2 series have fewer than 72 days and are left out of some or all folds of a default backtest: "
        "A/y (2), A/x (5).",
        "1 series end more than 28 days before 2026-03-01.",
        "1 series never sell anything.",
        "1 blank lines were skipped.",
    ]


def test_sound_sales_have_nothing_to_be_said_about_them(tmp_path: Path) -> None:
    days = [date.fromordinal(date(2025, 12, 1).toordinal() + day) for day in range(80)]
    content = "date,store,product,quantity,unit_price\n" + "".join(f"{day},A,x,3,2.50\n" for day in days)
    found = take(tmp_path, content).quality
    assert found.notes() == []
    assert found.summary()[1:] == [
        "0.0 % of the open days have no sale.",
        "100.0 % of the rows have a price of their own.",
        "0 rows on promotion; 0 days with an event.",
        "0.0 % of the rows tell the stock.",
    ]
    assert (found.price_coverage, found.zero_share, found.missing_share) == (1.0, 0.0, 0.0)


def test_sales_without_prices_are_said_once(tmp_path: Path) -> None:
    notes = take(tmp_path, "date,store,product,quantity\n2026-03-01,A,x,3\n").quality.notes()
    assert notes[0] == "There are no prices: revenue and price effects cannot be told."
    assert len([note for note in notes if "price" in note]) == 1


def test_only_the_shortest_series_are_named_however_they_are_counted() -> None:
    facts = pl.DataFrame(
        {name: [0] * 30 for name in SERIES_FACTS} | {"product": range(30), "last_day": range(30), "rows": [1] * 30},
        schema=SERIES_FACTS,
    )
    skus = [f"p{n:02}" for n in range(30)]
    at_once, by_parts = (QualityTally(Window(date(1970, 1, 1), date(1970, 2, 1))) for _ in range(2))
    at_once.add(facts)
    for start in range(0, 30, 7):
        by_parts.add(facts[29 - start :: -1][:7])
    found = at_once.quality(["A"], skus)
    assert by_parts.quality(["A"], skus) == found
    assert found.short_series == 30
    # days 1970-01-01 .. 1970-01-03 lie more than 28 days before 1970-02-01
    assert found.ended_series == 3
    assert [note.days for note in found.named_short_series] == list(range(1, 21))
    assert any("p04 (5) and 25 more." in note for note in found.notes())


def test_nothing_at_all_has_no_shares() -> None:
    found = QualityTally(Window(date(1970, 1, 1), date(1970, 1, 1))).quality([], [])
    assert (found.zero_share, found.missing_share, found.price_coverage) == (0.0, 0.0, 0.0)

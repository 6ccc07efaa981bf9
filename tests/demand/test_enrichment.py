"""Enrichment tells what is known beside the sales, the same for equal data sets, and says what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from showcase.demand.dimensions import REGIONS, draw_products
from showcase.demand.enrichment import (
    LAUNCH_DAYS,
    RETURN_RATES,
    SCHEMAS,
    DemandFacts,
    draw_returns,
    drawn_stages,
    enrich,
    observed_stages,
    replenishments,
)
from showcase.demand.generate import generate
from showcase.demand.recipe import Recipe, resolve_recipe
from showcase.demand.signals import day_number, draw_signals, macro_signal
from showcase.demand.tables import DemandTables
from showcase.demand.truth import weather_signal
from showcase.errors import NotFoundError
from showcase.kernel.window import Window

END = date(2026, 11, 22)


def _recipe(scenario: str = "showcase_rich", seed: int = 42) -> Recipe:
    return resolve_recipe(scenario, seed, as_of=END)


def _series_days(tables: DemandTables) -> pl.DataFrame:
    keys = ["store", "product", "date"]
    joined = tables.sales.join(tables.stock, on=keys, how="left")
    return joined.select(*keys, "units", "unit_price_cents", pl.col("received").fill_null(0))


def _facts(scenario: str = "showcase_rich", seed: int = 42) -> DemandFacts:
    recipe = _recipe(scenario, seed)
    tables = generate(recipe)
    rows = _series_days(tables)

    def batches() -> Iterator[pl.DataFrame]:
        return iter([rows.filter(pl.col("store") < 2), rows.filter(pl.col("store") >= 2)])

    return DemandFacts(recipe, recipe.window, tables.stores, tables.products, True, batches)


def _silent(share: float, what: str) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def facts() -> DemandFacts:
    return _facts()


def test_the_tables_have_their_schemas_and_every_part(facts: DemandFacts) -> None:
    made = enrich(facts, _silent)
    assert {name: dict(frame.schema) for name, frame in made.tables.items()} == SCHEMAS
    assert all(rows > 0 for rows in made.row_counts.values())
    assert made.skipped == {}


def test_equal_data_sets_give_equal_digests_and_batches_do_not_matter(facts: DemandFacts) -> None:
    whole = replace(facts, series_days=lambda: iter([pl.concat(facts.series_days())]))
    assert enrich(facts, _silent).digest == enrich(whole, _silent).digest == enrich(_facts(), _silent).digest


def test_another_seed_gives_another_digest(facts: DemandFacts) -> None:
    assert enrich(facts, _silent).digest != enrich(_facts(seed=7), _silent).digest


def test_codes_not_positions_are_the_identity(facts: DemandFacts) -> None:
    renamed = replace(facts, stores=facts.stores.with_columns(pl.col("code") + "x"))
    assert enrich(facts, _silent).digest != enrich(renamed, _silent).digest


def test_the_weather_is_the_one_that_moved_the_demand() -> None:
    window = Window.ending(END, 60)
    signals = draw_signals(42, window, ("South", "West"))
    weather = signals.filter(pl.col("signal") == "weather")
    assert sorted(weather["region"].unique()) == ["South", "West"]
    south = weather.filter(pl.col("region") == "South").sort("date")["value_thousandths"].to_numpy()
    numbers = day_number(window.start) + np.arange(60)
    expected = weather_signal(42, len(REGIONS), numbers)[list(REGIONS).index("South")]
    np.testing.assert_array_equal(south, np.rint(expected * 1000))


def test_a_day_has_the_same_signals_in_every_window() -> None:
    short, long = (draw_signals(42, Window.ending(END, days), ("North",)) for days in (30, 120))
    assert short.join(long, on=short.columns, how="semi").height == short.height


def test_the_macro_signal_is_standardised_and_moves_slowly() -> None:
    values = macro_signal(42, np.arange(28 * 400))
    assert abs(values.mean()) < 0.2
    assert 0.7 < values.std() < 1.1
    assert np.abs(np.diff(values)).max() < 0.25


def test_replenishments_are_the_days_on_which_a_shelf_received_something() -> None:
    rows = pl.DataFrame(
        {"store": [0, 0, 1], "product": [3, 3, 3], "date": [END, END + timedelta(days=1), END], "received": [5, 0, 7]},
        schema_overrides={"store": pl.Int32, "product": pl.Int32},
    )
    assert replenishments(rows).rows() == [(0, 3, END, 5), (1, 3, END, 7)]


def test_the_deliveries_add_up_to_what_was_received(facts: DemandFacts) -> None:
    received = sum(int(rows["received"].sum()) for rows in facts.series_days())
    assert int(enrich(facts, _silent).tables["replenishment_events"]["units"].sum()) == received


def test_returns_come_back_at_the_rate_of_their_category_after_the_sale(facts: DemandFacts) -> None:
    window, products = facts.window, facts.products
    rows = pl.DataFrame(
        {"store": [0] * 15, "product": list(range(15)), "date": [window.start] * 15, "units": [100_000] * 15,
         "unit_price_cents": [250] * 15},
        schema_overrides={"store": pl.Int32, "product": pl.Int32},
    )  # fmt: skip
    returned = draw_returns(1, window, rows, products)
    expected = [100_000 * RETURN_RATES[category] for category in products["category"]]
    by_product = dict(zip(returned["product"], returned["units"], strict=True))
    # fractions are rounded by a draw, so a whole expectation comes back exactly, give or take one unit
    assert [by_product[number] for number in range(15)] == pytest.approx(expected, abs=1)
    lags = (returned["date"] - window.start).dt.total_days()
    assert (lags >= 1).all()
    assert (lags <= 14).all()
    assert (returned["refund_cents"] == returned["units"] * 250).all()


def test_returns_after_the_window_are_not_known(facts: DemandFacts) -> None:
    rows = pl.DataFrame(
        {"store": [0], "product": [4], "date": [facts.window.end], "units": [100_000], "unit_price_cents": [250]},
        schema_overrides={"store": pl.Int32, "product": pl.Int32},
    )
    assert draw_returns(1, facts.window, rows, facts.products).is_empty()


def test_what_is_drawn_for_a_series_does_not_depend_on_the_other_ones(facts: DemandFacts) -> None:
    recipe = facts.recipe
    assert recipe is not None
    rows = pl.concat(facts.series_days())
    everything = draw_returns(recipe.seed, facts.window, rows, facts.products)
    alone = draw_returns(recipe.seed, facts.window, rows.filter(pl.col("store") == 3), facts.products)
    assert everything.filter(pl.col("store") == 3).equals(alone)


def test_stages_are_those_that_move_the_demand() -> None:
    recipe = _recipe()
    products = generate(recipe).products
    stages = drawn_stages(recipe, products)
    assert tuple(stages.sort("product")["stage"]) == draw_products(42, 15).lifecycle
    assert stages.select("start_date", "end_date").unique().rows() == [(recipe.window.start, recipe.window.end)]


def test_where_no_product_grows_or_declines_all_are_mature() -> None:
    recipe = _recipe("demo_minimal")
    assert set(drawn_stages(recipe, generate(recipe).products)["stage"]) == {"maturity"}


def test_a_launch_lasts_as_long_as_its_ramp_and_stages_follow_without_a_hole() -> None:
    recipe = _recipe("new_launches")
    products = generate(recipe).products
    stages = drawn_stages(recipe, products)
    launches = stages.filter(pl.col("stage") == "launch")
    assert launches.height == 10
    for number, start, end, _ in launches.iter_rows():
        assert start == products["launch_date"][number]
        assert end == start + timedelta(days=LAUNCH_DAYS - 1)
        after = stages.filter((pl.col("product") == number) & (pl.col("stage") != "launch"))
        assert after["start_date"].to_list() == [end + timedelta(days=1)]


def test_a_launch_cut_by_the_windows_end_is_the_last_stage() -> None:
    recipe = _recipe("new_launches")
    late = recipe.window.end - timedelta(days=5)
    products = pl.DataFrame({"launch_date": [late]}, schema={"launch_date": pl.Date})
    assert drawn_stages(recipe, products).rows() == [(0, late, recipe.window.end, "launch")]


def test_imported_sales_show_launches_and_ends_and_nothing_else() -> None:
    window = Window(date(2026, 1, 1), date(2026, 12, 31))
    sold = pl.DataFrame(
        {
            "product": [0, 0, 1, 2, 3],
            "first": [date(2026, 3, 1), date(2026, 2, 10), date(2026, 1, 28), date(2026, 1, 1), date(2026, 12, 1)],
            "last": [date(2026, 12, 31), date(2026, 12, 30), date(2026, 12, 31), date(2026, 12, 3), date(2026, 12, 31)],
        },
        schema_overrides={"product": pl.Int32},
    )
    assert observed_stages(window, sold).rows() == [
        (0, date(2026, 2, 10), date(2026, 3, 26), "launch"),
        (2, date(2026, 12, 4), date(2026, 12, 31), "ended"),
        (3, date(2026, 12, 1), date(2026, 12, 31), "launch"),
    ]


def test_an_import_says_which_parts_it_cannot_tell(facts: DemandFacts) -> None:
    made = enrich(replace(facts, recipe=None, has_stock=False), _silent)
    assert set(made.skipped) == {"weather and macro signals", "sales_returns", "replenishment_events"}
    assert made.row_counts["exogenous_signals"] == made.row_counts["sales_returns"] == 0


@pytest.mark.parametrize("missing", ["stores", "products", "sales rows"])
def test_without_dimensions_or_sales_there_is_nothing_to_speak_of(facts: DemandFacts, missing: str) -> None:
    empty = {
        "stores": replace(facts, stores=facts.stores.clear()),
        "products": replace(facts, products=facts.products.clear()),
        "sales rows": replace(facts, series_days=lambda: iter(())),
    }
    with pytest.raises(NotFoundError) as refused:
        enrich(empty[missing], _silent)
    assert missing in refused.value.message

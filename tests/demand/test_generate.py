"""The generated tables: their shape, their promises, and that nothing but the recipe decides them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import showcase.demand.generate as generate_module
from showcase.demand.generate import generate, preview_series
from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import Scenario, preset_named
from showcase.demand.recipe import Recipe, resolve_recipe
from showcase.demand.tables import SCHEMAS, TRUTH_SCHEMAS, DemandTables, fingerprint
from showcase.errors import ConflictError
from showcase.kernel.window import Window

AS_OF = date(2026, 10, 31)


def recipe_of(scenario: str, seed: int = 42, **knobs: Any) -> Recipe:
    as_of = None if preset_named(scenario).fixed_window else AS_OF
    return resolve_recipe(scenario, seed, SeedOverrides(**knobs), as_of)


def days_by_series(tables: DemandTables) -> pl.DataFrame:
    """One row a series: how many rows it has, its first and its last day."""
    return tables.sales.group_by("store", "product").agg(
        pl.len().alias("rows"), pl.col("date").min().alias("first"), pl.col("date").max().alias("last")
    )


@pytest.mark.parametrize("scenario", Scenario)
def test_tables_have_their_columns_keys_and_links(scenario: Scenario) -> None:
    tables = generate(recipe_of(scenario))
    for name, schema in (SCHEMAS | TRUTH_SCHEMAS).items():
        assert dict(getattr(tables, name).schema) == schema, name
    keys = ["store", "product", "date"]
    for name in ("sales", "stock", "truth_demand"):
        assert not getattr(tables, name).select(keys).is_duplicated().any()
        assert getattr(tables, name).select(keys).equals(tables.sales.select(keys))
    assert tables.sales["store"].max() < tables.stores.height
    assert tables.sales["product"].max() < tables.products.height
    nullable = {"event", "launch_date"}
    for name, schema in (SCHEMAS | TRUTH_SCHEMAS).items():
        assert getattr(tables, name).select(list(set(schema) - nullable)).null_count().sum_horizontal().item() == 0


@pytest.mark.parametrize("scenario", [s for s in Scenario if s not in ("sparse", "new_launches")])
def test_every_series_has_a_row_every_day(scenario: Scenario) -> None:
    recipe = recipe_of(scenario)
    tables = generate(recipe)
    assert tables.sales.height == recipe.n_stores * recipe.n_products * recipe.window.days
    assert tables.calendar["date"].to_list() == list(recipe.window)


@pytest.mark.parametrize("scenario", Scenario)
def test_sales_are_the_latent_demand_but_on_days_out_of_stock(scenario: Scenario) -> None:
    tables = generate(recipe_of(scenario, seed=5))
    sold, latent = (
        tables.sales["units"],
        tables.truth_demand["latent_units"] if tables.truth_demand is not None else None,
    )
    assert latent is not None
    is_stockout = tables.stock["is_stockout"]
    assert (sold >= 0).all()
    assert (sold <= latent).all()
    assert (sold.filter(~is_stockout) == latent.filter(~is_stockout)).all()
    assert (tables.stock["on_hand"].filter(is_stockout) == 0).all()
    # nearly every day out of stock hides demand; the others are days on which nobody asked
    assert (sold < latent).sum() >= 0.97 * is_stockout.sum()


@pytest.mark.parametrize("scenario", Scenario)
def test_revenue_is_units_times_the_price_paid_which_is_the_list_price_less_the_discount(scenario: Scenario) -> None:
    tables = generate(recipe_of(scenario))
    sales = tables.sales
    assert (sales["revenue_cents"] == sales["units"] * sales["unit_price_cents"]).all()
    spans = sales.join(tables.prices, on=["store", "product"]).filter(
        pl.col("date").is_between(pl.col("valid_from"), pl.col("valid_to"))
    )
    assert spans.height == sales.height
    paid = (spans["price_cents"] * (100 - spans["promo_percent"].cast(pl.Int64)) + 50) // 100
    assert (paid == spans["unit_price_cents"]).all()


def test_a_sale_carries_the_discount_of_the_promotion_that_runs() -> None:
    tables = generate(recipe_of("holiday_rush"))
    running = (
        tables.sales.select("store", "product", "date", "promo_percent")
        .join(tables.promotions, on="product")
        .filter(pl.col("date").is_between(pl.col("start_date"), pl.col("end_date")))
    )
    assert running.height == (tables.sales["promo_percent"] > 0).sum()
    assert (running["promo_percent"] == running["discount_percent"]).all()


@pytest.mark.parametrize("scenario", ["demo_minimal", "sparse"])
def test_stock_moves_by_deliveries_and_sales_alone(scenario: str) -> None:
    tables = generate(recipe_of(scenario))
    joined = tables.stock.with_columns(tables.sales["units"]).sort("store", "product", "date")
    moved = joined.select(
        (
            pl.col("on_hand")
            - pl.col("on_hand").shift().over("store", "product")
            - pl.col("received")
            + pl.col("units")
        ).alias("moved")
    )["moved"].drop_nulls()
    assert moved.len() > 1000
    assert (moved == 0).all()


@pytest.mark.parametrize("seed", [42, 7])
def test_half_of_the_sparse_series_are_missing_and_the_others_have_three_gaps(seed: int) -> None:
    tables = generate(recipe_of("sparse", seed))
    series = days_by_series(tables)
    assert series.height == 15
    assert (series["first"] == tables.window.start).all()
    assert (series["last"] == tables.window.end).all()
    jumps = (
        tables.sales.sort("store", "product", "date")
        .select("store", "product", gap=pl.col("date").diff().over("store", "product").dt.total_days() - 1)
        .filter(pl.col("gap") > 0)
    )
    assert jumps.group_by("store", "product").len()["len"].to_list() == [3] * 15
    assert jumps["gap"].is_between(2, 10).all()


def test_a_sparsity_override_counts_series_and_leaves_the_gaps() -> None:
    for share, left in ((0.0, 30), (0.2, 24), (0.9, 3)):
        series = days_by_series(generate(recipe_of("sparse", sparsity=share)))
        assert series.height == left
        assert ((92 - series["rows"]) >= 6).all()
    elsewhere = days_by_series(generate(recipe_of("demo_minimal", sparsity=0.5)))
    assert (elsewhere.height, elsewhere["rows"].unique().to_list()) == (15, [92])


@pytest.mark.parametrize("days", [76, 181, 366])
def test_launched_products_have_no_rows_before_their_day_and_climb_for_45_days(days: int) -> None:
    tables = generate(recipe_of("new_launches", window_days=days - 1, noise_sigma=0.0, stockout_intensity=0.0))
    launched = tables.products.with_row_index("product").filter(pl.col("launch_date").is_not_null())
    assert launched.height == 10
    assert launched["launch_date"].is_between(tables.window.start, tables.window.end, closed="none").all()
    first = days_by_series(tables).join(launched.select(pl.col("product").cast(pl.Int32), "launch_date"), on="product")
    assert first.height == 50
    assert (first["first"] == first["launch_date"]).all()
    # age 8 days: 9 of 45 steps, age 50: all of them; the medians even out weekdays, prices and promotions
    age = (
        tables.sales.join(first.select("store", "product", "launch_date"), on=["store", "product"])
        .with_columns(age=(pl.col("date") - pl.col("launch_date")).dt.total_days())
        .filter(pl.col("promo_percent") == 0)
    )
    early = age.filter(pl.col("age").is_between(5, 11))["units"].mean()
    late = age.filter(pl.col("age").is_between(45, 58))["units"].mean()
    assert 0.12 < early / late < 0.28


def test_the_others_of_that_preset_are_sold_all_along() -> None:
    series = days_by_series(generate(recipe_of("new_launches")))
    assert (series["rows"] == 181).sum() == 75


def test_the_holidays_of_the_rush_stand_out() -> None:
    tables = generate(recipe_of("holiday_rush", noise_sigma=0.0, promotion_intensity=0.0))
    assert tables.truth_demand is not None
    by_day = dict(tables.truth_demand.group_by("date").agg(pl.col("latent_units").sum()).iter_rows())
    # Fridays: three times, and a week of growth of .5 % a day between them
    assert by_day[date(2024, 11, 29)] / by_day[date(2024, 11, 22)] == pytest.approx(3 * 1.005**7, rel=0.03)
    assert by_day[date(2024, 12, 25)] / by_day[date(2024, 12, 18)] == pytest.approx(0.3 * 1.005**7, rel=0.05)
    assert by_day[date(2024, 12, 3)] / by_day[date(2024, 11, 26)] == pytest.approx(1.8 / 1.3 * 1.005**7, rel=0.03)


def test_the_demand_of_a_series_does_not_depend_on_how_many_there_are() -> None:
    few, many = (generate(recipe_of("high_variance", stores=s, products=p)).truth_demand for s, p in ((2, 4), (6, 15)))
    assert few is not None
    assert many is not None
    assert many.filter((pl.col("store") < 2) & (pl.col("product") < 4)).equals(few)


@pytest.mark.parametrize("scenario", ["new_launches", "sparse", "showcase_rich"])
def test_how_many_stores_are_drawn_at_once_changes_nothing(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = generate(recipe_of(scenario))
    monkeypatch.setattr(generate_module, "_SERIES_DAYS_AT_ONCE", 1)
    told: list[float] = []
    in_parts = generate(recipe_of(scenario), lambda share, _: told.append(share))
    assert fingerprint(in_parts) == fingerprint(whole)
    assert in_parts.truth_demand is not None
    assert in_parts.truth_demand.equals(whole.truth_demand)
    assert len(told) == whole.stores.height + 1
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_a_progress_that_raises_stops_the_work() -> None:
    def stop(share: float, what: str) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        generate(recipe_of("sparse"), stop)


def test_the_same_recipe_gives_the_same_fingerprint_and_any_change_another() -> None:
    base = recipe_of("demo_minimal")
    assert fingerprint(generate(base)) == fingerprint(generate(recipe_of("demo_minimal")))
    others = [
        recipe_of("demo_minimal", seed=43),
        recipe_of("demo_minimal", stores=4),
        recipe_of("demo_minimal", products=11),
        recipe_of("demo_minimal", window_days=92),
        recipe_of("demo_minimal", sparsity=0.1),
        recipe_of("demo_minimal", promotion_intensity=0.3),
        recipe_of("demo_minimal", stockout_intensity=0.1),
        recipe_of("demo_minimal", noise_sigma=0.11),
        recipe_of("sparse", sparsity=0.0),
        resolve_recipe("demo_minimal", 42, as_of=date(2026, 10, 30)),
    ]
    assert len({fingerprint(generate(recipe)) for recipe in [base, *others]}) == 11


def test_an_override_with_the_presets_own_value_changes_nothing() -> None:
    own = recipe_of(
        "demo_minimal", stores=3, products=10, window_days=91, promotion_intensity=0.10, stockout_intensity=0.02
    )
    assert fingerprint(generate(own)) == fingerprint(generate(recipe_of("demo_minimal")))


def test_more_stockouts_or_noise_leave_the_other_tables_alone() -> None:
    base = generate(recipe_of("demo_minimal"))
    emptier = generate(recipe_of("demo_minimal", stockout_intensity=0.4))
    noisier = generate(recipe_of("demo_minimal", noise_sigma=0.4))
    for name in ("stores", "products", "calendar", "prices", "promotions"):
        assert getattr(emptier, name).equals(getattr(base, name))
        assert getattr(noisier, name).equals(getattr(base, name))
    assert emptier.truth_demand is not None
    assert emptier.truth_demand.equals(base.truth_demand)


def test_a_recipe_of_another_generator_is_refused() -> None:
    with pytest.raises(ConflictError, match="version"):
        generate(replace(recipe_of("sparse"), generator_version="0"))


sizes = st.fixed_dictionaries(
    {"stores": st.integers(1, 4), "products": st.integers(1, 12)},
    optional={
        "window_days": st.integers(75, 120),
        "sparsity": st.floats(0, 0.9),
        "promotion_intensity": st.floats(0, 0.5),
        "stockout_intensity": st.floats(0, 0.5),
        "noise_sigma": st.floats(0, 0.5),
    },
)


@settings(max_examples=40)
@given(st.sampled_from([s for s in Scenario if s != "holiday_rush"]), st.integers(0, 2**31 - 1), sizes)
def test_whatever_the_overrides_the_tables_have_the_recipes_size(
    scenario: str, seed: int, knobs: dict[str, Any]
) -> None:
    recipe = recipe_of(scenario, seed, **knobs)
    tables = generate(recipe)
    estimated = recipe.estimated_rows()
    assert tables.stores.height == knobs["stores"]
    assert tables.products.height == knobs["products"]
    assert tables.calendar.height == recipe.window.days
    series = days_by_series(tables)
    assert series.height == recipe.n_series
    assert 0 < tables.sales.height <= estimated["sales"]
    assert (series["last"] == tables.window.end).all()
    if not recipe.preset.gaps and not recipe.preset.launch_ramp_days:
        assert tables.sales.height == estimated["sales"]
    assert abs(tables.stock["is_stockout"].sum() - recipe.stockout_p * tables.sales.height) <= max(
        2, 0.2 * recipe.stockout_p * tables.sales.height
    )


@pytest.mark.parametrize("scenario", ["demo_minimal", "sparse", "new_launches", "showcase_rich"])
@pytest.mark.parametrize("days", [1, 2, 13, 45])
def test_windows_of_a_few_days_work_where_a_start_and_an_end_are_given(scenario: str, days: int) -> None:
    window = Window.ending(date(1950, 3, 1), days)
    tables = generate(resolve_recipe(scenario, 42, window=window))
    assert tables.calendar["date"].to_list() == list(window)
    assert 0 < tables.sales.height <= 125 * days


@pytest.mark.parametrize("scenario", Scenario)
def test_a_preview_is_one_series_of_the_preset(scenario: Scenario) -> None:
    series = preview_series(scenario)
    assert series.shape == (preset_named(scenario).demo.days,)
    assert np.array_equal(series, preview_series(scenario), equal_nan=True)
    assert np.nanmax(series) > 20
    assert bool(np.isnan(series).any()) == (scenario in {"sparse", "new_launches"})

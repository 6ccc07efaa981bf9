"""Known truth: what the tables of truth say is what drives the demand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from showcase.demand.demand import WEEKDAY_FACTORS
from showcase.demand.generate import generate
from showcase.demand.overrides import SeedOverrides
from showcase.demand.recipe import resolve_recipe
from showcase.demand.truth import weather_signal

AS_OF = date(2026, 10, 31)


def calm_demand(**knobs: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Demand of a chain without noise, its week and trend taken out, with price and promotion; and the true effects."""
    quiet = SeedOverrides(noise_sigma=0.0, stockout_intensity=0.0, stores=8, window_days=180, **knobs)
    tables = generate(resolve_recipe("demo_minimal", 42, quiet, AS_OF))
    assert tables.truth_demand is not None
    assert tables.truth_effects is not None
    weekday = pl.Series(WEEKDAY_FACTORS).gather(tables.sales["date"].dt.weekday() - 1)
    trend = 1 + 0.0005 * (tables.sales["date"] - tables.window.start).dt.total_days()
    seen = tables.sales.select(
        "store", "product", "promo_percent", price=pl.col("unit_price_cents").log()
    ).with_columns(demand=(tables.truth_demand["latent_units"] / (weekday * trend)).log())
    return seen, tables.truth_effects


def test_the_true_elasticity_is_the_slope_of_demand_on_price() -> None:
    seen, effects = calm_demand(promotion_intensity=0.0)
    centred = (
        seen.with_columns(
            demand=pl.col("demand") - pl.col("demand").median().over("store", "product", "price"),
            level=pl.col("demand").median().over("store", "product", "price"),
        )
        # each series at each of its prices, without anomalies, which are far off its median
        .group_by("store", "product", "price")
        .agg(pl.col("level").first())
        .with_columns(
            price=pl.col("price") - pl.col("price").mean().over("store", "product"),
            level=pl.col("level") - pl.col("level").mean().over("store", "product"),
        )
    )
    slopes = (
        centred.group_by("product")
        .agg(slope=(pl.col("price") * pl.col("level")).sum() / (pl.col("price") ** 2).sum())
        .sort("product")
    )
    assert slopes.height == 10
    assert slopes["slope"].to_numpy() == pytest.approx(effects["price_elasticity"].to_numpy(), abs=0.06)


def test_the_true_uplift_is_what_a_promotion_brings_beside_its_price() -> None:
    seen, effects = calm_demand(promotion_intensity=0.5)
    beside_price = seen.join(effects, on="product").with_columns(
        demand=pl.col("demand") - pl.col("price_elasticity") * pl.col("price"), is_promoted=pl.col("promo_percent") > 0
    )
    medians = beside_price.group_by("store", "product", "is_promoted").agg(pl.col("demand").median())
    lift = (
        medians.filter("is_promoted")
        .join(medians.filter(~pl.col("is_promoted")), on=["store", "product"])
        .group_by("product")
        .agg(uplift=(pl.col("demand") - pl.col("demand_right")).mean().exp())
        .join(effects, on="product")
    )
    assert lift.height >= 9
    assert lift["uplift"].to_numpy() == pytest.approx(lift["promotion_uplift"].to_numpy(), rel=0.03)


def test_weather_is_standardised_persistent_and_the_same_in_every_window() -> None:
    signal = weather_signal(42, 4, np.arange(20_000, 24_000))
    assert signal.mean(axis=1) == pytest.approx(np.zeros(4), abs=0.15)
    assert signal.std(axis=1) == pytest.approx(np.ones(4), abs=0.08)
    today, tomorrow = signal[:, :-1].ravel(), signal[:, 1:].ravel()
    assert 0.55 < np.corrcoef(today, tomorrow)[0, 1] < 0.8
    assert np.array_equal(weather_signal(42, 2, np.arange(21_000, 21_010)), signal[:2, 1000:1010])


def test_weather_moves_the_demand_of_the_rich_preset() -> None:
    quiet = SeedOverrides(noise_sigma=0.0, stockout_intensity=0.0, promotion_intensity=0.0, stores=8)
    tables = generate(resolve_recipe("showcase_rich", 42, quiet, AS_OF))
    assert tables.truth_demand is not None
    # beverages (product 0) of a northern against a southern store: what differs from day to day is weather and prices
    days = np.array([(day - date(1970, 1, 1)).days for day in tables.window])
    north, south = (
        np.log(
            tables.truth_demand.filter((pl.col("store") == store) & (pl.col("product") == 0))["latent_units"].to_numpy()
        )
        for store in (0, 1)
    )
    signal = weather_signal(42, 2, days)
    assert np.corrcoef(north - south, signal[0] - signal[1])[0, 1] > 0.3

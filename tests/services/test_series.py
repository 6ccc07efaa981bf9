"""A series as a person looks at it: every day of the window, what was sold, and what only the generator knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sqlalchemy import text

from showcase.demand.overrides import SeedOverrides
from showcase.demand.recipe import resolve_recipe
from showcase.services.suite import Services
from showcase.store.demand import DataSet, Pair
from showcase.store.engine import Database
from showcase.store.series import SERIES_SCHEMA
from showcase.testing import TODAY, services_over


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Services:
    return services_over(database, tmp_path)


def seeded(services: Services, scenario: str = "stockout_heavy") -> tuple[DataSet, Pair]:
    knobs = SeedOverrides(stores=2, products=3, window_days=75)
    data_set = services.demand.seed(resolve_recipe(scenario, 7, knobs, TODAY)).data_set
    return data_set, services.demand.focus(data_set, None).pair


def test_a_series_has_a_row_for_every_day_of_the_window(services: Services) -> None:
    data_set, pair = seeded(services)
    record = services.series.show(data_set, pair.store_id, pair.product_id)
    assert record is not None
    assert record.days.schema == {**SERIES_SCHEMA, "latent": pl.Float64}
    assert record.days["date"].to_list() == [data_set.window.day(index) for index in range(data_set.window.days)]
    assert record.pair == pair


def test_a_series_tells_what_the_tables_hold(services: Services, database: Database) -> None:
    data_set, pair = seeded(services)
    record = services.series.show(data_set, pair.store_id, pair.product_id)
    assert record is not None
    keys = {"data_set": data_set.id, "store": pair.store_id, "product": pair.product_id}
    where = "data_set_id = :data_set AND store_id = :store AND product_id = :product"
    with database.read() as connection:
        sums = [
            connection.execute(text(f"SELECT sum({column}) FROM {table} WHERE {where}"), keys).scalar_one()
            for column, table in (
                ("units", "sales"), ("unit_price_cents", "sales"), ("promo_percent", "sales"), ("on_hand", "stock"),
                ("is_stockout::int", "stock"), ("latent_units", "truth.demand"),
            )
        ]  # fmt: skip
    days = record.days
    told = [days["units"].sum(), days["price"].sum() * 100, days["promo"].sum() * 100, days["on_hand"].sum()]
    told += [days["is_stockout"].sum(), days["latent"].sum()]
    assert told == pytest.approx([float(value) for value in sums])
    assert record.has_truth
    assert (days["latent"] >= days["units"]).all()


def test_the_truth_of_all_series_stands_in_the_order_of_the_matrix(services: Services) -> None:
    data_set, pair = seeded(services)
    matrix = services.demand.matrix(data_set)
    latent = services.series.latent(data_set, matrix)
    assert latent.shape == matrix.units.shape
    record = services.series.show(data_set, pair.store_id, pair.product_id)
    assert record is not None
    row = matrix.row_of(pair.store_id, pair.product_id)
    assert latent[row].tolist() == record.days["latent"].to_list()
    shown = ~np.isnan(matrix.units)
    assert (latent[shown] >= matrix.units[shown]).all()


def test_missing_days_are_null_and_never_zero(services: Services) -> None:
    data_set, pair = seeded(services, "sparse")
    record = services.series.show(data_set, pair.store_id, pair.product_id)
    assert record is not None
    row = services.demand.matrix(data_set)
    units = row.units[row.row_of(pair.store_id, pair.product_id)]
    assert record.days["units"].null_count() == int(np.isnan(units).sum()) > 0


def test_a_pair_without_sales_and_a_pair_of_another_data_set_have_no_series(services: Services) -> None:
    data_set, pair = seeded(services)
    other, _ = seeded(services, "demo_minimal")
    assert services.series.show(data_set, pair.store_id, 10**6) is None
    assert services.series.show(other, pair.store_id, pair.product_id) is None


def test_nobody_knows_the_truth_of_imported_sales(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("date,store,product,quantity,event\n2026-03-01,A,x,3,fair\n2026-03-03,A,x,5,\n")
    services = replace(services, scratch=tmp_path)
    kept, _ = services.demand.import_sales(path)
    pair = services.demand.focus(kept.data_set, None).pair
    record = services.series.show(kept.data_set, pair.store_id, pair.product_id)
    assert record is not None
    assert (record.truth, record.has_truth) == (None, False)
    days = record.days
    assert days["units"].to_list() == [3, None, 5]
    assert days["on_hand"].null_count() == 3
    assert days["event"].to_list() == ["fair", None, None]
    assert days["date"].to_list()[0] == date(2026, 3, 1)

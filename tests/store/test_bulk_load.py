"""Rows that went in through COPY BINARY come out as they were, and a partition is wiped by dropping it."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, text
from sqlalchemy.types import BigInteger, Boolean, Date

from showcase.demand.generate import generate
from showcase.demand.recipe import resolve_recipe
from showcase.demand.tables import fingerprint
from showcase.store import demand
from showcase.store import tables as t
from showcase.store.bulk_load import copy_rows, encode_rows
from showcase.store.copy_out import read_columns
from showcase.store.demand_load import NewDataSet, Truth, insert_data_set, load_tables
from showcase.store.engine import Database
from showcase.testing import TODAY

SAMPLE = Table(
    "sample",
    MetaData(),
    Column("small", Integer),
    Column("large", BigInteger),
    Column("day", Date),
    Column("yes", Boolean),
)
KINDS = {"store_id": "int4", "product_id": "int4", "large": "int8", "day": "date", "yes": "bool"}
EPOCH = date(1970, 1, 1)


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.integers(-(2**31), 2**31 - 1), st.integers(-(2**63), 2**63 - 1), st.dates(date(1, 1, 1)), st.booleans()
        ),
        min_size=1,
    )
)
def test_the_binary_form_is_the_one_that_the_server_sends(rows: list[tuple[int, int, date, bool]]) -> None:
    # the server's own form is checked below; here: one header, one trailer, one fixed size a row
    columns = _columns(rows)
    body = b"".join(encode_rows(SAMPLE, columns))
    assert body.startswith(b"PGCOPY\n\xff\r\n\x00")
    assert body.endswith(b"\xff\xff")
    assert len(body) == 19 + len(rows) * (2 + 4 * 4 + 4 + 8 + 4 + 1) + 2


def _columns(rows: list[tuple[int, int, date, bool]]) -> dict[str, np.ndarray]:
    small, large, days, yes = zip(*rows, strict=True)
    return {
        "small": np.array(small),
        "large": np.array(large),
        "day": np.array([(day - EPOCH).days for day in days]),
        "yes": np.array(yes),
    }


@pytest.mark.compat
def test_what_was_copied_in_is_read_out_again(database: Database) -> None:
    rows = [
        (0, 0, date(2000, 1, 1), False),
        (2**31 - 1, 2**63 - 1, date(9999, 12, 31), True),
        (-(2**31), -(2**63), date(1900, 2, 28), True),
    ]
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE sample (small int, large bigint, day date, yes boolean)"))
        assert copy_rows(connection, SAMPLE, _columns(rows)) == 3
        stored = connection.execute(text("SELECT small, large, day, yes FROM sample ORDER BY large")).all()
        found = read_columns(connection, "SELECT small, small, large, day, yes FROM sample", [], KINDS)
    assert [tuple(row) for row in stored] == sorted(rows, key=lambda row: row[1])
    days = [EPOCH.toordinal() + int(day) for day in found["day"]]
    read = zip(found["store_id"].tolist(), found["large"].tolist(), days, found["yes"].tolist(), strict=True)
    assert sorted(read, key=lambda row: row[1]) == [
        (row.small, row.large, row.day.toordinal(), row.yes) for row in stored
    ]
    assert found["store_id"].tolist() == found["product_id"].tolist()


def test_an_empty_result_has_empty_columns(database: Database) -> None:
    with database.read() as connection:
        kinds = {"store_id": "int4", "product_id": "int4"}
        found = read_columns(connection, "SELECT 1::int4, 1::int4 WHERE false", [], kinds)
    assert {name: column.tolist() for name, column in found.items()} == {"store_id": [], "product_id": []}


def _load(database: Database, seed: int) -> int:
    tables = generate(resolve_recipe("sparse", seed, as_of=TODAY))
    assert tables.truth_demand is not None
    assert tables.truth_effects is not None
    with database.begin() as connection:
        new = NewDataSet("synthetic", "sparse", {}, fingerprint(tables), tables.window, tables.row_counts())
        data_set_id = insert_data_set(connection, new)
        load_tables(connection, data_set_id, tables, Truth(tables.truth_demand, tables.truth_effects), lambda *_: None)
        demand.make_current(connection, data_set_id)
    return data_set_id


@pytest.mark.compat
def test_a_loaded_data_set_has_every_row_of_every_table(database: Database) -> None:
    data_set_id = _load(database, 42)
    tables = generate(resolve_recipe("sparse", 42, as_of=TODAY))
    with database.read() as connection:
        for table, name in (
            (t.sales, "sales"),
            (t.stock, "stock"),
            (t.price_span, "prices"),
            (t.promotion, "promotions"),
        ):
            count = connection.execute(text(f"SELECT count(*) FROM {table.name} WHERE data_set_id = {data_set_id}"))
            assert count.scalar_one() == getattr(tables, name).height
        row = connection.execute(
            text(
                "SELECT sum(units) AS units, sum(revenue_cents) AS cents, min(date) AS first, max(date) AS last "
                "FROM sales"
            )
        ).one()
    assert (row.units, row.cents) == (tables.sales["units"].sum(), tables.sales["revenue_cents"].sum())
    assert (row.first, row.last) == (tables.sales["date"].min(), tables.sales["date"].max())


def test_the_matrix_holds_the_rows_and_missing_days_are_missing(database: Database) -> None:
    data_set_id = _load(database, 42)
    tables = generate(resolve_recipe("sparse", 42, as_of=TODAY))
    with database.read() as connection:
        data_set = demand.find_data_set(connection, data_set_id)
        assert data_set is not None
        rows = demand.read_sales(connection, data_set)
    assert len(rows.units) == tables.sales.height
    by_series = tables.sales.group_by("store", "product").agg(pl.col("units").sum()).sort("store", "product")
    order = np.lexsort((rows.product_ids, rows.store_ids))
    _, starts = np.unique(rows.store_ids[order] * 10**6 + rows.product_ids[order], return_index=True)
    assert np.add.reduceat(rows.units[order], starts).tolist() == by_series["units"].to_list()


def test_wiping_takes_every_data_set_and_never_uses_an_id_again(database: Database) -> None:
    first, second = _load(database, 1), _load(database, 2)
    with database.begin() as connection:
        lines = demand.count_wipe(connection)
        demand.wipe(connection)
        left = [
            connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in ("data_set", "store", "product", "sales", "stock", "truth.demand", "truth.effect")
        ]
        partitions = connection.execute(
            text("SELECT count(*) FROM pg_class WHERE relname ~ '^(sales|stock|demand)_[0-9]'")
        )
        assert partitions.scalar_one() == 0
    assert left == [0] * 7
    assert {table for _, table, _ in lines} >= {"sales", "stock", "stores", "products"}
    third = _load(database, 3)
    assert third > second > first
    with database.read() as connection:
        lowest = connection.execute(text("SELECT min(id) FROM store")).scalar_one()
    assert lowest == 7, "three stores each: the ids of the third data set begin at 7"

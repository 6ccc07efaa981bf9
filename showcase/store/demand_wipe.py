"""Counts the rows of data sets, and removes their facts while stores, products and calendar stay."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select, text, update

from showcase.store import tables as t
from showcase.store.bulk_load import partition_name
from showcase.store.demand import PARTITIONED, DataSet, find_by_fingerprint, list_data_sets, make_current
from showcase.store.demand_read import read_tables

_COUNTED = {
    "stores": t.store, "products": t.product, "calendar": t.calendar_day, "prices": t.price_span,
    "promotions": t.promotion, "sales": t.sales, "stock": t.stock,
}  # fmt: skip
DIMENSIONS = ("stores", "products", "calendar")
_SMALL_FACTS = (t.enrichment, t.lifecycle_stage, t.exogenous_signal, t.price_span, t.promotion, t.truth_effect)


def count_rows(connection: Connection, data_set_id: int) -> dict[str, int]:
    """The rows that each table of the data set has now, counted one by one."""
    return {
        name: int(
            connection.execute(
                select(func.count()).select_from(table).where(table.c.data_set_id == data_set_id)
            ).scalar_one()
        )
        for name, table in _COUNTED.items()
    }


def count_facts(connection: Connection) -> dict[str, int]:
    """Rows by table that `delete_facts` would remove."""
    counts: dict[str, int] = {}
    for found in list_data_sets(connection):
        enriched = select(t.enrichment.c.row_counts).where(t.enrichment.c.data_set_id == found.id)
        for name, rows in (found.row_counts | (connection.execute(enriched).scalar() or {})).items():
            if name not in DIMENSIONS:
                counts[name] = counts.get(name, 0) + rows
    return counts


def delete_facts(connection: Connection) -> None:
    """Remove the facts of every data set inside the caller's transaction.

    What is left is another data set, so it gets the fingerprint of what is left; where two are the same then, the older
    one stays.
    """
    for table in _SMALL_FACTS:
        connection.execute(delete(table))
    for found in reversed(list_data_sets(connection)):
        for table in PARTITIONED:
            connection.execute(text(f"DROP TABLE IF EXISTS {partition_name(table, found.id)}"))
        _rename(connection, found)


def _rename(connection: Connection, found: DataSet) -> None:
    fingerprint = read_tables(connection, found).fingerprint()
    twin = find_by_fingerprint(connection, fingerprint)
    if twin is not None and twin.id != found.id:
        for table in (t.calendar_day, t.product, t.store):
            connection.execute(delete(table).where(table.c.data_set_id == found.id))
        connection.execute(delete(t.data_set).where(t.data_set.c.id == found.id))
        if found.is_current:
            make_current(connection, twin.id)
        return
    counts = {name: rows if name in DIMENSIONS else 0 for name, rows in found.row_counts.items()}
    connection.execute(
        update(t.data_set).where(t.data_set.c.id == found.id).values(fingerprint=fingerprint, row_counts=counts)
    )

"""Reads the stores and products of a data set, a page at a time or one by its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from showcase.store import tables as t

_CENTS = 100


@dataclass(frozen=True, slots=True)
class StoreRow:
    """One store."""

    id: int
    code: str
    name: str
    region: str
    city: str
    store_type: str


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product; base_price is in units of money, launch_date null where it was sold from the first day."""

    id: int
    sku: str
    name: str
    category: str
    brand: str
    base_price: float
    launch_date: str | None


_STORE_COLUMNS = ("id", "code", "name", "region", "city", "store_type")
_SEARCHED = {t.store: ("code", "name", "region", "city"), t.product: ("sku", "name", "category", "brand")}


def _matching(table: Table, data_set_id: int, search: str | None) -> list[ColumnElement[bool]]:
    """Rows of the data set that have `search` as a literal piece of one of their texts, in any case."""
    own = [table.c.data_set_id == data_set_id]
    if not search:
        return own
    return [*own, or_(*(table.c[name].icontains(search, autoescape=True) for name in _SEARCHED[table]))]


def _page(connection: Connection, table: Table, terms: list[ColumnElement[bool]], limit: int, offset: int) -> Any:
    query = select(table).where(*terms).order_by(table.c.id).limit(limit).offset(offset)
    total = connection.execute(select(func.count()).select_from(table).where(*terms)).scalar_one()
    return connection.execute(query), int(total)


def _store(row: Any) -> StoreRow:
    return StoreRow(**{name: getattr(row, name) for name in _STORE_COLUMNS})


def _product(row: Any) -> ProductRow:
    return ProductRow(
        row.id, row.sku, row.name, row.category, row.brand, row.base_price_cents / _CENTS,
        None if row.launch_date is None else row.launch_date.isoformat(),
    )  # fmt: skip


def list_stores(
    connection: Connection, data_set_id: int, search: str | None, limit: int, offset: int
) -> tuple[list[StoreRow], int]:
    """The stores of a data set by id, and how many match in all."""
    found, total = _page(connection, t.store, _matching(t.store, data_set_id, search), limit, offset)
    return [_store(row) for row in found], total


def list_products(
    connection: Connection, data_set_id: int, search: str | None, limit: int, offset: int
) -> tuple[list[ProductRow], int]:
    """The products of a data set by id, and how many match in all."""
    found, total = _page(connection, t.product, _matching(t.product, data_set_id, search), limit, offset)
    return [_product(row) for row in found], total


def find_store(connection: Connection, store_id: int) -> StoreRow | None:
    """One store of whichever data set."""
    row = connection.execute(select(t.store).where(t.store.c.id == store_id)).first()
    return _store(row) if row else None


def find_product(connection: Connection, product_id: int) -> ProductRow | None:
    """One product of whichever data set."""
    row = connection.execute(select(t.product).where(t.product.c.id == product_id)).first()
    return _product(row) if row else None

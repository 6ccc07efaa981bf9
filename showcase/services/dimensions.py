"""The stores and products of the current data set."""

from __future__ import annotations

from dataclasses import dataclass

from showcase.errors import NotFoundError
from showcase.store import dimensions as rows
from showcase.store.demand import current_data_set
from showcase.store.dimensions import ProductRow, StoreRow
from showcase.store.fence import Transactions


@dataclass(frozen=True, slots=True)
class DimensionService:
    """Everything about stores and products that a person can ask for; pages count from 1.

    `search` is a literal piece of a code or a name, in any case. On an empty database the pages are empty.
    """

    transactions: Transactions

    def stores(self, search: str | None = None, page: int = 1, page_size: int = 20) -> tuple[list[StoreRow], int]:
        """A page of the current data set's stores, and how many there are in all."""
        with self.transactions.read() as connection:
            current = current_data_set(connection)
            if current is None:
                return [], 0
            return rows.list_stores(connection, current.id, search, page_size, (page - 1) * page_size)

    def products(self, search: str | None = None, page: int = 1, page_size: int = 20) -> tuple[list[ProductRow], int]:
        """A page of the current data set's products, and how many there are in all."""
        with self.transactions.read() as connection:
            current = current_data_set(connection)
            if current is None:
                return [], 0
            return rows.list_products(connection, current.id, search, page_size, (page - 1) * page_size)

    def store(self, store_id: int) -> StoreRow:
        """One store, of any data set; NotFoundError where there is none."""
        with self.transactions.read() as connection:
            found = rows.find_store(connection, store_id)
        if found is None:
            raise NotFoundError(f"There is no store {store_id}.", "Choose one of those that are listed.")
        return found

    def product(self, product_id: int) -> ProductRow:
        """One product, of any data set; NotFoundError where there is none."""
        with self.transactions.read() as connection:
            found = rows.find_product(connection, product_id)
        if found is None:
            raise NotFoundError(f"There is no product {product_id}.", "Choose one of those that are listed.")
        return found

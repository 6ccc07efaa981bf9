"""Stores and products over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from showcase.http.documentation import problems
from showcase.http.routes.answers import Open
from showcase.http.strict import StrictRoute
from showcase.wiring import Installation

Page = Annotated[int, Query(ge=1, le=1_000_000, description="Which page, from 1 on.")]
PageSize = Annotated[int, Query(ge=1, le=100, description="How many on a page.")]
Search = Annotated[str | None, Query(max_length=200, description="A literal piece of a code or a name, in any case.")]
DimensionPath = Annotated[int, Path(ge=1, le=2**31 - 1, description="The id.")]


class StoreItem(Open):
    """One store."""

    id: int
    code: str
    name: str
    region: str
    city: str
    store_type: str


class ProductItem(Open):
    """One product."""

    id: int
    sku: str
    name: str
    category: str
    brand: str
    base_price: float


class StorePage(Open):
    """A page of stores, by id."""

    stores: list[StoreItem]
    total: int


class ProductPage(Open):
    """A page of products, by id."""

    products: list[ProductItem]
    total: int


def dimensions_router(installation: Installation) -> APIRouter:
    """GET /dimensions/stores and /products, and one of each."""
    router = APIRouter(prefix="/dimensions", tags=["data"], route_class=StrictRoute)
    dimensions = installation.services.dimensions

    @router.get("/stores", response_model=StorePage)
    def stores(page: Page = 1, page_size: PageSize = 20, search: Search = None) -> dict[str, Any]:
        """The stores of the current data set; none on an empty database."""
        found, total = dimensions.stores(search, page, page_size)
        return {"stores": found, "total": total}

    @router.get("/products", response_model=ProductPage)
    def products(page: Page = 1, page_size: PageSize = 20, search: Search = None) -> dict[str, Any]:
        """The products of the current data set; none on an empty database."""
        found, total = dimensions.products(search, page, page_size)
        return {"products": found, "total": total}

    @router.get("/stores/{store_id}", response_model=StoreItem, responses=problems(404))
    def store(store_id: DimensionPath) -> Any:
        """One store."""
        return dimensions.store(store_id)

    @router.get("/products/{product_id}", response_model=ProductItem, responses=problems(404))
    def product(product_id: DimensionPath) -> Any:
        """One product."""
        return dimensions.product(product_id)

    return router

"""The store and the product that a run features, chosen from the data set that is there."""

from __future__ import annotations

from typing import Any, Self

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.cell import InACell
from showcase.console.derive import form_class
from showcase.console.refusals import NONE, refused_by
from showcase.console.surface import arranged, refuse
from showcase.kernel.refusals import parse_as
from showcase.pipeline.request import UserScope
from showcase.wiring import shared_installation

AUTO, _NO_ID, _WHAT = "Automatic", 0, "focus pair"
FIELDS = tuple(UserScope.model_fields)
_ROW = "display: grid; grid-template-columns: 1fr 1fr; gap: 12px; padding-top: 6px;"


class FocusPicker(form_class("FocusParams", UserScope, bases=(InACell,))):
    """Two searchable selects; "Automatic" lets the run choose the pair with the most sold days.

    `stores` and `products` are (id, code); `scope()` is what a run request takes, None while either is automatic.
    """

    stores = param.List(default=[], doc="The stores to choose from, as (id, code).")
    products = param.List(default=[], doc="The products to choose from, as (id, SKU).")

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._is_placing = False
        self._selects = {name: self._select(name) for name in FIELDS}
        self._row = arranged(*self._selects.values(), css=_ROW)
        self.param.watch(self._fill, ["stores", "products", *FIELDS])
        self._fill()

    @classmethod
    def current(cls) -> Self:
        """A picker over the current data set of this process's installation; empty where there is none."""
        demand = shared_installation().services.demand
        data_set = demand.current()
        stores, products = demand.pairs(data_set) if data_set else ([], [])
        return cls(stores=stores, products=products)

    def scope(self) -> UserScope | None:
        """The pair as a request takes it; None where the run is to choose. InvalidInputError for ids that none is."""
        given = self.given()
        return parse_as(UserScope, given, _WHAT) if given else None

    def given(self) -> dict[str, int] | None:
        """The same as plain values."""
        chosen = {name: getattr(self, name) for name in FIELDS}
        return None if None in chosen.values() else chosen

    def load(self, scope: dict[str, int] | None) -> None:
        """Choose this pair, or leave it to the run."""
        self.param.update(**{name: (scope or {}).get(name) for name in FIELDS})

    def _select(self, name: str) -> pmui.Select:
        noun = "Store" if name == "store_id" else "Product"
        select = pmui.Select(
            label=noun, description="", size="small", searchable=True, margin=0, sizing_mode="stretch_width",
            dropdown_height=300,
        )  # fmt: skip

        def chosen(event: param.parameterized.Event) -> None:
            if not self._is_placing:
                self._choose(name, event.new or None)

        select.param.watch(chosen, "value")
        return select

    def _choose(self, name: str, key: int | None) -> None:
        """A pair has two halves: choosing one takes the first of the other along, leaving one leaves both."""
        if key is None:
            self.param.update(**dict.fromkeys(FIELDS))
            return
        others = {other: getattr(self, other) for other in FIELDS if other != name}
        firsts = {other: self._choices(other)[0][0] for other, held in others.items() if held is None}
        self.param.update(**{name: key, **firsts})

    def _choices(self, name: str) -> list[tuple[int, str]]:
        return self.stores if name == "store_id" else self.products

    def _fill(self, *_events: param.parameterized.Event) -> None:
        """Offer what the data set has; a choice that it does not have is given up, once it is known what it has."""
        is_known = bool(self.stores and self.products)
        is_gone = any(
            getattr(self, name) is not None and getattr(self, name) not in dict(self._choices(name)) for name in FIELDS
        )
        if is_known and is_gone:
            self.param.update(**dict.fromkeys(FIELDS))
            return
        given = self.given()
        refused = refused_by(UserScope, given, _WHAT) if given else NONE
        self._is_placing = True
        try:
            for name, select in self._selects.items():
                options = {AUTO: _NO_ID, **{code: key for key, code in self._choices(name)}}
                held = getattr(self, name)
                select.param.update(options=options, value=held if held in options.values() else _NO_ID)
                refuse(select, refused, name)
        finally:
            self._is_placing = False

    def __panel__(self) -> pn.viewable.Viewable:
        return self._row

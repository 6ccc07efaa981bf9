"""The series explorer: a store, a product, and all that is known of their days under one axis."""

from __future__ import annotations

import panel as pn
import param

from showcase.console.data_words import series_words, truth_words
from showcase.console.forms.focus import FocusPicker
from showcase.console.plots.explorer import HEIGHT, explorer_plot
from showcase.console.result_text import EMPTY, SOLD, WANTED, keys
from showcase.console.spreadsheet import file_name
from showcase.console.state import ConsoleState
from showcase.console.stores.data import Catalogue, DataStore
from showcase.console.surface import arranged, card, remedy, show_only, text, title
from showcase.console.text import plain
from showcase.console.theme import sheet
from showcase.console.views.picture import HEAD, Picture
from showcase.errors import ShowcaseError
from showcase.services.series import SeriesRecord
from showcase.store.demand import DataSet


class ExplorerView(pn.viewable.Viewer):
    """Follows the state's pair; "Automatic" is the pair with the most sold days."""

    def __init__(self, state: ConsoleState, store: DataStore) -> None:
        super().__init__()
        self._state, self._store = state, store
        self._data_set: DataSet | None = None
        self._catalogue: Catalogue | None = None
        self._head, self._words = text(title("Series")), text(stylesheets=[sheet("numbers")])
        self.picker = FocusPicker()
        self._picture = Picture("Series", "series", height=HEIGHT, linked_axes=True)
        top = arranged(self._head, self._picture.tools, css=HEAD, in_line=True)
        self._card = card(top, self.picker, self._words, *self._picture.body)
        self.root = arranged(self._card, css="display: block;")
        self.picker.param.watch(self._picked, ["store_id", "product_id"])

    async def show(self, data_set: DataSet | None) -> None:
        """Offer the series of a data set, and draw the one that the state names."""
        show_only(self.root, data_set is not None)
        if data_set is None:
            self._data_set = None
            return
        if self._data_set is None or self._data_set.id != data_set.id:
            self._catalogue = await self._store.catalogue(data_set)
            self._data_set = data_set
            self.picker.param.update(stores=list(self._catalogue.stores), products=list(self._catalogue.products))
        store, _, product = self._state.pair.partition("-")
        wanted = {"store_id": int(store), "product_id": int(product)} if product else None
        self.picker.load(wanted)
        await self._draw()

    async def _picked(self, *_events: param.parameterized.Event) -> None:
        chosen = self.picker.given()
        pair = f"{chosen['store_id']}-{chosen['product_id']}" if chosen else ""
        if pair != self._state.pair:
            self._state.pair = pair
            await self._draw()

    async def _draw(self) -> None:
        data_set, catalogue = self._data_set, self._catalogue
        if data_set is None or catalogue is None:
            return
        chosen = self.picker.given()
        keys = (chosen["store_id"], chosen["product_id"]) if chosen else catalogue.usual
        try:
            record = await self._store.series(data_set, *keys)
        except ShowcaseError as error:
            self._say(remedy(error), None)
            return
        if self._data_set is data_set and self.picker.given() == chosen:  # else a newer call draws
            self._say(_keys(record) if record else _never_sold(), record)

    def _say(self, words: str, record: SeriesRecord | None) -> None:
        aside = f"{record.pair.store_code} / {record.pair.sku}" if record else ""
        self._head.object = title("Series", aside)
        self._words.object = words
        if record is None:
            self._picture.clear()
        else:
            self._picture.draw(explorer_plot(record.days), record.days.to_pandas(), file=file_name(aside))

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root


def _never_sold() -> str:
    return '<p class="quiet">This store never sold this product. Choose another pair, or Automatic.</p>'


def _keys(record: SeriesRecord) -> str:
    """Numbers, truth, and what the lines are."""
    told = (SOLD, *((WANTED,) if record.has_truth else ()), *(() if record.has_no_stock else (EMPTY,)))
    return (
        f'<p class="small">{series_words(record)}</p><p class="small quiet">{plain(truth_words(record))} '
        f"Drag over days to look closer, double click to go back.</p>{keys(*told)}"
    )

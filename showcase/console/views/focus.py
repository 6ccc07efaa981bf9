"""The focus pair with its series drawn and four numbers about it."""

from __future__ import annotations

from typing import Any

import panel as pn
import param
import polars as pl

from showcase.console.draft import RunDraft
from showcase.console.plots.series import HEIGHT, series_plot
from showcase.console.sight import Sight
from showcase.console.stores.run import RunStore
from showcase.console.surface import arranged, card, remedy, text, title
from showcase.console.text import count
from showcase.console.views.picture import HEAD, Picture
from showcase.errors import ShowcaseError
from showcase.kernel.table import UNITS
from showcase.kernel.words import percent


class FocusView(pn.viewable.Viewer):
    """Which series is featured; drawn, when somebody sees it, from the data set that is there."""

    def __init__(self, draft: RunDraft, store: RunStore) -> None:
        super().__init__()
        self._draft, self._store = draft, store
        self._head, self._words = text(title("Focus pair")), text('<p class="small quiet">Reading the series</p>')
        self._picture = Picture("Focus pair", "focus-pair", height=HEIGHT)
        head = arranged(self._head, self._picture.tools, css=HEAD, in_line=True)
        self._sight = Sight(of="focus")
        self._card = card(self._sight, head, draft.focus, *self._picture.body, self._words)
        draft.focus.param.watch(self.refresh, ["store_id", "product_id"])
        draft.param.watch(self.refresh, "surroundings")
        self._sight.param.watch(self.refresh, "seen")

    async def refresh(self, *_events: param.parameterized.Event) -> None:
        """Draw the pair that the run will feature."""
        if not self._sight.seen:
            return
        try:
            await self._draw()
        except ShowcaseError as error:
            self._picture.clear()
            self._words.object = remedy(error)

    async def _draw(self) -> None:
        wanted = self._draft.focus.given()
        pair = None if wanted else await self._store.focus()
        if wanted is None and pair is None:
            self._say("", "There is no data yet: the run chooses the series with the most sold days.")
            return
        keys = wanted or {"store_id": pair.store_id, "product_id": pair.product_id}
        series = await self._store.series(**keys)
        if wanted != self._draft.focus.given():
            return  # chosen anew while the series was read: the newer call draws
        if series is None:
            self._say(
                "", "This store never sold this product; the run would fall back to another pair, with a warning."
            )
            return
        aside = f"{pair.store_code} / {pair.sku}" if pair else ""
        self._picture.draw(series_plot(series), series.to_pandas())
        self._say(aside, _numbers(series), keeps_picture=True)

    def _say(self, aside: str, words: str, *, keeps_picture: bool = False) -> None:
        self._head.object = title("Focus pair", aside)
        self._words.object = f'<p class="small quiet">{words}</p>'
        if not keeps_picture:
            self._picture.clear()

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card


def _numbers(series: pl.DataFrame) -> str:
    """Four numbers about a series, as one line. To a model a closed day is as a missing one: nothing was to be sold."""
    units = series[UNITS]
    known: Any = units.drop_nulls()
    return " · ".join(
        (
            f"{known.mean() or 0:.1f} units a day",
            f"{percent(_share(series['promo'] > 0))} of days promoted (shaded)",
            f"{percent(_share(series['is_stockout']))} out of stock (dots)",
            f"{count(units.null_count(), 'day')} closed or missing",
        )
    )


def _share(days: pl.Series) -> float:
    """The share of days that are true; 0 where there is none."""
    return float(days.sum()) / max(days.len(), 1)

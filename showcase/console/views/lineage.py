"""The Lineage view: who replayed whom, drawn from left to right."""

from __future__ import annotations

from functools import partial
from typing import Any

import holoviews as hv
import panel as pn
import panel_material_ui as pmui
import param
from bokeh.models import ColumnDataSource

from showcase.console.choices import read_choices
from showcase.console.lineage_text import keys_html, selected_html, told_html
from showcase.console.plots.lineage import MARKS, lineage_plot, nearest, node_table, told_table
from showcase.console.session import Session
from showcase.console.stores.lineage import Drawn, LineageStore
from showcase.console.surface import arranged, card, remedy, text, title
from showcase.console.theme import sheet
from showcase.console.views.picture import HEAD, Picture
from showcase.errors import ShowcaseError

_STACK = "display: grid; grid-template-rows: auto minmax(0, 1fr); gap: 12px; height: 100%; min-height: 0;"
_LINE = "display: grid; grid-template-columns: minmax(0, 1fr) auto auto auto; gap: 10px;"
_SCROLLS = ":host { min-height: 0; overflow: auto; }"
_SCOPE, _TWICE_S = "scope", 0.6
_SCOPES = {"its family": "family", "whole library": "library"}


class LineageView(pn.viewable.Viewer):
    """A click selects, a double click loads into Run, a click on a folded chain opens it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._state = session, session.state
        self._store = LineageStore(session.installation)
        self._drawn: Drawn | None = None
        self._unfolded: set[str] = set()
        self._clock, self._last_tap = session.installation.services.clock, None
        self._ranges: hv.streams.RangeXY | None = None
        self._nodes: ColumnDataSource | None = None
        self._head, self._selected = text(title("Lineage")), text(stylesheets=[sheet("workspace")])
        self._scope = pmui.RadioBoxGroup(options=_SCOPES, value="family", inline=True, size="small", margin=0)
        look = {"margin": 0, "size": "small", "variant": "outlined"}
        self._open = pmui.Button(label="Open", icon="inventory_2", **look, on_click=self._to_library)
        self._load = pmui.Button(label="Load", icon="input", **look, on_click=self._load_selected)
        self._open.disabled = self._load.disabled = True
        line = arranged(self._selected, self._scope, self._open, self._load, css=_LINE, in_line=True)
        self._words = text('<p class="quiet">Reading who replayed whom</p>')
        self._picture = Picture("Lineage", "lineage")
        told = arranged(self._words, self._picture.tools, css=HEAD, in_line=True)
        self._keys = text(keys_html(), stylesheets=[sheet("lineage")], visible=False)
        self._pictured = card(told, self._keys, *self._picture.body, extra=_SCROLLS, sizing_mode="stretch_both")
        self.root = arranged(card(self._head, line), self._pictured, css=_STACK, sizing_mode="stretch_both")
        self._scope.param.watch(self._scoped, "value")
        self._state.param.watch(self._selected_another, "workspace")
        self._state.param.watch(self._themed, "dark")

    async def load(self) -> None:
        """Read the graph anew; where no workspace is open there is only the whole library."""
        self._scope.param.update(disabled=not self._state.workspace, value=self._scope_wanted())
        await self._read()

    def leave(self) -> None:
        """Nothing ticks here."""

    def _scope_wanted(self) -> str:
        asked = self._state.filters.get(_SCOPE)
        return "library" if asked == ["library"] or not self._state.workspace else "family"

    async def _read(self) -> None:
        choices = read_choices(self._state.search, self._state.filters)
        try:
            if self._scope.value == "family" and self._state.workspace:
                self._drawn = await self._store.family(self._state.workspace, self._unfolded)
            else:
                self._drawn = await self._store.library(choices.filter(), self._unfolded)
        except ShowcaseError as error:
            self._drawn = None
            self._picture.clear()
            self._keys.visible = False
            self._words.object = remedy(error)
            return
        is_family = self._scope.value == "family"
        self._head.object = title(
            "Lineage", "" if is_family or not choices.is_filtered else "the library's filters apply"
        )
        self._words.object = told_html(self._drawn.graph, is_family=is_family, is_filtered=choices.is_filtered)
        self._ranges = None
        self._draw()

    def _draw(self) -> None:
        """The picture, where it was moved to, with the open workspace marked."""
        self._tell_selected()
        self._nodes = None
        if self._drawn is None or not self._drawn.graph.nodes:
            self._picture.clear()
            return
        plot = lineage_plot(self._drawn.layout, selected=self._state.workspace, is_dark=self._state.dark)
        moved = self._ranges
        if moved is not None and moved.x_range and moved.y_range:
            plot = plot.opts(xlim=moved.x_range, ylim=tuple(sorted(moved.y_range)))
        nodes = next(each for each in plot if isinstance(each, hv.Points) and "workspace_id" in each)
        self._ranges = hv.streams.RangeXY(source=nodes)
        nodes.opts(hooks=[self._keep_nodes])
        hv.streams.Tap(source=nodes).add_subscriber(self._tapped)
        hv.streams.DoubleTap(source=nodes).add_subscriber(self._tapped_twice)
        self._picture.draw(plot, told_table(self._drawn.layout))

    def _keep_nodes(self, plot: Any, _element: hv.Points) -> None:
        """HoloViews has drawn the nodes: from now on a mark is moved in place, for a picture that is replaced under
        somebody's hand loses the click."""
        self._nodes = plot.handles["source"]

    def _mark(self) -> None:
        """Mark the open workspace in the picture that is there."""
        self._tell_selected()
        if self._nodes is not None and self._drawn is not None:
            table = node_table(self._drawn.layout, self._state.workspace)
            self._nodes.data = {**self._nodes.data, **{name: table[name].to_numpy() for name in MARKS}}

    def _tell_selected(self) -> None:
        graph, wanted = self._drawn.graph if self._drawn else None, self._state.workspace
        node = next((one for one in graph.nodes if one.workspace_id == wanted), None) if graph else None
        is_empty = graph is not None and not graph.nodes
        self._selected.object = selected_html(node, is_empty=is_empty)
        self._keys.visible = graph is not None and not is_empty
        self._open.disabled = self._load.disabled = node is None or node.is_deleted

    def _tapped(self, x: float | None = None, y: float | None = None) -> None:
        named, now = self._named(x, y), self._clock.monotonic()
        # a picture that is drawn anew between two clicks has the browser take the second for a single one
        is_second = self._last_tap is not None and self._last_tap[0] == named and now - self._last_tap[1] < _TWICE_S
        self._last_tap = (named, now)
        if named is not None:
            # not here: a tap is told in the middle of a drawing
            pn.state.execute(partial(self._load_into_run if is_second else self._select, named))

    def _tapped_twice(self, x: float | None = None, y: float | None = None) -> None:
        named = self._named(x, y)
        if named is not None:
            pn.state.execute(partial(self._load_into_run, named))

    def _named(self, x: float | None, y: float | None) -> str | None:
        if self._drawn is None or x is None or y is None:
            return None
        return nearest(self._drawn.layout, x, y)

    async def _select(self, named: str) -> None:
        assert self._drawn is not None  # it was tapped
        if self._is_folded(named):
            self._unfolded.add(named)
            await self._read()
        elif not self._is_deleted(named):
            self._state.workspace = named

    def _is_folded(self, named: str) -> bool:
        assert self._drawn is not None  # it was tapped
        return any(fold.name == named for fold in self._drawn.layout.folds)

    def _is_deleted(self, workspace_id: str) -> bool:
        assert self._drawn is not None  # it was tapped
        return any(one.workspace_id == workspace_id and one.is_deleted for one in self._drawn.graph.nodes)

    async def _load_into_run(self, workspace_id: str) -> None:
        if self._is_folded(workspace_id) or self._is_deleted(workspace_id) or self._state.view != "lineage":
            return
        try:
            frame = await self._store.frame(workspace_id)
        except ShowcaseError as error:
            self._words.object = remedy(error)
            return
        self._session.draft.load(frame, f"workspace {workspace_id[:8]}")
        self._state.open("run")

    async def _load_selected(self, _event: param.parameterized.Event) -> None:
        await self._load_into_run(self._state.workspace)

    async def _to_library(self, _event: param.parameterized.Event) -> None:
        self._state.open("library")

    async def _scoped(self, event: param.parameterized.Event) -> None:
        filters: dict[str, Any] = {name: values for name, values in self._state.filters.items() if name != _SCOPE}
        if event.new == "library" and self._state.workspace:
            filters[_SCOPE] = ["library"]
        if event.new != self._scope_wanted():
            self._state.filters = filters
            await self._read()

    async def _selected_another(self, _event: param.parameterized.Event) -> None:
        if self._state.view == "lineage":
            self._scope.disabled = not self._state.workspace
            self._mark()

    async def _themed(self, _event: param.parameterized.Event) -> None:
        if self._state.view == "lineage":
            self._draw()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root

"""The Compare view: two to five workspaces side by side."""

from __future__ import annotations

import io
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.comparison_text import called, comparison_csv, comparison_html, names_of
from showcase.console.plots.overlay import HEIGHT, LINES, is_aligned, overlay_plot, overlay_table
from showcase.console.session import Session
from showcase.console.state import MOST_COMPARED
from showcase.console.stores.compare import CompareStore, choice
from showcase.console.surface import MANY, arranged, card, remedy, show_only, text, title
from showcase.console.text import plain, span
from showcase.console.theme import sheet
from showcase.console.views.picture import PictureCard
from showcase.errors import ShowcaseError
from showcase.workspaces.comparison import FEWEST, Comparison

_SCROLLS = (
    "display: flex; flex-direction: column; gap: 12px; height: 100%; min-height: 0; overflow-y: auto;"
    "scrollbar-width: thin;"
)
_LINE = "display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr) auto auto; gap: 10px;"
_LABELLED: dict[str, Any] = {"margin": 0, "sizing_mode": "stretch_width", "stylesheets": [sheet("many")]}
_ALL_ROWS = "rows"
_DASHES = {"solid": "", "dashed": "6 4", "dotdash": "2 4 6 4", "dotted": "2 3", "dashdot": "6 4 2 4"}


class CompareView(pn.viewable.Viewer):
    """Follows the ids and the base in the state; the address of the page is the link to the comparison."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state, self._store = session.state, CompareStore(session.installation)
        self._now = session.installation.services.clock.now
        self._comparison: Comparison | None = None
        self._is_showing = False
        self._chosen = pmui.MultiChoice(
            label="Workspaces, two to five", options={}, max_items=MOST_COMPARED, searchable=True, **MANY
        )  # fmt: skip
        self._base = pmui.Select(label="Compared with", options={}, size="small", **_LABELLED)
        self._differences = pmui.Checkbox(label="differences only", value=True, size="small", margin=0)
        self._csv = pmui.FileDownload(
            callback=self._as_csv, filename="comparison.csv", label="CSV", icon="download", margin=0, size="small",
            variant="outlined", auto=True, embed=False,
        )  # fmt: skip
        self._words = text()
        self._forecasts = PictureCard(
            "Forecasts", "forecasts", min_height=HEIGHT, waits="No forecast to draw.", at_once=True
        )
        self._tables = text(stylesheets=[sheet("compare")])
        choices = arranged(self._chosen, self._base, self._differences, self._csv, css=_LINE, in_line=True)
        head = card(text(title("Compare", "the address of this page is its link")), choices, self._words)
        self._tabled = arranged(card(self._tables), css="display: block; flex: none;")
        self.root = arranged(head, self._tabled, self._forecasts, css=_SCROLLS, sizing_mode="stretch_both")
        for widget in (self._chosen, self._base, self._differences):
            widget.param.watch(self._chose, "value")
        self._state.param.watch(self.load, ["compare", "base"])
        self._show()

    async def load(self, *_events: param.parameterized.Event) -> None:
        """Read the comparison anew."""
        if self._state.view != "compare":
            return
        ids, base = list(self._state.compare), self._state.base
        self._comparison = None
        failure: ShowcaseError | None = None
        try:
            newest = await self._store.newest()
            if FEWEST <= len(ids) <= MOST_COMPARED:
                self._comparison = await self._store.compare(ids, base if base in ids else None)
        except ShowcaseError as error:
            failure, newest = error, {}
        self._offer(newest, ids)
        self._show(failure)

    def leave(self) -> None:
        """Nothing ticks here."""

    def _offer(self, newest: dict[str, str], ids: list[str]) -> None:
        """The newest workspaces to choose from, and those that are compared, whatever their age."""
        offered = newest | {one[:8]: one for one in ids if one not in newest.values()}
        if self._comparison is not None:
            known = {one.workspace_id: choice(called(one), one.workspace_id) for one in self._comparison.workspaces}
            offered = {label: one for label, one in offered.items() if one not in known} | {
                label: one for one, label in known.items()
            }
        labels = {one: label for label, one in offered.items()}
        self._is_showing = True
        self._chosen.param.update(options=offered, value=ids)
        self._base.param.update(options={labels[one]: one for one in ids}, value=self._base_of(ids))
        self._differences.value = self._state.filters.get(_ALL_ROWS) != ["all"]
        self._is_showing = False

    def _base_of(self, ids: list[str]) -> str | None:
        return self._state.base if self._state.base in ids else next(iter(ids), None)

    def _chose(self, *_events: param.parameterized.Event) -> None:
        if self._is_showing:
            return
        filters = {name: values for name, values in self._state.filters.items() if name != _ALL_ROWS}
        filters |= {} if self._differences.value else {_ALL_ROWS: ["all"]}
        ids = list(self._chosen.value)
        base = self._base.value if self._base.value in ids else ""
        is_same = ids == self._state.compare and base == (self._state.base or base)
        self._state.param.update(compare=ids, base=base, filters=filters)
        if is_same:
            self._show()

    def _show(self, failure: ShowcaseError | None = None) -> None:
        found = self._comparison
        newest = self._chosen.options
        show_only(self._tabled, found is not None)
        self._csv.disabled = self._base.disabled = self._differences.disabled = found is None
        self._words.object = _words(failure, len(self._state.compare), has_any=bool(newest)) if found is None else ""
        if found is None:
            self._forecasts.wait(is_hidden=True)
            return
        self._tables.object = comparison_html(found, self._now(), differences_only=self._differences.value)
        names = list(names_of(found).values())
        plot = overlay_plot(found.forecasts, names)
        if plot is None:
            self._forecasts.wait()
        else:
            table = overlay_table(found.forecasts, names)
            self._forecasts.show(lambda: (plot, table), height=HEIGHT, keys=_keys(found, names))

    def _as_csv(self) -> io.StringIO:
        assert self._comparison is not None  # the button is off without one
        return io.StringIO(comparison_csv(self._comparison))

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root


def _words(failure: ShowcaseError | None, number: int, *, has_any: bool) -> str:
    if failure is not None:
        return remedy(failure)
    if number >= FEWEST:
        return '<p class="quiet">Reading the comparison</p>'
    if number == 1:
        return '<p class="quiet">One more: a comparison needs two at least.</p>'
    if not has_any:
        return (
            '<p><b>Nothing is kept yet.</b></p><p class="quiet">Tick Keep before you press Run: two kept runs can be '
            "compared here.</p>"
        )
    return (
        '<p><b>Nothing is compared yet.</b></p><p class="quiet">Choose two to five workspaces here, or tick them in '
        "the Library and press Compare.</p>"
    )


def _keys(found: Comparison, names: list[str]) -> str:
    """Which line is whose, on which days where they lie far apart, and why one has none."""
    aligned, keys, banded = is_aligned(found.forecasts), [], ""
    for line, name, (colour, dash) in zip(found.forecasts, names, LINES, strict=False):
        said = line.why_not or (span(line.dates[0], line.dates[-1]) if aligned and line.dates else "")
        banded = banded or (name if line.dates else "")
        keys.append(
            f'<span><svg width="26" height="8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke="{colour}" '
            f'stroke-width="2.5" stroke-dasharray="{_DASHES[dash]}"/></svg>{plain(name)}'
            f"{f' <span class="quiet small">{plain(said)}</span>' if said else ''}</span>"
        )
    words = [f"The band is the 80 % interval of {banded}."] if banded else []
    if aligned:
        words.append("Their days lie far apart, so each begins at the first day that it forecast.")
    if any(line.actual for line in found.forecasts):
        words.append(f"Thin and {'in the colour of its forecast' if aligned else 'grey'} is what was sold.")
    return f'<div class="keys">{"".join(keys)}</div><p class="quiet small">{plain(" ".join(words))}</p>'

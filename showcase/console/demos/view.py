"""A demo in a notebook and as a page: what is there is shown, what is missing can be made with a button."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import panel as pn
import panel_material_ui as pmui

from showcase.console.actions import Action
from showcase.console.change import run_in_order, tell_faults
from showcase.console.demos import month_later, price_cut, stockouts
from showcase.console.demos.story import Chapter, Story
from showcase.console.picture_table import picture_csv
from showcase.console.picture_tools import PictureTools
from showcase.console.role import session_installation
from showcase.console.rows import Column, table_html
from showcase.console.side_page import side_head, side_page
from showcase.console.spreadsheet import file_name
from showcase.console.surface import arranged, card, remedy, show_only, text, title
from showcase.console.text import plain, spoken, told, words
from showcase.console.theme import sheet
from showcase.console.views.picture import HEAD
from showcase.console.views.trouble import TroubleView
from showcase.console.work import Work, follow
from showcase.errors import NotFoundError, ShowcaseError
from showcase.kernel.words import percent
from showcase.wiring import Installation

STORIES = {module.STORY.name: module.STORY for module in (price_cut, stockouts, month_later)}
"""The table of demos: adding one is a module with its STORY, and a notebook of its name."""

_PAGE = """
max-width: 960px; width: 100% !important; margin: 0 auto !important;
display: flex; flex-direction: column; gap: 12px; padding: 16px;
box-sizing: border-box;
"""


@dataclass(frozen=True, slots=True)
class CellPicture:
    """A live picture as a cell shows it; in plain text, which is what a saved notebook keeps, its title."""

    title: str
    pane: pn.pane.HoloViews

    def __repr__(self) -> str:
        return f"[picture: {self.title}]"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return self.pane._repr_mimebundle_(include, exclude)


class Demo:
    """One demo over this process's installation. `make()` makes what it needs, but never in a served page."""

    def __init__(self, story: Story, installation: Installation) -> None:
        self.story, self._installation = story, installation
        self._found: Any | None = None

    def make(self) -> None:
        """Make what the story stands on where it is not there yet. In a served page nothing happens: a button does."""
        if not _is_served() and not self.look():
            self.story.make(self._installation, lambda _share, _what: None)
            self.look()

    def look(self) -> bool:
        """Read what is there; whether it is all that the story needs."""
        self._found = self.story.find(self._installation)
        return self._found is not None

    def chapter(self, name: str) -> Chapter:
        """One chapter; NotFoundError where the story was not made yet, or has no such chapter."""
        if self._found is None:
            raise NotFoundError("What this demo shows is not there yet.", "Call make() first.")
        if name not in self.story.chapters:
            raise NotFoundError(f"The demo has no chapter {name!r:.60}.", f"Choose {words(self.story.chapters)}.")
        return self.story.chapters[name](self._found)

    def show(self, name: str) -> CellPicture | None:
        """Print the rounded table of a chapter and give its picture; a served page shows them by itself."""
        if _is_served():
            return None
        chapter = self.chapter(name)
        print(chapter.table.to_string(index=False))  # noqa: T201  (a cell's output)
        return CellPicture(chapter.title, _drawn(chapter))

    def page(self) -> pmui.Page:
        """The whole story as a page of its own, to be served."""
        return side_page(DemoView(self).root)

    def start(self) -> Work[None]:
        """Make what the story stands on beside the page."""
        return Work(lambda progress: self.story.make(self._installation, progress))


def demo(name: str) -> Demo:
    """The demo of this name over this process's installation; NotFoundError lists the names."""
    if name not in STORIES:
        raise NotFoundError(f"There is no demo {name!r:.60}.", f"Choose one of {words(STORIES)}.")
    run_in_order()
    pn.extension(notifications=False)
    return Demo(STORIES[name], session_installation())


class DemoView(pn.viewable.Viewer):
    """The question, a button where something has to be made first, and the chapters."""

    def __init__(self, shown: Demo) -> None:
        super().__init__()
        self._demo, story = shown, shown.story
        head = side_head(story.title, story.question)
        self._state = text('<p class="quiet">Reading what is there</p>')
        self.act = Action("Make it", self._make, icon="play_arrow", color="primary", variant="contained", size="small")
        self._doing = text()
        self._bar = pmui.LinearProgress(value=0, variant="determinate", margin=0, sizing_mode="stretch_width")
        self._offer = arranged(self.act.button, css="display: block;")
        self._progress = arranged(self._doing, self._bar, css="display: grid; gap: 6px;")
        show_only(self._offer, False)
        show_only(self._progress, False)
        self._chapters = arranged(text(), css="display: block;")
        top = card(head, self._state, self._offer, self._progress, self.act.notice)
        self._trouble = TroubleView()
        tell_faults(self._trouble.tell)
        self.root = arranged(self._trouble, top, self._chapters, css=_PAGE)
        pn.state.onload(self._begin)

    def _begin(self) -> None:
        pn.state.execute(self.load)

    async def load(self) -> None:
        """Show what is there, or offer to make it. Nothing is made by this."""
        try:
            is_there = self._demo.look()
        except ShowcaseError as error:
            self._state.param.update(object=remedy(error), visible=True)
            show_only(self._offer, True)
            return
        if is_there:
            self._chapters.objects = [self._card(self._demo.chapter(name)) for name in self._demo.story.chapters]
        show_only(self._offer, not is_there)
        needs = f'<p><b>This was not made yet.</b> <span class="quiet">{plain(self._demo.story.needs)}</span></p>'
        self._state.param.update(object="" if is_there else needs, visible=not is_there)

    def _card(self, chapter: Chapter) -> pn.Column:
        columns = [
            Column(str(name).replace("_", " "), is_number=pd.api.types.is_numeric_dtype(kind))
            for name, kind in chapter.table.dtypes.items()
        ]
        rows = [[_cell(value) for value in row] for row in chapter.table.itertuples(index=False)]
        head = text(title(chapter.title) + f"<p>{told(chapter.says)}</p>", stylesheets=[sheet("demo")])
        tools = PictureTools(
            file=file_name(chapter.title), csv=picture_csv(chapter.table), says=chapter.title, offers_table=False,
            margin=0,
        )  # fmt: skip
        table = text(table_html(chapter.title, columns, rows), stylesheets=[sheet("rows")])
        return card(
            arranged(head, tools, css=f"{HEAD} align-items: start;"), _drawn(chapter), table, margin=(0, 0, 12, 0)
        )

    async def _make(self) -> None:
        work = self._demo.start()
        needs = f'<p class="quiet">{plain(self._demo.story.needs)}</p>'
        self._state.param.update(object=needs, visible=True)
        show_only(self._offer, False)
        show_only(self._progress, True)
        follow(work, lambda: self._show(work), lambda: pn.state.execute(partial(self._tell, work)))
        self._show(work)

    def _show(self, work: Work[None]) -> None:
        self._bar.value = round(work.share * 100)
        self._doing.object = f'<p class="small quiet" role="status">{percent(work.share)} · {plain(work.what)}</p>'

    async def _tell(self, work: Work[None]) -> None:
        """The story that was made, or why it could not be; until one of them is there, there is no button."""
        try:
            work.outcome()
            await self.load()
        except ShowcaseError as error:
            self._state.param.update(object=remedy(error), visible=True)
            show_only(self._offer, True)
        finally:
            show_only(self._progress, False)

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root


def _is_served() -> bool:
    """Whether a browser's session runs this; `pn.state.served` only knows it of the notebook's own lines."""
    document = pn.state.curdoc
    return document is not None and document.session_context is not None


def _drawn(chapter: Chapter) -> pn.pane.HoloViews:
    return pn.pane.HoloViews(chapter.picture, sizing_mode="stretch_width", margin=0, linked_axes=False)


def _cell(value: Any) -> str | int | float | None:
    return spoken(value) if isinstance(value, str) else f"{value:,}"

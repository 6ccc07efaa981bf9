"""Composes the console: one page for one session."""

from __future__ import annotations

import warnings

import panel as pn
import panel_material_ui as pmui
import param
from bokeh.util.warnings import BokehUserWarning
from panel.io.resources import LOCAL_DIST

from showcase.console.ahead import is_made_ahead, show_ahead
from showcase.console.change import on_loop, run_in_order, tell_faults
from showcase.console.draft import RunDraft
from showcase.console.effective import Source
from showcase.console.feed import RunFeed, shared_feed
from showcase.console.lifetime import check_room, release_on_close
from showcase.console.live_page import live_page
from showcase.console.progress import RunProgress
from showcase.console.role import limited, session_role
from showcase.console.session import Session, View
from showcase.console.state import PARTS, ConsoleState
from showcase.console.stores.run import RunStore
from showcase.console.surface import card, remedy, show_only, text
from showcase.console.view_table import VIEWS
from showcase.console.views.decision import DecisionView
from showcase.console.views.frame import HeaderView, rail
from showcase.console.views.trouble import TroubleView
from showcase.errors import ShowcaseError
from showcase.services.roles import Role
from showcase.wiring import Installation, shared_installation

_RAIL_PX = 80
_HEADER_PX = 56
_MAIN = f"""
:host {{ display: flex; flex-direction: column; box-sizing: border-box; padding: 12px; min-height: 480px;
         height: calc(100vh - {_HEADER_PX}px); background: var(--mui-palette-background-default); overflow: hidden; }}
"""


class Console:
    """One session: its state, its draft, its sight of the newest run, and the views that present them."""

    def __init__(self, installation: Installation, feed: RunFeed, role: Role = "approver") -> None:
        self._store = RunStore(installation)
        self.state, self.draft, self.progress = ConsoleState(), RunDraft(), RunProgress(feed, self._store)
        self._session = Session(installation, self.state, self.draft, self.progress, feed, role)
        self._trouble = TroubleView()
        self._main = pn.Column(
            self._trouble, DecisionView(self._session), stylesheets=[_MAIN], margin=0, sizing_mode="stretch_both"
        )
        self._views: dict[str, View] = {}
        self._shown = ""  # follows the state, which may be two views further when a person is quick

    def page(self) -> pmui.Page:
        """The page, filled as soon as the database answers; nothing here waits for it."""
        _take_styles_from_here()
        self._take_location()
        page = live_page(
            ways=self.state.ways(),
            site_url="./",  # of this very place, whatever path a proxy puts in front
            header=[HeaderView(self._session)],
            sidebar=[rail(self.state)],
            sidebar_variant="permanent",
            sidebar_width=_RAIL_PX,
            sidebar_resizable=False,
            main=[self._main],
            sx={"& .main": {"backgroundColor": "background.default"}},
            dark_theme=self.state.dark,
        )
        page.param.watch(self._themed, "dark_theme")
        self.state.param.watch(self._open, "view")
        self.state.param.watch(self._write_location, [part.param for part in PARTS])
        self.draft.param.watch(self._drafted, ["check", "source"])
        self.progress.param.watch(self._told, "story")
        self.progress.param.watch(self._recovered, "failure")
        tell_faults(self._trouble.tell)
        self._mount()
        if is_made_ahead():
            show_ahead(self._store, self.draft, self.progress)
        release_on_close(page)
        # after the first paint: a page that waits for its pictures is seen a second later
        pn.state.onload(self._begin)
        return page

    @on_loop
    async def _begin(self) -> None:
        self.progress.follow()
        pn.state.execute(self._load)

    async def _load(self) -> None:
        await self._read_surroundings()
        await self._load_view()

    async def _read_surroundings(self) -> None:
        try:
            found = await self._store.surroundings()
            if found != self.draft.surroundings:
                self.draft.surroundings = found
        except ShowcaseError as error:
            self.progress.failure = error

    async def _open(self, _event: param.parameterized.Event) -> None:
        if self._shown == self.state.view:
            return
        self._views[self._shown].leave()
        self._mount()
        await self._load_view()

    def _mount(self) -> None:
        """Show the view that the state names.

        One that was never open is made now, so that a page loads what it shows; the others stay, hidden, as they were.
        """
        name = self.state.view
        is_new = name not in self._views
        if is_new:
            self._views[name] = VIEWS[name].make(self._session)
        for each, view in self._views.items():
            show_only(view.root, each == name)
        if is_new:
            self._main.append(self._views[name].root)
        self._shown = name

    async def _load_view(self) -> None:
        """Let the view read itself, once its parts are on the page."""
        await self._views[self._shown].load()

    async def _told(self, event: param.parameterized.Event) -> None:
        """A run that ended, or seeded, changed what the form stands on."""
        old, new = event.old, event.new
        if new is None or old is None:
            return
        has_seeded = bool(new.data("status")) and not (old.run_id == new.run_id and old.data("status"))
        if has_seeded or (old.is_running and not new.is_running):
            await self._read_surroundings()

    async def _recovered(self, event: param.parameterized.Event) -> None:
        """The database answers again: nobody has to load the page anew."""
        if event.old is not None and event.new is None:
            await self._load()

    def _drafted(self, *_events: param.parameterized.Event) -> None:
        source = self.draft.source
        told = {} if source is None else {"name": source.name, "frame": dict(source.frame)}
        self.state.param.update(draft=self.draft.frame(), source=told)

    def _themed(self, event: param.parameterized.Event) -> None:
        self.state.dark = event.new

    def _take_location(self) -> None:
        if pn.state.location is not None:
            self.state.go(pn.state.location.search or "")
            self.draft.load(self.state.draft)
            if self.state.source:
                self.draft.source = Source(**self.state.source)

    def _write_location(self, *_events: param.parameterized.Event) -> None:
        if pn.state.location is not None:
            pn.state.location.search = self.state.query()


def show() -> pmui.Page:
    """The console of this process's installation, as a page to serve or to show in a cell."""
    # a theme change makes the browser send a table's style sheets again; bokeh then warns, and nothing is wrong
    warnings.filterwarnings("ignore", message="reference already known", category=BokehUserWarning)
    run_in_order()
    pn.extension("tabulator", notifications=False, reconnect=True)
    try:
        check_room()
        installation = shared_installation()
        role = session_role(installation.settings)
        return Console(limited(installation, role), shared_feed(installation.launcher), role).page()
    except ShowcaseError as error:
        return _sorry(error)


def _take_styles_from_here() -> None:
    """Let this session's style sheets come from this server.

    Panel says so when it renders the page; a session that had expired, and is made anew by a browser that comes back,
    never renders one, and would ask the internet.
    """
    document = pn.state.curdoc
    if document is not None and document.session_context is not None:
        document.template_variables.setdefault("dist_url", LOCAL_DIST)


def _sorry(error: ShowcaseError) -> pmui.Page:
    """The page of an installation that cannot be opened: what happened and what to do, in place of a blank screen."""
    page = live_page(site_url="./", main=[card(text(remedy(error)), margin=24)])
    release_on_close(page)
    return page

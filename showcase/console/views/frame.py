"""What stands around every view: the chips of the header, and the rail."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.connection import Connection
from showcase.console.run_html import RUN_WORDS
from showcase.console.session import Session
from showcase.console.state import ConsoleState
from showcase.console.surface import arranged, text
from showcase.console.text import brief, day, plain
from showcase.console.theme import sheet
from showcase.console.view_table import VIEWS
from showcase.services.roles import Role

_HEAD = "display: grid; grid-template-columns: minmax(0, 1fr) auto auto; align-items: center; gap: 12px; min-width: 0;"
_ROLES: dict[Role, str] = {
    "viewer": ' <span class="chip" role="note">You look on: to run or change takes an operator\'s token</span>',
    "operator": "",
    "approver": "",
}
"""What a person is told beside the data set who may do less than what is offered."""
_RAIL = {
    "pt": "8px",
    "& .MuiListItemButton-root": {"flexDirection": "column", "py": "9px", "px": "4px !important", "gap": "2px"},
    "& .MuiListItemButton-root.Mui-selected": {"borderLeftWidth": "3px"},
    "& .MuiListItemIcon-root": {"pr": "0 !important", "color": "text.secondary"},
    "& .Mui-selected .MuiListItemIcon-root": {"color": "primary.main"},
    "& .MuiListItemIcon-root .MuiIcon-root": {"color": "inherit"},
    "& .MuiListItemText-primary": {"fontSize": "12px"},
}


class HeaderView(pn.viewable.Viewer):
    """The current data set, whether something runs, and who looks on."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        draft, progress = session.draft, session.progress
        self._state, self._draft, self._progress, self._role = session.state, draft, progress, session.role
        self._data = text(stylesheets=[sheet("chip")])
        self._run = text(stylesheets=[sheet("chip")], sizing_mode=None, width=310)
        self._row = arranged(self._data, Connection(margin=0), self._run, css=_HEAD, margin=(0, 8, 0, 16))
        draft.param.watch(self._show, "surroundings")
        session.state.param.watch(self._show, "dark")
        progress.param.watch(self._show, ["story", "is_known", "failure"])
        if pn.state.location is not None:  # the browser tells where it is, after the page was made
            pn.state.location.param.watch(self._show, "pathname")
        self._show()

    def _show(self, *_events: param.parameterized.Event) -> None:
        data_set = None if self._draft.surroundings is None else self._draft.ground.data_set
        whole = "" if data_set is None else f' title="{plain(data_set.name)}"'
        self._data.object = f'<span class="chip"{whole}>{plain(self._data_words())}</span>{_ROLES[self._role]}'
        words, tone = self._run_words()
        chip = f'<span class="chip {tone}" role="status">{plain(words)}</span>'
        self._run.object = f'<div style="text-align:right">{_notebooks(is_dark=self._state.dark)} {chip}</div>'

    def _data_words(self) -> str:
        if self._draft.surroundings is None:
            return "reading the data set" if not self._progress.is_away else "data set not known"
        data_set = self._draft.ground.data_set
        if data_set is None:
            return "no demand data"
        return f"{brief(data_set.name)} · to {day(data_set.window.end)} · data {data_set.fingerprint.short}"

    def _run_words(self) -> tuple[str, str]:
        story = self._progress.story
        if self._progress.is_away:
            return "the database is away", "failed"
        if not self._progress.is_known:
            return "reading", ""
        if story is None or story.run_status == "completed":
            return "idle", ""
        if story.question is not None:
            return "awaiting decision", "deciding"
        if story.is_running:
            return f"running · step {story.position} of {len(story.lines)}", "running"
        return f"idle · last run {RUN_WORDS[story.run_status]}", "failed" if story.run_status == "failed" else ""

    def __panel__(self) -> pn.viewable.Viewable:
        return self._row


def _notebooks(*, is_dark: bool) -> str:
    """The way to the list of notebooks, where this page is served beside it: at the root of a place."""
    location = pn.state.location
    is_beside = location is not None and str(location.pathname or "").endswith("/")
    address = "./notebooks?theme=dark" if is_dark else "./notebooks"
    return f'<a class="chip" href="{address}">Notebooks</a>' if is_beside else ""


def rail(state: ConsoleState) -> pmui.MenuList:
    """The list of views; a click opens one, and the open one is marked."""
    names = list(VIEWS)
    items = [{"label": row.label, "icon": row.icon} for row in VIEWS.values()]
    menu = pmui.MenuList(
        items=items, active=(names.index(state.view),), sx=_RAIL, margin=0, sizing_mode="stretch_width",
    )  # fmt: skip

    def opened(event: param.parameterized.Event) -> None:
        if event.new is not None:
            state.view = names[event.new[0]]

    def moved(event: param.parameterized.Event) -> None:
        menu.active = (names.index(event.new),)

    menu.param.watch(opened, "active")
    state.param.watch(moved, "view")
    return menu

"""The table of views: the rail, the URL and the page are made from it; adding a view is adding its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from showcase.console.session import Session, View


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One view: its name in the URL, its label and icon in the rail, and `module:class` of what makes it.

    The class takes the session. It is imported when a page first opens the view, so that no page loads what nobody
    looks at.
    """

    name: str
    label: str
    icon: str
    home: str

    def make(self, session: Session) -> View:
        """The view of a session; nothing of it is read before its `load`."""
        module, _, name = self.home.partition(":")
        made: View = getattr(import_module(f"showcase.console.views.{module}"), name)(session)
        return made


_ROWS = (
    ViewRow("run", "Run", "play_circle", "run:RunView"),
    ViewRow("library", "Library", "inventory_2", "library:LibraryView"),
    ViewRow("lineage", "Lineage", "account_tree", "lineage:LineageView"),
    ViewRow("compare", "Compare", "compare_arrows", "compare:CompareView"),
    ViewRow("data", "Data", "storage", "data:DataView"),
    ViewRow("operations", "Operations", "monitor_heart", "operations:OperationsView"),
)
"""In the order of the rail. A view that has no row is nowhere on the screen."""

VIEWS: Mapping[str, ViewRow] = MappingProxyType({row.name: row for row in _ROWS})
FIRST_VIEW = _ROWS[0].name

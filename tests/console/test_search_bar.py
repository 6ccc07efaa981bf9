"""Whoever pressed Enter in the search line waits for the database, not for Panel."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import panel_material_ui as pmui
import pytest
from bokeh.document import Document

from showcase.console.shelf import Shelf
from showcase.console.state import ConsoleState
from showcase.console.stores.library import LibraryStore
from showcase.console.views.asking import Question
from showcase.console.views.search_bar import SearchBar


def waits_ms(line: pmui.TextInput, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long a served page waits before it takes what a browser told it of this field, each time that it waits."""
    waited: list[int] = []

    def wait(_document: Document, _callback: Any, ms: int) -> None:
        waited.append(ms)

    shown = line.get_root(Document())
    monkeypatch.setattr(Document, "session_context", property(lambda _document: SimpleNamespace()))
    monkeypatch.setattr(Document, "add_timeout_callback", wait)
    shown.data.value = "tag:demo"
    return waited


def test_the_search_line_tells_at_once_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(ConsoleState(), cast("LibraryStore", SimpleNamespace()))
    assert waits_ms(SearchBar(shelf, Question())._line, monkeypatch) == [0]


def test_another_field_of_panel_waits_so_that_the_setting_is_of_use(monkeypatch: pytest.MonkeyPatch) -> None:
    [waited] = waits_ms(pmui.TextInput(), monkeypatch)
    assert waited > 0

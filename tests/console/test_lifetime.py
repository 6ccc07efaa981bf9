"""So many tabs are served, and no more."""

from __future__ import annotations

import pytest
from panel.io.state import state
from panel.util import edit_readonly

from showcase.console import app, lifetime
from showcase.errors import UnavailableError


def test_there_is_room_until_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    lifetime.check_room()
    monkeypatch.setattr(lifetime, "MOST_SESSIONS", 0)
    with pytest.raises(UnavailableError, match="0 tabs are open here") as full:
        lifetime.check_room()
    assert full.value.remedy


def test_one_tab_too_many_is_a_page_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifetime, "MOST_SESSIONS", 0)
    said = [getattr(part, "object", None) for part in app.show().select()]
    assert any("0 tabs are open here" in words for words in said if isinstance(words, str))


def test_a_page_is_told_nothing_of_what_other_sessions_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each click of anybody would change the pages of all: 20 sessions, 20 times the work."""
    monkeypatch.setattr(lifetime, "MOST_SESSIONS", 0)  # a page that needs no installation
    page = app.show()
    with edit_readonly(state):
        state.busy = True
    try:
        assert page.busy is False
    finally:
        with edit_readonly(state):
            state.busy = False

"""A session's page is changed by one at a time, whoever changes it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import panel as pn
import pytest
from bokeh.document import Document
from bokeh.models import Div
from bokeh.server.contexts import BokehSessionContext
from bokeh.server.session import ServerSession
from panel.io import document as panel_document
from panel.io.state import set_curdoc

from showcase.console import change
from showcase.console.change import Change, on_loop, run_in_order, tell_faults
from showcase.errors import UnavailableError


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was left to Panel to execute."""
    taken: list[Any] = []
    monkeypatch.setattr(change, "async_execute", taken.append)
    return taken


@pytest.fixture
def document() -> Iterator[Document]:
    """The document of a session, as the current one."""
    made = Document()
    context = BokehSessionContext("a", None, made)
    made._session_context = lambda: context
    with set_curdoc(made):
        yield made


class Ours:
    def __init__(self) -> None:
        self.heard: list[str] = []

    async def handle(self, event: str) -> None:
        self.heard.append(event)

    @on_loop
    async def follow(self) -> None: ...


Ours.handle.__module__ = Ours.follow.__module__ = "showcase.console.somewhere"


def test_a_coroutine_of_ours_is_run_as_a_plain_callback_of_its_session(given: list[Any], document: Document) -> None:
    ours = Ours()
    change._execute(partial(ours.handle, "tap"))
    (callback,) = document.session_callbacks
    assert (given, ours.heard) == ([], [])
    asyncio.run(callback.callback())  # which the session awaits under its lock
    assert ours.heard == ["tap"]


def test_what_panel_wants_to_write_meanwhile_is_left_to_the_loop_of_the_server(document: Document) -> None:
    written: list[Document] = []

    async def write(to: Document) -> None:
        written.append(to)

    class Writes(Ours):
        async def handle(self, _event: str) -> None:
            panel_document._dispatch_write_task(document, write, document)

    Writes.handle.__module__ = Ours.handle.__module__
    run_in_order()
    change._execute(partial(Writes().handle, "tap"))
    (callback,) = document.session_callbacks
    asyncio.run(callback.callback())
    assert written == []
    later = document.session_callbacks[-1].callback()
    asyncio.run(later)
    assert written == [document]


def test_what_a_coroutine_failed_of_is_told_in_its_page_and_a_fault_of_ours_on_the_log(
    document: Document, caplog: pytest.LogCaptureFixture
) -> None:
    class Page:
        def __init__(self) -> None:
            self.told: list[BaseException] = []

        def tell(self, fault: BaseException) -> None:
            self.told.append(fault)

    class Fails:
        async def handle(self, fault: Exception) -> None:
            raise fault

    Fails.handle.__module__ = Ours.handle.__module__
    page = Page()
    tell_faults(page.tell)
    faults = [UnavailableError("The database is away.", "Wait."), RuntimeError("a fault of ours")]
    for fault in faults:
        change._execute(partial(Fails().handle, fault))
        asyncio.run(document.session_callbacks[-1].callback())
    assert page.told == faults
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == ["a fault of ours"]


@pytest.mark.usefixtures("document")
def test_a_coroutine_of_others_and_one_that_needs_the_loop_are_left_to_panel(given: list[Any]) -> None:
    async def theirs() -> None: ...

    ours = Ours()
    change._execute(theirs)
    change._execute(ours.follow)
    assert given == [theirs, ours.follow]


def test_outside_of_a_session_all_is_left_to_panel(given: list[Any]) -> None:
    ours = Ours()
    change._execute(ours.handle)
    assert given == [ours.handle]


def test_without_a_document_a_change_is_simply_made() -> None:
    made: list[str] = []
    asyncio.run(Change(None)(lambda: made.append("here")))
    assert made == ["here"]


def test_a_change_waits_for_its_turn_and_is_made_off_the_loop_with_its_document_as_the_current_one(
    document: Document,
) -> None:
    seen: list[tuple[bool, bool]] = []

    def make() -> None:
        seen.append((pn.state.curdoc is document, threading.current_thread() is threading.main_thread()))

    async def both() -> list[tuple[bool, bool]]:
        session = ServerSession("a", document, io_loop=asyncio.get_running_loop())
        document.session_context._set_session(session)
        async with session._lock:
            waiting = asyncio.ensure_future(Change(document)(make))
            await asyncio.sleep(0)
            early = list(seen)
        await waiting
        return early

    assert asyncio.run(both()) == []
    assert seen == [(True, False)]


def test_a_change_that_fails_says_so_and_leaves_the_document_as_usable_as_before(document: Document) -> None:
    def fail() -> None:
        raise ValueError("not today")

    with pytest.raises(ValueError, match="not today"):
        change._make(fail, document)
    document.add_root(Div(text="later"))
    assert [model.text for model in document.models] == ["later"]


def test_of_many_sessions_one_draws_at_a_time(document: Document) -> None:
    """The others' turns come in the order in which they asked."""
    at_work: list[int] = []
    met: list[int] = []

    def draw() -> None:
        at_work.append(1)
        met.append(len(at_work))
        sum(range(20_000))
        at_work.pop()

    async def many() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(change._drawing, change._make, draw, document) for _ in range(20)))

    asyncio.run(many())
    assert met == [1] * 20

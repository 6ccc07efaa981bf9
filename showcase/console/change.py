"""Keeps the changes of a session's page in one order: each is made on a worker thread that holds the session's lock.

So Panel 1.10 runs plain callbacks, and what they change is sent in its order before the lock is given back. Coroutines
it runs on the event loop, without the lock, and sends what they change beside that order: where the two meet, an older
value arrives after a newer one, or the document goes on collecting events that nobody sends. The page is then wrong
until it is loaded anew, and more often so on a busy machine. Therefore our coroutines are run as plain callbacks are,
and what comes from outside of a session goes through `Change`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import panel as pn
import param
from bokeh.document import Document
from panel.io.server import async_execute
from panel.io.state import set_curdoc

_OURS = "showcase."
_ON_LOOP = "stays_on_loop"


def run_in_order() -> None:
    """From now on run every coroutine of ours that handles an event of a session on a worker thread, under its lock.

    Its page waits until it has ended, all other pages do not.
    """
    param.parameterized.async_executor = _execute


def on_loop[**P, T](function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Marks a coroutine function that needs the server's event loop; it must not change the page by itself."""
    setattr(function, _ON_LOOP, True)
    return function


def _execute(function: Callable[[], Awaitable[Any]]) -> None:
    target = function.func if isinstance(function, partial) else function
    is_ours = str(getattr(target, "__module__", "")).startswith(_OURS) and not hasattr(target, _ON_LOOP)
    document = pn.state.curdoc
    if not is_ours or document is None or document.session_context is None:
        async_execute(function)
        return

    async def run() -> None:
        await function()

    def on_a_worker() -> None:
        with set_curdoc(document):
            asyncio.run(run())

    document.add_next_tick_callback(on_a_worker)


class Change:
    """Makes changes of one session's page from outside of its callbacks. To be awaited on the server's loop.

    Without a document (outside of a served session) a change is simply made.
    """

    def __init__(self, document: Document | None) -> None:
        self._context = None if document is None else document.session_context

    async def __call__(self, make: Callable[[], None]) -> None:
        if self._context is None:
            make()
            return

        def made(document: Document) -> None:
            with set_curdoc(document):
                make()

        await self._context.with_locked_document(made)

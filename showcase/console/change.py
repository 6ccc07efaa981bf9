"""Keeps the changes of a session's page in one order: each is made on a worker thread that holds the session's lock.

So Panel 1.10 runs plain callbacks, and what they change is sent in its order before the lock is given back. Coroutines
it runs on the event loop, without the lock, and sends what they change beside that order: where the two meet, an older
value arrives after a newer one, or the document goes on collecting events that nobody sends. The page is then wrong
until it is loaded anew, and more often so on a busy machine. Therefore our coroutines are run as plain callbacks are,
and what comes from outside of a session goes through `Change`.

The threads are our own: in Panel's few, a page that is being opened would wait for what other pages draw. And only one
draws at a time for all sessions, in the order in which they asked: threads that compute at once share one interpreter,
and take the event loop's share too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, WeakSet, ref

import panel as pn
import param
from bokeh.document import Document
from panel.io import document as panel_document
from panel.io.server import async_execute
from panel.io.state import set_curdoc

from showcase.errors import ShowcaseError

log = logging.getLogger(__name__)
_OURS = "showcase."
_ON_LOOP = "stays_on_loop"
_handling = ThreadPoolExecutor(4, thread_name_prefix="console-handling")
_drawing = ThreadPoolExecutor(1, thread_name_prefix="console-drawing")
Tell = Callable[[BaseException], None]
_workers: WeakSet[asyncio.AbstractEventLoop] = WeakSet()
"""The loops on which our coroutines run, each on a worker thread and for one of them alone."""
_write_task = panel_document._dispatch_write_task
_tellers: WeakKeyDictionary[Document, Callable[[], Tell | None]] = WeakKeyDictionary()


def run_in_order() -> None:
    """From now on run every coroutine of ours that handles an event of a session on a worker thread, under its lock.

    Its page waits until it has ended, all other pages do not.
    """
    param.parameterized.async_executor = _execute
    panel_document._dispatch_write_task = _write_on_the_server


def tell_faults(tell: Tell) -> None:
    """Call this method, on the worker, with whatever a coroutine of the current session failed of.

    It is held weakly. A session without one, and one that is gone, has its faults on the log alone.
    """
    document = pn.state.curdoc
    if document is not None:
        # no WeakMethod: collected together with what it points at, it raises where nobody hears it
        owner, name = ref(tell.__self__), tell.__name__  # type: ignore[attr-defined]  # a method, as it says
        _tellers[document] = lambda: getattr(owner(), name, None)


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

    async def run() -> BaseException | None:
        _workers.add(asyncio.get_running_loop())
        doing = asyncio.ensure_future(function())
        await asyncio.wait([doing])
        return doing.exception()

    def on_a_worker() -> None:
        with set_curdoc(document):
            fault = asyncio.run(run())
            if fault is not None:
                _told(document, fault)

    async def under_the_lock() -> None:
        await asyncio.get_running_loop().run_in_executor(_handling, on_a_worker)

    document.add_next_tick_callback(under_the_lock)


def _write_on_the_server(document: Document, write: Callable[..., Any], *args: Any, **named: Any) -> None:
    """Leave what is to be written to a socket to the server's loop.

    Panel takes whatever loop runs where it is called. On one of ours it would write from a second thread, so that two
    messages mix and the browser closes the connection; or the loop ends first, and the document waits for ever for a
    write that nobody does.
    """
    try:
        is_worker = asyncio.get_running_loop() in _workers
    except RuntimeError:
        is_worker = False
    if is_worker:
        document.add_next_tick_callback(partial(write, *args, **named))
    else:
        _write_task(document, write, *args, **named)


def _told(document: Document, fault: BaseException) -> None:
    """Whatever nobody met: what a person has to know is in the page, a fault of the program on the log too."""
    if not isinstance(fault, ShowcaseError):
        log.error("a page failed to do what was asked", exc_info=fault)
    teller = _tellers.get(document)
    tell = teller() if teller is not None else None
    if tell is not None:
        tell(fault)


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

        async def made(document: Document) -> None:
            await asyncio.get_running_loop().run_in_executor(_drawing, _make, make, document)

        await self._context.with_locked_document(made)


def _make(make: Callable[[], None], document: Document) -> None:
    """Make a change; what of the document is in use is looked up once after it, not after each part of it."""
    fault: BaseException | None = None
    with set_curdoc(document), document.models.freeze():
        try:
            make()
        except BaseException as error:  # noqa: BLE001  (bokeh leaves a document frozen for ever that meets one)
            fault = error
    if fault is not None:
        raise fault

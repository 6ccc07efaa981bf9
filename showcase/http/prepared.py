"""Console pages that are made before anybody asks for one, so that whoever opens the console need not wait for it.

Making a page takes the server half a second, all of it on its event loop. It is the same for everybody until it is
loaded, so some are kept in stock. bokeh 3.10.2 offers no way to hand one over: what follows makes a session in the two
halves of `ApplicationContext._create_session`, with private names; versions are pinned, and tests open pages so.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

from bokeh.document import Document
from bokeh.server.contexts import ApplicationContext, BokehSessionContext, _RequestProxy
from bokeh.server.session import ServerSession
from bokeh.util.token import generate_session_id, get_token_payload

from showcase.http.once import same_as_others

_LOOK_S = 0.25
_QUIET_S = 4.0  # whoever opens a page comes first: nothing is prepared until what it shows was loaded ...
_EMPTY_QUIET_S = 1.0  # ... sooner where the next visitor would find none ...
_IDLE = 0.4  # ... as this process tells by the share of a processor that it uses
_PATIENCE_S = 10.0  # while a run keeps it at work, a page is prepared each so often
_PAUSE_S = 1.0  # between two pages while others are open, which stand still while one is made
_RENEW_S = 5.0  # how often is looked whether the pages in stock still show what is newest


class PreparedSessions:
    """A stock of at most `most` pages of one application; an opened page is replaced in a quiet moment.

    A link that says where to go, and a browser that comes back, get a page made for them, as without a stock.
    `newest` tells, on a thread, what a page shows that is made now, None where nobody can tell: where it has changed,
    pages are made anew one by one; until then they are handed over as they are, and find out themselves.
    """

    def __init__(self, context: ApplicationContext, most: int, newest: Callable[[], object]) -> None:
        self._context, self._most, self._newest = context, most, newest
        self._ready: deque[tuple[BokehSessionContext, object]] = deque()
        self._make = context._create_session
        self._opened_at = float("-inf")
        self._filling: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        context._create_session = self._create  # type: ignore[method-assign]  # Bokeh has no hook for it

    @property
    def ready(self) -> int:
        """How many pages are in stock."""
        return len(self._ready)

    @property
    def shows(self) -> list[Any]:
        """What each page in stock shows, the next one first, as `newest` told it."""
        return [shown for _made, shown in self._ready]

    def refill(self) -> asyncio.Task[None]:
        """Fill the stock from now on; the task ends when it is full."""
        if self._filling is None or self._filling.done():
            self._filling = asyncio.get_running_loop().create_task(self._fill())
        if self._most and (self._renewing is None or self._renewing.done()):
            self._renewing = asyncio.get_running_loop().create_task(self._renew())
        return self._filling

    async def close(self) -> None:
        """Make no more pages, and let go of those in stock."""
        self._most = 0
        for task in (self._filling, self._renewing):
            if task is not None:
                task.cancel()
        while self._ready:
            await self._let_go()

    async def _create(self, session_id: Any, request: Any = None, token: str | None = None) -> ServerSession:
        self._opened_at = asyncio.get_running_loop().time()
        self.refill()
        if self._ready and token is not None and _is_plain_visit(request, token):
            return self._hand_over(self._ready.popleft()[0], session_id, request, token)
        return await self._make(session_id, request, token)

    def _hand_over(self, made: BokehSessionContext, session_id: Any, request: Any, token: str) -> ServerSession:
        """The second half of a session: whose it is, and its connection to the server."""
        payload = get_token_payload(token)
        made._id, made._token = session_id, token
        made._request = _RequestProxy(
            request, arguments=payload.get("arguments"), cookies=payload.get("cookies"), headers=payload.get("headers")
        )
        self._context.application._set_session_prefix(made.document)  # type: ignore[attr-defined]  # Panel's own
        loop = asyncio.get_running_loop()
        session = ServerSession(session_id, made.document, io_loop=loop, token=token, executor=self._context._executor)
        self._context._sessions[session_id] = session
        made._set_session(session)
        self._context._session_contexts[session_id] = made
        return session

    async def _fill(self) -> None:
        while len(self._ready) < self._most:
            await self._pause()
            await self._quiet_moment()
            self._ready.append(await self._prepare())

    async def _renew(self) -> None:
        """Make those pages anew that show what was the newest once; nothing while nobody can tell what is."""
        while True:
            await asyncio.sleep(_RENEW_S)
            newest = await asyncio.to_thread(self._newest) if self._ready else None
            if newest is not None and self._ready and self._ready[0][1] != newest:
                await self._quiet_moment()
                self._ready.append(await self._prepare())
                if len(self._ready) > self._most:
                    await self._let_go()

    async def _let_go(self) -> None:
        """Of the oldest page in stock, as of a session that has ended."""
        made, _shown = self._ready.popleft()
        made.document.destroy(None)  # Panel's own, for a document that never had a session
        await self._context.application.on_session_destroyed(made)

    async def _pause(self) -> None:
        if self._context._sessions:
            await asyncio.sleep(_PAUSE_S)

    async def _quiet_moment(self) -> None:
        """Let the event loop serve others, until there are none."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while loop.time() - began < _PATIENCE_S:
            used_s, looked_at = time.process_time(), loop.time()
            await asyncio.sleep(_LOOK_S)
            share = (time.process_time() - used_s) / (loop.time() - looked_at)
            rest_s = _QUIET_S if self._ready else _EMPTY_QUIET_S
            if share < _IDLE and loop.time() - self._opened_at >= rest_s and not self._is_changed_now():
                return

    def _is_changed_now(self) -> bool:
        """Whether an open page is being changed, or waits for it: it is locked meanwhile."""
        return any(session._lock.locked() for session in self._context._sessions.values())

    async def _prepare(self) -> tuple[BokehSessionContext, object]:
        """The first half of a session: its document, which is nobody's yet, and what it shows."""
        newest = await asyncio.to_thread(self._newest)
        document, context = Document(), self._context
        made = BokehSessionContext(
            generate_session_id(), context.server_context, document, logout_url=context._logout_url
        )
        made._request = _RequestProxy(None)  # type: ignore[arg-type]  # of nobody yet
        document._session_context = weakref.ref(made)
        same_as_others(document)
        await context.application.on_session_created(made)
        context.application.initialize_document(document)
        return made, newest


def _is_plain_visit(request: Any, token: str) -> bool:
    """Whether somebody opens the address itself; by the socket comes a browser whose session had expired."""
    is_page = request is not None and not request.path.endswith("/ws")
    return is_page and not request.query and not get_token_payload(token).get("arguments")

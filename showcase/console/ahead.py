"""What a page shows already that is made ahead, for nobody yet: so that a visitor finds it there, and need not wait.

Its pictures are drawn when they come into sight all the same: a browser that gets them with the page shows it later.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import panel as pn

from showcase.console.draft import RunDraft
from showcase.console.progress import RunProgress
from showcase.console.stores.run import RunStore
from showcase.errors import ShowcaseError

_PATIENCE_S = 1.0
"""A database that is away must not hold up the event loop, on which pages are made."""
_reading = ThreadPoolExecutor(1, thread_name_prefix="console-ahead")


def is_made_ahead() -> bool:
    """Whether the current page is made before anybody asks for one: its session has no request."""
    context = None if pn.state.curdoc is None else pn.state.curdoc.session_context
    request = None if context is None else context.request
    return request is not None and getattr(request, "_request", request) is None


def show_ahead(store: RunStore, draft: RunDraft, progress: RunProgress) -> None:
    """Show what is there and what the newest run found; what changes after this is told when somebody opens the page.

    A run that is under way is left to whoever opens the page, and so is everything where the database does not answer.
    """
    try:
        found = _reading.submit(store.read_ahead).result(_PATIENCE_S)
    except (ShowcaseError, TimeoutError):
        return
    draft.surroundings = found.surroundings
    if found.story is not None:
        progress.begin_with(found.story, found.outcome)

"""Lets go of a session when its browser tab has gone.

Panel 1.10.0, panel-material-ui 0.16.6 and bokeh 3.10.2 keep every served document alive: a Page binds a parameter to
the process-wide `pn.state`, bokeh empties a document before the hooks run that would release its components, and the
views of a session with notifications stay listed. What follows undoes the three with private names; versions are
pinned, and a test counts the documents that stay.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import panel as pn
from bokeh.document import Document
from panel.viewable import Viewable
from param.parameterized import Parameters

from showcase.errors import UnavailableError

MOST_SESSIONS = 100
"""Tabs that are open at once at most: each holds some megabytes of this process."""
_living: set[str] = set()


def living_sessions() -> int:
    """How many sessions of this process are open, or have closed a moment ago."""
    return len(_living)


def check_room() -> None:
    """UnavailableError where no more tabs can be served."""
    if len(_living) >= MOST_SESSIONS:
        raise UnavailableError(
            f"{MOST_SESSIONS} tabs are open here, and no more can be served.",
            "Close one and load this page again in a minute.",
        )


def release_on_close(root: Viewable) -> None:
    """When the current session ends, remove every trace of `root` and its components from the process.

    At once it is told nothing more of `pn.state`: a Page shows whether the process is busy, for whichever session, and
    each click of anybody would change the pages of all.
    """
    _unwatch_state([root])
    document = pn.state.curdoc
    if document is None or document.session_context is None:
        return
    session_id = str(document.session_context.id)
    # once the page is in a browser: some are made before anybody asks for one
    pn.state.onload(lambda: _living.add(session_id))

    def release(_session: Any) -> None:
        _living.discard(session_id)
        components = [root, *root.select()]
        _unwatch_state(components)
        for component in components:
            _clean(component)
        _forget_views(document)

    pn.state.on_session_destroyed(release)


def _unwatch_state(components: list[Viewable]) -> None:
    """Remove the watchers that these components left on the process-wide state."""
    owners = {id(component) for component in components}
    by_name = pn.state.param.watchers
    for watchers in by_name.values():
        for kind, listed in watchers.items():
            watchers[kind] = [w for w in listed if id(_owner(w)) not in owners]


def _owner(watcher: Any) -> Any:
    """Whose watcher this is: the object its function is bound to, or closes over."""
    function = watcher.fn
    while hasattr(function, "func"):
        function = function.func
    bound_to = getattr(function, "__self__", None)
    return bound_to.self if isinstance(bound_to, Parameters) else bound_to


def _clean(component: Viewable) -> None:
    for reference in list(component._models):
        # the root's model is gone by now, and its id is all that is asked of it
        component._cleanup(SimpleNamespace(ref={"id": reference}, document=None))


def _forget_views(document: Document) -> None:
    for reference in [key for key, view in pn.state._views.items() if view[2] is document]:
        del pn.state._views[reference]

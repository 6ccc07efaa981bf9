"""What bokeh and Panel work out for each page, and which never changes, is worked out once: a third of a page's cost.

Private names of bokeh 3.10.2 and panel 1.10.0; versions are pinned, and tests compare what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakSet

import panel.io.server as panel_pages
from bokeh.core.has_props import HasProps
from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.document import Document
from bokeh.settings import settings
from panel.io.state import state

_alike: WeakSet[Document] = WeakSet()
_DONE = "is_worked_out_once"


def work_out_once() -> None:
    """From now on leave out what is for programmers, as each callback's signature, and remember what never changes."""
    settings.perform_error_diagnostics = False
    settings.perform_document_validation = False
    if not hasattr(panel_pages.bundle_resources, _DONE):
        panel_pages.bundle_resources = _with_bundles_kept(panel_pages.bundle_resources)
        PropertyDescriptor.has_unstable_default = _with_answers_kept(  # type: ignore[method-assign, assignment]  # Bokeh has no hook for it
            PropertyDescriptor.has_unstable_default
        )


def same_as_others(document: Document) -> None:
    """This page shows what every page that was named here shows, and so needs the same scripts and styles."""
    _alike.add(document)


def _with_answers_kept(ask: Callable[[Any, HasProps], bool]) -> Callable[[Any, HasProps], bool]:
    """Whether a property makes its default anew for each model is a matter of the model's class."""
    known: dict[tuple[type[HasProps], str], bool] = {}

    @wraps(ask)
    def answer(self: Any, model: HasProps) -> bool:
        key = (type(model), self.name)
        found = known.get(key)
        if found is None:
            found = known[key] = ask(self, model)
        return found

    return answer


def _with_bundles_kept(gather: Callable[..., Any]) -> Callable[..., Any]:
    """The list of a page's scripts and styles; their addresses begin with where the server is seen from."""
    known: dict[tuple[Any, ...], Any] = {}

    @wraps(gather)
    def bundle(roots: Any, resources: Any, *others: Any, **more: Any) -> Any:
        if others or more or not roots or any(root.document not in _alike for root in roots):
            return gather(roots, resources, *others, **more)
        key = (resources.mode, resources.root_url, state.rel_path)
        if key not in known:
            known[key] = gather(roots, resources)
        return known[key]

    setattr(bundle, _DONE, True)
    return bundle

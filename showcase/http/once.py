"""What bokeh and Panel work out for each page, and which never changes, is worked out once: a third of a page's cost.

Private names of bokeh 3.10.2, panel 1.10.0 and panel-material-ui 0.16.6; versions are pinned, and tests compare what
comes of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from weakref import WeakSet

import panel.io.resources as panel_resources
import panel.io.server as panel_pages
from bokeh.core.has_props import HasProps
from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.document import Document
from bokeh.settings import settings
from panel.io.state import state
from panel.util import classproperty
from panel_material_ui.base import MaterialComponent

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
        find = MaterialComponent.__dict__["_bundle_css"].f
        MaterialComponent._bundle_css = classproperty(_with_files_kept(find))


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


def _with_files_kept(find: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    """Where a component's style sheets lie: each is looked for on the disk, for each component of each page."""
    known: dict[tuple[Path, Any], list[Any]] = {}

    @wraps(find)
    def found(component: Any) -> list[Any]:
        key = (component._bundle, panel_resources.RESOURCE_MODE)
        if key not in known:
            known[key] = find(component)
        return list(known[key])

    return found


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

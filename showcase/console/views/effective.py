"""The card "What will run": every setting with its origin, how long it takes, and the draft as text to copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.copies import FORMS
from showcase.console.copy_text import CopyText
from showcase.console.draft import RunDraft
from showcase.console.effective import effective
from showcase.console.effective_text import estimate_words, is_usual, settings_html
from showcase.console.stores.recall import RecallStore
from showcase.console.surface import arranged, card, text, title
from showcase.console.text import plain
from showcase.console.theme import sheet
from showcase.console.views.recall import RecallView
from showcase.errors import InvalidInputError
from showcase.pipeline.request import parse_request

_FORMS = "display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 10px;"
_HERE = "http://localhost:5006"
_NOT_YET = "# Mend what is refused above: no request can be made of it yet."


class EffectiveView(pn.viewable.Viewer):
    """Follows the draft; opening an old run or a configuration fills the form."""

    def __init__(self, draft: RunDraft, store: RecallStore) -> None:
        super().__init__()
        self._draft = draft
        self._head, self._time = text(), text()
        self._settings = text(stylesheets=[sheet("effective")])
        self.recall = RecallView(draft, store)
        self._form = pmui.RadioButtonGroup(options=list(FORMS), value="CLI", size="small", margin=0, label="")
        self._copy = CopyText(margin=0, sizing_mode="stretch_width")
        forms = arranged(text('<p class="small quiet">Copy as</p>', sizing_mode=None), self._form, css=_FORMS,
                         in_line=True)  # fmt: skip
        self._card = card(self._head, self._time, self.recall, self._settings, forms, self._copy)
        self._form.param.watch(self._write, "value")
        draft.param.watch(self._show, ["check", "source"])
        self._show()

    def _show(self, *_events: param.parameterized.Event) -> None:
        draft = self._draft
        found = effective(draft.frame(), draft.ground, draft.check, draft.source)
        chosen = sum(not is_usual(one) for one in found)
        self._head.object = title("What will run", f"{chosen} of {len(found)} chosen, the rest as usual")
        self._settings.object = settings_html(found)
        told = estimate_words(draft.estimate)
        self._time.param.update(object=f'<p class="small quiet">{plain(told)}</p>', visible=bool(told))
        self._write()

    def _write(self, *_events: param.parameterized.Event) -> None:
        form: str = self._form.value
        self._copy.param.update(text=_written(form, self._draft.frame()), name_of_text=f"The run as {form}")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card


def _written(form: str, frame: Mapping[str, Any]) -> str:
    """The frame in this form; words where it is refused, and nobody could run what was copied."""
    try:
        parse_request(frame)
    except InvalidInputError:
        return _NOT_YET
    return FORMS[form](frame, _address())


def _address() -> str:
    """Where the browser found this server: the page's own address, behind a proxy too."""
    location: Any = pn.state.location
    href = "" if location is None else str(location.href or "")
    return href.partition("?")[0].partition("#")[0].rstrip("/") or _HERE

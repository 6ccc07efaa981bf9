"""Fields for what is typed by hand: whatever was typed arrives, and what is too much is for the model to refuse."""

from __future__ import annotations

from datetime import date
from typing import Any

import panel_material_ui as pmui
import param
from bokeh.document import Document

from showcase.console.derive import MOST

Properties = dict[str, Any]
_EMPTY = {"value": None}  # Panel leaves out a value that is None, and a number would begin at its lowest


class _Typed:
    """What both kinds of numbers do; `_kind` is what a cut one is."""

    _kind: type[int] | type[float]

    def __init__(self, **params: Any) -> None:
        super().__init__(**_EMPTY | params)

    def _get_properties(self, doc: Document | None) -> Properties:
        props: Properties = super()._get_properties(doc)  # type: ignore[misc]  # of the field beside it
        props["data"].format = None  # a format groups digits, and would show a 0 where there is nothing
        return props

    def _process_property_change(self, msg: Properties) -> Properties:
        if msg.get("value") is not None:
            msg = msg | {"value": self._kind(max(-MOST, min(MOST, msg["value"])))}
        changed: Properties = super()._process_property_change(msg)  # type: ignore[misc]  # of the field beside it
        return changed


class WholeField(_Typed, pmui.IntInput):
    """A whole number, or None where the field is empty; a larger one than a browser can count is cut to that."""

    # more than twenty digits come as a float
    value = param.Number(default=None, allow_None=True, doc="The number, or None.")
    placeholder = param.String(default="")
    _kind = int


class DecimalField(_Typed, pmui.FloatInput):
    """Any number, or None; cut in the same way."""

    placeholder = param.String(default="")
    _kind = float


class DayField(pmui.DatePicker):
    """A day, of an early year too: the browser does not fill such a year up to four digits."""

    def _process_property_change(self, msg: Properties) -> Properties:
        if isinstance(msg.get("value"), str):
            year, month, day = (int(part) for part in msg["value"].split("-"))
            msg = msg | {"value": date(max(year, date.min.year), month, day)}
        return super()._process_property_change(msg)

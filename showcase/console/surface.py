"""The few building blocks of every view: a card, a piece of text, a field of a form."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.number_field import DayField, DecimalField, WholeField
from showcase.console.refusals import Refusals
from showcase.console.text import advised, plain
from showcase.console.theme import sheet
from showcase.errors import ShowcaseError

_FIELDS: tuple[tuple[type[param.Parameter], type[Any]], ...] = (
    (param.Boolean, pmui.Checkbox),
    (param.CalendarDate, DayField),
    (param.Integer, WholeField),
    (param.Number, DecimalField),
    (param.Selector, pmui.Select),
    (param.String, pmui.TextInput),
)
"""Which widget edits which param; the first that fits (param counts days among the numbers)."""


MANY: dict[str, Any] = {
    "visual_size": "small", "sx": {"& .MuiSelect-select": {"pt": "8px", "pb": "3px", "minHeight": "22px !important"}},
    "stylesheets": [sheet("many")], "margin": 0, "sizing_mode": "stretch_width",
}  # fmt: skip
"""What makes a field of many choices as low as its neighbours."""

_HIDING = ".scroll-button { display: none; } :host(.is-hidden) { display: none !important; }"


def text(html: str = "", **options: Any) -> pn.pane.HTML:
    """A piece of text. `html` is made by us: whatever came from outside went through `text.plain` before."""
    more = [*options.pop("stylesheets", [])]
    return pn.pane.HTML(
        html, stylesheets=[sheet("text"), *more], **{"margin": 0, "sizing_mode": "stretch_width", **options}
    )


def card(*objects: Any, extra: str = "", **options: Any) -> pn.Column:
    """A surface with its content under one another; `extra` is CSS of this card's own."""
    stylesheets = [sheet("card"), extra] if extra else [sheet("card")]
    return pn.Column(*objects, stylesheets=stylesheets, **{"margin": 0, "sizing_mode": "stretch_width", **options})


def arranged(*objects: Any, css: str, in_line: bool = False, extra: str = "", **options: Any) -> pn.Column:
    """Objects laid out by CSS of its own (the declarations of the container), such as a grid.

    `in_line` puts the middles of neighbours on one line; `extra` is a sheet of its own, for narrow screens.
    """
    # a column brings a button for scrolling, which would take a cell; its sheet reaches its own children alone
    middle = "* { align-self: center !important; }" if in_line else ""
    stylesheets = [f":host {{ max-height: none; {css} }} {middle} {_HIDING} {extra}"]
    return pn.Column(*objects, stylesheets=stylesheets, **{"margin": 0, "sizing_mode": "stretch_width", **options})


def show_only(column: pn.Column, is_shown: bool) -> None:
    """Show or hide what `arranged` laid out; its own display would win over Panel's `visible`."""
    column.css_classes = [] if is_shown else ["is-hidden"]


def title(words: str, aside: str = "") -> str:
    """The head of a card: what it is, and on the right what matters about it. Both are plain text."""
    said = f'<span class="quiet small">{plain(aside)}</span>' if aside else ""
    return f'<div class="line"><h2>{plain(words)}</h2>{said}</div>'


def field(form: param.Parameterized, name: str, **options: Any) -> Any:
    """The widget for one param of a form, with its bounds, choices, label and description."""
    each = form.param[name]
    widget = next(widget for kind, widget in _FIELDS if isinstance(each, kind))
    common = {"size": "small", "margin": 0, "sizing_mode": "stretch_width", "description": each.doc or ""}
    common["stylesheets"] = [sheet("help")]
    return widget.from_param(each, **{**common, **options})


def refuse(widget: Any, refused: Refusals, *fields: str) -> None:
    """Mark a field as refused and say what is allowed, or mark it as fine again where none of `fields` is refused."""
    said = refused.briefly(*fields)
    if widget.helper_text != said:
        widget.param.update(error_state=bool(said), helper_text=said)


def remedy(error: ShowcaseError) -> str:
    """A failure as two sentences, what and what to do."""
    return f'<p role="alert"><span class="bad"><b>{plain(error.message)}</b></span><br>{advised(error.remedy)}</p>'

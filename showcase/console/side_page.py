"""A page beside the console, as a demo and an exploration are: its frame, and what its address carries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from typing import Any
from urllib.parse import parse_qsl, urlencode

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.lifetime import release_on_close
from showcase.console.live_page import live_page
from showcase.console.surface import text
from showcase.console.text import plain
from showcase.console.theme import sheet

_THEME, _DARK = "theme", "dark"
_LONGEST = 200


def side_page(root: pn.viewable.Viewable) -> pmui.Page:
    """The page of `root` alone, as dark as its address says; what a person chooses there comes back with a reload."""
    page = live_page(
        site_url="../", main=[root], sidebar_variant="temporary", dark_theme=_is_dark(),
        sx={"& .main": {"backgroundColor": "background.default"}},
    )  # fmt: skip
    page.param.watch(lambda event: _write({_THEME: _DARK if event.new else None}), "dark_theme")
    release_on_close(page)
    return page


def side_head(title: str, question: str) -> pn.pane.HTML:
    """What such a page begins with: the way back, its title and its question."""
    back = f"../notebooks?{_THEME}={_DARK}" if _is_dark() else "../notebooks"
    return text(
        f'<p class="small"><a href="{back}">All notebooks</a></p><h1>{plain(title)}</h1><p>{plain(question)}</p>',
        stylesheets=[sheet("demo")],
    )


def keep_in_address(owner: param.Parameterized, names: Sequence[str]) -> None:
    """Take what the address says of these params, and tell it of each that is changed.

    What a param cannot be is left at what it is; only what is not the default is told.
    """
    told = _read()
    for name in names:
        if name in told:
            _take(owner, name, told[name])

    def tell(*_events: param.parameterized.Event) -> None:
        _write({name: _said(getattr(owner, name), owner.param[name].default) for name in names})

    owner.param.watch(tell, list(names))


def _take(owner: param.Parameterized, name: str, said: str) -> None:
    try:
        value = json.loads(said)
    except (ValueError, RecursionError):
        value = said
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (isinstance(value, str) or (is_number and isfinite(value))):
        return
    try:
        setattr(owner, name, value)
    except (ValueError, TypeError):
        return  # a link that cannot be meant


def _said(value: Any, default: Any) -> str | None:
    return None if value is None or value == default else value if isinstance(value, str) else json.dumps(value)


def _is_dark() -> bool:
    return _read().get(_THEME) == _DARK


def _read() -> dict[str, str]:
    location = pn.state.location
    found = parse_qsl(str(location.search or "").removeprefix("?")) if location is not None else []
    return {name: said for name, said in found if len(said) <= _LONGEST}


def _write(told: dict[str, str | None]) -> None:
    """Tell the address these parts, beside those that it has; None takes a part away."""
    location = pn.state.location
    if location is not None:
        parts = {name: said for name, said in (_read() | told).items() if said is not None}
        location.search = f"?{urlencode(parts)}" if parts else ""

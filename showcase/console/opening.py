"""What a page shows before its components are there: its header and its rail, as links that lead where the rail does.

It stands in the document itself and needs no script, so it is seen as soon as the document has come. Panel's own
loader holds it, which lies over the page until that is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

TITLE = "Showcase"


@dataclass(frozen=True, slots=True)
class Way:
    """One link of the rail; `address` is relative, and the open view has `is_here`."""

    label: str
    address: str
    is_here: bool = False


def opening_html(ways: tuple[Way, ...]) -> str:
    """The frame as markup; without ways there is no rail."""
    rail = f'<nav aria-label="Views, as links">{"".join(map(_link, ways))}</nav>' if ways else ""
    return (
        f'<div id="loader" style="display: flex;"><header>{TITLE}</header>{rail}'
        '<div class="spinner"></div><div id="loader-msg" role="status"></div><div id="loader-error" role="alert"></div>'
        "<noscript>The console needs JavaScript: switch it on for this address.</noscript></div>"
    )


def _link(way: Way) -> str:
    here = ' aria-current="page"' if way.is_here else ""
    return f'<a href="{escape(way.address)}"{here}>{escape(way.label)}</a>'

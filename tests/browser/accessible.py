"""Asks axe-core about a page, and knows what of its findings is not ours to mend."""

from __future__ import annotations

from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_SERIOUS = ("serious", "critical")


@dataclass(frozen=True, slots=True)
class Upstream:
    """A finding in a component of others: the rule, a piece of the element's HTML, and why it stays."""

    rule: str
    html: str
    reason: str


UPSTREAM: tuple[Upstream, ...] = (
    Upstream(
        "aria-progressbar-name",
        "MuiLinearProgress-root",
        "the busy bar of panel-material-ui's page takes no name; what is under way is said in words beside it",
    ),
    Upstream(
        "aria-prohibited-attr",
        'sx="[object Object]"',
        "panel-material-ui marks a field's help with a nameless span; the help itself is shown on hover and on focus",
    ),
    Upstream(
        "button-name",
        "MuiIconButton-sizeSmall",
        "the little buttons in panel-material-ui's number and day fields take no name; the fields take keys as well",
    ),
    Upstream(
        "aria-required-children",
        'class="pnx-tabulator tabulator"',
        "Tabulator lets the box that scrolls its rows take the focus and gives it no role; its rows are reached",
    ),
)
"""At most six."""


_LOOKS, _MOTION_MS = 3, 400


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical on this page, but for what is upstream; one line an element.

    Colours fade from one state of a button to the next, so what is found is looked at again: only what stays counts.
    """
    for look in range(_LOOKS):
        if look:
            page.wait_for_timeout(_MOTION_MS)
        found = _found_now(page)
        if not found:
            break
    return found


def _found_now(page: Page) -> list[str]:
    # without what axe would load anew: on a busy machine it gives that up with a warning of its own
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:300]} {node.get('failureSummary', '')}"
        for rule in found
        if rule["impact"] in _SERIOUS
        for node in rule["nodes"]
        if not any(known.rule == rule["id"] and known.html in node["html"] for known in UPSTREAM)
    ]

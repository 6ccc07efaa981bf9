"""What a run made and whether it is still there, and the bundles that were made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from showcase.console.text import count, moment, plain
from showcase.console.workspace_text import head
from showcase.store.bundles import ExportRow
from showcase.workspaces.health import CheckedReference, WorkspaceHealth

_LIVES = {
    "alive": ("✓", "good", "is there"),
    "dead": ("✗", "bad", "is gone"),
    "unknown": ("?", "careful", "could not be told"),
}
"""Mark, tone and word of a reference's state."""
_SHOWN = 4


def made_html(health: WorkspaceHealth | None, exports: Sequence[ExportRow], now: datetime) -> str:
    """The soft references by their kind, each with whether what it names is there; every value is escaped."""
    if health is None:
        return f'{head("Made objects")}<p class="quiet">Looking whether they are still there</p>'
    told = (("alive", health.alive), ("gone", health.dead), ("unknown", health.unknown))
    aside = " · ".join(f"{number:,} {word}" for word, number in told if number)
    by_kind: dict[str, list[CheckedReference]] = {}
    for one in health.references:
        by_kind.setdefault(one.ref_type, []).append(one)
    rows = [(kind.replace("_", " "), _references(found)) for kind, found in by_kind.items()]
    rows += (
        [("bundle", f"exported {count(len(exports), 'time')}, last {moment(exports[0].exported_at, now)}")]
        if exports
        else []
    )
    partial = '<p class="careful small">Its run did not come to its end: it made less than usual.</p>'
    listed = "".join(f"<dt>{plain(kind)}</dt><dd>{said}</dd>" for kind, said in rows)
    nothing = "" if rows else '<p class="quiet">This run made nothing that lasts.</p>'
    return f"{head('Made objects', aside)}<dl>{listed}</dl>{nothing}{partial if health.partial_run else ''}"


def _references(found: Sequence[CheckedReference]) -> str:
    """The first of one kind, those that are gone before the others, and how many more there are."""
    order = ("dead", "unknown", "alive")
    shown = sorted(found, key=lambda one: order.index(one.status))
    marks = " ".join(_reference(one) for one in shown[:_SHOWN])
    more = len(found) - _SHOWN
    return f'{marks} <span class="quiet">and {more:,} more</span>' if more > 0 else marks


def _reference(one: CheckedReference) -> str:
    mark, tone, word = _LIVES[one.status]
    short = one.ref_id[:8] if len(one.ref_id) >= 32 else one.ref_id
    return (
        f'<span class="ref"><code title="{plain(one.key)} {plain(one.ref_id)}">{plain(short)}</code>'
        f'<b class="{tone}" role="img" aria-label="{word}" title="{word}">{mark}</b></span>'
    )

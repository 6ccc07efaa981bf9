"""What stands around the picture of a lineage: its size in words, its key, and the selected workspace."""

from __future__ import annotations

from showcase.console.run_html import RUN_TONES, RUN_WORDS
from showcase.console.text import count, plain
from showcase.console.workspace_text import VERDICT_WORDS, verdict_word
from showcase.workspaces.lineage import Lineage, LineageNode

_LINES = {"identical": "solid", "within_tolerance": "dashed", "different": "dotted"}


def told_html(graph: Lineage, *, is_family: bool, is_filtered: bool) -> str:
    """How many are drawn, and what is missing; what to do where there is nothing to draw."""
    if not graph.nodes:
        if is_filtered:
            return '<p><b>Nothing matches.</b></p><p class="quiet">Take a filter away in the Library.</p>'
        return (
            '<p><b>Nothing is kept yet.</b></p><p class="quiet">Tick Keep before you press Run; replay what was kept, '
            "and the two are drawn here with an arrow between them.</p>"
        )
    deleted = sum(node.is_deleted for node in graph.nodes)
    told = [count(len(graph.nodes) - deleted, "workspace"), count(len(graph.edges), "replay")]
    told += [f"{deleted:,} deleted"] if deleted else []
    cut = "" if graph.is_whole else ' <b class="careful">More than 10,000: the newest are drawn.</b>'
    alone = " Nobody replayed it yet." if is_family and len(graph.nodes) == 1 else ""
    return f'<p class="quiet" role="status">{plain(" · ".join(told))}.{alone}{cut}</p>'


def keys_html() -> str:
    """What shapes, colours and dashes mean."""
    shapes = (
        ("●", "good", "completed"),
        ("■", "bad", "failed"),
        ("◆", "careful", "stopped"),
        ("⬢", "careful", "interrupted"),
        ("▲", "now", "running"),
        ("✕", "quiet", "deleted"),
    )
    dashes = "".join(
        f'<span><i class="dash {style} {VERDICT_WORDS[verdict][1]}"></i>{VERDICT_WORDS[verdict][0]}</span>'
        for verdict, style in _LINES.items()
    )
    marks = "".join(f'<span><b class="{tone}">{shape}</b> {word}</span>' for shape, tone, word in shapes)
    return (
        f'<div class="keys small">{marks}{dashes}'
        '<span class="quiet">click selects, double click loads into Run, wheel zooms</span></div>'
    )


def selected_html(node: LineageNode | None, *, is_empty: bool = False) -> str:
    """The selected workspace in one line; nothing where there is none to select."""
    if is_empty:
        return ""
    if node is None:
        return '<span class="quiet">Click a workspace to select it.</span>'
    if node.is_deleted:
        return f'<b>{plain(node.workspace_id[:8])}</b> <span class="quiet">was deleted</span>'
    tone, word = RUN_TONES.get(node.status or "", "quiet"), RUN_WORDS.get(node.status or "", node.status)
    verdict = f" · {verdict_word(node.verdict)}" if node.verdict else ""
    return (
        f'<b>{plain(node.name or node.workspace_id[:8])}</b> <span class="small"><b class="{tone}">{plain(word)}</b>'
        f'<span class="quiet"> · {plain(node.scenario)}</span>{verdict}</span>'
    )

"""Where a workspace stands between those it came from and those that replay it: a strip of dots and arrows."""

from __future__ import annotations

from collections.abc import Sequence

from showcase.console.run_html import RUN_TONES
from showcase.console.text import count, plain
from showcase.console.workspace_text import VERDICT_WORDS, head
from showcase.workspaces.lineage import Lineage, LineageNode

_BEFORE, _AFTER = 2, 2


def strip_html(lineage: Lineage | None, link: str) -> str:
    """The nearest ancestors, the workspace and its first replays; empty where it has neither.

    `link` is the URL's query of the library up to the id that it opens.
    """
    if lineage is None or len(lineage.nodes) < 2:
        return ""
    ancestors, me, replays = _around(lineage)
    shown = [*ancestors[-_BEFORE:], me, *replays[:_AFTER]]
    verdicts = {edge.replay: edge.verdict for edge in lineage.edges}
    parts: list[str] = []
    for at, node in enumerate(shown):
        # a second replay hangs on the same source: it stands beside the first without an arrow between
        if at and not (node in replays and shown[at - 1] in replays):
            parts.append(_edge(verdicts.get(node.workspace_id)))
        parts.append(_node(node, me, link))
    descendants = sum(node.relation == "descendant" for node in lineage.nodes)
    numbers = ((len(ancestors), "ancestor"), (descendants, "descendant"))
    aside = " · ".join(count(number, noun) for number, noun in numbers if number)
    return (
        f'{head("Lineage", aside)}<div class="strip" tabindex="0" role="group" aria-label="Lineage">'
        f"{''.join(parts)}</div>"
    )


def _around(lineage: Lineage) -> tuple[list[LineageNode], LineageNode, list[LineageNode]]:
    """The ancestors from the oldest to the source, the workspace itself, and its own replays."""
    nodes = {node.workspace_id: node for node in lineage.nodes}
    sources = {edge.replay: edge.source for edge in lineage.edges}
    me = nodes[lineage.workspace_id]
    chain: list[LineageNode] = []
    seen = {me.workspace_id}
    source = sources.get(me.workspace_id)
    while source is not None and source in nodes and source not in seen:
        seen.add(source)
        chain.append(nodes[source])
        source = sources.get(source)
    replays = [
        nodes[edge.replay] for edge in lineage.edges if edge.source == me.workspace_id and edge.replay not in seen
    ]
    return chain[::-1], me, replays


def _edge(verdict: str | None) -> str:
    word, tone = VERDICT_WORDS.get(verdict or "", ("", "quiet"))
    return f'<div class="edge {plain(verdict or "none")} {tone}"><i></i>{plain(word) if word else ""}</div>'


def _node(node: LineageNode, me: LineageNode, link: str) -> str:
    if node.is_deleted:
        return f'<div class="node gone quiet"><i class="dot"></i><span>{node.workspace_id[:8]} deleted</span></div>'
    name = plain(node.name or node.workspace_id[:8])
    tone = RUN_TONES.get(node.status or "", "quiet")
    if node is me:
        return f'<div class="node self"><i class="dot {tone}"></i><span title="{name}">this one</span></div>'
    return (
        f'<div class="node"><i class="dot {tone}"></i><span title="{name}">'
        f'<a href="{plain(link + node.workspace_id)}">{name}</a></span></div>'
    )


def names_of(nodes: Sequence[LineageNode]) -> list[str]:
    """The names of the workspaces that replay this one, for the preview of a deletion."""
    return [node.name or node.workspace_id[:8] for node in nodes if node.relation == "descendant"]

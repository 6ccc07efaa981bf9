"""Who replayed whom, as a small graph."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from showcase.kernel.plain import plain

Relation = Literal["self", "ancestor", "descendant", "family", "library"]
"""What a node is to the workspace that was asked about; `library` where none was."""
Kinship = Literal["replay", "source", "descendant", "ancestor", "family", "unrelated"]
"""What one workspace is to another; `replay` and `source` are the nearest descendant and ancestor."""


@dataclass(frozen=True, slots=True)
class LineageNode:
    """A workspace of the graph; of a deleted one only the id is known."""

    workspace_id: str
    relation: Relation
    is_deleted: bool
    name: str | None = None
    status: str | None = None
    scenario: str | None = None
    verdict: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """`replay` replays `source`; the verdict is the replay's, null where it has none."""

    source: str
    replay: str
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Nodes and edges, sources before their replays unless they go in a circle; `is_whole` is False where it is cut.

    `workspace_id` is whom it was asked about, null for the whole library.
    """

    workspace_id: str | None
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    is_whole: bool

    def as_json(self) -> dict[str, Any]:
        """The graph as JSON has it."""
        values: dict[str, Any] = plain(asdict(self))
        return values


@dataclass(frozen=True, slots=True)
class Kin:
    """A row of the family: `source` is whom it replays; of a deleted one only the id and the depth are known."""

    workspace_id: str
    is_ancestor: bool
    is_descendant: bool
    is_deleted: bool
    source: str | None = None
    name: str | None = None
    status: str | None = None
    scenario: str | None = None
    verdict: str | None = None
    created_at: datetime | None = None


def build_lineage(workspace_id: str | None, kin: Iterable[Kin], *, is_whole: bool) -> Lineage:
    """The graph of these rows, whatever their order; an edge to a row that is not among them is left out."""
    rows = {one.workspace_id: one for one in kin}
    nodes = tuple(
        LineageNode(
            one.workspace_id, _relation(workspace_id, one), one.is_deleted, one.name, one.status, one.scenario,
            one.verdict, one.created_at,
        )
        for one in (rows[name] for name in _sources_first(rows))
    )  # fmt: skip
    edges = tuple(
        LineageEdge(rows[node.workspace_id].source or "", node.workspace_id, node.verdict)
        for node in nodes
        if rows[node.workspace_id].source in rows
    )
    return Lineage(workspace_id, nodes, edges, is_whole)


def kinship(ours: str, theirs: str, ancestors: Mapping[str, Set[str]], source_of: Mapping[str, str | None]) -> Kinship:
    """What `ours` is to `theirs`; `ancestors` holds those of both, without themselves, `source_of` whom each replays.

    In a circle each is the other's ancestor too; whoever replays directly is said to do so.
    """
    if source_of.get(ours) == theirs:
        return "replay"
    if source_of.get(theirs) == ours:
        return "source"
    if theirs in ancestors[ours]:
        return "descendant"
    if ours in ancestors[theirs]:
        return "ancestor"
    return "family" if ancestors[ours] & ancestors[theirs] else "unrelated"


def _relation(workspace_id: str | None, one: Kin) -> Relation:
    if workspace_id is None:
        return "library"
    if one.workspace_id == workspace_id:
        return "self"
    if one.is_ancestor:
        return "ancestor"
    return "descendant" if one.is_descendant else "family"


def _sources_first(rows: dict[str, Kin]) -> list[str]:
    """The ids in an order in which a source stands before its replays; a cycle is entered at its first row."""
    replays: dict[str, list[str]] = {}
    roots = []
    for name, one in rows.items():
        if one.source in rows and one.source is not None:
            replays.setdefault(one.source, []).append(name)
        else:
            roots.append(name)
    order: dict[str, None] = {}
    # whoever is on no path from a root lies on a cycle or behind one
    for start in (*roots, *rows):
        waiting = deque([start])
        while waiting:
            name = waiting.popleft()
            if name not in order:
                order[name] = None
                waiting += replays.get(name, ())
    return list(order)

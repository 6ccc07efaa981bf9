"""Who replayed whom, as a small graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Relation = Literal["self", "ancestor", "descendant", "family"]


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


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """`replay` replays `source`; the verdict is the replay's, null where it has none."""

    source: str
    replay: str
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Nodes and edges, sources before their replays unless they go in a circle; `is_whole` is False where it is cut."""

    workspace_id: str
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    is_whole: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


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


def build_lineage(workspace_id: str, kin: Iterable[Kin], *, is_whole: bool) -> Lineage:
    """The graph of these rows, whatever their order; an edge to a row that is not among them is left out."""
    rows = {one.workspace_id: one for one in kin}
    nodes = tuple(
        LineageNode(
            one.workspace_id, _relation(workspace_id, one), one.is_deleted, one.name, one.status, one.scenario,
            one.verdict,
        )
        for one in (rows[name] for name in _sources_first(rows))
    )  # fmt: skip
    edges = tuple(
        LineageEdge(rows[node.workspace_id].source or "", node.workspace_id, node.verdict)
        for node in nodes
        if rows[node.workspace_id].source in rows
    )
    return Lineage(workspace_id, nodes, edges, is_whole)


def _relation(workspace_id: str, one: Kin) -> Relation:
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
        waiting = [start]
        while waiting:
            name = waiting.pop(0)
            if name not in order:
                order[name] = None
                waiting += replays.get(name, ())
    return list(order)

"""Where the nodes of a lineage stand when it is drawn: layers from left to right, long chains folded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil, sqrt

from showcase.workspaces.lineage import Lineage, LineageEdge, LineageNode

FOLD_FROM = 5
"""So many in a row, each the only replay of the one before, are folded into one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace at its place: x is its layer, y its row, growing downwards."""

    x: float
    y: float
    node: LineageNode


@dataclass(frozen=True, slots=True)
class Fold:
    """A chain drawn as one node, in the order of its replays; it is opened by the id of its first one."""

    x: float
    y: float
    nodes: tuple[LineageNode, ...]

    @property
    def name(self) -> str:
        """The id by which `lay_out` opens it."""
        return self.nodes[0].workspace_id


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow from a source to its replay.

    `is_dangling` where the source is gone, `goes_back` where it closes a circle. A link into a fold has the worst
    verdict of the chain.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    source: str
    replay: str
    verdict: str | None
    is_dangling: bool
    goes_back: bool


@dataclass(frozen=True, slots=True)
class LineageLayout:
    """Everything that is drawn, in no other order than that of the graph; layers and rows count from 0."""

    places: tuple[Place, ...]
    folds: tuple[Fold, ...]
    links: tuple[Link, ...]
    n_layers: int
    n_rows: int


_WORST_FIRST = ("different", "unknown", "within_tolerance", "identical")


def lay_out(graph: Lineage, *, unfolded: Collection[str] = (), fold_from: int = FOLD_FROM) -> LineageLayout:
    """The layout of a graph, in time proportional to its size.

    A source stands one layer left of its replays, in the middle of their rows. Chains of `fold_from` and more are
    folded, but not through the workspace that was asked about, and not those named in `unfolded`. Workspaces that
    nobody replayed and that replay nobody fill a block below all others.
    """
    forest = _Forest(graph, frozenset(unfolded), fold_from)
    return forest.layout()


class _Forest:
    """The graph as trees: each node hangs on its source, but for the one link that closes a circle."""

    def __init__(self, graph: Lineage, unfolded: frozenset[str], fold_from: int) -> None:
        self._nodes = {node.workspace_id: node for node in graph.nodes}
        at = {name: position for position, name in enumerate(self._nodes)}
        self._into = {edge.replay: edge for edge in graph.edges}
        # sources stand before their replays in the graph, so a link from behind is the one that closes a circle
        self._back = {edge.replay for edge in graph.edges if at[edge.source] >= at[edge.replay]}
        self._replays: dict[str, list[str]] = {name: [] for name in self._nodes}
        for edge in graph.edges:
            if edge.replay not in self._back:
                self._replays[edge.source].append(edge.replay)
        self._asked = graph.workspace_id
        self._folds = self._fold(unfolded, fold_from)
        self._fold_of = {name: first for first, chain in self._folds.items() for name in chain}
        self._spots: dict[str, tuple[float, float]] = {}

    def _is_link_of_a_chain(self, name: str, ends_circle: frozenset[str]) -> bool:
        return (
            name in self._into
            and name not in self._back
            and name not in ends_circle
            and name != self._asked
            and len(self._replays[name]) == 1
        )

    def _fold(self, unfolded: frozenset[str], fold_from: int) -> dict[str, list[str]]:
        """The chains that are drawn as one node, by their first."""
        ends_circle = frozenset(self._into[name].source for name in self._back)
        chains: dict[str, list[str]] = {}
        chain_of: dict[str, str] = {}
        for name in self._nodes:
            if self._is_link_of_a_chain(name, ends_circle):
                first = chain_of.get(self._into[name].source, name)
                chain_of[name] = first
                chains.setdefault(first, []).append(name)
        return {first: chain for first, chain in chains.items() if len(chain) >= fold_from and first not in unfolded}

    def layout(self) -> LineageLayout:
        roots = [name for name in self._nodes if name not in self._into or name in self._back]
        alone = [name for name in roots if not self._replays[name] and name not in self._into]
        trees = [name for name in roots if self._replays[name] or name in self._into]
        n_layers, n_rows = self._place_trees(trees)
        n_layers, n_rows = self._place_block(alone, n_layers, n_rows)
        return LineageLayout(
            places=tuple(
                Place(*self._spots[name], node) for name, node in self._nodes.items() if name not in self._fold_of
            ),
            folds=tuple(
                Fold(*self._spots[first], tuple(self._nodes[name] for name in chain))
                for first, chain in self._folds.items()
            ),
            links=tuple(self._link(edge) for edge in self._into.values() if self._is_drawn(edge)),
            n_layers=n_layers,
            n_rows=n_rows,
        )

    def _shown_replays(self, name: str) -> list[str]:
        """The replays of a node, or of the last one of a fold, as they are drawn."""
        chain = self._folds.get(name)
        return self._replays[chain[-1] if chain else name]

    def _place_trees(self, roots: list[str]) -> tuple[int, int]:
        row, n_layers = 0, 0
        waiting = [(name, 0, False) for name in reversed(roots)]
        while waiting:
            name, layer, is_done = waiting.pop()
            replays = self._shown_replays(name)
            n_layers = max(n_layers, layer + 1)
            if not replays:
                self._spots[name] = (layer, row)
                row += 1
            elif is_done:
                self._spots[name] = (layer, (self._spots[replays[0]][1] + self._spots[replays[-1]][1]) / 2)
            else:
                waiting.append((name, layer, True))
                waiting += [(replay, layer + 1, False) for replay in reversed(replays)]
        return n_layers, row

    def _place_block(self, alone: list[str], n_layers: int, n_rows: int) -> tuple[int, int]:
        if not alone:
            return n_layers, n_rows
        width = max(n_layers, ceil(sqrt(len(alone))))
        for position, name in enumerate(alone):
            self._spots[name] = (position % width, n_rows + position // width)
        return max(n_layers, min(width, len(alone))), n_rows + ceil(len(alone) / width)

    def _is_drawn(self, edge: LineageEdge) -> bool:
        """Whether the link is seen: one inside a fold is not."""
        return self._fold_of.get(edge.replay, edge.replay) == edge.replay

    def _link(self, edge: LineageEdge) -> Link:
        source = self._fold_of.get(edge.source, edge.source)
        (x0, y0), (x1, y1) = self._spots[source], self._spots[edge.replay]
        verdicts = {self._into[name].verdict for name in self._folds.get(edge.replay, [edge.replay])}
        worst = next((verdict for verdict in _WORST_FIRST if verdict in verdicts), edge.verdict)
        is_dangling = self._nodes[edge.source].is_deleted
        return Link(x0, y0, x1, y1, edge.source, edge.replay, worst, is_dangling, edge.replay in self._back)

"""Nodes stand right of their sources, each at a place of its own, however the graph is made."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from showcase.workspaces.lineage import Kin, Lineage, build_lineage
from showcase.workspaces.lineage_layout import LineageLayout, lay_out
from tests.workspaces.library import workspace_id


def graph(sources: Mapping[int, int | None], asked: int | None = None, gone: tuple[int, ...] = ()) -> Lineage:
    kin = [
        Kin(workspace_id(one), False, False, one in gone, None if of is None else workspace_id(of), f"n{one}",
            "completed", "sparse", "identical" if of is not None else None)
        for one, of in sources.items()
    ]  # fmt: skip
    return build_lineage(None if asked is None else workspace_id(asked), kin, is_whole=True)


def spots(layout: LineageLayout) -> dict[int, tuple[float, float]]:
    return {int(place.node.workspace_id, 16): (place.x, place.y) for place in layout.places}


def test_a_tree_is_laid_out_by_hand() -> None:
    # 1 <- 2 <- 4, 5;  1 <- 3;  6 alone
    layout = lay_out(graph({1: None, 2: 1, 3: 1, 4: 2, 5: 2, 6: None}))
    assert spots(layout) == {4: (2, 0), 5: (2, 1), 2: (1, 0.5), 3: (1, 2), 1: (0, 1.25), 6: (0, 3)}
    assert (layout.n_layers, layout.n_rows, layout.folds) == (3, 4, ())
    assert {(int(link.source, 16), int(link.replay, 16)) for link in layout.links} == {(1, 2), (1, 3), (2, 4), (2, 5)}


def test_a_long_chain_is_folded_and_opened_by_its_first() -> None:
    chain = graph({number: number - 1 if number > 1 else None for number in range(1, 11)})
    folded = lay_out(chain)
    assert spots(folded) == {1: (0, 0), 10: (2, 0)}
    assert [[int(node.workspace_id, 16) for node in fold.nodes] for fold in folded.folds] == [list(range(2, 10))]
    assert [(link.x0, link.x1) for link in folded.links] == [(0, 1), (1, 2)]
    opened = lay_out(chain, unfolded=[folded.folds[0].name])
    assert spots(opened) == {number: (number - 1, 0) for number in range(1, 11)}


def test_a_chain_is_not_folded_through_the_workspace_that_was_asked_about() -> None:
    layout = lay_out(graph({number: number - 1 if number > 1 else None for number in range(1, 21)}, asked=7))
    assert [len(fold.nodes) for fold in layout.folds] == [5, 12]
    assert spots(layout)[7] == (2, 0)


def test_a_link_into_a_fold_has_the_worst_verdict_of_its_chain() -> None:
    kin = [
        Kin(workspace_id(number), False, False, False, workspace_id(number - 1) if number > 1 else None, None,
            "completed", "sparse", {4: "different", 5: None}.get(number, "identical"))
        for number in range(1, 10)
    ]  # fmt: skip
    layout = lay_out(build_lineage(None, kin, is_whole=True))
    assert [link.verdict for link in layout.links] == ["different", "identical"]


def test_a_circle_is_drawn_with_one_link_back_and_a_gone_source_with_a_dangling_one() -> None:
    layout = lay_out(graph({1: 3, 2: 1, 3: 2, 8: None, 9: 8}, gone=(8,)))
    assert [(int(link.source, 16), int(link.replay, 16)) for link in layout.links if link.goes_back] == [(3, 1)]
    assert [int(link.replay, 16) for link in layout.links if link.is_dangling] == [9]
    alone = lay_out(graph({1: 1}))
    assert [(link.goes_back, link.x0, link.x1) for link in alone.links] == [(True, 0, 0)]


@st.composite
def sources(draw: st.DrawFn) -> dict[int, int | None]:
    """Any graph in which each has at most one source: trees, circles, loops, and sources that are not there."""
    count = draw(st.integers(0, 30))
    return {one: draw(st.none() | st.integers(1, count + 3)) for one in range(1, count + 1)}


@given(sources=sources(), fold_from=st.integers(2, 6))
def test_every_node_is_shown_or_folded_once_right_of_its_source(sources: dict[int, int | None], fold_from: int) -> None:
    layout = lay_out(graph(sources), fold_from=fold_from)
    shown = list(spots(layout))
    folded = [int(node.workspace_id, 16) for fold in layout.folds for node in fold.nodes]
    assert sorted([*shown, *folded]) == sorted(sources)
    taken = [(one.x, one.y) for one in (*layout.places, *layout.folds)]
    assert len(set(taken)) == len(taken)
    assert all(0 <= x < layout.n_layers and 0 <= y < layout.n_rows for x, y in taken)
    for link in layout.links:
        assert link.x1 == link.x0 + 1 or link.goes_back
    hidden = sum(len(fold.nodes) - 1 for fold in layout.folds)
    assert len(layout.links) == sum(of in sources for of in sources.values() if of) - hidden


def test_ten_thousand_nodes_cost_no_more_a_node_than_a_thousand() -> None:
    # counted, not timed: every node is looked at a fixed number of times, whatever the shape
    for shape in (dict.fromkeys(range(10000)), {one: one - 1 if one % 4 else None for one in range(10_000)}):
        layout = lay_out(graph(shape))
        assert len(layout.places) == 10_000

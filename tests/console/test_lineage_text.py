"""What stands around the picture of a lineage."""

from __future__ import annotations

from showcase.console.lineage_text import keys_html, selected_html, told_html
from showcase.workspaces.lineage import Kin, Lineage, LineageNode, build_lineage

EVIL = '<img src=x onerror="alert(1)">'


def test_nothing_to_draw_says_what_to_do() -> None:
    empty = Lineage(None, (), (), is_whole=True)
    assert "Take a filter away" in told_html(empty, is_family=False, is_filtered=True)
    assert "Tick Keep" in told_html(empty, is_family=False, is_filtered=False)


def test_deleted_ones_and_a_cut_graph_are_told() -> None:
    kin = [Kin("a", True, False, True), Kin("b", False, False, False, "a", "two", "completed")]
    html = told_html(build_lineage("b", kin, is_whole=False), is_family=True, is_filtered=False)
    assert "1 workspace · 1 replay · 1 deleted" in html
    assert "More than 10,000" in html
    alone = told_html(build_lineage("b", kin[1:], is_whole=True), is_family=True, is_filtered=False)
    assert "Nobody replayed it yet" in alone


def test_the_selected_one_is_told_and_escaped() -> None:
    node = LineageNode("b" * 32, "self", False, EVIL, EVIL, EVIL, EVIL)
    assert "<img" not in selected_html(node)
    assert "was deleted" in selected_html(LineageNode("b" * 32, "self", True))
    assert "Click a workspace" in selected_html(None)
    assert selected_html(None, is_empty=True) == ""


def test_every_verdict_and_status_has_its_key() -> None:
    html = keys_html()
    assert all(word in html for word in ("identical", "within tolerance", "different", "completed", "deleted"))

"""The picture of a lineage: shape and colour by status, arrows by verdict, grey for what is gone."""

from __future__ import annotations

from datetime import UTC, datetime

import holoviews as hv
import pytest

from showcase.console.plots.lineage import lineage_plot, link_table, nearest, node_table
from showcase.console.plots.style import needs_bokeh
from showcase.console.theme import INK, PLOT
from showcase.workspaces.lineage import Kin, build_lineage
from showcase.workspaces.lineage_layout import LineageLayout, lay_out
from tests.workspaces.library import workspace_id

STATUSES = ("completed", "failed", "cancelled", "interrupted", "running")
VERDICTS = ("identical", "within_tolerance", "different", "unknown", None)


def layout(count: int = 5) -> LineageLayout:
    """One that is gone, its replays of every status and verdict, a chain that is folded, and one alone."""
    gone = workspace_id(900)
    kin = [
        Kin(workspace_id(one + 1), False, False, False, gone, f"<b>{one}", STATUSES[one % 5], "sparse",
            VERDICTS[one % 5], datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
        for one in range(count)
    ]  # fmt: skip
    chain = [
        Kin(workspace_id(number), False, False, False, workspace_id(number - 1 if number > 1000 else 2), None,
            "completed", "sparse", "identical")
        for number in range(1000, 1008)
    ]  # fmt: skip
    kin += [Kin(workspace_id(800), False, False, False, None, "alone", "completed", "sparse"), *chain]
    return lay_out(build_lineage(workspace_id(2), [*kin, Kin(gone, False, False, True)], is_whole=True))


def test_shape_and_colour_of_a_node_say_the_status() -> None:
    rows = {row["workspace_id"]: row for row in node_table(layout()).to_dict("records")}
    told = [(rows[workspace_id(one)]["marker"], rows[workspace_id(one)]["status"]) for one in range(1, 6)]
    assert len(set(told)) == 5
    assert (rows[workspace_id(900)]["status"], rows[workspace_id(900)]["colour"]) == ("deleted", PLOT["past"])
    assert rows[workspace_id(1000)]["name"] == "7 replays in a row"
    assert rows[workspace_id(2)]["size"] > rows[workspace_id(1)]["size"], "whom it was asked about is marked"
    assert node_table(layout(), selected=workspace_id(1)).set_index("workspace_id")["edge"][workspace_id(1)] > 1


def test_dash_and_colour_of_an_arrow_say_the_verdict_and_grey_what_is_gone() -> None:
    picture = lineage_plot(layout())
    arrows = {
        (kept["line_dash"], kept["color"])
        for one in picture.values()
        if isinstance(one, hv.Segments)
        for kept in [one.opts.get("style").kwargs]
    }
    assert arrows == {("dashed", PLOT["past"]), ("solid", PLOT["good"])}, "all but one hang on what is gone"
    links = link_table(lay_out(build_lineage(None, [
        Kin(workspace_id(one), False, False, False, workspace_id(9) if verdict else None, None, "completed", "sparse",
            verdict)
        for one, verdict in ((9, None), (1, "identical"), (2, "within_tolerance"), (3, "different"), (4, "unknown"))
    ], is_whole=True)))  # fmt: skip
    assert list(links["says"]) == ["identical", "within_tolerance", "different", "unknown"]


def test_an_arrow_that_closes_a_circle_points_back() -> None:
    kin = [
        Kin(workspace_id(one), False, False, False, workspace_id(of), None, "completed") for one, of in ((1, 2), (2, 1))
    ]
    assert sorted(link_table(lay_out(build_lineage(None, kin, is_whole=True)))["angle"]) == [-90.0, 90.0]


@pytest.mark.parametrize("is_dark", [False, True])
def test_the_picture_is_drawn_in_light_and_dark_with_the_nodes_in_front_and_own_hover(is_dark: bool) -> None:
    needs_bokeh()
    figure = hv.renderer("bokeh").get_plot(lineage_plot(layout(), is_dark=is_dark)).state
    glyphs = [renderer.glyph for renderer in figure.renderers]
    assert [type(glyph).__name__ for glyph in glyphs] == ["Segment", "Segment", "Scatter", "Scatter", "Text", "Text"]
    assert glyphs[-1].text_color == INK[is_dark]
    for renderer in figure.renderers[:3]:
        assert renderer.nonselection_glyph.line_alpha == 1 or renderer.nonselection_glyph.fill_alpha == 1
    (hover,) = [tool for tool in figure.tools if type(tool).__name__ == "HoverTool"]
    assert [field for _, field in hover.tooltips] == ["@{name}", "@{status} @{scenario}", "@{verdict}", "@{made}"]
    assert figure.y_range.start > figure.y_range.end, "the first row is on top"


def test_many_nodes_have_no_names_that_cover_one_another() -> None:
    assert not [one for one in lineage_plot(layout(count=100)).values() if isinstance(one, hv.Labels)]


def test_a_run_and_its_replay_of_one_name_are_told_apart() -> None:
    kin = [
        Kin("a" * 32, False, False, False, None, "twice", "completed", "sparse"),
        Kin("b" * 32, False, False, False, "a" * 32, "twice", "completed", "sparse", "identical"),
        Kin("c" * 32, False, False, False, None, "once", "completed", "sparse"),
    ]
    picture = lineage_plot(lay_out(build_lineage(None, kin, is_whole=True)))
    words = {word for one in picture.values() if isinstance(one, hv.Labels) for word in one["text"]}
    assert words == {"once", "twice · aaaaaaaa", "twice · bbbbbbbb"}


def test_an_empty_library_is_an_empty_picture() -> None:
    empty = lay_out(build_lineage(None, [], is_whole=True))
    assert [type(one) for one in lineage_plot(empty).values()] == [hv.Points]
    assert nearest(empty, 0, 0) is None


def test_a_click_means_the_nearest_node_and_none_far_from_all() -> None:
    shown = layout()
    for place in shown.places:
        assert nearest(shown, place.x + 0.1, place.y - 0.1) == place.node.workspace_id
    assert nearest(shown, shown.folds[0].x, shown.folds[0].y) == shown.folds[0].name
    assert nearest(shown, -5, 0) is None

"""The cells of the library's table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from showcase.console.library_columns import COLUMNS, USUAL, Line, fitting, fixed_widths, library_table
from tests.console.cases import kept_workspace

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def cells(replays: int = 0, is_open: bool = False, **columns: Any) -> dict[str, str]:
    line = Line(kept_workspace(**columns), replays, is_open, NOW)
    return {name: column.cell(line) for name, column in COLUMNS.items()}


def test_a_workspace_without_a_result_shows_dashes() -> None:
    found = cells()
    assert (found["winner"], found["score"], found["took"]) == ("—", "—", "—")
    assert "cdcdcdcd (no name)" in found["name"]
    assert (found["tags"], found["notes"], found["replays"]) == ("", "", "")


def test_a_score_is_drawn_as_a_bar_only_where_it_is_a_wape() -> None:
    summary = {"winner_model_type": "naive", "winner_value": 30.0, "winner_metric": "wape", "wall_clock_s": 1.25}
    found = cells(result_summary=summary)
    assert "width:13px" in found["score"]  # half of 60 is half of 26
    assert found["score"].endswith("30.0 %")
    assert found["took"] == "1.2 s"
    other = cells(result_summary=summary | {"winner_metric": "mae"})["score"]
    assert "bar" not in other
    assert "30.0" in other


def test_replays_both_ways_tags_and_notes_are_told() -> None:
    found = cells(replays=2, replayed_from_workspace_id="ab" * 16, tags=list("abcde"), notes="one\n two " + "x" * 80)
    assert 'title="2 replays, is a replay itself">2 · is one<' in found["replays"]
    assert found["tags"].count('class="tag"') == 3
    assert "+2" in found["tags"]
    assert ">one two xxx" in found["notes"]
    assert found["notes"].endswith("x…</span>")


def test_the_open_one_and_the_pinned_one_are_marked_by_more_than_colour() -> None:
    assert "is-open" in cells(is_open=True)["name"]
    assert "is-open" not in cells()["name"]
    assert 'aria-pressed="true"' in cells(pinned=True)["pin"]
    assert "archived" in cells(archived=True)["name"]


def test_the_weightiest_columns_stay_in_their_order_where_there_is_little_room() -> None:
    assert tuple(column.name for column in fitting(USUAL, 10**6)) == USUAL
    assert [column.name for column in fitting(USUAL, 0)] == ["name"]
    assert [column.name for column in fitting(USUAL, 420)] == ["pin", "name", "status", "score"]
    assert [column.name for column in fitting(["seed", "score", "name"], 300)] == ["score", "name"]


def test_the_table_has_the_chosen_columns_in_their_order() -> None:
    line = Line(kept_workspace(name="a"), 0, False, NOW)
    table = library_table([line, line], [COLUMNS["seed"], COLUMNS["name"]])
    assert list(table.columns) == ["seed", "name"]
    assert table["seed"].to_list() == ["42", "42"]
    assert library_table([], [COLUMNS["seed"]]).empty


def test_what_has_words_takes_the_room_that_is_left_and_one_column_always_does() -> None:
    fixed = fixed_widths(fitting(USUAL, 10**6))
    assert {name for name in USUAL if name not in fixed} == {"name", "tags"}
    assert fixed["status"] == COLUMNS["status"].width_px
    assert fixed_widths([COLUMNS["seed"], COLUMNS["score"]]) == {"seed": COLUMNS["seed"].width_px}

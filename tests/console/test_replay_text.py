"""A replay before it starts, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from showcase.console.replay_text import comparison_html, data_html, is_typed
from showcase.kernel.identity import WorkspaceId
from showcase.services.replays import ReplayPreview

ID = WorkspaceId("cd" * 16)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SENT = {"seed": 42, "reset": False, "skip_seed": False, "scenario": "sparse", "as_of": "2026-11-22"}


def preview(
    differences: list[dict[str, Any]] | None = None, wipes: list[dict[str, Any]] | None = None, **sent: Any
) -> ReplayPreview:
    return ReplayPreview(
        ID, "token" if wipes else None, SENT, SENT | sent, differences or [], wipes or [], NOW if wipes else None
    )


def test_what_is_sent_as_recorded_says_so_and_marks_nothing() -> None:
    html = comparison_html(preview())
    assert "word for word" in html
    assert "differs" not in html


def test_each_difference_is_marked_by_word_too() -> None:
    differs = [{"field": "as_of", "recorded": "2026-11-22", "to_send": "2026-12-22"}]
    html = comparison_html(preview(differs, as_of="2026-12-22"))
    assert "1 difference" in html
    assert html.count("differs</span>") == 1
    assert "22 Dec 2026" in html


def test_an_object_of_the_request_is_told_without_quotes() -> None:
    html = comparison_html(preview(backtest={"n_splits": 3, "metric": "wape"}))
    assert "folds 3, metric wape</td>" in html


def test_a_data_set_that_is_gone_stands_in_the_table_and_in_the_words() -> None:
    gone = [{"field": "data_set", "recorded": "ab" * 32, "to_send": "cd" * 32}]
    there = preview(gone, skip_seed=True)
    assert "abababab" in comparison_html(there)
    assert "is gone" in data_html(there, "sparse")
    assert "it will fail" in data_html(there, None)


def test_a_wipe_lists_the_rows_of_each_data_set_though_two_have_one_name() -> None:
    lines = [{"data_set": "sparse", "table": table, "rows": 1000} for table in ("sales", "stock", "sales", "stock")]
    lines[1:1] = [{"data_set": "sparse", "table": "stores", "rows": 1}]
    html = data_html(preview(wipes=lines, reset=True), "sparse")
    assert "4,001 rows of 2 data sets" in html
    assert "1,000 sales rows, 1 store, 1,000 stock rows" in html
    assert "<td>1,000 sales rows, 1,000 stock rows" in html


def test_what_happens_to_the_data_is_told_where_nothing_is_wiped() -> None:
    assert "nothing is lost" in data_html(preview(reset=True), None)
    assert "stays" in data_html(preview(), "sparse")
    assert "the data set that it ran on then" in data_html(preview(skip_seed=True), "sparse")


@pytest.mark.parametrize(
    ("typed", "name", "is_right"),
    [
        ("a-story", "a-story", True),
        (" cdcdcdcd ", "a-story", True),
        ("cdcdcdc", "a-story", False),
        ("", "a-story", False),
        ("", None, False),
        ("cdcdcdcd", None, True),
        ("A-story", "a-story", False),
    ],
)
def test_a_wipe_wants_the_name_or_the_first_eight(typed: str, name: str | None, is_right: bool) -> None:
    assert is_typed(typed, name, str(ID)) is is_right

"""Text of a person, a file or a database is text on every screen, never markup."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.console.stores.run import Outcome
from showcase.console.story import tell
from showcase.console.surface import remedy, title
from showcase.console.text import plain
from showcase.console.views.library import workspace_table
from showcase.console.views.result import numbers_html
from showcase.console.views.steps import run_title, steps_html
from showcase.console.views.workspace import workspace_html
from showcase.errors import ShowcaseError
from showcase.http.notebooks import Notebook, listing_page
from tests.console.cases import RUN_ID, ended, event, kept_workspace

EVIL = '<img src=x onerror="alert(1)">'
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@given(st.text())
def test_plain_text_has_no_markup(text: str) -> None:
    assert not set("<>\"'") & set(plain(text))


def test_steps_and_reasons_are_escaped() -> None:
    evil = event(2, "step_complete", EVIL, status="fail", detail=EVIL, phase_name=EVIL)
    running = event(3, "step_progress", "seed", status="running", detail=EVIL, data={"share": 0.2})
    story = tell(RUN_ID, "sparse", [evil, running, *ended("failed", EVIL)[-1:]])
    assert "<img" not in steps_html(story) + run_title(story, NOW)
    assert "<img" not in steps_html(tell(RUN_ID, "sparse", [running]))


def test_heads_and_remedies_are_escaped() -> None:
    assert "<img" not in title(EVIL, EVIL) + remedy(ShowcaseError(EVIL, EVIL))


def test_a_workspace_is_escaped() -> None:
    evil = {EVIL: EVIL, "files": {EVIL: EVIL}, "ids": [EVIL]}
    workspace = kept_workspace(name=EVIL, scenario=EVIL, created_objects=evil, result_summary=_summary(EVIL))
    assert "<img" not in workspace_html(workspace, None, EVIL)


def test_the_two_cells_of_the_library_that_are_markup_hold_nothing_from_outside() -> None:
    table = workspace_table([kept_workspace(name=EVIL, result_summary=_summary(EVIL))], NOW)
    assert table.loc[0, "Name"] == EVIL  # written as text by the table
    assert "<img" not in table.loc[0, "Status"] + table.loc[0, "Wape"]


def test_a_result_is_escaped() -> None:
    row = {"model": EVIL, "is_winner": True, "is_chosen": True, "wape": 1.0, "coverage80": 80.0}
    assert "<img" not in numbers_html(Outcome((row,), "wape", EVIL, EVIL, None, None, None), is_running=False)


def test_the_list_of_notebooks_is_escaped() -> None:
    assert "<img" not in listing_page([Notebook(EVIL, EVIL, EVIL)], "console.ipynb")


def _summary(text: str) -> dict[str, Any]:
    return {"winner_model_type": text, "winner_metric": text, "winner_value": 1.0, "data_fingerprint": text}


@pytest.mark.parametrize("status", ["running", "completed", "failed", "cancelled", "interrupted"])
def test_every_status_has_its_word(status: str) -> None:
    assert plain(status) == status
    assert workspace_table([kept_workspace(status=status)], NOW).loc[0, "Status"].startswith("<b class=")

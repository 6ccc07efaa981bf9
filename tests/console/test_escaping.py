"""Text of a person, a file or a database is text on every screen, never markup."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.console.kin_strip import strip_html
from showcase.console.library_columns import COLUMNS, Line
from showcase.console.replay_text import comparison_html, data_html
from showcase.console.result_text import decided_html, numbers_html
from showcase.console.run_html import log_html, run_title, steps_html
from showcase.console.stores.outcome import Outcome
from showcase.console.story import tell
from showcase.console.story_text import approvals_html, knowledge_html, story_html
from showcase.console.surface import remedy, title
from showcase.console.text import plain
from showcase.console.views.workspace_edit import newer_html
from showcase.console.workspace_made import made_html
from showcase.console.workspace_text import configuration_html, head_html, result_html, verdict_html
from showcase.errors import ShowcaseError
from showcase.http.gallery import Notebook
from showcase.http.notebooks import gallery_page
from showcase.kernel.identity import WorkspaceId
from showcase.services.replays import ReplayPreview
from showcase.workspaces.health import CheckedReference, WorkspaceHealth
from showcase.workspaces.lineage import Kin, build_lineage
from tests.console.cases import RUN_ID, ended, event, kept_workspace

EVIL = '<img src=x onerror="alert(1)">'
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.fault("I3")
@given(st.text())
def test_plain_text_has_no_markup(text: str) -> None:
    assert not set("<>\"'") & set(plain(text))


def test_steps_and_reasons_are_escaped() -> None:
    evil = event(2, "step_complete", EVIL, status="fail", detail=EVIL, phase_name=EVIL)
    running = event(3, "step_progress", "seed", status="running", detail=EVIL, data={"share": 0.2})
    story = tell(RUN_ID, "sparse", [evil, running, *ended("failed", EVIL)[-1:]])
    assert "<img" not in steps_html(story) + run_title(story, NOW, {}) + log_html(story)
    assert "<img" not in steps_html(tell(RUN_ID, "sparse", [running]))


def test_heads_and_remedies_are_escaped() -> None:
    assert "<img" not in title(EVIL, EVIL) + remedy(ShowcaseError(EVIL, EVIL))


@pytest.mark.fault("I3")
def test_a_workspace_is_escaped() -> None:
    evil = {EVIL: EVIL, "files": {EVIL: EVIL}, "ids": [EVIL]}
    verdict = {"overall": EVIL, "parts": {EVIL: EVIL}, "where": {EVIL: EVIL}}
    workspace = kept_workspace(
        name=EVIL, scenario=EVIL, notes=EVIL, tags=[EVIL], created_objects=evil, environment={"code": EVIL},
        result_summary=_summary(EVIL) | {"verdict": verdict}, replayed_from_workspace_id="ab" * 16,
        seed_overrides={EVIL: EVIL}, user_scope={"store_code": EVIL, "sku": EVIL}, data_fingerprint=EVIL,
        run_config={"train_model_types": [EVIL]},
    )  # fmt: skip
    evil_reference = CheckedReference(EVIL, EVIL, EVIL, "alive")
    parts = [
        head_html(workspace, EVIL),
        result_html(workspace),
        verdict_html(workspace),
        configuration_html(workspace),
        made_html(WorkspaceHealth(EVIL, EVIL, True, (evil_reference,), 1, 0, 0, NOW), (), NOW),
        newer_html(workspace),
        result_html(kept_workspace(result_summary={"reason": EVIL})),
    ]
    assert all("<img" not in part for part in parts)


def test_a_story_is_escaped() -> None:
    step = {"step": EVIL, "detail": EVIL, "status": EVIL, "duration_ms": 1.0}
    approval = {
        "decision": EVIL, "reason": EVIL, "decided_by": EVIL, "decided_at": EVIL, "execution_status": EVIL,
        "tool_call_summary": {"description": EVIL},
    }  # fmt: skip
    look_up = {"event": EVIL, "status": EVIL, "detail": EVIL, "query": EVIL, "hits": [{"source": EVIL}]}
    workspace = kept_workspace(
        phase_summaries=[{"phase": EVIL, "status": EVIL, "duration_ms": 1.0, "steps": [step]}],
        approval_events=[approval],
        rag_events=[look_up],
    )
    for html in (story_html(workspace, None), approvals_html(workspace), knowledge_html(workspace)):
        assert html
        assert "<img" not in html


def test_a_replay_and_its_kin_are_escaped() -> None:
    sent = {EVIL: EVIL, "seed_overrides": {EVIL: EVIL}, "train_model_types": [EVIL]}
    wipes = [{"data_set": EVIL, "table": EVIL, "rows": 1}]
    differs = [{"field": EVIL, "recorded": EVIL, "to_send": None}, {"field": "data_set", "recorded": 1, "to_send": 2}]
    preview = ReplayPreview(WorkspaceId("ab" * 16), "token", sent, sent, differs, wipes, NOW)
    unharmed = ReplayPreview(WorkspaceId("ab" * 16), None, sent, sent | {"skip_seed": True}, differs, [], None)
    kin = [Kin("a", True, False, False, None, EVIL, EVIL, EVIL, EVIL), Kin("b", False, False, False, "a", EVIL)]
    lineage = build_lineage("b", kin, is_whole=True)
    parts = [comparison_html(preview), data_html(preview, EVIL), data_html(unharmed, EVIL), strip_html(lineage, EVIL)]
    assert all(part and "<img" not in part for part in parts)


def test_the_cells_of_the_library_are_markup_that_holds_nothing_from_outside() -> None:
    evil = kept_workspace(name=EVIL, scenario=EVIL, notes=EVIL, tags=[EVIL] * 4, result_summary=_summary(EVIL))
    for column in COLUMNS.values():
        assert "<img" not in column.cell(Line(evil, 1, True, NOW))


def test_a_result_is_escaped() -> None:
    row = {"model": EVIL, "is_winner": True, "is_chosen": True, "wape": 1.0, "coverage80": 80.0}
    assert "<img" not in numbers_html(Outcome((row,), "wape", EVIL, EVIL, None, None, None))
    asked = dict.fromkeys(("decision", "tool_name", "decided_by", "decided_at", "reason", "execution_status"), EVIL)
    assert "<img" not in decided_html(asked)


def test_the_list_of_notebooks_is_escaped() -> None:
    assert "<img" not in gallery_page([Notebook("demo_evil.ipynb", EVIL, EVIL)])


def _summary(text: str) -> dict[str, Any]:
    return {"winner_model_type": text, "winner_metric": text, "winner_value": 1.0, "data_fingerprint": text}


@pytest.mark.parametrize("status", ["running", "completed", "failed", "cancelled", "interrupted"])
def test_every_status_has_its_word(status: str) -> None:
    assert plain(status) == status
    assert COLUMNS["status"].cell(Line(kept_workspace(status=status), 0, False, NOW)).startswith("<b class=")

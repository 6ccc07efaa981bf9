"""A kept run in words: verdict, story, kin, and the bulk actions."""

from __future__ import annotations

from showcase.console.bulk_words import BULK, done_words, preview_html, undone_words
from showcase.console.kin_strip import strip_html
from showcase.console.story import tell
from showcase.console.story_text import approvals_html, knowledge_html, story_html
from showcase.console.workspace_text import result_html, verdict_html
from showcase.services.workspace_bulk import BulkOutcome, BulkPreview
from showcase.workspaces.bulk import LeftOut
from showcase.workspaces.lineage import Kin, build_lineage
from tests.console.cases import RUN_ID, kept_workspace, under_way


def test_a_verdict_names_the_place_that_differs() -> None:
    verdict = {
        "overall": "different",
        "parts": {"data": "identical", "scores": "different"},
        "where": {"scores": "scores.winner_value: 20.1 against 19.5"},
    }
    replay = kept_workspace(replayed_from_workspace_id="ab" * 16, result_summary={"verdict": verdict})
    html = verdict_html(replay)
    assert "winner value: 20.1 against 19.5" in html
    assert "scores winner" not in html
    assert html.count('class="bad">different') == 2
    asked = "agent_story.approval_events[0].decision: 'approved' against 'timed_out'"
    told = {"overall": "different", "parts": {"agent_story": "different"}, "where": {"agent_story": asked}}
    replay = kept_workspace(replayed_from_workspace_id="ab" * 16, result_summary={"verdict": told})
    assert "approval 1 decision: approved against timed out" in verdict_html(replay)
    assert verdict_html(kept_workspace()) == ""
    assert "when the run has completed" in verdict_html(kept_workspace(replayed_from_workspace_id="ab" * 16))


def test_a_run_without_a_winner_says_why() -> None:
    assert "under way" in result_html(kept_workspace(status="running"))
    assert "the disk is full" in result_html(kept_workspace(result_summary={"reason": "the disk is full"}))
    steps = [{"step": "status", "status": "pass"}, {"step": "train", "status": "fail"}]
    failed = kept_workspace(status="failed", phase_summaries=[{"phase": "modeling", "steps": steps}])
    assert "the step train failed" in result_html(failed)
    assert "no model won" in result_html(kept_workspace())


def test_phases_that_need_a_look_stand_open() -> None:
    steps = [{"step": "train", "status": "warn", "detail": "one was left out", "duration_ms": 5.0}]
    phases = [
        {"phase": "modeling", "status": "warn", "duration_ms": 5.0, "steps": steps},
        {"phase": "verify", "status": "pass", "duration_ms": 1.0, "steps": [{**steps[0], "status": "pass"}]},
    ]
    html = story_html(kept_workspace(phase_summaries=phases), None)
    assert html.count("<details open>") == 1
    assert html.count("<details>") == 1


def test_a_run_under_way_tells_its_steps_by_phase() -> None:
    html = story_html(kept_workspace(status="running"), tell(RUN_ID, "demo_minimal", under_way()))
    assert "all there" in html
    assert 'aria-label="runs"' in html
    assert "has not told anything" in story_html(kept_workspace(), None)


def test_decisions_and_look_ups_are_told_and_left_out_where_there_were_none() -> None:
    assert approvals_html(kept_workspace()) + knowledge_html(kept_workspace()) == ""
    event = {"decision": "timed_out", "auto_approved": False, "execution_status": "not_executed", "reason": "late"}
    html = approvals_html(kept_workspace(approval_events=[event | {"tool_name": "save_scenario_plan"}]))
    assert "nobody answered" in html
    assert "not executed" in html
    assert "“late”" in html


def test_the_strip_goes_from_the_oldest_over_what_is_deleted_to_the_replays() -> None:
    kin = [
        Kin("a" * 32, True, False, True),
        Kin("b" * 32, True, False, False, "a" * 32, "second", "completed", "sparse", "identical"),
        Kin("c" * 32, False, False, False, "b" * 32, "third", "completed", "sparse", "different"),
        Kin("d" * 32, False, True, False, "c" * 32, "fourth", "failed", "sparse", None),
    ]
    html = strip_html(build_lineage("c" * 32, kin, is_whole=True), "?view=library&workspace=")
    places = [html.index(each) for each in ("aaaaaaaa deleted", "second", "this one", "fourth")]
    assert places == sorted(places)
    assert f'href="?view=library&amp;workspace={"b" * 32}"' in html
    assert "2 ancestors · 1 descendant" in html
    assert 'class="edge different bad"' in html
    alone = build_lineage("a" * 32, [Kin("a" * 32, False, False, False)], is_whole=True)
    assert strip_html(alone, "") == ""


def test_a_circle_of_replays_ends() -> None:
    kin = [Kin("a", True, True, False, "b", "one"), Kin("b", False, False, False, "a", "two")]
    assert strip_html(build_lineage("b", kin, is_whole=True), "").count("this one") == 1


def test_every_bulk_action_says_what_it_will_do_and_did() -> None:
    left = [LeftOut("x", "pinned; name it by its id to delete it")] * 2
    preview = BulkPreview(count=1284, pinned=3, with_descendants=2, exported=1, left_out=left)
    for action in BULK:
        html = preview_html(action, preview)
        assert "1,284 workspaces" in html
        assert "2: pinned; name it by its id" in html
        assert BULK[action].did in done_words(action, BulkOutcome(["a"], left, "token"))
    assert "can be undone" in preview_html("delete", preview)
    named = ["<b>", "twice", "twice", *(f"number-{number}" for number in range(8))]
    assert "&lt;b&gt;, twice (2 of them), number-0, number-1, number-2, number-3, number-4, number-5 and 2 more" in (
        preview_html("delete", preview, named)
    )
    assert done_words("pin", BulkOutcome([], left, None)) == "Nothing was pinned."
    assert (
        undone_words(BulkOutcome(["a"], left, None)) == "Undone for 1 workspace; 2 changed since were left as they are."
    )

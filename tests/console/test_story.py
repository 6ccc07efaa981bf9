"""Whoever reads the events of a run at any time sees the same story."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from showcase.console.story import tell
from showcase.pipeline.steps import steps_for
from tests.console.cases import RUN_ID, ended, event, under_way


def test_a_run_that_has_not_begun_has_all_its_steps_before_it() -> None:
    story = tell(RUN_ID, "showcase_rich", [])
    assert [line.name for line in story.lines] == [step.name for step in steps_for("showcase_rich")]
    assert {line.status for line in story.lines} == {"pending"}
    assert story.is_running
    assert story.position == 0


def test_a_run_under_way_says_what_is_done_and_how_far_the_rest_is() -> None:
    story = tell(RUN_ID, "sparse", under_way())
    first, second = story.lines[:2]
    assert (first.status, first.detail, first.duration_ms) == ("pass", "all there", 40.0)
    assert (second.status, second.detail, second.share) == ("running", "wiping", 0.5)
    assert story.position == 2
    assert story.last_seq == 4
    assert story.elapsed_s(datetime(2026, 11, 22, 12, 0, 31, tzinfo=UTC)) == 30.0


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "interrupted"])
def test_a_run_that_ended_says_how_and_stands_still(status: str) -> None:
    story = tell(RUN_ID, "sparse", ended(status))
    assert not story.is_running
    assert (story.run_status, story.reason) == (status, "why")
    assert story.elapsed_s(datetime(2030, 1, 1, tzinfo=UTC)) == 4.0


def test_a_step_that_no_table_knows_is_told_too() -> None:
    story = tell(RUN_ID, "sparse", [event(1, "step_start", "brand_new", phase_name="later")])
    assert (story.lines[-1].name, story.lines[-1].phase) == ("brand_new", "later")


def test_what_a_step_found_is_there_once_it_is_done() -> None:
    done = event(2, "step_complete", "status", status="pass", data={"series": 30})
    assert tell(RUN_ID, "sparse", [event(1, "step_start", "status")]).data("status") == {}
    assert tell(RUN_ID, "sparse", [event(1, "step_start", "status"), done]).data("status") == {"series": 30}


def test_reading_in_two_parts_is_reading_at_once() -> None:
    events = ended("completed")
    for cut in range(len(events)):
        late = tell(RUN_ID, "sparse", [*events[:cut], *events[cut:]])
        assert late == tell(RUN_ID, "sparse", events)


def test_a_question_stands_from_its_announcement_to_the_end_of_its_step() -> None:
    asks = event(2, "step_progress", "agent", status="running", data={"awaiting": "approval", "action_id": "a"})
    story = tell(RUN_ID, "sparse", [event(1, "step_start", "agent"), asks])
    assert story.question is not None
    assert story.question["action_id"] == "a"
    done = event(3, "step_complete", "agent", status="pass")
    assert tell(RUN_ID, "sparse", [event(1, "step_start", "agent"), asks, done]).question is None


def test_the_time_left_is_what_the_steps_left_usually_take() -> None:
    story = tell(RUN_ID, "sparse", under_way())
    now = datetime(2026, 11, 22, 12, 0, 4, tzinfo=UTC)
    usual = {step.name: 2.0 for step in steps_for("sparse")}
    # precheck is done, reset began a second ago, nine wait
    assert story.left_s(usual, now) == 1.0 + 9 * 2.0
    assert story.left_s(usual | {"reset": 0.5}, now) == 9 * 2.0
    del usual["cleanup"]
    assert story.left_s(usual, now) is None


def test_the_lines_stand_by_phase_in_the_order_of_the_run() -> None:
    phases = tell(RUN_ID, "sparse", []).phases
    assert [name for name, _ in phases] == ["data", "modeling", "decision", "verify", "agents", "cleanup"]
    assert sum(len(lines) for _, lines in phases) == 11

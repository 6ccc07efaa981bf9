"""A run in words and marks: where a phase stands, what is left, what the log says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from showcase.console.run_html import gist, log_html, phase_status, row_count, run_title, steps_html
from showcase.console.story import StepLine, tell
from showcase.pipeline.steps import steps_for
from tests.console.cases import RUN_ID, ended, event, under_way

NOW = datetime(2026, 11, 22, 12, 0, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["pending", "pending"], "pending"),
        (["pass", "pending"], "running"),
        (["pass", "running"], "running"),
        (["pass", "skip"], "pass"),
        (["skip", "skip"], "skip"),
        (["pass", "warn"], "warn"),
        (["warn", "fail", "pending"], "fail"),
    ],
)
def test_a_phase_stands_where_its_steps_do(statuses: list[str], expected: str) -> None:
    assert phase_status([StepLine("a", "data", status) for status in statuses]) == expected


def test_a_phase_is_open_while_something_happens_in_it() -> None:
    html = steps_html(tell(RUN_ID, "sparse", under_way()))
    assert '<details open data-phase="data">' in html
    assert '<details data-phase="modeling">' in html
    assert 'aria-valuenow="1"' in html


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        ("interrupted", "interrupted in step backtest: its process is gone",
         "The run was interrupted</b> in step backtest: its process is gone."),
        ("cancelled", "cancelled", "The run was stopped.</b>"),
        ("failed", "train: no memory", "The run failed.</b> train: no memory"),
        ("failed", "", "The run failed.</b>"),
    ],
)  # fmt: skip
def test_an_end_is_told_once_with_what_to_do_and_what_was_not_reached(status: str, reason: str, said: str) -> None:
    html = steps_html(tell(RUN_ID, "sparse", ended(status, reason)))
    assert said in html
    assert html.count(status) <= 1
    assert "What it made" in html or "run again" in html
    assert 'aria-label="not reached"' in html
    assert "waits" not in html


def test_a_run_that_went_well_has_no_such_end() -> None:
    assert 'role="alert"' not in steps_html(tell(RUN_ID, "sparse", ended("completed")))


def test_a_step_under_way_says_what_it_does_above_its_bar() -> None:
    html = steps_html(tell(RUN_ID, "sparse", under_way()))
    assert 'title="wiping">wiping</span><span class="bar"' in html


@pytest.mark.parametrize(
    ("phase", "steps", "expected"),
    [
        ("decision", [("backtest", "pass", "naive wins"), ("register", "pass", "alias set")], "naive wins"),
        ("data", [("seed", "skip", "not asked for"), ("status", "pass", "75 series")], "75 series"),
        ("planning", [("first", "pass", "one"), ("second", "skip", "no second plan")], "one"),
        ("planning", [("first", "skip", "not there")], "not there"),
        ("planning", [], ""),
    ],
)  # fmt: skip
def test_a_phase_says_what_came_of_it(phase: str, steps: list[tuple[str, str, str]], expected: str) -> None:
    assert gist(phase, steps) == expected


def test_the_title_tells_what_is_left_only_where_it_is_known() -> None:
    story = tell(RUN_ID, "sparse", under_way())
    usual = {step.name: 2.0 for step in steps_for("sparse")}
    assert "running, step 2 of 11 · 0:03 · about 19 s left" in run_title(story, NOW, usual)
    assert "left" not in run_title(story, NOW, {})
    assert "left" not in run_title(tell(RUN_ID, "sparse", ended("completed")), NOW, usual)


def test_the_log_has_every_event_newest_first() -> None:
    html = log_html(tell(RUN_ID, "sparse", under_way()))
    assert html.count("<li>") == 4
    assert html.index("wiping") < html.index("all there")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (StepLine("train", "modeling"), None),
        (StepLine("seed", "data", "running", rows=1200), 1200),
        (StepLine("seed", "data", "pass", rows=1200, data={"records_created": {"sales": 2760, "stores": 3}}), 2763),
        (StepLine("status", "data", "pass", data={"counts": {"sales": 2760, "stores": 3}}), 2760),
        (StepLine("features", "data", "pass", data={"rows": 78}), 78),
        (StepLine("train", "modeling", "pass", data={"series": 30}), None),
    ],
)
def test_a_step_says_how_many_rows_it_is_about(line: StepLine, expected: int | None) -> None:
    assert row_count(line) == expected


def test_rows_stand_on_the_line_of_their_step() -> None:
    events = [
        event(1, "step_start", "features"),
        event(2, "step_complete", "features", status="pass", detail="78 rows", duration_ms=4.0, data={"rows": 78}),
    ]
    assert '<span class="rows quiet">78 rows</span>' in steps_html(tell(RUN_ID, "sparse", events))

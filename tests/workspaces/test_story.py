"""The slots of a story are described where people look, and phases are summed up as they were run."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from pydantic import ValidationError

from showcase.workspaces.story import SLOTS, summarise_phases

ROOT = Path(__file__).resolve().parents[2]
OPEN = ("created_objects", "result_summary")
"""Slots in which more may stand than they describe."""


def test_the_document_is_what_the_models_say() -> None:
    spec = importlib.util.spec_from_file_location("story_slots", ROOT / "scripts" / "story_slots.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert (ROOT / "docs" / "story-slots.md").read_text(encoding="utf-8") == script.page()


@pytest.mark.parametrize("slot", [name for name in SLOTS if name not in ("job_ids", *OPEN)])
def test_a_slot_refuses_what_it_does_not_describe(slot: str) -> None:
    adapter, _ = SLOTS[slot]
    strange = [{"strange": 1}] if adapter.json_schema().get("type") == "array" else {"strange": 1}
    with pytest.raises(ValidationError):
        adapter.validate_python(strange)


def _event(phase: str, step: str, status: str, duration_ms: float | None) -> dict[str, object]:
    return {"phase_name": phase, "step_name": step, "status": status, "detail": step, "duration_ms": duration_ms}


def test_a_phase_has_its_steps_in_order_their_time_together_and_the_worst_status() -> None:
    summed = summarise_phases(
        [
            _event("data", "precheck", "pass", 1.5),
            _event("data", "reset", "skip", 0.5),
            _event("modeling", "train", "warn", 2.0),
            _event("decision", "backtest", "pass", 2.0),
            _event("decision", "register", "fail", None),
        ]
    )
    assert [(one["phase"], one["status"], one["duration_ms"]) for one in summed] == [
        ("data", "pass", 2.0), ("modeling", "warn", 2.0), ("decision", "fail", 2.0),
    ]  # fmt: skip
    assert [step["step"] for step in summed[0]["steps"]] == ["precheck", "reset"]
    assert SLOTS["phase_summaries"][0].validate_python(summed)


def test_a_phase_that_was_skipped_whole_says_so() -> None:
    assert summarise_phases([_event("ops", "ops_snapshot", "skip", 0.0)])[0]["status"] == "skip"

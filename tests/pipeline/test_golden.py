"""Legacy frames give exactly what they gave before any later field existed: golden transcripts, one a preset.

SHOWCASE_RENEW_GOLDENS=1 writes them anew; a difference is a promise broken, so look at it before you do.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from showcase.demand.presets import Scenario
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.request import RunRequest, parse_request
from showcase.store.engine import Database
from showcase.testing import TODAY
from tests.pipeline.killable import start_run
from tests.pipeline.transcripts import transcript

FOLDER = Path(__file__).parent / "golden"
LEGACY = ("seed", "reset", "skip_seed", "scenario")
ELEVEN_STEP_PRESETS = [str(scenario) for scenario in Scenario if scenario != Scenario.SHOWCASE_RICH]
LATER_DEFAULTS = {name: field.get_default() for name, field in RunRequest.model_fields.items() if name not in LEGACY}


def _tell(launcher: Launcher, frame: dict[str, Any]) -> str:
    execution = launcher.start(parse_request(json.dumps(frame)))
    return transcript(launcher.watch(execution.run_id))


def _frame(scenario: str) -> dict[str, Any]:
    return {"seed": 42, "reset": True, "skip_seed": False, "scenario": scenario}


@pytest.mark.compat
@pytest.mark.parametrize("scenario", ELEVEN_STEP_PRESETS)
def test_the_legacy_frame_of_a_preset_tells_what_it_always_told(launcher: Launcher, scenario: str) -> None:
    told = _tell(launcher, _frame(scenario)) + _tell(launcher, {})
    golden = FOLDER / f"{scenario}.jsonl"
    if os.environ.get("SHOWCASE_RENEW_GOLDENS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(told)
    assert told == golden.read_text()


def test_an_explicit_default_for_each_later_field_gives_the_same_bytes(launcher: Launcher) -> None:
    told = _tell(launcher, {**_frame("demo_minimal"), **LATER_DEFAULTS}) + _tell(launcher, LATER_DEFAULTS)
    assert told == (FOLDER / "demo_minimal.jsonl").read_text()


def test_the_command_line_tells_the_same_on_a_fixed_day(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOWCASE_TODAY", TODAY.isoformat())
    process = start_run(database.url.render_as_string(hide_password=False), tmp_path, "--reset", "--reseed")
    printed, complaint = process.communicate(timeout=120)
    assert process.returncode == 0, complaint
    told = transcript(json.loads(line) for line in printed.splitlines())
    golden = (FOLDER / "demo_minimal.jsonl").read_text().splitlines()
    # the first run of the file: up to and with its summary
    first = next(number for number, line in enumerate(golden, start=1) if '"pipeline_complete"' in line)
    assert told.splitlines() == golden[:first]

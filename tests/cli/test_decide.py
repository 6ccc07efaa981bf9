"""`showcase runs decide` answers a question of a run from another process than the run's."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from showcase.cli import main
from showcase.kernel.identity import RunId, SessionId
from showcase.services.decisions import DecisionService, Question
from showcase.store.decisions import Decision
from showcase.store.engine import Database

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def decide(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """`showcase runs decide` with these arguments; returns its exit code, stdout and stderr."""
    monkeypatch.setenv("SHOWCASE_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SHOWCASE_HOME", str(tmp_path))

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["showcase", "runs", "decide", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return call


def _ask(database: Database, run_id: RunId | None = None, **changes: Any) -> Decision:
    question = Question(
        "save_scenario_plan", {"name": "x"}, "Save [red]it[/]", {"reasons": []}, SessionId.new(), "rules"
    )
    return DecisionService(database, window_s=600).ask(question, run_id)


def test_the_one_open_question_needs_no_name(database: Database, decide: Call) -> None:
    asked = _ask(database)
    code, out, _ = decide("--approve", "--reason", "it fits", "--json")
    entry = json.loads(out)
    assert (code, entry["action_id"], entry["decision"], entry["reason"]) == (0, asked.action_id, "approved", "it fits")
    assert entry["decided_by"].endswith("command line)") or entry["decided_by"] == "command line"


def test_a_question_is_named_by_its_run_or_by_itself(database: Database, decide: Call) -> None:
    run = RunId.new()
    of_run, other = _ask(database, run), _ask(database)
    assert decide(run, "--reject")[0] == 0
    assert decide(other.action_id, "--approve")[0] == 0
    decisions = DecisionService(database)
    assert decisions.show(of_run.action_id).state == "rejected"
    assert decisions.show(other.action_id).state == "approved"


def test_without_an_answer_the_open_questions_are_listed_and_none_is_decided(database: Database, decide: Call) -> None:
    assert "No question is open" in decide()[1]
    asked = _ask(database)
    (listed,) = json.loads(decide("--json")[1])["pending"]
    assert listed["action_id"] == asked.action_id
    assert 0 < listed["seconds_left"] <= 600
    assert "Save [red]it[/]" in decide()[1]
    assert DecisionService(database).show(asked.action_id).is_pending


def test_a_refusal_says_why_and_what_to_do(database: Database, decide: Call) -> None:
    first, _ = _ask(database), _ask(database)
    for arguments, said in (
        (("--approve", "--reject"), "not both"),
        (("--approve",), "2 questions are open"),
        (("0" * 32, "--approve"), "was asked"),
        (("nonsense", "--approve"), "hexadecimal"),
        ((first.action_id, "--approve", "--reason", "x" * 501), "at most 500"),
    ):
        code, out, err = decide(*arguments)
        assert (code, out) == (2, "")
        assert said in err, err


def test_a_late_answer_hears_who_was_first(database: Database, decide: Call) -> None:
    asked = _ask(database)
    DecisionService(database).decide(asked.action_id, "rejected", by="somebody else")
    code, _, err = decide(asked.action_id, "--approve")
    assert code == 2
    assert "rejected by somebody else" in err

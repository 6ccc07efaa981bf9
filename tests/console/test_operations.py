"""What the Operations view says: zeros and words on an empty database, marks where something is wrong, no markup."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from showcase.console.ops_words import CARDS, size
from showcase.console.stores.operations import OperationsStore, OpsPicture
from showcase.diagnosis import Finding
from showcase.kernel.identity import ActionId, Digest, RunId
from showcase.registry.drift import Drift
from showcase.services.ops_summary import Attention, Health
from showcase.settings import Settings
from showcase.store.decisions import Decision
from showcase.store.engine import Database
from showcase.store.runs import RunRow
from showcase.testing import launcher_over
from showcase.wiring import Installation
from showcase.workspaces.health import CheckedReference, WorkspaceHealth

PROBE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def empty(database: Database, tmp_path: Path) -> OpsPicture:
    launcher = launcher_over(database, tmp_path)
    installation = Installation(Settings(home=tmp_path), database, launcher.services, launcher, None)
    seen = asyncio.run(OperationsStore(installation).picture())
    launcher.close()
    return seen


def a_run(seen: OpsPicture, **chosen: Any) -> RunRow:
    usual = {
        "run_id": RunId("ab" * 16), "status": "failed", "scenario": PROBE, "request": {}, "token": 1,
        "holder": "somebody", "total_steps": 11, "step_name": "train", "step_index": 6, "workspace_id": None,
        "reason": PROBE, "summary": None, "started_at": seen.now, "stop_requested_at": None, "ended_at": seen.now,
    }  # fmt: skip
    return RunRow(**usual | chosen)


def a_decision(seen: OpsPicture, **chosen: Any) -> Decision:
    usual: dict[str, Any] = dict.fromkeys(Decision.__dataclass_fields__)
    usual |= {
        "action_id": ActionId("cd" * 16), "description": PROBE, "evidence_digest": Digest("ef" * 32), "reason": PROBE,
        "state": "rejected", "decided_by": PROBE, "asked_at": seen.now, "execution_status": "not_executed",
        "auto_approved": False,
    }  # fmt: skip
    return Decision(**usual | chosen)


def test_an_empty_database_is_zeros_and_what_to_do_first(empty: OpsPicture) -> None:
    told = {name: words(empty) for name, words in CARDS.items()}
    assert told["numbers"].count("<b>0</b>") == 5
    assert "<b>none</b>" in told["numbers"]
    assert "Nothing asks for attention." in told["attention"]
    assert "No run yet." in told["runs"]
    assert "No question was put to a person yet." in told["approvals"]
    assert "No alias yet." in told["aliases"]
    assert "No workspace yet." in told["links"]
    assert "all fine" in told["doctor"]
    assert not any("<table" in html for html in told.values())


def test_nothing_from_outside_is_markup(empty: OpsPicture) -> None:
    seen = replace(
        empty,
        runs=(a_run(empty, request={"skip_seed": False}),),
        decisions=(a_decision(empty),),
        decided=1,
        findings=(Finding(PROBE, False, PROBE), Finding(PROBE, True, PROBE)),
        summary=replace(empty.summary, attention=(Attention("kind", PROBE, PROBE),)),
    )
    told = {name: words(seen) for name, words in CARDS.items()}
    assert not any("<img" in html for html in told.values())
    assert all("&lt;img" in told[name] for name in ("attention", "runs", "approvals", "doctor"))


def test_a_run_is_told_with_why_it_ended(empty: OpsPicture) -> None:
    runs = (
        a_run(empty, reason="train: no memory"),
        a_run(empty, status="completed", reason=None),
        a_run(empty, status="running", reason=None, ended_at=None),
    )
    told = CARDS["runs"](replace(empty, runs=runs))
    for words in ("train: no memory", "all steps done", "in step train"):
        assert words in told
    assert 'class="mark bad"' in told


def test_a_run_is_told_with_the_demand_that_it_was_about(empty: OpsPicture) -> None:
    used = {"skip_seed": True}, {"data_fingerprint": "ab" * 32}
    runs = (
        a_run(empty, scenario="sparse", request={"skip_seed": False}),
        a_run(empty, scenario="demo_minimal", request=used[0], summary=used[1]),
    )
    told = CARDS["runs"](replace(empty, runs=runs, data_sets={"ab" * 32: "sales of 2026.csv"}))
    assert "sparse" in told
    assert "sales of 2026.csv" in told
    assert "demo_minimal" not in told, "a preset that was not seeded says nothing of the run"
    assert "abababab (wiped)" in CARDS["runs"](replace(empty, runs=runs, data_sets={}))


def test_a_decision_is_told_with_who_and_why(empty: OpsPicture) -> None:
    decision = a_decision(empty, decided_by="Kim", reason="too dear")
    told = CARDS["approvals"](replace(empty, decisions=(decision,), decided=3))
    assert "Kim: too dear; not executed" in told
    assert "3 decisions" in told
    silent = replace(decision, state="timed_out", decided_by=None, reason=None)
    assert "timed out" in CARDS["approvals"](replace(empty, decisions=(silent,), decided=1))


def test_a_pair_is_told_by_its_codes_and_by_its_ids_once_it_is_gone(empty: OpsPicture) -> None:
    scores = tuple(Health("naive", grain, 2, Drift(20.0, 20.0, 0.0, "stable")) for grain in ((1, 2), (3, 4)))
    seen = replace(empty, summary=replace(empty.summary, health=scores), pairs={(1, 2): "S1001 / SKU-10001"})
    told = CARDS["drift"](seen)
    assert "S1001 / SKU-10001" in told
    assert "3 / 4 (wiped)" in told


def test_what_the_doctor_finds_wrong_asks_for_attention(empty: OpsPicture) -> None:
    seen = replace(empty, findings=(Finding("home", False, "2 MB are free. Free disk space."),))
    assert "2 MB are free." in CARDS["attention"](seen)
    assert "something is wrong" in CARDS["doctor"](seen)


def a_health(seen: OpsPicture, *lives: str, partial: bool = False) -> WorkspaceHealth:
    references = tuple(CheckedReference(PROBE, "model_run", f"{at:032x}", life) for at, life in enumerate(lives))
    counts = (lives.count("alive"), lives.count("dead"), lives.count("unknown"))
    return WorkspaceHealth("ab" * 16, "completed", partial, references, *counts, seen.now)


@pytest.mark.parametrize(
    ("lives", "partial", "told"),
    [
        (("alive", "alive"), False, "whole"),
        (("alive", "dead", "dead"), False, "gone: model run"),
        (("unknown",), False, "1 not known"),
        (("alive",), True, "partial run"),
    ],
)
def test_a_workspace_says_whether_its_links_lead_somewhere(
    empty: OpsPicture, lives: tuple[str, ...], partial: bool, told: str
) -> None:
    html = CARDS["links"](replace(empty, links=((PROBE, a_health(empty, *lives, partial=partial)),), kept=1))
    assert f">{told}<" in html
    assert "<img" not in html


@pytest.mark.parametrize(("held", "told"), [(0, "0.0 MB"), (5 * 1024**2, "5.0 MB"), (3 * 1024**3 // 2, "1.5 GB")])
def test_sizes_have_units(held: int, told: str) -> None:
    assert size(held) == told

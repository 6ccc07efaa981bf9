"""The knowledge steps pass, warn and skip as the contract says, and each outcome is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from showcase.errors import ProviderError
from showcase.pipeline.execution import Execution
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.phases import knowledge
from showcase.pipeline.steps import Step, eleven_steps, passed
from showcase.ports import Tick
from showcase.services.suite import Services
from showcase.store.engine import Database
from showcase.testing import fresh_request, services_over
from showcase.workspaces.story import SLOTS
from tests.faults.waiting import PATIENCE_S, TWO_S

THREE = tuple(
    Step(step.__name__, "knowledge", step)
    for step in (knowledge.embedding_provider_probe, knowledge.rag_index_subset, knowledge.rag_retrieve_probe)
)


class Away:
    """An embedding service that is down."""

    name = "openai:small"

    def embed(self, texts: Sequence[str], tick: Tick) -> list[list[float]]:
        raise ProviderError("The provider at h does not answer.", "Unset SHOWCASE_EMBEDDING_*.")


class Slow:
    """An embedding service that never answers, and asks between whether anybody still waits."""

    name = "openai:small"

    def embed(self, texts: Sequence[str], tick: Tick) -> list[list[float]]:
        while True:
            tick()


def _run(services: Services, database: Database, steps: tuple[Step, ...] = THREE) -> tuple[Execution, Any]:
    usual = eleven_steps()
    launcher = Launcher(database, services, lambda _: (*usual[:9], *steps, *usual[9:]))
    execution = launcher.start(fresh_request(seed_overrides={"stores": 2, "products": 3}))
    outcome = execution.wait(PATIENCE_S)
    launcher.close()
    return execution, outcome


def _ended(outcome: Any) -> list[Any]:
    """The last events of the knowledge steps; the run around them is green."""
    assert outcome.overall_status == "pass"
    return [step for step in outcome.steps if step["phase_name"] == "knowledge"]


def _statuses(outcome: Any) -> list[str]:
    return [step["status"] for step in _ended(outcome)]


def _remembered(execution: Execution) -> list[tuple[str, str, bool | None]]:
    events = execution.context.facts.rag_events
    SLOTS["rag_events"][0].validate_python(events)
    return [(event["event"], event["status"], event["reachable"]) for event in events]


@pytest.mark.compat
def test_offline_the_guide_is_indexed_and_answers(database: Database, tmp_path: Path) -> None:
    execution, outcome = _run(services_over(database, tmp_path), database)
    assert _statuses(outcome) == ["pass", "pass", "pass"]
    assert _remembered(execution) == [("probe", "pass", True), ("index", "pass", True), ("retrieve", "pass", True)]
    indexed, found = execution.context.facts.rag_events[1:]
    assert indexed["count"] == _ended(outcome)[1]["data"]["chunks"] > 20
    assert found["query"] == knowledge.QUESTION
    assert found["hits"][0]["source"] == "reading-a-result.md"
    assert found["count"] == len(found["hits"]) == 5
    assert {event["provider"] for event in execution.context.facts.rag_events} == {"text_search"}


def test_the_second_run_finds_everything_indexed_and_the_same_passages(database: Database, tmp_path: Path) -> None:
    services = services_over(database, tmp_path)
    (first, _), (second, outcome) = _run(services, database), _run(services, database)
    assert _ended(outcome)[1]["data"]["changed"] == []
    assert second.context.facts.rag_events[2]["hits"] == first.context.facts.rag_events[2]["hits"]


def test_a_provider_that_does_not_answer_skips_the_three_and_the_run_is_green(
    database: Database, tmp_path: Path
) -> None:
    execution, outcome = _run(replace(services_over(database, tmp_path), embeddings=Away()), database)
    assert _statuses(outcome) == ["skip", "skip", "skip"]
    assert {step["data"]["reachable"] for step in _ended(outcome)} == {False}
    assert "does not answer" in _ended(outcome)[0]["detail"]
    assert _remembered(execution) == [("probe", "skip", False), ("skip", "skip", False), ("skip", "skip", False)]
    assert services_over(database, tmp_path).knowledge.retrieve("wape").hits  # the text is indexed all the same


def test_without_a_hit_the_step_warns(database: Database, tmp_path: Path) -> None:
    execution, outcome = _run(services_over(database, tmp_path), database, THREE[2:])
    assert _statuses(outcome) == ["warn"]
    assert _remembered(execution) == [("retrieve", "warn", True)]


def test_without_a_guide_there_is_nothing_to_index(database: Database, tmp_path: Path) -> None:
    execution, outcome = _run(replace(services_over(database, tmp_path), guide=tmp_path), database, THREE[1:2])
    assert _statuses(outcome) == ["skip"]
    assert _remembered(execution) == [("skip", "skip", None)]


def test_a_stop_is_answered_while_a_provider_is_waited_for(database: Database, tmp_path: Path) -> None:
    services = replace(services_over(database, tmp_path), embeddings=Slow())
    launcher = Launcher(database, services, lambda _: (Step("first", "knowledge", lambda _: passed("")), *THREE))
    execution = launcher.start(fresh_request())
    for event in launcher.watch(execution.run_id):
        if event["step_name"] == "embedding_provider_probe":
            launcher.stop(execution.run_id)
            break
    assert execution.wait(TWO_S).run_status == "cancelled"
    launcher.close()

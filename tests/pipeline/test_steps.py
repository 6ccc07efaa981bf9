"""The table of steps is the contract's."""

from __future__ import annotations

import pytest

from showcase.demand.presets import Scenario
from showcase.pipeline.steps import eleven_steps, positions, steps_for, summary_position

# contract, section 5
ELEVEN = (
    "data[precheck reset seed status features] modeling[train] decision[backtest register] verify[verify] "
    "agents[agent] cleanup[cleanup]"
)


TWENTY_FOUR = (
    "data[precheck reset seed status features phase2_enrichment historical_backfill] modeling[train v2_train] "
    "decision[backtest register champion_compat_compare stale_alias_trigger safer_promote_flow] "
    "portfolio[batch_preset] planning[scenario_simulate_and_save multi_plan_compare] "
    "knowledge[embedding_provider_probe rag_index_subset rag_retrieve_probe] verify[verify] agents[agent_hitl_flow] "
    "ops[ops_snapshot] cleanup[cleanup]"
)


@pytest.mark.parametrize(
    ("scenario", "table"),
    [(str(scenario), TWENTY_FOUR if scenario == "showcase_rich" else ELEVEN) for scenario in Scenario],
)
def test_each_preset_has_the_steps_of_the_contract_in_their_phases(scenario: str, table: str) -> None:
    phases: dict[str, list[str]] = {}
    for step in steps_for(scenario):
        phases.setdefault(step.phase, []).append(step.name)
    assert " ".join(f"{phase}[{' '.join(names)}]" for phase, names in phases.items()) == table


def test_positions_count_from_one_and_phases_in_their_order() -> None:
    found = positions(eleven_steps())
    assert [position.step_index for position in found] == list(range(1, 12))
    assert {position.total_steps for position in found} == {11}
    assert [position.phase_index for position in found] == [1, 1, 1, 1, 1, 2, 3, 3, 4, 5, 6]
    assert {position.phase_total for position in found} == {6}
    assert summary_position(eleven_steps()).step_name == "summary"

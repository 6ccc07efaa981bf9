"""The table of steps is the contract's."""

from __future__ import annotations

from showcase.pipeline.steps import eleven_steps, positions, summary_position

# contract, section 5
ELEVEN = (
    "data[precheck reset seed status features] modeling[train] decision[backtest register] verify[verify] "
    "agents[agent] cleanup[cleanup]"
)


def test_the_short_table_has_the_eleven_steps_in_their_phases() -> None:
    phases: dict[str, list[str]] = {}
    for step in eleven_steps():
        phases.setdefault(step.phase, []).append(step.name)
    assert " ".join(f"{phase}[{' '.join(names)}]" for phase, names in phases.items()) == ELEVEN


def test_positions_count_from_one_and_phases_in_their_order() -> None:
    found = positions(eleven_steps())
    assert [position.step_index for position in found] == list(range(1, 12))
    assert {position.total_steps for position in found} == {11}
    assert [position.phase_index for position in found] == [1, 1, 1, 1, 1, 2, 3, 3, 4, 5, 6]
    assert {position.phase_total for position in found} == {6}
    assert summary_position(eleven_steps()).step_name == "summary"

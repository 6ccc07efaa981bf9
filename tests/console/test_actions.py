"""A button is idle, busy, done, or shows the remedy."""

from __future__ import annotations

import asyncio

import pytest

from showcase.console.actions import Action
from showcase.errors import ConflictError


def press(action: Action) -> list[str]:
    """Press the button; returns the phases it went through."""
    phases: list[str] = []
    action.param.watch(lambda event: phases.append(event.new), "phase")

    async def pressed() -> None:
        action._pressed(None)
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

    asyncio.run(pressed())
    return phases


def test_what_goes_well_is_busy_then_done_then_idle() -> None:
    seen: list[bool] = []

    async def act() -> None:
        seen.append(action.button.disabled)

    action = Action("Go", act, icon="play_arrow")
    assert press(action) == ["busy", "done", "idle"]
    assert seen == [True]
    assert not action.button.disabled


def test_a_refusal_shows_what_and_what_to_do_and_can_be_tried_again() -> None:
    async def act() -> None:
        raise ConflictError("One run at a <time>.", "Wait for it.", reason="busy")

    action = Action("Go", act, icon="play_arrow")
    assert press(action) == ["busy", "remedy"]
    assert action.notice.visible
    assert "One run at a &lt;time&gt;." in action.notice.object
    assert "Wait for it." in action.notice.object
    assert not action.button.disabled


def test_a_second_press_does_nothing_while_the_first_is_under_way() -> None:
    begun = 0

    async def act() -> None:
        nonlocal begun
        begun += 1
        action._pressed(None)

    action = Action("Go", act, icon="play_arrow")
    press(action)
    assert begun == 1


def test_what_is_not_allowed_cannot_be_pressed() -> None:
    async def act() -> None:
        raise AssertionError

    action = Action("Go", act, icon="play_arrow")
    action.is_allowed = False
    assert action.button.disabled
    assert press(action) == []  # one that was on its way


def test_after_an_unforeseen_failure_the_button_is_idle_again() -> None:
    async def act() -> None:
        raise RuntimeError

    action = Action("Go", act, icon="play_arrow")
    with pytest.raises(RuntimeError):
        press(action)
    assert action.phase == "idle"

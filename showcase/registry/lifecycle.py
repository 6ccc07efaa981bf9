"""The states of a registered model and the changes that are allowed."""

from __future__ import annotations

from showcase.errors import ConflictError

NEXT: dict[str, tuple[str, ...]] = {
    "pending": ("running",),
    "running": ("success", "failed"),
    "success": ("archived",),
    "failed": ("archived",),
    "archived": (),
}
"""Each state with the states that may follow it."""


def check_change(run_id: str, state: str, wanted: str) -> None:
    """Refuse a change of state that the table does not have."""
    if wanted not in NEXT[state]:
        allowed = " or ".join(NEXT[state]) or "nothing: it is final"
        raise ConflictError(
            f"The model run {run_id[:8]} is {state} and cannot become {wanted}; what may follow is {allowed}.",
            "Ask for one of the allowed states, or register a new model run.",
            reason="state_change",
        )


def check_aliasable(run_id: str, state: str) -> None:
    """Refuse an alias to anything but a success."""
    if state != "success":
        raise ConflictError(
            f"An alias points at a successful model run; {run_id[:8]} is {state}.",
            "Choose a model run whose status is success.",
            reason="not_success",
        )

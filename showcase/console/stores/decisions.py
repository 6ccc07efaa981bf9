"""Reads what is asked of a person, and takes the answer."""

from __future__ import annotations

import asyncio
import getpass

from showcase.services.decisions import ANSWERS
from showcase.wiring import Installation

APPROVED, REJECTED = ANSWERS


class DecisionStore:
    """Questions and their answers; seconds are always the database's."""

    def __init__(self, installation: Installation) -> None:
        self._decisions = installation.services.decisions

    async def seconds_left(self, action_id: str) -> float | None:
        """How long a question stays open; None where it is closed by now."""
        pending = await asyncio.to_thread(self._decisions.pending)
        return next((each.seconds_left for each in pending if each.decision.action_id == action_id), None)

    async def decide(self, action_id: str, decision: str, reason: str = "") -> None:
        """Answer it as whoever runs this server. ConflictError says who was first, or that the window is over."""
        await asyncio.to_thread(
            self._decisions.decide, action_id, decision, by=f"{getpass.getuser()} in the console", reason=reason or None
        )

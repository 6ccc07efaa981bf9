"""Named places at which a test can make this process die, fail or stand still."""

from __future__ import annotations

import errno
import os
import re
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import Literal

from showcase.errors import FieldError, InvalidInputError

SLEEP_S = 60.0
"""How long `sleep` stands still: longer than anything that waits for this process should."""

Action = Literal["kill", "raise", "sleep"]
_SPEC = re.compile(r"(?P<name>[a-z][a-z0-9_.]*)(?:@(?P<count>[1-9]\d{0,5}))?:(?P<action>kill|raise|sleep)")


@dataclass(slots=True)
class Failpoint:
    """What happens when the place `name` is reached for the `count`-th time; `seen` says how often it was."""

    name: str
    action: Action
    count: int = 1
    seen: int = 0
    _counting: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def parse(cls, text: str) -> Failpoint:
        """From `name:action` or `name@count:action`; InvalidInputError for anything else."""
        found = _SPEC.fullmatch(text)
        if found is None:
            allowed = "name:action or name@count:action, with kill, raise or sleep as the action"
            raise InvalidInputError(
                f"A failpoint is {allowed}; found {text!r:.80}.",
                "Correct or unset SHOWCASE_FAILPOINT.",
                [FieldError("SHOWCASE_FAILPOINT", f"{text!r:.80}", allowed)],
            )
        return cls(found["name"], found["action"], int(found["count"] or 1))  # type: ignore[arg-type]  # as matched

    def reach(self, name: str) -> None:
        """Act, if this is the place and the time."""
        if name != self.name:
            return
        with self._counting:
            self.seen += 1
            is_due = self.seen == self.count
        if is_due:
            self._act()

    def _act(self) -> None:
        if self.action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.action == "raise":
            raise OSError(errno.ENOSPC, f"{os.strerror(errno.ENOSPC)} (failpoint {self.name})")
        time.sleep(SLEEP_S)


_armed: Failpoint | None = None


def arm(failpoint: Failpoint | None) -> None:
    """Make this the one failpoint of the process; None takes it away."""
    global _armed
    _armed = failpoint


def reach(name: str) -> None:
    """Say that the place `name` is reached; nothing happens unless a test armed it."""
    if _armed is not None:
        _armed.reach(name)

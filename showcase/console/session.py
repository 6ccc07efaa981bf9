"""What every view of one session is given, and what it has to be able to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import panel as pn

from showcase.console.draft import RunDraft
from showcase.console.feed import RunFeed
from showcase.console.progress import RunProgress
from showcase.console.state import ConsoleState
from showcase.services.roles import Role, may
from showcase.wiring import Installation


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """One browser tab: where it is, the run that it drafts, its sight of the newest run, and the installation.

    A view makes a store of its own over `installation.services`; what two views share stands here.
    """

    installation: Installation
    state: ConsoleState
    draft: RunDraft
    progress: RunProgress
    feed: RunFeed
    role: Role = "approver"

    def may(self, needed: Role) -> bool:
        """Whether this person may do what needs that role; the services refuse the rest, whatever a view offers."""
        return may(self.role, needed)


class View(Protocol):
    """A view: made once a session when it is first opened, then shown and hidden.

    `root` is made by `surface.arranged`. `load` is called each time the view is opened, once its parts are on the
    page: read anew there. `leave` is called when another view is opened: end there what ticks; what was typed stays.
    """

    root: pn.Column

    async def load(self) -> None: ...

    def leave(self) -> None: ...

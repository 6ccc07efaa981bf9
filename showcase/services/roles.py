"""Who may do what: viewers look, operators also run and change, approvers also decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NoReturn, get_args

from showcase.errors import ShowcaseError

Role = Literal["viewer", "operator", "approver"]
"""Each one may also do what those before it may."""

NEEDED: dict[str, Role] = {
    "launcher.start": "operator",
    "launcher.replay": "operator",
    "launcher.stop": "operator",
    "launcher.exclusive": "operator",
    "agent_sessions.close": "operator",
    "agent_sessions.open": "operator",
    "agent_sessions.say": "operator",
    "bulk.act": "operator",
    "bulk.forget": "operator",
    "bulk.undo": "operator",
    "bundles.export": "operator",
    "bundles.import_": "operator",
    "bundles.sweep": "operator",
    "decisions.ask": "operator",
    "decisions.decide": "approver",
    "decisions.execute": "approver",
    "decisions.withdraw": "operator",
    "demand.append": "operator",
    "demand.import_sales": "operator",
    "demand.make_current": "operator",
    "demand.seed": "operator",
    "demand.wipe": "operator",
    "enrichment.enrich": "operator",
    "jobs.record": "operator",
    "knowledge.index": "operator",
    "models.point_alias": "operator",
    "models.register": "operator",
    "once.keep": "operator",
    "plans.clone": "operator",
    "plans.delete": "operator",
    "plans.save": "operator",
    "plans.tag": "operator",
    "portfolio.run": "operator",
    "registry.change_state": "operator",
    "registry.create": "operator",
    "registry.remove_alias": "operator",
    "registry.set_alias": "operator",
    "sandbox.opened": "operator",
    "seeding.append": "operator",
    "seeding.delete": "operator",
    "seeding.enrich": "operator",
    "seeding.generate": "operator",
    "workbench.announce": "operator",
    "workbench.train": "operator",
    "workspaces.delete": "operator",
    "workspaces.edit": "operator",
    "workspaces.forget_search": "operator",
    "workspaces.record": "operator",
    "workspaces.save_search": "operator",
}
"""What takes more than looking; whatever is not named here, a viewer may do."""


ROLE_HEADER = "x-showcase-role"
"""How the gate of the server says to the console who opened a session; what comes from outside is dropped."""


class ForbiddenError(ShowcaseError):
    """What was asked needs another role than that of whoever asks."""

    kind = "forbidden"


def may(role: Role, needed: Role) -> bool:
    """Whether somebody of this role may do what needs that one."""
    ranks = get_args(Role)
    return ranks.index(role) >= ranks.index(needed)


def check_role(role: Role, needed: Role) -> None:
    """ForbiddenError unless somebody of this role may do what needs that one."""
    if not may(role, needed):
        raise ForbiddenError(
            f"This is for {needed}s; you came in as {role}.",
            f"Ask whoever runs this server for the token of an {needed}.",
        )


class Limited:
    """Stands in for services or a launcher: the same, but what needs more than `role` is refused when it is called."""

    def __init__(self, inner: Any, role: Role, name: str = "") -> None:
        self._inner, self._role, self._name = inner, role, name

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not self._name:
            return Limited(found, self._role, name) if _is_guarded(name) else found
        needed = NEEDED.get(f"{self._name}.{name}", "viewer")
        return found if may(self._role, needed) else _refusing(self._role, needed)


def _is_guarded(noun: str) -> bool:
    return any(each.startswith(f"{noun}.") for each in NEEDED)


def _refusing(role: Role, needed: Role) -> Callable[..., NoReturn]:
    def refuse(*_: object, **__: object) -> NoReturn:
        check_role(role, needed)
        raise AssertionError("the role was looked at before")

    return refuse

"""Whatever changes something takes more than the role of a viewer, and deciding takes an approver."""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path
from typing import get_type_hints

import pytest

from showcase.pipeline.launcher import Launcher
from showcase.services.roles import NEEDED, ForbiddenError, Limited, Role, check_role, may
from showcase.services.suite import Services
from showcase.store.engine import Database
from showcase.testing import fresh_request, launcher_over

# These write, and yet change nothing that anybody made.
WRITES_WHILE_LOOKING = {
    "decisions.history": "stores that a window is over, as the clock says",
    "decisions.pending": "stores that a window is over, as the clock says",
    "decisions.show": "stores that a window is over, as the clock says",
    "decisions.wait_for": "stores that a window is over, as the clock says",
    "jobs.record": "that something was computed",
    "replays.preview": "a token that only a start, which takes an operator, can spend",
}


def _services() -> dict[str, type]:
    """Every noun of the services, with its class."""
    return {
        name: get_type_hints(each.fget)["return"]
        for name, each in vars(Services).items()
        if isinstance(each, property) and each.fget is not None
    }


def _writes(function: object) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))  # type: ignore[arg-type]
    return any(isinstance(node, ast.Attribute) and node.attr == "begin" for node in ast.walk(tree))


def _public(kind: type) -> dict[str, object]:
    return {name: each for name, each in vars(kind).items() if not name.startswith("_") and inspect.isfunction(each)}


def test_every_method_that_writes_takes_a_role_or_says_why_not() -> None:
    writing = {
        f"{noun}.{name}"
        for noun, kind in _services().items()
        for name, function in _public(kind).items()
        if _writes(function)
    }
    assert len(writing) > 25
    assert writing <= set(NEEDED) | set(WRITES_WHILE_LOOKING)


def test_every_row_of_the_table_is_a_method() -> None:
    kinds = {**_services(), "launcher": Launcher}
    for path in NEEDED:
        noun, _, name = path.partition(".")
        assert name in _public(kinds[noun]), path


@pytest.mark.parametrize(
    ("role", "needed", "allowed"),
    [
        ("viewer", "viewer", True), ("viewer", "operator", False), ("viewer", "approver", False),
        ("operator", "viewer", True), ("operator", "operator", True), ("operator", "approver", False),
        ("approver", "viewer", True), ("approver", "operator", True), ("approver", "approver", True),
    ],
)  # fmt: skip
def test_each_role_may_what_those_before_it_may(role: Role, needed: Role, allowed: bool) -> None:
    assert may(role, needed) is allowed
    if not allowed:
        with pytest.raises(ForbiddenError, match=f"This is for {needed}s; you came in as {role}") as refused:
            check_role(role, needed)
        assert refused.value.remedy


def test_a_viewer_sees_everything_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    launcher = launcher_over(database, tmp_path)
    kept = launcher.start(fresh_request(preservation="keep")).wait(60).summary["workspace_id"]
    before = launcher.services.workspaces.show(str(kept))
    seen, run = Limited(launcher.services, "viewer"), Limited(launcher, "viewer", "launcher")
    assert seen.workspaces.show(str(kept)) == before
    assert seen.demand.current() == launcher.services.demand.current()
    assert seen.clock is launcher.services.clock
    assert run.recent(limit=1) == launcher.recent(limit=1)
    for refused in (
        lambda: seen.workspaces.edit(str(kept), {"notes": "x"}),
        lambda: seen.demand.wipe(),
        lambda: seen.bundles.export(str(kept)),
        lambda: run.start(fresh_request()),
        lambda: run.exclusive("a wipe"),
    ):
        with pytest.raises(ForbiddenError):
            refused()
    assert launcher.services.workspaces.show(str(kept)) == before
    launcher.close()


def test_an_operator_runs_and_does_not_decide(database: Database, tmp_path: Path) -> None:
    launcher = launcher_over(database, tmp_path)
    operator = Limited(launcher, "operator", "launcher")
    assert operator.start(fresh_request()).wait(60).overall_status == "pass"
    with pytest.raises(ForbiddenError, match="for approvers"):
        Limited(launcher.services, "operator").decisions.decide("0" * 32, "approved", by="x")
    launcher.close()

"""At a terminal a person sees what would go before it goes, and a no leaves everything as it is."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable

import pytest

from tests.cli.conftest import Said, Showcase

SMALL = ("--reseed", "--override", "stores=1", "--override", "products=2", "--models", "naive", "--json")


class _Typed(io.StringIO):
    """What a person types at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def asked(showcase: Showcase, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """The same command line at a terminal, where `answer` is typed."""

    def call(answer: str, *arguments: str) -> Said:
        with monkeypatch.context() as terminal:
            terminal.setattr(sys, "stdin", _Typed(f"{answer}\n"))
            terminal.setattr(sys.stdout, "isatty", lambda: True)
            return showcase(*arguments)

    return call


def test_a_no_keeps_records_and_data(showcase: Showcase, asked: Callable[..., Said]) -> None:
    ran = showcase("run", *SMALL, "--reset", "--keep")
    kept = json.loads(ran.stdout.splitlines()[-1])["data"]["workspace_id"]
    data = showcase("datasets", "--json").stdout

    for command in (("workspaces", "delete", kept[:8]), ("workspaces", "bulk", "delete", kept[:8])):
        said = asked("n", *command)
        assert (said.returncode, kept in said.stdout) == (0, True), said
    assert showcase("workspaces", "show", kept).returncode == 0

    refused = asked("n", "run", "--reset", "--reseed")
    assert (refused.returncode, "wipes" in refused.stdout, "Nothing was wiped." in refused.stdout) == (2, True, True)
    refused = asked("n", "workspaces", "replay", kept[:8])
    assert (refused.returncode, "wipes" in refused.stdout, "confirm" in refused.stderr) == (2, True, True)
    assert showcase("datasets", "--json").stdout == data

    assert asked("y", "workspaces", "delete", kept[:8]).returncode == 0
    assert showcase("workspaces", "show", kept).returncode == 2

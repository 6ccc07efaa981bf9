"""Every command that takes an id takes its first characters, as the tables and the console show them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Showcase

WHOLE, NOTHING = "0" * 32, "abcdef01"
COMMANDS = [
    ("workspace", ("workspaces", "show", NOTHING)),
    ("workspace", ("workspaces", "edit", NOTHING, "--pin")),
    ("workspace", ("workspaces", "bulk", "pin", NOTHING)),
    ("workspace", ("workspaces", "delete", NOTHING)),
    ("workspace", ("workspaces", "delete", NOTHING, "--preview")),
    ("workspace", ("workspaces", "compare", WHOLE, NOTHING)),
    ("workspace", ("workspaces", "compare", WHOLE, "1" * 32, "--base", NOTHING)),
    ("workspace", ("workspaces", "lineage", NOTHING)),
    ("workspace", ("workspaces", "health", NOTHING)),
    ("workspace", ("workspaces", "replay", NOTHING)),
    ("workspace", ("workspaces", "export", NOTHING)),
    ("run", ("runs", "watch", NOTHING)),
    ("run", ("runs", "stop", NOTHING)),
    ("run id or action", ("runs", "decide", NOTHING, "--reject")),
    ("plan", ("plans", "show", NOTHING)),
    ("plan", ("plans", "clone", NOTHING)),
    ("plan", ("plans", "tag", NOTHING)),
    ("plan", ("plans", "compare", WHOLE, NOTHING)),
    ("plan", ("plans", "delete", NOTHING)),
    ("model run", ("plans", "simulate", "--price", "0.1", "--model-run", NOTHING)),
    ("model run", ("plans", "save", "x", "--price", "0.1", "--model-run", NOTHING)),
    ("batch", ("batch", "show", NOTHING)),
]


def test_a_beginning_that_no_id_has_is_refused_as_an_unknown_id(showcase: Showcase) -> None:
    for noun, command in COMMANDS:
        refused = showcase(*command)
        assert (refused.returncode, refused.stdout) == (2, ""), command
        said = f"No {noun} id begins with {NOTHING}.\nChoose one of those that `showcase "
        assert refused.stderr.startswith(said), command


def test_what_a_run_made_is_found_by_eight_characters_of_its_ids(showcase: Showcase) -> None:
    small = ("--reseed", "--override", "stores=1", "--override", "products=2", "--models", "naive", "--keep", "--json")
    last = json.loads(showcase("run", *small).stdout.splitlines()[-1])
    run, kept = last["run_id"], last["data"]["workspace_id"]

    def told(*command: str) -> str:
        said = showcase(*command, "--json")
        assert said.returncode == 0, said.stderr
        return said.stdout

    assert told("workspaces", "show", kept[:8]) == told("workspaces", "show", kept)
    assert told("runs", "watch", run[:8]) == told("runs", "watch", run)
    assert json.loads(told("workspaces", "edit", kept[:8], "--notes", "seen"))["workspace_id"] == kept
    assert json.loads(told("workspaces", "health", kept[:6]))["workspace_id"] == kept
    assert json.loads(told("workspaces", "lineage", kept[:8]))["workspace_id"] == kept
    assert json.loads(told("workspaces", "replay", kept[:8], "--preview"))["workspace_id"] == kept
    exported = json.loads(told("workspaces", "export", kept[:8]))
    assert (exported["workspace_id"], Path(exported["bundle_path"]).name) == (kept, kept)
    assert json.loads(told("workspaces", "bulk", "pin", kept[:8]))["affected"] == [kept]
    assert kept in showcase("workspaces", "delete", kept[:8], "--preview").stdout
    assert json.loads(told("workspaces", "delete", kept[:8]))["affected"] == [kept]


def test_the_batch_of_a_beginning_is_told_with_its_whole_id(showcase: Showcase) -> None:
    assert showcase("seed", "--override", "stores=1", "--override", "products=2").returncode == 0
    made = json.loads(showcase("batch", "start", "train", "--all", "--models", "naive", "--json").stdout)["batch_id"]
    assert json.loads(showcase("batch", "show", made[:8], "--json").stdout)["batch_id"] == made

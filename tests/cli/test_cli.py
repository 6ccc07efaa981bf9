"""The command line says what it did, refuses with a remedy, and ends with the promised code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.main import get_command
from typer.testing import CliRunner

from showcase import __version__
from showcase.cli import app
from showcase.cli.commands import COMMANDS, CommandsOnDemand
from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import Scenario
from showcase.forecasting.options import ModelType
from tests.cli.conftest import Showcase


@pytest.mark.compat
def test_a_kept_run_is_listed_and_shown(showcase: Showcase) -> None:
    ran = showcase("run", "--scenario", "demo_minimal", "--reset", "--reseed", "--keep", "--name", "first", "--json")
    assert ran.returncode == 0, ran.stderr
    last = json.loads(ran.stdout.splitlines()[-1])
    assert (last["event_type"], last["status"]) == ("pipeline_complete", "pass")
    assert 0 < last["data"]["winner_wape"] < 100
    shown = json.loads(showcase("workspaces", "show", last["data"]["workspace_id"], "--json").stdout)
    assert (shown["status"], shown["name"]) == ("completed", "first")
    listed = json.loads(showcase("workspaces", "list", "--json").stdout)
    assert [one["workspace_id"] for one in listed["workspaces"]] == [last["data"]["workspace_id"]]
    runs = json.loads(showcase("runs", "list", "--json").stdout)["runs"]
    assert [(run["run_id"], run["status"]) for run in runs] == [(last["run_id"], "completed")]
    watched = showcase("runs", "watch", last["run_id"], "--json")
    assert watched.stdout == ran.stdout


def test_people_get_a_line_a_step_and_the_ids_they_need(showcase: Showcase) -> None:
    ran = showcase("run", "--reseed", "--keep", "--name", "first")
    assert ran.returncode == 0
    assert [line.split()[1] for line in ran.stdout.splitlines()[:11]][-3:] == ["verify", "agent", "cleanup"]
    assert "workspace " in ran.stdout
    assert "first" in showcase("workspaces", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "--seed", "-1"), "seed: found -1"),
        (("run", "--scenario", "nope"), "demo_minimal"),
        (("run", "--reseed", "--override", "stores=400"), "seed_overrides.stores: found 400"),
        (("run", "--reseed", "--override", "stores"), "--override stores=5"),
        (("run", "--reseed", "--override", "shops=3"), "seed_overrides.shops"),
        (("run", "--reseed", "--as-of", "22.11.2026"), "as_of"),
        (("run", "--store", "1"), "user_scope.product_id"),
        (("run", "--models", "arima"), "train_model_types"),
        (("run", "--reseed", "--horizon", "40"), "150"),
        (("run", "--frame", "nowhere.json"), "nowhere.json"),
        (("run", "--frame", "/dev/null"), "The run request in /dev/null is no JSON"),
        (("run", "--models", ""), 'train_model_types.0: found ""'),
        (("run", "--name", "first"), "preservation keep is --keep"),
        (("run", "--as-of", "2026-11-22"), "skip_seed false is --reseed, as_of is --as-of"),
        (("seed", "--override", "shops=3"), "The set of overrides was refused: shops: found 3"),
        (("workspaces", "export", "0" * 32, "--zip", "nowhere/autumn.zip"), "Make the folder"),
        (("workspaces", "export", "0" * 32, "--zip", "/"), "--zip is a file in a folder that is there"),
        (("runs", "saved", "--forget", "nightly"), "`showcase runs saved` lists"),
        (("import", "/"), "is a folder"),
        (("lake", "make", "chain", "--days", "0"), "--days"),
        (("lake", "make", "chain", "--days", "99999999"), "--days"),
        (("lake", "make", "chain", "--days", "2", "--as-of", "0001-01-01"), "begin before there are any"),
        (("plans", "simulate", "--price", "0.1", "--horizon", "9" * 20), "--horizon"),
        (("plans", "list", "--tag", "\udcff"), "lone surrogate"),
        (("runs", "saved", "--forget", "\udcff"), "a character that cannot be kept"),
        (("seed", "--as-of", ""), "is no day"),
        (("seed", "--as-of", "20260101"), "Write it as 2026-11-22"),
        (("seed", "--override", "stores=5", "--override", "stores=6"), "--override names 'stores' twice"),
        (("import", "sales.csv", "--column", "date=a", "--column", "date=b"), "--column names 'date' twice"),
        (("lake", "forecast", "chain", "--models", "nope"), "allowed is one of 'naive'"),
        (("db", "upgrade", "nope"), "a revision's number, as 0012"),
        (("import", "/dev/null"), "no file that can be read twice"),
        (("workspaces", "show", "zzz"), "32 lower-case hexadecimal"),
        (("workspaces", "show", "0" * 32), "There is no workspace"),
        (("workspaces", "compare", "0" * 32), "2 to 5 workspaces"),
        (("workspaces", "compare", "0" * 32, "1" * 32), "There is no workspace"),
        (("workspaces", "health", "0" * 32), "There is no workspace"),
        (("workspaces", "lineage", "0" * 32), "none that replays it"),
        (("workspaces", "lineage", "--family"), "Name the workspace"),
        (("workspaces", "lineage", "0" * 32, "--search", "pinned"), "either the id or the search"),
        (("workspaces", "delete", "0" * 32, "--preview"), "There is no workspace"),
        (("workspaces", "edit", "0" * 32, "--tag", "a", "--no-tags"), "opposites"),
        (("workspaces", "undo", "zzz"), "undo token"),
        (("workspaces", "bulk", "burn", "--all"), "action: found"),
        (("workspaces", "bulk", "archive"), "either ids or a filter"),
        (("workspaces", "replay", "0" * 32, "--yes"), "There is no workspace"),
        (("workspaces", "searches", "--save", "x"), "--search TEXT"),
        (("runs", "watch", "0" * 32), "There is no run"),
        (("runs", "stop"), "No run is under way"),
        (("runs", "saved", "--save", "x"), "--frame FILE"),
        (("run", "--saved", "nightly"), "no configuration 'nightly'"),
        (("runs", "list", "--status", "asleep"), "interrupted"),
        (("datasets", "--use", "7"), "There is no data set 7"),
        (("seed", "--scenario", "nope"), "demo_minimal"),
        (("seed", "--as-of", "yesterday"), "2026-11-22"),
        (("import", "nowhere.csv"), "nowhere.csv"),
        (("db", "upgrade", "9999"), "9999"),
        (("db", "downgrade", "base"), "--yes"),
    ],
)
def test_wrong_input_is_refused_with_a_remedy_and_exit_2(
    showcase: Showcase, arguments: tuple[str, ...], said: str
) -> None:
    refused = showcase(*arguments)
    assert refused.returncode == 2
    assert said in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_program_gets_the_refusal_as_one_error_event(showcase: Showcase) -> None:
    refused = showcase("run", "--seed", "-1", "--json")
    event = json.loads(refused.stdout)
    assert refused.returncode == 2
    assert event["event_type"] == "error"
    assert event["errors"][0]["field"] == "seed"
    assert event["remedy"]


def test_a_failing_step_is_exit_1(showcase: Showcase) -> None:
    failed = showcase("run")
    assert failed.returncode == 1
    assert "showcase import FILE" in failed.stdout


def test_a_frame_file_is_the_request_and_flags_go_over_it(showcase: Showcase, tmp_path: Path) -> None:
    frame = tmp_path / "frame.json"
    frame.write_text(json.dumps({"skip_seed": False, "seed": 1, "backtest": {"horizon": 7}}))
    ran = showcase("run", "--frame", str(frame), "--seed", "5", "--json")
    summary = json.loads(ran.stdout.splitlines()[-1])["data"]
    assert summary["run_config"]["backtest"]["horizon"] == 7
    seeded = json.loads(showcase("datasets", "--json").stdout)["datasets"]
    assert [one["recipe"]["seed"] for one in seeded] == [5]


def test_every_flag_of_a_run_is_in_its_request(showcase: Showcase) -> None:
    flags = (
        "--scenario", "high_variance", "--seed", "7", "--reset", "--reseed", "--as-of", "2026-03-31", "--keep",
        "--name", "all-flags", "--override", "stores=1", "--override", "products=2", "--override", "noise_sigma=0.1",
        "--models", "naive, moving_average", "--horizon", "7", "--splits", "2", "--strategy", "sliding", "--gap", "1",
        "--min-train", "20", "--metric", "mae", "--store", "1", "--product", "1",
    )  # fmt: skip
    summary = json.loads(showcase("run", *flags, "--json").stdout.splitlines()[-1])["data"]
    kept = json.loads(showcase("workspaces", "show", summary["workspace_id"], "--json").stdout)
    assert summary["run_config"] == {
        "train_model_types": ["naive", "moving_average"],
        "backtest": {
            "horizon": 7, "strategy": "sliding", "n_splits": 2, "min_train_size": 20, "gap": 1, "metric": "mae",
        },
    }  # fmt: skip
    told = {name: kept[name] for name in ("scenario", "seed", "reset", "skip_seed", "as_of", "name", "seed_overrides")}
    assert told == {
        "scenario": "high_variance", "seed": 7, "reset": True, "skip_seed": False, "as_of": "2026-03-31",
        "name": "all-flags", "seed_overrides": {"stores": 1, "products": 2, "noise_sigma": 0.1},
    }  # fmt: skip
    assert (kept["user_scope"]["store_id"], kept["user_scope"]["product_id"]) == (1, 1)


def test_runs_are_listed_with_the_demand_they_were_about(showcase: Showcase, tmp_path: Path) -> None:
    small = ("--reseed", "--override", "stores=1", "--override", "products=1", "--models", "naive", "--json")
    assert showcase("run", *small, "--scenario", "sparse").returncode == 0
    file = tmp_path / "my-shop.csv"
    file.write_text(
        "date,store,product,quantity\n"
        + "".join(f"2026-{month:02}-{day:02},A,x,{day}\n" for month in (1, 2, 3) for day in range(1, 29))
    )
    assert showcase("import", str(file), "--json").returncode == 0
    assert showcase("run", "--models", "naive", "--json").returncode == 0
    told = showcase("runs", "list").stdout.splitlines()
    assert [next(name for name in ("my-shop.csv", "sparse", "demo_minimal") if name in line) for line in told[-2:]] == [
        "my-shop.csv",
        "sparse",
    ]


def test_every_flag_of_an_import_is_heeded(showcase: Showcase, tmp_path: Path) -> None:
    file = tmp_path / "verkauf.csv"
    file.write_text("Tag;Filiale;Artikel;Stück;Preis\n01.02.2026;A;x;3;1,50\n01.02.2026;A;x;-1;1,50\n")
    flags = ("--column", "date=Tag", "--column", "store=Filiale", "--column", "product=Artikel", "--column",
             "quantity=Stück", "--column", "unit_price=Preis", "--date-format", "%d.%m.%Y", "--decimal", ",",
             "--delimiter", ";", "--returns", "net")  # fmt: skip
    refused = showcase("import", str(file), *flags[:-2])
    assert (refused.returncode, "--returns net" in refused.stderr) == (2, True)
    assert json.loads(showcase("import", str(file), *flags, "--json").stdout)["records_created"]["sales"] == 1
    found = json.loads(showcase("datasets", "--json").stdout)["datasets"][0]
    assert (found["date_start"], found["date_end"]) == ("2026-02-01", "2026-02-01")


def test_a_native_seeding_has_the_native_days(showcase: Showcase) -> None:
    small = ("--override", "stores=1", "--override", "products=1", "--as-of", "2026-03-31")
    made = json.loads(showcase("seed", "--native", *small, "--json").stdout)["records_created"]
    assert (made["calendar"], made["sales"]) == (366, 366)
    refused = showcase("seed", "--native", "--override", "stores=100", "--override", "products=500")
    assert (refused.returncode, "100 stores x 500 products" in refused.stderr) == (2, True)


def test_seed_import_and_choose_a_data_set(showcase: Showcase, tmp_path: Path) -> None:
    made = json.loads(showcase("seed", "--override", "stores=2", "--json").stdout)
    assert made["records_created"]["stores"] == 2
    again = json.loads(showcase("seed", "--override", "stores=2", "--json").stdout)
    assert (again["data_set"], again["records_created"]["sales"]) == (made["data_set"], 0)
    file = tmp_path / "sales.csv"
    file.write_text("date,store,product,quantity\n2026-01-01,A,x,3\n2026-01-02,A,x,4\n")
    imported = json.loads(showcase("import", str(file), "--json").stdout)
    assert imported["records_created"]["sales"] == 2
    assert imported["summary"][:2] == [
        "2 rows of 1 series, 2026-01-01 .. 2026-01-02 (2 days).", "0.0 % of the open days have no sale.",
    ]  # fmt: skip
    assert imported["summary"][0] in showcase("import", str(file)).stdout
    assert showcase("datasets", "--use", str(made["data_set"])).returncode == 0
    current = [one["id"] for one in json.loads(showcase("datasets", "--json").stdout)["datasets"] if one["is_current"]]
    assert current == [made["data_set"]]


def test_a_broken_file_leaves_nothing_behind(showcase: Showcase, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text("date,store,product,quantity\n2026-01-01,A,x,3\n2026-01-02,A,x,-4\n")
    refused = showcase("import", str(file))
    assert refused.returncode == 2
    assert "line 3" in refused.stderr
    assert "--returns net" in refused.stderr
    assert json.loads(showcase("datasets", "--json").stdout)["datasets"] == []


def test_the_schema_goes_down_and_up_again(showcase: Showcase) -> None:
    assert json.loads(showcase("db", "status", "--json").stdout)["is_current"] is True
    assert json.loads(showcase("db", "downgrade", "base", "--yes", "--json").stdout)["current"] is None
    assert json.loads(showcase("db", "upgrade", "--json").stdout)["is_current"] is True


def test_a_database_is_backed_up_and_comes_back(showcase: Showcase, tmp_path: Path) -> None:
    kept = _kept(showcase, "--name", "first")
    file = str(tmp_path / "one.dump")
    made = json.loads(showcase("db", "backup", file, "--json").stdout)
    assert (made["path"], made["size_bytes"] > 0) == (file, True)
    assert showcase("db", "backup", file).returncode == 2
    assert showcase("workspaces", "delete", kept).returncode == 0
    unasked = showcase("db", "restore", file)
    assert (unasked.returncode, "1 rows of data_set" in unasked.stderr) == (2, True)
    assert json.loads(showcase("workspaces", "list", "--json").stdout)["workspaces"] == []
    assert showcase("db", "restore", file, "--yes").returncode == 0
    listed = json.loads(showcase("workspaces", "list", "--json").stdout)["workspaces"]
    assert [one["workspace_id"] for one in listed] == [kept]


def test_before_the_schema_changes_the_rows_are_backed_up(showcase: Showcase) -> None:
    _kept(showcase, "--name", "first")
    backups = Path(json.loads(showcase("doctor", "--json").stdout)["findings"][1]["detail"].split(",")[0]) / "backups"
    assert showcase("db", "downgrade", "0008", "--yes").returncode == 0
    assert showcase("db", "upgrade").returncode == 0
    assert [path.name.startswith("before-migration-") for path in backups.iterdir()] == [True]


def test_a_foreign_database_that_cannot_be_reached_is_named_without_its_password(showcase: Showcase) -> None:
    refused = showcase("runs", "list", SHOWCASE_DATABASE_URL="postgresql://someone:topsecret@127.0.0.1:1/nowhere")
    assert refused.returncode == 2
    assert "topsecret" not in refused.stdout + refused.stderr
    assert "127.0.0.1" in refused.stderr
    assert "Traceback" not in refused.stderr


def _commands() -> dict[tuple[str, ...], Any]:
    """Every command that there is, by the words that call it."""
    found: dict[tuple[str, ...], Any] = {}
    for name, row in COMMANDS.items():
        made = get_command(row.load()) if isinstance(row.load(), Typer) else None
        inner = {} if made is None else getattr(made, "commands", {})
        found |= {(name, one): command for one, command in inner.items()}
        if not inner:
            found[name,] = CommandsOnDemand().get_command(None, name)
    return found


def test_every_command_has_help_with_an_example() -> None:
    commands = _commands()
    assert len(commands) > 40
    for command in commands:
        shown = CliRunner().invoke(app, [*command, "--help"])
        assert shown.exit_code == 0
        assert f"Example: showcase {' '.join(command)}" in " ".join(shown.output.split()), command


def test_every_command_but_the_server_speaks_json() -> None:
    silent = {words for words, command in _commands().items() if "--json" not in str([p.opts for p in command.params])}
    assert silent == {("serve",)}


def _kept(showcase: Showcase, *flags: str) -> str:
    ran = showcase("run", "--reseed", "--override", "stores=2", "--override", "products=3", "--keep", "--json", *flags)
    assert ran.returncode == 0, ran.stderr
    return str(json.loads(ran.stdout.splitlines()[-1])["data"]["workspace_id"])


def test_a_workspace_is_edited_found_archived_and_taken_back(showcase: Showcase) -> None:
    kept = _kept(showcase, "--name", "first")
    edited = json.loads(showcase("workspaces", "edit", kept, "--tag", "demo", "--notes", "to show", "--json").stdout)
    assert (edited["tags"], edited["notes"], edited["name"], edited["revision"]) == (["demo"], "to show", "first", 2)
    outdated = showcase("workspaces", "edit", kept, "--notes", "", "--revision", "1")
    assert (outdated.returncode, "stands at 2" in outdated.stderr) == (2, True)
    for flags in (("--search", "tag:demo wape<1000"), ("--q", "to sh"), ("--tag", "demo", "--status", "completed")):
        found = json.loads(showcase("workspaces", "list", *flags, "--json").stdout)
        assert ([one["workspace_id"] for one in found["workspaces"]], found["total"]) == ([kept], 1), flags
    assert json.loads(showcase("workspaces", "list", "--search", "NOT demo", "--json").stdout)["workspaces"] == []
    seen = json.loads(showcase("workspaces", "bulk", "archive", "--search", "tag:demo", "--preview", "--json").stdout)
    assert (seen["count"], seen["pinned"]) == (1, 0)
    done = json.loads(showcase("workspaces", "bulk", "archive", "--search", "tag:demo", "--json").stdout)
    assert done["affected"] == [kept]
    assert json.loads(showcase("workspaces", "list", "--json").stdout)["total"] == 0
    assert "archived" in showcase("workspaces", "list", "--archived").stdout
    assert json.loads(showcase("workspaces", "undo", done["undo_token"], "--json").stdout)["affected"] == [kept]
    deleted = json.loads(showcase("workspaces", "delete", kept, "--json").stdout)
    assert showcase("workspaces", "show", kept).returncode == 2
    assert "undo: 1" in showcase("workspaces", "undo", deleted["undo_token"]).stdout
    saved = json.loads(showcase("workspaces", "searches", "--save", "mine", "--search", "tag:demo", "--json").stdout)
    assert saved == {"searches": {"mine": {"search": "tag:demo"}}}
    assert showcase("workspaces", "searches").stdout.split() == ["mine", "search=tag:demo"]
    found = json.loads(showcase("workspaces", "list", "--saved", "mine", "--json").stdout)
    assert [one["workspace_id"] for one in found["workspaces"]] == [kept]
    assert showcase("workspaces", "list", "--saved", "mine", "--q", "elsewhere", "--json").stdout.count(kept) == 0
    seen = json.loads(showcase("workspaces", "bulk", "pin", "--saved", "mine", "--preview", "--json").stdout)
    assert seen["count"] == 1
    later = ("--saved", "mine", "--since", "2999-01-01")
    assert json.loads(showcase("workspaces", "bulk", "pin", *later, "--preview", "--json").stdout)["count"] == 0
    assert showcase("workspaces", "searches", "--forget", "mine").returncode == 0
    assert showcase("workspaces", "list", "--saved", "mine").returncode == 2


def test_a_search_that_cannot_be_read_says_where(showcase: Showcase) -> None:
    refused = showcase("workspaces", "list", "--search", "tag:x status:asleep")
    assert refused.returncode == 2
    assert "character 14" in refused.stderr


def test_a_replay_with_reset_wipes_nothing_unless_it_is_confirmed(showcase: Showcase) -> None:
    kept = _kept(showcase, "--reset")
    before = showcase("datasets", "--json").stdout
    for flags in ((), ("--json",), ("--confirm", "made-up")):
        refused = showcase("workspaces", "replay", kept, *flags)
        assert refused.returncode == 2, flags
        assert "confirm" in refused.stdout + refused.stderr
        assert showcase("datasets", "--json").stdout == before
    seen = json.loads(showcase("workspaces", "replay", kept, "--preview", "--json").stdout)
    assert seen["to_send"]["reset"] is True
    assert seen["wipes"]
    today = json.loads(showcase("workspaces", "replay", kept, "--anchor", "today", "--preview", "--json").stdout)
    assert set(today["to_send"]) == set(seen["to_send"])
    done = showcase("workspaces", "replay", kept, "--confirm", seen["confirm"])
    assert done.returncode == 0, done.stderr
    assert "verdict: identical" in done.stdout
    again = showcase("workspaces", "replay", kept, "--yes", "--json")
    assert json.loads(again.stdout.splitlines()[-1])["data"]["run_status"] == "completed"
    graph = json.loads(showcase("workspaces", "lineage", kept, "--json").stdout)
    assert [node["relation"] for node in graph["nodes"]] == ["self", "descendant", "descendant"]
    assert {edge["verdict"] for edge in graph["edges"]} == {"identical"}
    assert "replays" in showcase("workspaces", "lineage", kept).stdout
    whole = json.loads(showcase("workspaces", "lineage", "--json").stdout)
    assert (whole["workspace_id"], len(whole["nodes"]), len(whole["edges"])) == (None, 3, 2)
    other = graph["nodes"][1]["workspace_id"]
    told = json.loads(showcase("workspaces", "compare", kept, other, "--differences-only", "--json").stdout)
    assert (told["base"], told["configuration"]) == (kept, [])
    assert told["relations"] == [{"workspace_id": other, "other": kept, "relation": "replay", "verdict": "identical"}]
    assert (
        "They were asked for the same." in showcase("workspaces", "compare", kept, other, "--differences-only").stdout
    )
    health = json.loads(showcase("workspaces", "health", other, "--json").stdout)
    assert (health["workspace_id"], health["unknown"], health["partial_run"]) == (other, 0, False)
    assert "alive" in showcase("workspaces", "health", other).stdout
    left = json.loads(showcase("workspaces", "delete", kept, "--preview", "--json").stdout)
    told = json.loads(showcase("workspaces", "bulk", "delete", kept, other, "--preview", "--json").stdout)
    assert (told["count"], told["pinned"], told["with_descendants"], told["exported"]) == (2, 0, 1, 0)
    assert (left["descendants"], left["stays"]["model_run"]) == ([one["replay"] for one in graph["edges"]], 1)
    told = showcase("workspaces", "delete", kept, "--preview").stdout
    assert "what its run made stays: 1 alias, 7 artifacts, 1 data set, 5 jobs, 1 model run, 1 run" in told
    assert "replayed by" in told
    assert showcase("workspaces", "show", kept).returncode == 0, "a preview deletes nothing"


def test_the_help_names_every_command_in_the_words_of_its_own_help() -> None:
    overview = CliRunner().invoke(app, ["--help"]).output
    for name, row in COMMANDS.items():
        assert f"{name}  " in overview
        own = " ".join(CliRunner().invoke(app, [name, "--help"]).output.split())
        assert row.sentence.rstrip(".") in own, name


def test_a_refused_value_is_told_once(showcase: Showcase) -> None:
    refused = showcase("workspaces", "show", "zzz")
    assert refused.stderr.count("32 lower-case hexadecimal") == 1


def test_a_group_shows_the_whole_sentence_of_each_of_its_commands(offline: Showcase) -> None:
    for name in ("bundle", "workspaces", "runs", "plans", "batch", "lake", "db"):
        assert "..." not in offline(name, "--help").stdout.partition("Commands:")[2], name
    told = " ".join(offline("bundle", "--help").stdout.split())
    assert "where it is as it was exported, else 1 and the first reason." in told


def test_the_version_is_that_of_the_package(offline: Showcase) -> None:
    told = offline("--version")
    assert (told.returncode, told.stdout) == (0, f"showcase {__version__}\n")


def test_the_help_of_a_run_names_every_preset_model_and_knob(offline: Showcase) -> None:
    told = offline("run", "--help").stdout
    for word in (*Scenario, *ModelType, *SeedOverrides.model_fields):
        assert word in told


def test_a_setting_that_cannot_be_used_is_told_in_words(offline: Showcase) -> None:
    refused = offline("doctor", SHOWCASE_PORT="abc")
    assert refused.returncode == 2
    assert "SHOWCASE_PORT: found 'abc', allowed is a valid integer.\n" in refused.stderr

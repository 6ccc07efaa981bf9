"""What the documents name is there: commands with their flags, modules, files, variables, names of Python."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer

from showcase.cli import app
from showcase.client import Client
from showcase.console import plots
from showcase.demand.intake_report import RULES
from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import PRESETS
from showcase.evaluation.settings import BacktestSettings
from showcase.forecasting.zoo import ZOO
from showcase.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MODULES = sorted(path for path in (ROOT / "showcase").rglob("*.py") if "`showcase " in path.read_text(encoding="utf-8"))
"""Refusals and help name commands too."""
OF_TESTS = {
    "SHOWCASE_TEST_CHROMIUM": "the browser of the tests",
    "SHOWCASE_TEST_POSTGRES": "a folder of PostgreSQL's programs for the tests",
    "SHOWCASE_SHARED_DATA": "a folder of real sales for the tests",
    "SHOWCASE_RENEW_GOLDENS": "writes the goldens anew",
}
"""Variables that no setting has."""
FOLDERS = ("showcase", "tests", "scripts", "benchmarks", "migrations", "notebooks", "docs", ".ci")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def named(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


# --- commands ---


def lines_to_type(text: str) -> Iterator[str]:
    """Each call of `showcase` in a block: what follows three spaces says what it does, a backslash goes on."""
    blocks = [block for _, block in FENCED.findall(text)]
    blocks += re.findall(r"(?:^ {4}\S.*\n)+", FENCED.sub("", text), re.MULTILINE)
    for block in blocks:
        for line in block.replace("\\\n", " ").splitlines():
            for part in line.split("&&"):
                if re.match(r"showcase +[a-z]", part.strip()):
                    yield re.sub(r"\s{3,}.*|[\[\]]", "", part.strip())


def lines_in_passing(text: str) -> Iterator[str]:
    """Each call of `showcase` inside a sentence, which may leave out what the command needs."""
    yield from re.findall(r"`(?:[A-Z_]+=\S+ )*(showcase [a-z][^`]*)`", FENCED.sub("", text))


def found(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the words begin with, and what is given to it; `edit|undo` are several, of which it is one."""
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "list_commands"):
        below = {name: command.get_command(None, name) for name in words[0].split("|")}
        assert None not in below.values(), f"there is no such command: {below}"
        command, words = next(iter(below.values())), words[1:]
    return command, words


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_line_to_type_is_one_that_the_command_line_takes(document: Path) -> None:
    for line in lines_to_type(text_of(document)):
        command, given = found(shlex.split(line, comments=True)[1:])
        command.make_context(command.name, given)  # SystemExit or a usage error where it does not parse


@pytest.mark.parametrize("document", [*DOCUMENTS, *NOTEBOOKS, *MODULES], ids=named)
def test_every_command_in_a_sentence_has_the_flags_that_it_is_shown_with(document: Path) -> None:
    for line in lines_in_passing(text_of(document)):
        command, given = found(line.split()[1:])
        flags = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)} | {"--help"}
        shown = {word.strip("[]").partition("=")[0] for word in given if word.strip("[").startswith("-")}
        assert {flag for flag in shown if flag.startswith("--")} <= flags, line


def test_the_lines_of_the_documents_are_found() -> None:
    typed = [line for document in DOCUMENTS for line in lines_to_type(text_of(document))]
    told = [line for document in DOCUMENTS for line in lines_in_passing(text_of(document))]
    assert "showcase run --keep --name real-sales" in typed  # behind a &&
    assert "showcase workspaces export ID --zip FILE" in typed  # indented, with what it does beside it
    assert "showcase plans simulate --price -0.1" in told
    assert len(typed) > 10
    assert len(told) > 50


@cache
def flags_of_all_commands() -> frozenset[str]:
    def below(command: Any) -> Iterator[str]:
        if hasattr(command, "list_commands"):
            for name in command.list_commands(None):
                yield from below(command.get_command(None, name))
        else:
            yield from (flag for option in command.params for flag in (*option.opts, *option.secondary_opts))

    return frozenset(below(typer.main.get_command(app)))


@pytest.mark.parametrize("document", sorted((ROOT / "docs" / "user-guide").glob("*.md")), ids=named)
def test_every_flag_of_the_user_guide_is_one_of_a_command(document: Path) -> None:
    assert set(re.findall(r"`(--[a-z-]+)", text_of(document))) <= flags_of_all_commands()


# --- files, modules, variables ---


@pytest.mark.parametrize("document", [*DOCUMENTS, *NOTEBOOKS], ids=named)
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    paths = set(re.findall(r"`([\w.-]+/[\w./-]*)`", text_of(document)))
    assert not {path for path in paths if path.partition("/")[0] in FOLDERS and not (ROOT / path).exists()}


def test_what_the_readme_says_is_where_is_there_and_no_room_is_left_out() -> None:
    tree = text_of(ROOT / "README.md").partition("## What is where")[2].partition("```")[2].partition("```")[0]
    lines = [re.match(r"( *)((?:[\w.]+/? )+)", line) for line in tree.splitlines() if line]
    places = [(line[1], place) for line in lines if line for place in line[2].split()]
    top = {place for indent, place in places if not indent}
    inside = {place for indent, place in places if indent}
    assert {"showcase/", "docs/"} <= top
    assert not [place for place in top - {"artifacts/"} if not (ROOT / place).is_dir()]
    assert not [place for place in inside if not (ROOT / "showcase" / place).exists()]
    rooms = {path.parent.name for path in (ROOT / "showcase").glob("*/__init__.py")}
    assert rooms == {place.rstrip("/") for place in inside if place.endswith("/")}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_module_that_is_run_is_there(document: Path) -> None:
    modules = re.findall(r"python3? -m ([\w.]+)", text_of(document))
    assert not [module for module in modules if find_spec(module) is None]


@pytest.mark.parametrize("document", [*DOCUMENTS, *NOTEBOOKS], ids=named)
def test_every_variable_that_is_named_is_a_setting(document: Path) -> None:
    settings = {f"SHOWCASE_{name.upper()}" for name in Settings.model_fields} | set(OF_TESTS)
    variables = {name.removesuffix("_FILE") for name in re.findall(r"SHOWCASE_[A-Z][A-Z_]*", text_of(document))}
    assert variables <= settings


# --- names of Python ---


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_what_a_document_imports_or_names_of_the_package_is_there(document: Path) -> None:
    text = text_of(document)
    for _, block in FENCED.findall(text):
        if re.search(r"^from showcase", block, re.MULTILINE):
            for node in ast.walk(ast.parse(block)):
                if isinstance(node, ast.ImportFrom) and node.module:
                    home = importlib.import_module(node.module)
                    assert not [name.name for name in node.names if not hasattr(home, name.name)]
    for dotted in re.findall(r"`(showcase(?!\.example)(?:\.[a-z_]\w*)+)(?:\(\))?`", text):
        home, _, name = dotted.rpartition(".")
        assert hasattr(importlib.import_module(home), name) or find_spec(dotted), dotted


def test_the_guide_names_the_pictures_that_a_notebook_can_import() -> None:
    told = set(re.findall(r"\b\w+_plot\b", text_of(ROOT / "docs" / "user-guide" / "notebooks.md")))
    assert told == set(plots.__all__)
    assert all(callable(getattr(plots, name)) for name in told)


def test_the_client_has_what_its_page_says() -> None:
    rows = re.findall(r"^\| `client\.(\w+)` \| (.*) \|$", text_of(ROOT / "docs" / "client.md"), re.MULTILINE)
    assert len(rows) == 5
    with Client("http://127.0.0.1:1") as client:
        for noun, told in rows:
            methods = re.findall(r"`([a-z_]+)[`(]", re.sub(r"\(with.*?\)", "", told))
            assert methods
            assert not [name for name in methods if not callable(getattr(getattr(client, noun), name, None))]


# --- tables ---


def guide_rows(page: str, columns: int) -> dict[str, list[str]]:
    """The rows of the tables of a page of the guide with so many columns, by their first cell without its marks."""
    rows = re.findall(r"^\| (.*) \|$", text_of(ROOT / "docs" / "user-guide" / page), re.MULTILINE)
    cells = [row.split(" | ") for row in rows]
    return {cell[0].strip("`"): cell[1:] for cell in cells if len(cell) == columns}


def test_the_guide_has_every_preset_with_its_size() -> None:
    told = guide_rows("presets-and-overrides.md", 3)
    sizes = {name: f"{one.demo.stores} x {one.demo.products}, {one.demo.days}" for name, one in PRESETS.items()}
    assert {name: told[name][0] for name in PRESETS} == sizes


def test_the_guide_has_every_knob_with_its_bounds() -> None:
    told = guide_rows("presets-and-overrides.md", 3)
    for name, field in SeedOverrides.model_json_schema()["properties"].items():
        bounds = field["anyOf"][0]
        assert told[name][0] == f"{bounds['minimum']:g} .. {bounds['maximum']:g}"


def test_the_guide_has_every_model_with_its_family_and_its_setting() -> None:
    told = {name: cells for name, cells in guide_rows("models-and-backtests.md", 3).items() if name in set(ZOO)}
    assert {name: cells[0] for name, cells in told.items()} == {name: str(row.family) for name, row in ZOO.items()}
    for name, row in ZOO.items():
        assert re.findall(r"SHOWCASE_\w+", told[name][1]) == [row.setting] * (row.setting is not None)


def test_the_guide_has_every_setting_of_a_backtest_with_what_is_usual() -> None:
    told = guide_rows("models-and-backtests.md", 3)
    flags = {"n_splits": "splits", "min_train_size": "min-train"}
    for name, field in BacktestSettings.model_fields.items():
        assert told[f"--{flags.get(name, name)}"][0] == str(field.default)


def test_the_page_of_imports_has_every_rule_in_its_words() -> None:
    rows = re.findall(r"^\| (\w+) \| (.*) \| (.*) \|$", text_of(ROOT / "docs" / "import.md"), re.MULTILINE)
    told = {name: (expects.replace("\\|", "|"), remedy) for name, expects, remedy in rows}
    rules = {name: (rule.expects, rule.remedy) for name, rule in RULES.items()}
    assert {name: told.get(name) for name in rules} == rules

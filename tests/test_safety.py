"""Rules of safety that a machine can keep: no code from data, no markup or SQL from text, no known hole."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.test_house import ROOT, modules
from tests.test_packaging import pinned

# Identifiers cannot be bound as parameters; each of these is a name that the program makes itself.
SQL_WITH_NAMES = {
    "store/bulk_load.py": "the table that a load fills, named by its data set's number",
    "store/demand.py": "a partition, named by its data set's number",
    "store/demand_wipe.py": "a partition, named by its data set's number",
    "store/embedded.py": "the one database of the embedded server",
    "store/feed.py": "the one channel",
    "store/migrate.py": "a number of seconds",
}
# What renders markup; everything else shows text as text.
MARKUP = {"HTML", "Markdown", "Str", "Alert", "StaticText", "Typography"}
MARKUP_IN = {"console/surface.py": "the one text pane; whatever came from outside went through text.plain before"}
HTML_CELLS = {"console/views/library_table.py": "a status out of a fixed list, and a number as a bar"}
RUNS_CODE = {"eval", "exec", "compile", "__import__"}
# The first release without the hole.
FIRST_SAFE = {
    "bokeh": ("3.8.2", "GHSA-793v-589g-574v: a site whose name begins like an allowed one could open the WebSocket"),
    "h11": ("0.16.0", "CVE-2025-43859: request smuggling through chunked bodies"),
    "jinja2": ("3.1.6", "CVE-2025-27516: the sandbox could be left"),
    "joblib": ("1.2.0", "CVE-2022-21797: code could be run from a setting of parallel work"),
    "nbconvert": ("7.17.1", "CVE-2025-53000: a program beside a notebook was run; CVE-2026-39377, CVE-2026-39378"),
    "pillow": ("10.3.0", "CVE-2024-28219: a picture could overflow a buffer"),
    "pyarrow": ("14.0.1", "CVE-2023-47248: code could be run from a Parquet file"),
    "pydantic-ai-slim": ("1.56.0", "CVE-2026-25580: any address inside the network could be fetched"),
    "python-multipart": ("0.0.26", "CVE-2026-24486, CVE-2026-40347: a file name as a path; a form without end"),
    "requests": ("2.32.4", "CVE-2024-47081: credentials of .netrc to another host"),
    "starlette": ("1.3.1", "CVE-2025-62727, CVE-2026-48710: Range headers without end; a Host that is not checked"),
    "tornado": ("6.5", "CVE-2025-47287: a form could flood the log"),
    "urllib3": ("2.6.3", "CVE-2026-21441: a compressed answer without end"),
}


def floors() -> dict[str, Version]:
    """The oldest version of each direct dependency that pyproject.toml allows."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    found = [(Requirement(text), spec) for text in asked for spec in Requirement(text).specifier]
    return {each.name: Version(spec.version) for each, spec in found if spec.operator in (">=", "~=")}


def _calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Every call of the package: its module, itself, and the last part of what is called."""
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield module, node, name


def test_no_code_is_made_from_text() -> None:
    assert not [
        f"{module}:{call.lineno}"
        for module, call, name in _calls()
        if name in RUNS_CODE and isinstance(call.func, ast.Name)
    ]


def test_no_shell_is_started() -> None:
    shells = [
        f"{module}:{call.lineno}"
        for module, call, name in _calls()
        if name in {"system", "popen"} or any(each.arg == "shell" for each in call.keywords)
    ]
    assert not shells


def test_sql_is_made_from_text_only_where_a_name_cannot_be_bound() -> None:
    made = {
        module
        for module, call, name in _calls()
        if name in {"text", "execute", "exec_driver_sql"}
        and module.startswith("store/")
        and call.args
        and isinstance(call.args[0], ast.JoinedStr)
        and any(isinstance(part, ast.FormattedValue) for part in call.args[0].values)
    }
    assert made - {"store/tables.py"} <= set(SQL_WITH_NAMES)  # tables.py: the defaults of columns, made at import


def test_markup_is_rendered_in_one_place() -> None:
    rendering = {module for module, _, name in _calls() if name in MARKUP and module.startswith("console/")}
    assert rendering <= set(MARKUP_IN)


def _is_html_cell(node: ast.AST) -> bool:
    """Whether this is a table's formatter that takes its cells for markup."""
    return isinstance(node, ast.Dict) and "'type': 'html'" in ast.unparse(node)


def test_cells_with_markup_are_named_with_their_reason() -> None:
    with_html = {module for module, tree in modules().items() if any(map(_is_html_cell, ast.walk(tree)))}
    assert with_html <= set(HTML_CELLS)


@pytest.mark.parametrize("name", FIRST_SAFE)
def test_no_library_with_a_known_hole_is_pinned(name: str) -> None:
    least, why = FIRST_SAFE[name]
    assert pinned()[name] >= Version(least), why


@pytest.mark.parametrize("name", sorted(set(FIRST_SAFE) & set(floors())))
def test_no_library_with_a_known_hole_is_allowed(name: str) -> None:
    least, why = FIRST_SAFE[name]
    assert floors()[name] >= Version(least), why


def test_bandit_finds_nothing_that_lint_has_not_named() -> None:
    checked = subprocess.run(
        [Path(sys.executable).parent / "bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", "showcase", "migrations"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout

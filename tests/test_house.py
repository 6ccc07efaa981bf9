"""The rules of the house that a machine can keep: rooms, words, errors, settings, migrations, notebooks, documents."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import nbformat
import pytest

from showcase.settings import Settings
from showcase.store.migrate import migrations_folder

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "showcase"
LONGEST_MODULE = 300
LONGER_MODULES = {
    "store/tables.py": "the whole schema, one table of columns after another",
    "bundles/verify.py": "one file, since every bundle carries it and runs it alone",
}
ENVIRONMENT_READERS = {
    "settings.py": "every setting, one table",
    "store/backup.py": "hands this process's environment on to PostgreSQL's programs, with the password beside it",
    "store/cluster.py": "hands the library path of this process on to the database server it starts",
}
LONGEST_CELL = 15
IMPORTED_BY_NOTEBOOKS = {"showcase", "pandas", "panel"}


@cache
def modules() -> dict[str, ast.Module]:
    """Each module of the package, parsed, by its path below the package."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def all_nodes() -> list[tuple[str, ast.AST]]:
    return [(module, node) for module, tree in modules().items() for node in ast.walk(tree)]


def nodes[Node: ast.AST](kind: type[Node]) -> Iterator[tuple[str, Node]]:
    """Every node of one kind in the package, with its module."""
    for module, node in all_nodes():
        if isinstance(node, kind):
            yield module, node


def place(module: str, node: ast.expr | ast.stmt | ast.arg | ast.ExceptHandler) -> str:
    return f"showcase/{module}:{node.lineno}"


def imported(tree: ast.Module) -> Iterator[str]:
    """The first names of all that a module imports from outside, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


# --- rooms ---


def test_imports_obey_the_ladder() -> None:
    checked = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("module", ["showcase", "showcase.cli", "showcase.client"])
def test_importing_a_door_loads_no_heavy_library(module: str) -> None:
    seen = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert module in seen
    assert not {"numpy", "polars", "pandas", "sqlalchemy", "pydantic", "panel", "fastapi", "sklearn"} & set(seen)


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        module
        for module, node in nodes(ast.Attribute)
        if isinstance(node.value, ast.Name) and (node.value.id, node.attr) in {("os", "environ"), ("os", "getenv")}
    }
    assert readers <= set(ENVIRONMENT_READERS)


def test_only_the_clock_asks_what_day_or_time_it_is() -> None:
    asking = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    asked = {
        module
        for module, node in nodes(ast.Attribute)
        if isinstance(node.value, ast.Name) and (node.value.id, node.attr) in asking
    }
    assert asked == {"adapters/clock.py"}


def test_nothing_is_pickled() -> None:
    forbidden = {"pickle", "joblib", "cloudpickle", "dill", "shelve", "marshal"}
    found = {module: forbidden & set(imported(tree)) for module, tree in modules().items()}
    assert not {module: names for module, names in found.items() if names}
    allowing = [place(module, node.value) for module, node in nodes(ast.keyword) if node.arg == "allow_pickle"]
    assert not allowing


# --- modules and words ---


def test_every_module_says_in_one_sentence_what_it_is() -> None:
    def first_paragraph(tree: ast.Module) -> str:
        return " ".join((ast.get_docstring(tree) or "").partition("\n\n")[0].split())

    unclear = {
        module: first_paragraph(tree)
        for module, tree in modules().items()
        if not first_paragraph(tree).endswith(".") or re.search(r"\. [A-Z`]", first_paragraph(tree))
    }
    assert not unclear


def test_no_module_is_too_long_to_read_in_one_sitting() -> None:
    lengths = {module: len((PACKAGE / module).read_text(encoding="utf-8").splitlines()) for module in modules()}
    too_long = {module: lines for module, lines in lengths.items() if lines > LONGEST_MODULE}
    assert set(too_long) <= set(LONGER_MODULES), too_long


def test_no_name_says_nothing() -> None:
    empty = re.compile(r"_?(df|helpers?|utils?|\w*[mM]anager|handle_\w+)")
    named = [(module, node.name, node) for module, node in nodes(ast.FunctionDef)]
    named += [(module, node.name, node) for module, node in nodes(ast.ClassDef)]
    named += [(module, node.arg, node) for module, node in nodes(ast.arg)]
    named += [(module, node.id, node) for module, node in nodes(ast.Name) if isinstance(node.ctx, ast.Store)]
    assert not [f"{place(module, node)}: {name}" for module, name, node in named if empty.fullmatch(name)]
    assert not [module for module in modules() if empty.fullmatch(Path(module).stem)]


def test_every_page_leads_home_by_a_way_that_stays_below_the_path_of_a_proxy() -> None:
    pages = {
        place(module, call): [ast.literal_eval(named.value) for named in call.keywords if named.arg == "site_url"]
        for module, call in nodes(ast.Call)
        if ast.unparse(call.func) == "live_page"
    }
    made = [module for module, call in nodes(ast.Call) if ast.unparse(call.func) == "pmui.Page"]
    assert made == ["console/live_page.py"]
    assert len(pages) > 2
    assert [where for where, home in pages.items() if home not in (["./"], ["../"])] == []


# --- errors ---


@cache
def error_names() -> frozenset[str]:
    """The names of ShowcaseError and of all that is made from it, anywhere in the package."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)} for _, node in nodes(ast.ClassDef)
    }
    found = {"ShowcaseError"}
    while more := {name for name, parents in bases.items() if parents & found} - found:
        found |= more
    return frozenset(found)


@cache
def takes_message_and_remedy(name: str) -> bool:
    """Whether the error is made as all are; one with a constructor of its own passes both to its base."""
    own = [node for _, node in nodes(ast.ClassDef) if node.name == name]
    return name in {"ShowcaseError", "ConflictError", "InvalidInputError"} or not any(
        isinstance(statement, ast.FunctionDef) and statement.name == "__init__" for statement in own[0].body
    )


def test_every_error_has_a_message_and_a_remedy() -> None:
    without = []
    for module, call in nodes(ast.Call):
        if not isinstance(call.func, ast.Name) or call.func.id not in error_names():
            continue
        given = len(call.args) + sum(keyword.arg in {"message", "remedy"} for keyword in call.keywords)
        is_starred = any(isinstance(argument, ast.Starred) for argument in call.args)
        if given < 2 and not is_starred and takes_message_and_remedy(call.func.id):
            without.append(place(module, call))
    assert len(error_names()) >= 6  # all kinds of errors.py were found
    assert not without


def remedies() -> Iterator[tuple[str, str]]:
    """Every remedy that is written where the error is made, its values as x, with its place."""
    for module, call in nodes(ast.Call):
        if not isinstance(call.func, ast.Name) or call.func.id not in error_names():
            continue
        if not takes_message_and_remedy(call.func.id):
            continue
        named = [keyword.value for keyword in call.keywords if keyword.arg == "remedy"]
        for value in [*named, *call.args[1:2]]:
            if isinstance(value, ast.Constant | ast.JoinedStr):
                yield place(module, call), literal(value)


def literal(value: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in value.values)


def test_a_remedy_is_one_sentence() -> None:
    unclear = [
        f"{where}: {remedy}"
        for where, remedy in remedies()
        if not remedy.endswith((".", "x")) or not remedy[0].isupper() or re.search(r"[a-z]\. [A-Z]", remedy)
    ]
    assert not unclear


def test_only_the_engine_of_the_pipeline_catches_everything() -> None:
    catching = {
        module
        for module, handler in nodes(ast.ExceptHandler)
        if handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id == "Exception")
    }
    assert catching <= {"pipeline/engine.py"}


# --- settings ---


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_described_and_documented(field: str) -> None:
    assert Settings.model_fields[field].description
    documented = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| `SHOWCASE_{field.upper()}` \|", documented, re.MULTILINE)


def test_every_documented_setting_exists() -> None:
    documented = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    names = re.findall(r"^\| `SHOWCASE_(\w+)` \|", documented, re.MULTILINE)
    assert sorted(names) == sorted(field.upper() for field in Settings.model_fields)


# --- migrations ---


def revisions() -> dict[str, ast.Module]:
    return {
        path.name: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((migrations_folder() / "versions").glob("*.py"))
    }


def test_the_migrations_are_one_line_with_one_head() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    configuration = Config()
    configuration.set_main_option("script_location", str(migrations_folder()))
    configuration.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(configuration)
    history = list(scripts.walk_revisions())
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert len(history) == len(revisions())
    assert not [script.revision for script in history if script.is_merge_point or script.is_branch_point]


@pytest.mark.parametrize("name", revisions())
def test_a_migration_can_be_taken_back(name: str) -> None:
    functions = {node.name: node for node in revisions()[name].body if isinstance(node, ast.FunctionDef)}
    assert {"upgrade", "downgrade"} <= set(functions)
    assert any(isinstance(node, ast.Call) for node in ast.walk(functions["downgrade"]))


# --- notebooks ---


def notebooks() -> list[str]:
    return [path.name for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]


@pytest.mark.parametrize("name", notebooks())
def test_a_notebook_has_only_thin_cells(name: str) -> None:
    notebook = nbformat.reads((ROOT / "notebooks" / name).read_text(encoding="utf-8"), as_version=4)
    cells = [(number, cell.source) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    assert cells
    for number, source in cells:
        tree = ast.parse(source)
        made = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
        assert len(source.splitlines()) <= LONGEST_CELL, f"cell {number}"
        assert not made, f"cell {number}: functions and classes belong in the package"
        assert set(imported(tree)) <= IMPORTED_BY_NOTEBOOKS, f"cell {number}"
        assert not re.search(r"\b(SELECT|INSERT|UPDATE|DELETE)\b.*\b(FROM|INTO|SET)\b", source, re.DOTALL), (
            f"cell {number}: SQL belongs in the store"
        )
        assert not re.search(r"(?i)(password|secret|api_key|token)\s*=", source), f"cell {number}: a secret"
        assert not re.search(r"[\"'](/|~/|[A-Z]:\\)", source), f"cell {number}: a path of one machine"


# --- documents ---


def documents() -> list[str]:
    found = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in found]


def prose(path: Path) -> str:
    """The text of a document without its fenced blocks."""
    return re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@cache
def anchors(path: Path) -> frozenset[str]:
    """What a link may name in a document: its headings in small letters, words joined by hyphens."""
    headings = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
    return frozenset(re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-") for heading in headings)


@pytest.mark.parametrize("document", documents())
def test_every_link_of_a_document_leads_somewhere(document: str) -> None:
    path = ROOT / document
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)) if "://" not in target]
    assert not [target for target in targets if not (path.parent / target.partition("#")[0]).exists()]
    parts = [target.partition("#") for target in targets if "#" in target]
    assert not [part for place, _, part in parts if part not in anchors(path.parent / place if place else path)]


def test_the_decisions_are_numbered_without_a_gap() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]

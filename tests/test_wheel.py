"""The wheel holds all that a run needs, and works outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import showcase
from tests.postgres import remove_database

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built with what is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def members(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sources(folder: str, pattern: str) -> set[str]:
    """The files that the checkout has there, by their paths below the folder."""
    found = [path for path in (ROOT / folder).rglob(pattern) if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(ROOT / folder).as_posix() for path in found}


def test_the_whole_package_is_inside(members: set[str]) -> None:
    assert {f"showcase/{name}" for name in sources("showcase", "*")} <= members
    assert "showcase/py.typed" in members


def test_migrations_are_inside(members: set[str]) -> None:
    assert {"showcase/_migrations/env.py", "showcase/_migrations/script.py.mako"} <= members
    assert {f"showcase/_migrations/versions/{name}" for name in sources("migrations/versions", "*.py")} <= members


def test_notebooks_are_inside(members: set[str]) -> None:
    notebooks = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert "console.ipynb" in notebooks
    assert {f"showcase/_notebooks/{name}" for name in notebooks} <= members


@pytest.mark.parametrize("name", sorted(sources("docs/user-guide", "*.md")))
def test_the_user_guide_is_inside(name: str, members: set[str]) -> None:
    assert f"showcase/_user_guide/{name}" in members


def test_nothing_else_is_inside(members: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in members} == {"showcase"}
    assert not [name for name in members if "__pycache__" in name or ".ipynb_checkpoints" in name]


def test_it_says_what_pyproject_says(wheel: Path) -> None:
    name = f"showcase-{showcase.__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"{name}/METADATA").decode()
        entry_points = archive.read(f"{name}/entry_points.txt").decode()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {str(Requirement(line)) for line in project["dependencies"]}
    found = {
        str(Requirement(line.partition(": ")[2]))
        for line in metadata.splitlines()
        if line.startswith("Requires-Dist: ") and "extra ==" not in line
    }
    assert found == asked
    assert "Requires-Python: >=3.12" in metadata.splitlines()
    assert "showcase = showcase.cli:main" in entry_points.splitlines()


@dataclass(frozen=True, slots=True)
class Installed:
    """The wheel in an environment of its own, outside the checkout; what it needs is lent by this one."""

    folder: Path

    def showcase(self, *arguments: str) -> list[dict[str, Any]]:
        """What a command printed, one JSON object a line."""
        without = {name: value for name, value in os.environ.items() if not name.startswith(("SHOWCASE_", "PYTHON"))}
        ran = subprocess.run(
            [self.folder / "venv" / "bin" / "showcase", *arguments, "--json"],
            cwd=self.folder,
            env={**without, "XDG_DATA_HOME": str(self.folder / "data"), "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Iterator[Installed]:
    folder = Path(tempfile.mkdtemp(prefix="showcase-wheel-"))
    folder.chmod(0o755)  # root's database server runs as nobody and has to enter
    environment = folder / "venv"
    try:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
        packages = next(environment.glob("lib/python*/site-packages"))
        (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        install = [sys.executable, "-m", "pip", "--python", environment, "install", "--no-deps", "--no-index", wheel]
        subprocess.run(install, check=True, capture_output=True)
        yield Installed(folder)
    finally:
        if (folder / "data" / "showcase").exists():
            remove_database(folder / "data" / "showcase")
        shutil.rmtree(folder)


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS keeps user data elsewhere")
def test_it_works_in_an_environment_of_its_own(installed: Installed) -> None:
    home = installed.folder / "data" / "showcase"
    doctor = installed.showcase("doctor")[-1]
    assert doctor["ok"]
    found = {finding["name"]: finding["detail"] for finding in doctor["findings"]}
    assert str(home) in found["home"]
    assert "_notebooks" in found["notebooks"]

    summary = installed.showcase("run", "--scenario", "demo_minimal", "--reseed", "--keep", "--name", "from-the-wheel")[
        -1
    ]
    assert summary["event_type"] == "pipeline_complete"
    assert summary["status"] == "pass"
    listed = installed.showcase("workspaces", "list")[-1]["workspaces"]
    assert [(kept["name"], kept["status"]) for kept in listed] == [("from-the-wheel", "completed")]
    assert {path.name for path in home.iterdir()} >= {"database", "models"}

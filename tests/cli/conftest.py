"""The command line called in this process, against a database of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from showcase.cli import main
from showcase.store.engine import Database


@dataclass(frozen=True, slots=True)
class Said:
    """What a call printed and how it ended."""

    stdout: str
    stderr: str
    returncode: int


Showcase = Callable[..., Said]


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Showcase:
    """The command line in this process; the kill tests use real processes."""
    monkeypatch.setenv("SHOWCASE_HOME", str(tmp_path / "home"))

    def call(*arguments: str, **changes: str) -> Said:
        for name, value in changes.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["showcase", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Said(printed.out, printed.err, int(ended.value.code or 0))

    return call


@pytest.fixture
def showcase(database: Database, offline: Showcase, monkeypatch: pytest.MonkeyPatch) -> Showcase:
    """The same against a database of its own."""
    monkeypatch.setenv("SHOWCASE_DATABASE_URL", database.url.render_as_string(hide_password=False))
    return offline

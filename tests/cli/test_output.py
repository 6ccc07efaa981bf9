"""What the command line prints: words for values, never how Python writes them, wherever it has to go."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from pathlib import Path

import pytest

from showcase.cli import main
from showcase.cli.output import in_words
from tests.cli.conftest import Showcase


class _Full(io.RawIOBase):
    """A disk that takes nothing more."""

    def writable(self) -> bool:
        return True

    def write(self, _data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _end(monkeypatch: pytest.MonkeyPatch, stdout: io.TextIOWrapper | None, *arguments: str) -> int:
    """The exit code of a call whose stdout is this one."""
    monkeypatch.setattr(sys, "argv", ["showcase", *arguments])
    monkeypatch.setattr(sys, "stdout", stdout)
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_letters_that_a_terminal_does_not_know_are_escaped(
    showcase: Showcase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    frame = tmp_path / "frame.json"
    frame.write_text("{}")
    assert showcase("runs", "saved", "--save", "größer 🎯", "--frame", str(frame)).returncode == 0
    for more in ((), ("--json",)):
        narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        assert _end(monkeypatch, narrow, "runs", "saved", *more) == 0
        told = narrow.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]  # of a BytesIO
        assert ("gr\\xf6\\xdfer" in told) if not more else (json.loads(told)["configurations"] == {"größer 🎯": {}})


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_disk_that_takes_nothing_more_is_told_in_words(
    showcase: Showcase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    assert showcase("datasets").returncode == 0
    full = io.TextIOWrapper(io.BufferedWriter(_Full()), encoding="utf-8")
    assert _end(monkeypatch, full, "datasets", *more) == 2
    said = capsys.readouterr().err
    assert "No space left" in said
    assert "Traceback" not in said


def test_a_closed_stdout_is_no_defect(showcase: Showcase, monkeypatch: pytest.MonkeyPatch) -> None:
    assert showcase("datasets").returncode == 0
    assert _end(monkeypatch, None, "datasets", "--json") == 0
    sys.stdout.close()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (True, "yes"),
        (False, "no"),
        (42, 42),
        (None, None),
        ("demo_minimal", "demo_minimal"),
        (["naive", "seasonal_naive"], "naive, seasonal_naive"),
        ({"stores": 4, "noise_sigma": 0.3}, "stores=4, noise_sigma=0.3"),
        ({"reset": True, "tags": ["a", "b"]}, "reset=yes, tags=a, b"),
    ],
)
def test_a_value_of_a_request_is_told_in_words(value: object, told: object) -> None:
    assert in_words(value) == told

"""Pure functions from file to file, importable by name in another process."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from showcase.errors import InvalidInputError


def upper(source: Path, target: Path) -> None:
    """The text in capitals; a text that names a failure fails that way, hang waits for a file named go.

    die kills its worker each time, die once the first time alone.
    """
    text = source.read_text()
    if text == "refuse":
        raise InvalidInputError("A better text was expected.", "Give one.")
    if text == "break":
        raise ZeroDivisionError("secret internals")
    died = source.with_suffix(".died")
    if text == "die" or (text == "die once" and not died.exists()):
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if text == "hang":
        waited = threading.Event()
        while not (source.parent / "go").exists():
            waited.wait(0.01)
    target.write_text(text.upper())

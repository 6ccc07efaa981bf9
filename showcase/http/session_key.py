"""The key that signs the sessions of the console: kept in a file, so that an open tab survives a restart."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from showcase.errors import UnavailableError

FILE = "session.key"
_KEY = re.compile(r"[0-9a-f]{64}")


def session_key(home: Path) -> str:
    """The key of this installation, made where there is none yet; UnavailableError where it cannot be read or kept."""
    path = home / FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write(path)
        key = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise UnavailableError(
            f"The key of the console's sessions could not be kept in {path}: {error.strerror}.",
            "Let this user write into SHOWCASE_HOME.",
        ) from error
    if not _KEY.fullmatch(key):
        raise UnavailableError(f"{path} holds no key of 64 hexadecimal digits.", f"Remove {path}; a new one is made.")
    return key


def _write(path: Path) -> None:
    """Only this user may read it; of two processes at once, one makes it."""
    staged = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(staged, path)
    except FileExistsError:
        pass  # the other one was first
    finally:
        staged.unlink()

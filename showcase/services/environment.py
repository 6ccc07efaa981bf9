"""What computes here: versions of Python, of the libraries, and of this program."""

from __future__ import annotations

import hashlib
import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import showcase

COMPUTING = (
    "numpy", "polars", "pyarrow", "scikit-learn", "scipy", "utilsforecast", "lightgbm", "xgboost", "xgboost-cpu",
)  # fmt: skip
"""The libraries whose version can change a number; one that is not installed is left out."""


@lru_cache(maxsize=1)
def describe_environment() -> dict[str, Any]:
    """The slot `environment` of a run of this process."""
    return {
        "python": platform.python_version(),
        "libraries": {name: found for name in COMPUTING if (found := _version(name)) is not None},
        "code": showcase.__version__,
        "code_digest": _code_digest(Path(showcase.__file__).parent),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _code_digest(folder: Path) -> str:
    """The digest over the program's own modules, by their names and bytes."""
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes()
        state.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
        state.update(content)
    return state.hexdigest()

"""What every engine does in a worker: the work on one bucket, on the same versions and files as whoever asked."""

from __future__ import annotations

import os
import socket
import time
from functools import cache
from importlib.metadata import version
from pathlib import Path

import psutil

from showcase import __version__
from showcase.errors import ConflictError, UnavailableError
from showcase.ports import BucketWork, Effort

_DECIDING = ("numpy", "polars", "pyarrow", "scikit-learn", "scipy")
"""The libraries whose version can change a forecast's last digits or an answer's bytes."""


@cache
def versions() -> str:
    """The program and the libraries that compute, with their versions, in one line."""
    return ", ".join([f"showcase {__version__}", *(f"{name} {version(name)}" for name in _DECIDING)])


def do_bucket(work: BucketWork, source: Path, target: Path, expected: str) -> Effort:
    """Do the work on one bucket and say what it took.

    `expected` are the versions of whoever asks. ConflictError where this worker has others, for its answer could differ
    in bytes; UnavailableError where it does not see the bucket's file. Whatever the work raises is passed on.
    """
    if versions() != expected:
        raise ConflictError(
            f"The worker {_name()} has {versions()}; expected is {expected}.",
            "Install the same versions on every worker, from the same constraints.txt.",
            reason="versions",
        )
    if not source.exists():
        raise UnavailableError(
            f"The worker {_name()} does not see the file {source.name} in {source.parent}.",
            "Put SHOWCASE_HOME into a folder that every worker has at the same path.",
        )
    began = time.process_time()
    work(source, target)
    return Effort(_name(), time.process_time() - began, _peak_bytes())


def _name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _peak_bytes() -> int:
    """The most memory that this process ever held."""
    try:
        # the peak that getrusage tells is also that of the process which this one was forked from
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return int(psutil.Process().memory_info().rss)

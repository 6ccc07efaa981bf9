"""A kept run in a process of its own, to be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def start_run(url: str, home: Path, *flags: str, failpoint: str = "") -> subprocess.Popen[str]:
    """`showcase run --json` against this database; its events come on stdout as they happen."""
    environment = {**os.environ, "SHOWCASE_DATABASE_URL": url, "SHOWCASE_HOME": str(home), "SHOWCASE_TEST": "1"}
    environment["SHOWCASE_FAILPOINT"] = failpoint
    command = [sys.executable, "-c", "from showcase.cli import main; main()", "run", "--json", *flags]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )

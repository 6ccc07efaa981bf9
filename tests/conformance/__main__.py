"""`make conformance`: every promise twice in a row, in two orders, on one database; on the embedded one and on another.

With --base-url URL it asks that server alone. SHOWCASE_TEST_POSTGRES names the folder of the other PostgreSQL's
programs; without it the usual places are looked at.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from showcase.store.engine import open_database
from tests.conformance.settings import WINDOW_S
from tests.http.served import served
from tests.postgres import loopback_server, remove_database

ROOT = Path(__file__).resolve().parents[2]
SEEDS = (1, 2)
_PROGRAMS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin")


def ask(url: str, what: str) -> bool:
    """Both orders against one server; whether every promise was kept."""
    kept = []
    for seed in SEEDS:
        print(f"== {what}, order {seed}", flush=True)
        command = [sys.executable, "-m", "pytest", "tests/conformance", "-q", f"--base-url={url}", "-p", "no:xdist"]
        kept.append(subprocess.run([*command, f"--randomly-seed={seed}"], cwd=ROOT, check=False).returncode == 0)
    return all(kept)


@contextmanager
def own_server(programs: Path | None) -> Iterator[str]:
    """A server on a fresh database: the embedded one, or one made with these programs."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="conformance-")))
        database = None
        if programs is None:
            stack.callback(remove_database, home)
        else:
            database = open_database(stack.enter_context(loopback_server(programs)))
            stack.callback(database.dispose)
        server = served(database, home, "--only", "http", SHOWCASE_DECISION_WINDOW_S=WINDOW_S)
        yield stack.enter_context(server).url


def find_programs() -> Path | None:
    """The folder with the programs of another PostgreSQL, or None where there is none."""
    named = os.environ.get("SHOWCASE_TEST_POSTGRES")
    if named:
        return Path(named)
    found = [
        path for pattern in _PROGRAMS for path in Path("/").glob(pattern.lstrip("/")) if (path / "initdb").exists()
    ]
    return max(found, default=None)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--base-url", help="a server that runs already")
    given = parser.parse_args().base_url
    if given:
        return 0 if ask(given, given) else 1
    os.environ["SHOWCASE_TEST"] = "1"
    programs = find_programs()
    outcomes = []
    for what, folder in (("the embedded PostgreSQL", None), ("an external PostgreSQL", programs)):
        if what.startswith("an external") and folder is None:
            print("== no external PostgreSQL was found: name its programs with SHOWCASE_TEST_POSTGRES", flush=True)
            outcomes.append(False)
            continue
        with own_server(folder) as url:
            outcomes.append(ask(url, what))
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())

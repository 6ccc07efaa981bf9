"""Runs tests over a copy of the sources in a fork of this process, so that no trial loads the libraries anew."""

from __future__ import annotations

import importlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

_LIBRARIES = (
    "alembic", "fastapi", "hypothesis", "httpx", "numpy", "pandas", "polars", "psutil", "psycopg", "pyarrow.parquet",
    "pydantic_settings", "sklearn.ensemble", "sqlalchemy.orm", "typer", "xdist",
)  # fmt: skip
_SERVER = """
import sys, pathlib
from tests.postgres import embedded_server
with embedded_server(pathlib.Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
_PER_TRIAL = 10_000
_LOOK_S = 0.02
PASSED, TIMED_OUT = 0, -1


def load_libraries() -> None:
    """Everything heavy that is not ours, once; what is ours each trial imports for itself."""
    for name in _LIBRARIES:
        importlib.import_module(name)


@contextmanager
def database_server(home: Path) -> Iterator[str]:
    """One PostgreSQL for all trials, in a process of its own; gives its URL."""
    command = [sys.executable, "-c", _SERVER, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


def run_forked(work: Callable[[], tuple[int, Any]], timeout_s: float, log: Path) -> tuple[int, Any]:
    """What `work` returns (an exit code, and JSON), made in a fork; TIMED_OUT where it took too long."""
    answer = log.with_suffix(".json")
    answer.unlink(missing_ok=True)
    pid = os.fork()
    if pid == 0:
        _work_alone(work, log, answer)
    code = _wait(pid, timeout_s)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # what it started, and left
    return code, json.loads(answer.read_text()) if answer.exists() else None


def _work_alone(work: Callable[[], tuple[int, Any]], log: Path, answer: Path) -> None:
    code = 99
    try:
        os.setsid()
        with log.open("wb") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        code, told = work()
        answer.write_text(json.dumps(told))
    except BaseException:  # noqa: BLE001  (whatever a mutant may raise, and nobody above sees it)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait(pid: int, timeout_s: float) -> int:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_LOOK_S)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return TIMED_OUT


def run_tests(folder: Path, tests: list[str], database_url: str, number: int, *plugins: object) -> int:
    """The exit code of pytest over the sources in `folder`; stops at the first failure."""
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    os.environ |= {"PYTHONPATH": str(folder), "CI": "1", "SHOWCASE_TEST": "1"}
    _share_database(database_url, number)
    # libraries that are plugins too are loaded already
    options = ["-x", "-q", "--tb=line", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    options += [part for name in ("randomly", "cacheprovider", "xdist") for part in ("-p", f"no:{name}")]
    return int(pytest.main([*options, *tests], plugins=list(plugins)))


def _share_database(url: str, number: int) -> None:
    """Let the tests of this process use the server at `url`, with databases of names of their own."""
    from tests import postgres

    made, start = postgres.DatabaseServer.make, postgres.DatabaseServer.__init__

    @contextmanager
    def shared_server(_: object) -> Iterator[str]:
        yield url

    def begin(self: postgres.DatabaseServer, own_url: str) -> None:
        start(self, own_url)
        self._numbers = itertools.count(number * _PER_TRIAL + 1)

    def make(self: postgres.DatabaseServer, name: str, template: str = "template1") -> str:
        if number and name == "migrated_template":  # made by the first trial, over sources that are whole
            return postgres.make_url(self.url).set(database=name).render_as_string(hide_password=False)
        return made(self, name, template)

    postgres.embedded_server = shared_server
    postgres.DatabaseServer.__init__ = begin  # type: ignore[method-assign]
    postgres.DatabaseServer.make = make  # type: ignore[method-assign]

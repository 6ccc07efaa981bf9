"""A living process notices runs whose process is gone, and a database that went away."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from showcase.pipeline.launcher import Launcher
from showcase.pipeline.reaper import Reaper
from showcase.store.engine import Database
from showcase.store.lock import lock_is_free
from showcase.testing import FixedClock
from tests.pipeline.killable import start_run


def _wait_for(claim: object, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if claim():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def test_the_reaper_settles_a_killed_run_by_itself(launcher: Launcher, database: Database, tmp_path: Path) -> None:
    process = start_run(database.url.render_as_string(hide_password=False), tmp_path, "--reseed")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert _wait_for(lambda: lock_is_free(database), 2)
    assert launcher.running() is not None
    reaper = Reaper(database, FixedClock(), lambda: None, interval_s=0.05)
    reaper.start()
    assert _wait_for(lambda: launcher.running() is None, 15)
    reaper.close()
    assert launcher.recent()[0].status == "interrupted"


def test_a_database_that_does_not_answer_is_brought_back() -> None:
    revived: list[bool] = []
    Reaper(_nowhere(), FixedClock(), lambda: revived.append(True)).look_once()
    assert revived == [True]


def _nowhere() -> Database:
    """A database at an address where nothing listens."""
    from sqlalchemy import create_engine, make_url

    url = make_url("postgresql+psycopg://nobody@127.0.0.1:1/nowhere")
    return Database(url, create_engine(url, connect_args={"connect_timeout": 1}))

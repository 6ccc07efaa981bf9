"""A living process notices runs whose process is gone, and a database that went away."""

from __future__ import annotations

import signal
from pathlib import Path

from showcase.pipeline.launcher import Launcher
from showcase.pipeline.reaper import Reaper
from showcase.store.engine import Database
from showcase.store.lock import lock_is_free
from showcase.testing import FixedClock
from tests.faults.waiting import TWO_S, wait_until
from tests.pipeline.killable import start_run


def test_the_reaper_settles_a_killed_run_by_itself(launcher: Launcher, database: Database, tmp_path: Path) -> None:
    process = start_run(database.url.render_as_string(hide_password=False), tmp_path, "--reseed")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    wait_until(lambda: lock_is_free(database), "the lock of a killed process was not free soon", TWO_S)
    assert launcher.running() is not None
    reaper = Reaper(database, FixedClock(), lambda: None, interval_s=0.05)
    reaper.start()
    wait_until(lambda: launcher.running() is None, "nobody settled the run")
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

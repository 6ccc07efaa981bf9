"""Connections to the database that are cut, slow, or one too many."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from showcase.errors import ShowcaseError, UnavailableError
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.settle import settle_interrupted
from showcase.store.engine import Database, open_database
from showcase.store.lock import lock_is_free
from showcase.testing import fresh_request, launcher_over
from tests.faults.proxy import Proxy, proxy_before
from tests.faults.victims import url_of
from tests.faults.waiting import wait_for_step

LONG = {"scenario": "retail_standard", "preservation": "keep", "backtest": {"n_splits": 8}}


@pytest.fixture
def proxy(database: Database) -> Iterator[Proxy]:
    with proxy_before(url_of(database)) as relay:
        yield relay


@pytest.fixture
def far(proxy: Proxy, tmp_path: Path) -> Iterator[Launcher]:
    """A launcher whose database lies behind the relay."""
    remote = open_database(proxy.url)
    launcher = launcher_over(remote, tmp_path)
    yield launcher
    launcher.close()
    remote.dispose()


@pytest.mark.fault("P8")
def test_a_run_whose_connections_are_cut_ends_in_words_and_the_next_is_green(
    database: Database, proxy: Proxy, far: Launcher, tmp_path: Path
) -> None:
    near = launcher_over(database, tmp_path)
    execution = far.start(fresh_request(**LONG))
    wait_for_step(near, "backtest")
    proxy.cut()
    # the lock went with its connection: whoever looks may settle the run, and its own process is then fenced off
    deadline = time.monotonic() + 30
    while near.show(str(execution.run_id)).status == "running":
        assert time.monotonic() < deadline
        settle_interrupted(database, near.services.clock)
    with pytest.raises(ShowcaseError) as ended:
        execution.wait(60)
    assert ended.value.remedy
    assert near.show(str(execution.run_id)).status == "interrupted"
    assert lock_is_free(database)
    assert far.start(fresh_request(reset=False)).wait(60).overall_status == "pass"
    near.close()


@pytest.mark.fault("P8")
def test_a_slow_way_to_the_database_costs_time_alone(proxy: Proxy, far: Launcher) -> None:
    proxy.latency_s = 0.005
    assert far.start(fresh_request()).wait(120).overall_status == "pass"


@pytest.mark.fault("P13")
def test_one_connection_too_many_is_told_with_its_remedy_and_starts_nothing(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS narrow"))
        connection.execute(text("CREATE ROLE narrow LOGIN CONNECTION LIMIT 1"))
    narrow = open_database(database.url.set(username="narrow").render_as_string(hide_password=False))
    try:
        with narrow.read(), pytest.raises(UnavailableError) as refused:
            narrow.lone_connection()
        assert "no connection left" in refused.value.message
        assert "max_connections" in refused.value.remedy
        assert lock_is_free(database)
    finally:
        narrow.dispose()
        with database.begin() as connection:
            connection.execute(text("DROP ROLE narrow"))

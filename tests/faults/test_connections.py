"""Connections to the database that are cut, slow, or one too many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from showcase.errors import ShowcaseError, UnavailableError
from showcase.failpoints import arm
from showcase.pipeline.context import RunContext
from showcase.pipeline.launcher import Launcher
from showcase.pipeline.settle import settle_interrupted
from showcase.pipeline.steps import Step, StepOutcome, eleven_steps, passed, steps_for
from showcase.store.engine import Database, open_database
from showcase.store.lock import lock_is_free
from showcase.testing import fresh_request, launcher_over
from tests.faults.proxy import Proxy, proxy_before
from tests.faults.victims import url_of
from tests.faults.waiting import PATIENCE_S, Held, wait_until

KEPT = {"preservation": "keep"}


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
def test_a_run_whose_connections_are_cut_between_its_writes_is_settled_and_the_next_is_green(
    database: Database, proxy: Proxy, far: Launcher, tmp_path: Path
) -> None:
    near, held = launcher_over(database, tmp_path), Held("step.backtest.before")
    arm(held)
    try:
        execution = far.start(fresh_request(**KEPT))
        assert held.reached.wait(PATIENCE_S)
        proxy.cut()
        # the lock went with its connection: whoever looks may settle the run, and its own process is then fenced off
        wait_until(lambda: settle_interrupted(database, near.services.clock) != [], "the lock is not free")
    finally:
        held.released.set()
        arm(None)
    with pytest.raises(ShowcaseError) as ended:
        execution.wait(60)
    assert ended.value.remedy
    assert near.show(str(execution.run_id)).status == "interrupted"
    _check_next(near, far)


@pytest.mark.fault("P8")
def test_a_run_whose_connections_are_cut_in_the_middle_of_a_question_fails_in_words_and_the_next_is_green(
    database: Database, proxy: Proxy, far: Launcher, tmp_path: Path
) -> None:
    near = launcher_over(database, tmp_path)

    def ask(context: RunContext) -> StepOutcome:
        with context.services.transactions.read() as connection:
            connection.execute(text("SELECT pg_sleep(600)"))
        return passed("never comes to this")

    far.steps_of = lambda _: (*eleven_steps()[:1], Step("ask", "data", ask))
    execution = far.start(fresh_request(**KEPT))
    wait_until(lambda: _is_asked(database), "the question did not reach the server")
    proxy.cut()
    outcome = execution.wait(60)
    assert (outcome.run_status, outcome.steps[-1]["step_name"]) == ("failed", "ask")
    assert outcome.steps[-1]["data"]["remedy"]
    assert near.show(outcome.run_id).status == "failed"
    far.steps_of = steps_for
    _check_next(near, far)


def _is_asked(database: Database) -> bool:
    here = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%'"
    with database.read() as connection:
        return bool(connection.execute(text(f"SELECT EXISTS ({here} AND pid <> pg_backend_pid())")).scalar_one())


def _check_next(near: Launcher, far: Launcher) -> None:
    assert lock_is_free(near.database)
    assert far.start(fresh_request()).wait(60).overall_status == "pass"
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

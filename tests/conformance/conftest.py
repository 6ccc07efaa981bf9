"""One server for all promises: the suite's own, or the one at --base-url."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from showcase.client import Client
from tests.conformance.asking import AS_OF, RICH, SMALL, SMALL_OVERRIDES, Json, keep, summary_of
from tests.conformance.settings import WINDOW_S
from tests.http.served import served
from tests.postgres import remove_database


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the server answers. With SHOWCASE_TEST_POSTGRES it stands on that PostgreSQL, else on its embedded one."""
    given = request.config.getoption("--base-url")
    if given:
        yield str(given)
        return
    home = tmp_path_factory.mktemp("conformance")
    with ExitStack() as stack:
        database = None
        if os.environ.get("SHOWCASE_TEST_POSTGRES"):
            database = stack.enter_context(request.getfixturevalue("database_server").fresh())
        else:
            stack.callback(remove_database, home)
        server = served(database, home, "--only", "http", SHOWCASE_DECISION_WINDOW_S=WINDOW_S)
        yield stack.enter_context(server).url


@pytest.fixture(scope="session")
def api(base_url: str) -> Iterator[Client]:
    """The client of the package, as a script elsewhere has it."""
    with Client(base_url, timeout_s=120) as client:
        yield client


@pytest.fixture(scope="session")
def http(api: Client) -> httpx.Client:
    """The bare connection, for status, headers and bytes."""
    return api.api.http


@pytest.fixture
def data(api: Client) -> Json:
    """The small data set, current; it is generated once and found again afterwards."""
    made = api.datasets.generate(scenario="demo_minimal", end_date=AS_OF, overrides=SMALL_OVERRIDES)
    return next(found for found in api.datasets.list() if found["id"] == made["data_set"])


@pytest.fixture
def pair(api: Client, data: Json) -> Json:
    """A store and a product of the small data set, by their ids."""
    stores = api.api.rows("stores", "/dimensions/stores")
    products = api.api.rows("products", "/dimensions/products")
    return {"store_id": stores[0]["id"], "product_id": products[0]["id"]}


@pytest.fixture
def production(api: Client, data: Json) -> Json:
    """The model run in production, on the small data set. Data that was wiped and made again has other ids."""
    run = _in_production(api)
    if run is None or not _on(api, data, run) or run["metrics"]["plan"]["gap"]:
        api.runs.run(train_model_types=["prophet_like"])
        run = _in_production(api)
    assert run is not None
    return run


def _on(api: Client, data: Json, run: Json) -> bool:
    stores = {store["id"] for store in api.api.rows("stores", "/dimensions/stores")}
    return run["data_fingerprint"] == data["fingerprint"] and run["store_id"] in stores


def _in_production(api: Client) -> Json | None:
    aliases = api.api.rows("aliases", "/registry/aliases")
    found = [alias["run_id"] for alias in aliases if alias["name"] == "demo-production"]
    return api.api.call("GET", f"/registry/runs/{found[0]}") if found else None


@pytest.fixture(scope="session")
def transcript(api: Client) -> list[Json]:
    """Every event of one small kept run."""
    return list(api.runs.watch(api.runs.start(**SMALL, preservation="keep", workspace_name="transcript").run_id))


@pytest.fixture(scope="session")
def kept(api: Client) -> Json:
    """The workspace of one small run; whoever changes it puts it back, and whoever wipes its data leaves its record."""
    return api.workspaces.show(keep(api, workspace_name="kept")["workspace_id"])


@pytest.fixture(scope="session")
def rich(api: Client) -> list[Json]:
    """Every event of one run of all twenty-four steps that was kept, its question approved as soon as it was shown."""
    started = api.runs.start(**RICH, preservation="keep", workspace_name="rich")
    events = []
    for event in api.runs.watch(started.run_id):
        events.append(event)
        if event["event_type"] == "step_progress" and "action_id" in event["data"]:
            api.runs.decide(event["data"]["action_id"], "approved", "looks right")
    assert summary_of(events)["run_status"] == "completed"
    return events

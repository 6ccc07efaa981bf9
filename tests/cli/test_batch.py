"""`showcase batch` does one operation over many series and tells of each item."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from showcase.forecasting.zoo import ModelConfig
from showcase.services.batch import BatchRequest, BatchScope
from showcase.services.models import Subject
from showcase.services.suite import Services
from showcase.store.engine import Database
from tests.cli.conftest import Showcase
from tests.services.subjects import quiet, seed_subject, services_of


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Services:
    return services_of(database, tmp_path / "home")


@pytest.fixture
def subject(services: Services) -> Subject:
    return seed_subject(services, stores=2, products=2, window_days=90)


def told(showcase: Showcase, *arguments: str, code: int = 0) -> Any:
    said = showcase("batch", *arguments, "--json")
    assert said.returncode == code, said.stderr
    return json.loads(said.stdout)


def test_every_series_gets_a_registered_winner(showcase: Showcase, services: Services, subject: Subject) -> None:
    done = told(showcase, "start", "train_backtest_register", "--all", "--models", "naive,moving_average")
    assert (done["status"], done["counts"]["items"], done["scope"]) == ("completed", 8, {"kind": "all"})
    items = told(showcase, "show", done["batch_id"])["items"]
    assert sum("model_run_id" in item["outcome"] for item in items) == 4
    assert [one["batch_id"] for one in told(showcase, "list")["batches"]] == [done["batch_id"]]
    shown = showcase("batch", "show", done["batch_id"]).stdout
    assert "8 of 8 items succeeded, 0 failed." in shown
    assert "registered" in shown
    assert done["batch_id"] in showcase("batch", "list").stdout


def test_a_series_that_is_not_there_is_one_failed_item(
    showcase: Showcase, services: Services, subject: Subject
) -> None:
    there = f"{subject.pair.store_id}:{subject.pair.product_id}"
    done = told(showcase, "start", "train", "--series", there, "--series", "999:999", "--models", "naive", code=1)
    assert (done["status"], done["counts"]["failed"]) == ("partial", 1)
    assert [item["store_id"] for item in done["items"]] == [999]
    failed = told(showcase, "show", done["batch_id"], "--status", "failed")["items"]
    assert failed[0]["failure"] == "the data set has no such series"


def test_a_batch_reads_the_signals_that_the_data_set_has(
    showcase: Showcase, services: Services, subject: Subject
) -> None:
    services.enrichment.enrich(subject.data_set, quiet)
    done = told(showcase, "start", "backtest", "--all", "--models", "regression")
    asked = BatchRequest("backtest", BatchScope("all"), (ModelConfig.of("regression"),))
    with_signals = services.demand.with_signals(subject.data_set, subject.matrix)
    own, without = (
        services.portfolio.run(asked, subject.data_set, matrix, quiet) for matrix in (with_signals, subject.matrix)
    )
    found, expected, unread = (
        [item.outcome for item in services.portfolio.items(batch_id)]
        for batch_id in (done["batch_id"], own.batch_id, without.batch_id)
    )
    assert found == expected
    assert found != unread


@pytest.mark.parametrize("scope", [("--top", "1"), ("--region", "of the pair"), ("--category", "of the pair")])
def test_series_are_named_by_revenue_region_and_category(
    showcase: Showcase, services: Services, subject: Subject, scope: tuple[str, str]
) -> None:
    store = services.dimensions.store(subject.pair.store_id)
    product = services.dimensions.product(subject.pair.product_id)
    named = {"--top": "1", "--region": store.region, "--category": product.category}
    done = told(showcase, "start", "train", scope[0], named[scope[0]], "--models", "naive")
    assert done["status"] == "completed"
    assert 1 <= done["counts"]["items"] <= 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("start", "train"), "one way; found none"),
        (("start", "train", "--all", "--top", "3"), "found --all and --top"),
        (("start", "train", "--series", "a:b"), "STORE:PRODUCT"),
        (("start", "dance", "--all"), "operation"),
        (("start", "train", "--all", "--models", "magic"), "model_type"),
        (("start", "backtest", "--all", "--horizon", "90"), "needs"),
        (("start", "train", "--region", "nowhere"), "names no series"),
        (("start", "train", "--all", "--end-date", "2031-01-01"), "days inside"),
        (("show", "0" * 32), "no batch"),
        (("show", "0" * 32, "--status", "asleep"), "no status"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_remedy(
    showcase: Showcase, services: Services, subject: Subject, arguments: tuple[str, ...], said: str
) -> None:
    refused = showcase("batch", *arguments)
    assert refused.returncode == 2
    assert said in refused.stderr

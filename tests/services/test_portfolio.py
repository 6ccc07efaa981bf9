"""A batch does many series at once; one that fails is one recorded line, and the others come to their end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from showcase.adapters.compute.local import InTurn, LocalPool
from showcase.errors import InvalidInputError, NotFoundError
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import pool
from showcase.forecasting import buckets
from showcase.forecasting.artifact import read_artifact
from showcase.forecasting.buckets import read_bucket
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.identity import Digest, ModelRunId
from showcase.kernel.table import MODEL, PRODUCT, STORE
from showcase.kernel.window import Window
from showcase.pipeline.settle import settle_interrupted
from showcase.ports import BucketEnd, BucketWork, Tick
from showcase.services.batch import BatchRequest, BatchScope
from showcase.services.batch_work import best_of_each
from showcase.services.models import Subject
from showcase.services.portfolio import cut_to
from showcase.services.registration import Made
from showcase.services.suite import Services
from showcase.store import portfolio as rows
from showcase.store.demand import read_sales
from showcase.store.engine import Database
from showcase.store.portfolio import Batch
from tests.services.subjects import quiet, seed_subject, services_of

PLAN = BacktestPlan(horizon=7, n_splits=2, min_train_size=30)
ALL = BatchScope("all")
NAIVE, AVERAGE = ModelConfig.of("naive"), ModelConfig.of("moving_average")


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Services:
    return services_of(database, tmp_path)


@pytest.fixture
def subject(services: Services) -> Subject:
    return seed_subject(services, stores=3, products=4, window_days=75)


def _run(services: Services, subject: Subject, request: BatchRequest, made: Made | None = None) -> Batch:
    return services.portfolio.run(request, subject.data_set, subject.matrix, quiet, made=made)


def _items(services: Services, batch: Batch, status: str | None = None) -> dict[tuple[int, int, str], Any]:
    found = services.portfolio.items(batch.batch_id, status=status, limit=1000)
    return {(item.store_id, item.product_id, item.model_type): item for item in found}


@pytest.mark.compat
def test_a_series_scores_in_a_batch_what_it_scores_in_a_run(services: Services, subject: Subject) -> None:
    configs = (NAIVE, AVERAGE, ModelConfig.of("prophet_like"))
    batch = _run(services, subject, BatchRequest("backtest", ALL, configs, PLAN))
    assert (batch.status, batch.succeeded, batch.failed) == ("completed", 3 * 12, 0)
    whole = run_backtest(subject.matrix, PLAN, configs)
    expected = {
        (row[STORE], row[PRODUCT], row[MODEL]): row for row in pool(whole.parts, (STORE, PRODUCT, MODEL)).to_dicts()
    }
    for key, item in _items(services, batch).items():
        assert item.outcome["scores"]["wape"] == pytest.approx(expected[key]["wape"], abs=1e-6)
        assert item.outcome["scores"]["mae"] == pytest.approx(expected[key]["mae"], abs=1e-6)
        assert (item.outcome["folds"], item.outcome["days"]) == (2, expected[key]["n"])


def test_the_cut_into_buckets_and_the_compute_change_no_score(
    services: Services, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = BatchRequest("backtest", ALL, (NAIVE, AVERAGE), PLAN)
    one = _items(services, _run(services, subject, request))
    monkeypatch.setattr(buckets, "SERIES_A_BUCKET", 3)
    many = _items(services, _run(replace(services, compute=LocalPool(2)), subject, request))
    assert {key: item.outcome for key, item in one.items()} == {key: item.outcome for key, item in many.items()}


def test_every_type_trains_and_leaves_an_artifact_of_its_own_series(services: Services, subject: Subject) -> None:
    series = ((subject.pair.store_id, subject.pair.product_id), _other(subject))
    configs = tuple(ModelConfig.of(name) for name in ModelType)
    request = BatchRequest("train", BatchScope("manual", series=series), configs, PLAN)
    batch = _run(services, subject, request)
    assert (batch.status, batch.items) == ("completed", 22)
    for (_, _, name), item in _items(services, batch).items():
        artifact = read_artifact(services.artifacts.get(Digest(item.outcome["artifact_digest"])))
        assert str(artifact.model.config.model_type) == name
        # a type that learns from all series keeps all of them
        pooled = buckets.is_pooled(artifact.model.config.row)
        assert artifact.model.n_series == (12 if pooled else 1)
        assert item.outcome["cutoff"] == subject.data_set.window.end.isoformat()


def _other(subject: Subject) -> tuple[int, int]:
    return next(
        (int(store), int(product))
        for store, product in zip(subject.matrix.store_ids, subject.matrix.product_ids, strict=True)
        if (store, product) != (subject.pair.store_id, subject.pair.product_id)
    )


@pytest.mark.compat
def test_each_series_gets_its_own_winner_registered_under_its_own_pair(services: Services, subject: Subject) -> None:
    configs = (NAIVE, AVERAGE, ModelConfig.of("prophet_like"))
    made = Made()
    batch = _run(services, subject, BatchRequest("train_backtest_register", ALL, configs, PLAN), made)
    items = _items(services, batch)
    assert made.batch_ids == [batch.batch_id]
    assert {item.job_id for item in items.values()} <= set(made.job_ids)
    winners = {key: item for key, item in items.items() if item.outcome.get("is_winner")}
    assert {key[:2] for key in winners} == {key[:2] for key in items}
    assert {item.outcome["model_run_id"] for item in winners.values()} == set(made.model_run_ids)
    for (store, product, name), item in winners.items():
        best = min(items[store, product, str(c.model_type)].outcome["scores"]["wape"] for c in configs)
        assert item.outcome["scores"]["wape"] == best
        run = services.registry.show(item.outcome["model_run_id"])
        assert (run.store_id, run.product_id, run.model_type, run.status) == (store, product, name, "success")
        assert run.metrics is not None
        assert run.metrics["scores"] == item.outcome["scores"]
        assert services.registry.verify(ModelRunId(run.run_id))


def test_the_best_of_a_series_is_by_metric_then_mae_then_the_simpler_model() -> None:
    def scores(wape: float | None, mae: float) -> dict[str, Any]:
        return {"scores": {"wape": wape, "mae": mae}}

    scored = {
        (1, 1, "moving_average"): scores(10.0, 2.0),
        (1, 1, "naive"): scores(10.0, 3.0),
        (1, 2, "moving_average"): scores(10.0, 2.0),
        (1, 2, "naive"): scores(10.0, 2.0),
        (1, 3, "naive"): scores(None, 0.5),
        (1, 3, "moving_average"): scores(90.0, 9.0),
        (1, 4, "naive"): scores(None, 0.5),
    }
    assert best_of_each(scored, "wape") == [(1, 1, "moving_average"), (1, 2, "naive"), (1, 3, "moving_average")]


def test_a_series_that_is_not_there_is_one_line_and_the_batch_goes_on(services: Services, subject: Subject) -> None:
    series = ((subject.pair.store_id, subject.pair.product_id), (999, 999))
    batch = _run(services, subject, BatchRequest("backtest", BatchScope("manual", series=series), (NAIVE,), PLAN))
    assert (batch.status, batch.succeeded, batch.failed) == ("partial", 1, 1)
    failed = _items(services, batch, "failed")
    assert [(key, item.failure) for key, item in failed.items()] == [
        ((999, 999, "naive"), "the data set has no such series")
    ]


def test_a_batch_of_nothing_but_missing_series_failed(services: Services, subject: Subject) -> None:
    scope = BatchScope("manual", series=((998, 1), (999, 1)))
    assert _run(services, subject, BatchRequest("train", scope, (NAIVE,), PLAN)).status == "failed"


def test_a_series_too_short_for_every_fold_is_one_line(services: Services, subject: Subject) -> None:
    units = subject.matrix.units.copy()
    units[2, :60] = np.nan
    short = replace(subject, matrix=replace(subject.matrix, units=units))
    batch = _run(services, short, BatchRequest("backtest", ALL, (NAIVE, AVERAGE), PLAN))
    assert (batch.succeeded, batch.failed) == (22, 2)
    key = (int(short.matrix.store_ids[2]), int(short.matrix.product_ids[2]))
    failed = _items(services, batch, "failed")
    assert {found[:2] for found in failed} == {key}
    assert all("too short" in item.failure for item in failed.values())


def test_a_series_that_never_sold_has_no_model_and_says_so(services: Services, subject: Subject) -> None:
    units = subject.matrix.units.copy()
    units[1] = np.nan
    silent = replace(subject, matrix=replace(subject.matrix, units=units))
    batch = _run(services, silent, BatchRequest("train", ALL, (NAIVE,), PLAN))
    assert (batch.succeeded, batch.failed) == (11, 1)
    assert [item.failure for item in _items(services, batch, "failed").values()] == [
        "the series was never seen to sell"
    ]


@dataclass(frozen=True)
class Poisoned:
    """Compute on which any bucket with one of these series breaks."""

    poison: frozenset[tuple[int, int]]

    def map(self, work: BucketWork, files: Sequence[tuple[Path, Path]], tick: Tick) -> Iterator[BucketEnd]:
        for place, (source, target) in enumerate(files):
            tick()
            matrix = read_bucket(source).matrix
            if self.poison & set(zip(matrix.store_ids.tolist(), matrix.product_ids.tolist(), strict=True)):
                yield BucketEnd(place, "it broke")
            else:
                work(source, target)
                yield BucketEnd(place, None)


@pytest.mark.parametrize("operation", ["backtest", "train", "train_backtest_register"])
def test_a_series_that_breaks_its_bucket_takes_no_other_with_it(
    services: Services, subject: Subject, operation: str
) -> None:
    poison = {_other(subject)}
    broken = replace(services, compute=Poisoned(frozenset(poison)))
    batch = _run(broken, subject, BatchRequest(operation, ALL, (NAIVE, AVERAGE), PLAN))
    assert (batch.succeeded, batch.failed) == (22, 2)
    failed = _items(services, batch, "failed")
    assert {key[:2] for key in failed} == poison
    assert {item.failure for item in failed.values()} == {"it broke"}


def test_a_model_that_learns_from_all_series_fails_for_all_and_the_others_go_on(
    services: Services, subject: Subject
) -> None:
    @dataclass(frozen=True)
    class OnlyCut:
        """Compute on which a bucket of all series breaks."""

        def map(self, work: BucketWork, files: Sequence[tuple[Path, Path]], tick: Tick) -> Iterator[BucketEnd]:
            for end in InTurn().map(work, files, tick):
                yield BucketEnd(end.place, "no memory") if files[end.place][0].name == "all.parquet" else end

    configs = (NAIVE, ModelConfig.of("prophet_like"))
    batch = _run(replace(services, compute=OnlyCut()), subject, BatchRequest("backtest", ALL, configs, PLAN))
    assert (batch.succeeded, batch.failed) == (12, 12)
    assert {key[2] for key in _items(services, batch, "failed")} == {"prophet_like"}


def test_scopes_name_their_series(services: Services, subject: Subject) -> None:
    def found(scope: BatchScope) -> set[tuple[int, int]]:
        return {key[:2] for key in _items(services, _run(services, subject, BatchRequest("train", scope, (NAIVE,))))}

    assert len(found(ALL)) == 12
    stores, products = services.demand.pairs(subject.data_set)
    # store k lies in region k modulo four, product k is of category k modulo five
    assert found(BatchScope("region", region="South")) == {(stores[1][0], product) for product, _ in products}
    assert found(BatchScope("category", category="Dairy")) == {(store, products[2][0]) for store, _ in stores}
    with services.transactions.read() as connection:
        sales = read_sales(connection, subject.data_set)
    revenue = (
        pl.DataFrame({"s": sales.store_ids, "p": sales.product_ids, "r": sales.units * sales.price_cents})
        .group_by("s", "p")
        .agg(pl.col("r").sum())
        .sort("r", descending=True)
    )
    assert found(BatchScope("top_revenue", top=5)) == set(revenue.head(5).select("s", "p").rows())


def test_a_scope_that_names_nothing_is_refused_with_what_there_is(services: Services, subject: Subject) -> None:
    with pytest.raises(InvalidInputError) as refused:
        _run(services, subject, BatchRequest("train", BatchScope("region", region="Nowhere"), (NAIVE,)))
    assert "East, North, South" in refused.value.message
    assert services.portfolio.recent() == []


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        ({"kind": "some"}, "scope.kind"),
        ({"kind": "manual"}, "scope.series"),
        ({"kind": "region"}, "scope.region"),
        ({"kind": "all", "region": "North"}, "scope.region"),
        ({"kind": "top_revenue", "top": 0}, "scope.top"),
        ({"kind": "top_revenue", "top": 10_001}, "scope.top"),
        ({"kind": "manual", "series": ((1, 1), (1, 1))}, "scope.series"),
    ],
)
def test_a_scope_that_says_too_much_or_too_little_is_refused(scope: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        BatchScope(**scope)
    assert refused.value.errors[0].field == field


@pytest.mark.parametrize(
    ("operation", "configs", "field"),
    [("forecast", (NAIVE,), "operation"), ("train", (), "model_configs"), ("train", (NAIVE, NAIVE), "model_configs")],
)
def test_a_request_that_makes_no_sense_is_refused(operation: str, configs: tuple[ModelConfig, ...], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        BatchRequest(operation, ALL, configs)
    assert refused.value.errors[0].field == field


def test_a_model_that_is_switched_off_and_folds_that_do_not_fit_refuse_the_batch(
    services: Services, subject: Subject
) -> None:
    with pytest.raises(InvalidInputError) as off:
        _run(replace(services, flags=frozenset()), subject, BatchRequest("train", ALL, (ModelConfig.of("lightgbm"),)))
    assert "SHOWCASE_ENABLE_LIGHTGBM" in off.value.message
    with pytest.raises(InvalidInputError):
        _run(services, subject, BatchRequest("backtest", ALL, (NAIVE,), BacktestPlan(horizon=40)))
    assert services.portfolio.recent() == []


def test_a_window_cuts_the_days_for_every_model(services: Services, subject: Subject) -> None:
    days = Window(subject.data_set.window.start + timedelta(days=5), subject.data_set.window.end - timedelta(days=10))
    cut = cut_to(subject.matrix, days)
    assert (cut.first_day, cut.n_days) == (days.start, days.days)
    np.testing.assert_array_equal(cut.units, subject.matrix.units[:, 5:-10])
    batch = _run(services, subject, BatchRequest("train", ALL, (NAIVE,), PLAN, days))
    assert (batch.date_start, batch.date_end) == (days.start, days.end)
    assert {item.outcome["cutoff"] for item in _items(services, batch).values()} == {days.end.isoformat()}
    with pytest.raises(InvalidInputError):
        cut_to(subject.matrix, Window(days.start, subject.data_set.window.end + timedelta(days=1)))


def test_whoever_stops_a_batch_leaves_no_item_running_and_no_file(
    services: Services, subject: Subject, tmp_path: Path
) -> None:
    def stop(share: float, what: str) -> None:
        raise KeyboardInterrupt

    made = Made()
    with pytest.raises(KeyboardInterrupt):
        services.portfolio.run(
            BatchRequest("backtest", ALL, (NAIVE,), PLAN), subject.data_set, subject.matrix, stop, made=made
        )
    batch = services.portfolio.show(made.batch_ids[0])
    assert (batch.status, batch.running, batch.failed) == ("failed", 0, 12)
    assert {item.failure for item in _items(services, batch).values()} == {"KeyboardInterrupt"}
    assert list((tmp_path / "scratch").glob("*")) == []


def test_items_of_a_process_that_is_gone_are_settled(
    database: Database, services: Services, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as if the process had died: nothing runs after the items were written
    monkeypatch.setattr(rows, "fail_items", lambda *_: 0)
    with pytest.raises(KeyboardInterrupt):
        services.portfolio.run(
            BatchRequest("backtest", ALL, (NAIVE,), PLAN),
            subject.data_set,
            subject.matrix,
            lambda *_: (_ for _ in ()).throw(KeyboardInterrupt),
        )
    assert services.portfolio.recent()[0].status == "running"
    settle_interrupted(database, services.clock)
    batch = services.portfolio.recent()[0]
    assert (batch.status, batch.failed) == ("failed", 12)


def test_batches_are_found_again(services: Services, subject: Subject) -> None:
    batch = _run(services, subject, BatchRequest("train", ALL, (NAIVE,), PLAN))
    assert services.portfolio.show(batch.batch_id) == batch
    assert services.portfolio.recent() == [batch]
    assert batch.scope == {"kind": "all"}
    assert batch.plan["horizon"] == 7
    assert len(services.portfolio.items(batch.batch_id, limit=5, offset=10)) == 2
    with pytest.raises(NotFoundError):
        services.portfolio.show("0" * 32)
    with pytest.raises(InvalidInputError):
        services.portfolio.recent(0)

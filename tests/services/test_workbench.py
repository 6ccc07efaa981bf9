"""The workbench computes features, trains, forecasts and scores apart from a run, each as a job of its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import BaseModel

from showcase.errors import ConflictError, InvalidInputError, NotFoundError
from showcase.forecasting.features import FRAME_V1, FRAME_V2
from showcase.kernel.refusals import parse_as
from showcase.services.model_requests import (
    AnnouncedModel,
    BacktestRequest,
    FeaturesRequest,
    ModelRunChange,
    PredictRequest,
    TrainRequest,
)
from showcase.services.models import Subject
from showcase.services.suite import Services
from showcase.services.workbench import Workbench, backtested_json, features_json, predicted_json, trained_json
from showcase.store.engine import Database
from showcase.testing import TODAY, services_over
from tests.services.subjects import quiet, seed_subject, services_of


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Services:
    return services_of(database, tmp_path)


@pytest.fixture
def subject(services: Services) -> Subject:
    return seed_subject(services, stores=2, products=2, window_days=90)


@pytest.fixture
def bench(services: Services) -> Workbench:
    return services.workbench


def of(subject: Subject, **more: Any) -> dict[str, Any]:
    return {"store_id": subject.pair.store_id, "product_id": subject.pair.product_id, **more}


def asking[Asked: BaseModel](kind: type[Asked], sent: dict[str, Any]) -> Asked:
    return parse_as(kind, sent, "request")


def test_a_feature_frame_has_a_row_a_day_and_says_what_is_known_when(bench: Workbench, subject: Subject) -> None:
    found = features_json(bench.features(asking(FeaturesRequest, of(subject))))
    assert found["frame_version"] == 2
    assert [column["name"] for column in found["columns"]] == [column.name for column in FRAME_V2.columns]
    assert [row["date"] for row in found["rows"]] == [day.isoformat() for day in subject.data_set.window]
    # the first day knows nothing of the days before it, and each later one the units of the day before
    sold = subject.matrix.units[subject.matrix.row_of(subject.pair.store_id, subject.pair.product_id)]
    assert found["rows"][0]["lag_1"] is None
    assert [row["lag_1"] for row in found["rows"][1:6]] == sold[:5].tolist()


def test_a_frame_of_some_days_knows_nothing_of_the_others(bench: Workbench, subject: Subject) -> None:
    first = subject.data_set.window.start + timedelta(days=10)
    ask = of(subject, frame="v1", start_date=first.isoformat(), end_date=(first + timedelta(days=9)).isoformat())
    found = bench.features(asking(FeaturesRequest, ask))
    assert (found.rows.height, len(found.rows.columns) - 1) == (10, len(FRAME_V1.columns))
    assert found.rows["lag_1"][0] is None


def test_a_training_is_registered_under_its_series_and_can_forecast(
    services: Services, bench: Workbench, subject: Subject
) -> None:
    end = subject.data_set.window.end - timedelta(days=14)
    ask = of(subject, config={"model_type": "prophet_like"}, end_date=end.isoformat(), horizon=7, gap=2)
    trained = bench.train(asking(TrainRequest, ask), quiet)
    told = trained_json(trained)
    run = services.registry.show(trained.model_run_id)
    assert (run.status, run.store_id, run.product_id) == ("success", subject.pair.store_id, subject.pair.product_id)
    assert (told["date_end"], told["reach_days"]) == (end.isoformat(), 9)
    assert services.registry.verify(trained.model_run_id)
    assert services.models.alias("demo-production") is None
    assert services.jobs.show(trained.job_id).outcome == {
        "model_run_id": trained.model_run_id,
        "artifact_digest": trained.artifact_digest,
    }
    predicted = bench.predict(PredictRequest(run_id=trained.model_run_id, horizon=7), quiet)
    rows = predicted_json(predicted)["forecast"]
    assert [row["date"] for row in rows] == [(end + timedelta(days=3 + step)).isoformat() for step in range(7)]
    assert all(row["forecast"] > 0 for row in rows)
    assert not predicted.notes
    assert services.models.frame(predicted.forecast_file).height == 7 * subject.matrix.n_series
    assert services.jobs.show(predicted.job_id).kind == "predict"


def test_a_model_of_some_days_alone_forecasts_as_if_there_were_no_others(
    services: Services, bench: Workbench, subject: Subject
) -> None:
    start = subject.data_set.window.start + timedelta(days=30)
    ask = of(subject, config={"model_type": "trend_regression_baseline"}, start_date=start.isoformat(), horizon=7)
    trained = bench.train(asking(TrainRequest, ask), quiet)
    far = bench.predict(PredictRequest(run_id=trained.model_run_id, horizon=14), quiet)
    near = bench.predict(PredictRequest(run_id=trained.model_run_id, horizon=7), quiet)
    # going further fits anew, on the very days of the model
    assert far.notes
    assert far.forecast["forecast"][:7].to_list() == pytest.approx(near.forecast["forecast"].to_list())


def test_two_trainings_of_one_request_give_the_same_bytes(bench: Workbench, subject: Subject) -> None:
    ask = asking(TrainRequest, of(subject, config={"model_type": "regression"}))
    assert bench.train(ask, quiet).artifact_digest == bench.train(ask, quiet).artifact_digest


def test_a_backtest_scores_every_series_and_the_one_that_was_asked_for(
    services: Services, bench: Workbench, subject: Subject
) -> None:
    ask = of(subject, configs=[{"model_type": "moving_average"}], backtest={"n_splits": 2, "horizon": 7})
    tested = bench.backtest(asking(BacktestRequest, ask), quiet)
    told = backtested_json(tested)
    assert told["winner"] == "moving_average"
    assert {row["model"] for row in told["focus"]} == {"moving_average", "naive", "seasonal_naive"}
    assert [fold["part"] for fold in told["folds"]] == ["train", "test", "train", "test"]
    outcome = services.jobs.show(tested.scored.job_id).outcome
    assert outcome is not None
    assert outcome["leaderboard"] == told["leaderboard"]


def test_a_backtest_on_generated_data_is_also_told_against_what_people_wanted(
    services: Services, bench: Workbench
) -> None:
    subject = seed_subject(services, "stockout_heavy", stores=2, products=3, window_days=90)
    first, end = subject.matrix.day(7), subject.matrix.day(80)
    ask = of(subject, configs=[{"model_type": "moving_average"}], start_date=str(first), end_date=str(end))
    tested = bench.backtest(asking(BacktestRequest, ask), quiet)
    rows = {row["days"]: row for row in backtested_json(tested)["truth"] if row["model"] == "moving_average"}
    assert rows["all"]["n"] == rows["in_stock"]["n"] + rows["stockout"]["n"]
    # where the shelf was full, sales are what was wanted
    assert rows["in_stock"]["wape_demand"] == rows["in_stock"]["wape_sales"]
    assert rows["stockout"]["bias_demand"] > rows["stockout"]["bias_sales"]
    latent = services.series.latent(subject.data_set, subject.matrix)
    mine = tested.scored.backtest.forecasts.filter(pl.col("model") == "moving_average").drop_nulls("actual")
    days = [(row["date"] - subject.matrix.first_day).days for row in mine.to_dicts()]
    series = [subject.matrix.row_of(row["store_id"], row["product_id"]) for row in mine.to_dicts()]
    wanted, said = latent[series, days], mine["forecast"].to_numpy()
    assert rows["all"]["wape_demand"] == pytest.approx(100 * abs(wanted - said).sum() / wanted.sum(), abs=1e-5)


def test_of_real_sales_nobody_knows_the_truth(services: Services, bench: Workbench, tmp_path: Path) -> None:
    day = timedelta(days=1)
    rows = [f"{TODAY - day * back},A,x,{(back * 7 + 3) % 13}" for back in range(80)]
    file = tmp_path / "sales.csv"
    file.write_text("\n".join(["date,store,product,quantity", *rows]))
    kept, _ = services.demand.import_sales(file)
    pair = services.demand.focus(kept.data_set, None).pair
    ask = {"store_id": pair.store_id, "product_id": pair.product_id, "configs": [{"model_type": "naive"}]}
    assert backtested_json(bench.backtest(asking(BacktestRequest, ask), quiet))["truth"] is None


def test_a_failing_training_leaves_a_failed_job_and_model_run_that_say_why(
    services: Services, bench: Workbench, subject: Subject
) -> None:
    day = subject.data_set.window.start.isoformat()
    ask = of(subject, config={"model_type": "regression"}, start_date=day, end_date=day)
    with pytest.raises(InvalidInputError) as refused:
        bench.train(asking(TrainRequest, ask), quiet)
    (job,) = services.jobs.recent(status="failed")
    (run,), _ = services.registry.list_runs()
    assert job.failure == refused.value.message == run.failure
    assert run.status == "failed"


def test_what_is_not_there_is_refused_before_anything_is_written(
    services: Services, bench: Workbench, subject: Subject
) -> None:
    config = {"model_type": "naive"}
    with pytest.raises(NotFoundError):
        bench.train(asking(TrainRequest, {"store_id": 9999, "product_id": 9999, "config": config}), quiet)
    with pytest.raises(InvalidInputError, match="start_date, end_date"):
        bench.features(asking(FeaturesRequest, of(subject, end_date="2031-01-01")))
    with pytest.raises(InvalidInputError, match="product_id"):
        asking(PredictRequest, {"store_id": 1})
    with pytest.raises(InvalidInputError, match=r"config"):
        asking(TrainRequest, of(subject, config={"model_type": "magic"}))
    with pytest.raises(NotFoundError, match="in production"):
        bench.predict(PredictRequest(), quiet)
    assert services.jobs.recent() == []


@pytest.mark.parametrize(
    "metrics",
    [{"scores": 5}, {"scores": {"wape": "low"}}, {"scores": {"wape": True}}, {"scores": {"wape": -1.0}},
     {"plan": []}, {"plan": {"gap": "none"}}, {"plan": {"gap": None}}],
)  # fmt: skip
def test_metrics_that_nobody_could_read_are_refused(metrics: dict[str, Any], subject: Subject) -> None:
    """Once registered they would break the summary of the installation for everybody."""
    for kind, ask in (
        (AnnouncedModel, of(subject, config={"model_type": "naive"}, metrics=metrics)),
        (ModelRunChange, {"status": "running", "metrics": metrics}),
    ):
        with pytest.raises(InvalidInputError, match="metrics"):
            asking(kind, ask)


def test_metrics_may_hold_more_than_is_read(bench: Workbench, subject: Subject) -> None:
    metrics = {"scores": {"wape": 12, "mine": "good"}, "plan": {"gap": 2, "horizon": 7}, "by": ["hand"]}
    asked = asking(AnnouncedModel, of(subject, config={"model_type": "naive"}, metrics=metrics))
    assert bench.announce(asked).metrics == metrics


def test_a_model_that_is_switched_off_is_refused(database: Database, tmp_path: Path, subject: Subject) -> None:
    off = services_over(database, tmp_path)
    with pytest.raises(InvalidInputError, match="SHOWCASE_ENABLE_LIGHTGBM"):
        off.workbench.train(asking(TrainRequest, of(subject, config={"model_type": "lightgbm"})), quiet)
    assert {entry.model_type for entry in off.models.catalog() if not entry.enabled} == {
        "random_forest", "lightgbm", "xgboost",
    }  # fmt: skip


def test_a_model_run_without_a_model_cannot_forecast(services: Services, bench: Workbench, subject: Subject) -> None:
    from showcase.forecasting.zoo import ModelConfig

    run = services.registry.create(subject.new_model_run(ModelConfig.of("naive"), {}))
    with pytest.raises(ConflictError) as refused:
        bench.predict(PredictRequest(run_id=run.run_id), quiet)
    assert refused.value.reason == "no_model"

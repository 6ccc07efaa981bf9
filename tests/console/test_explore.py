"""The explorations show what they say, over a generated sample and over the current data set, and write nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import holoviews as hv
import numpy as np
import polars as pl
import pytest
from param.parameterized import discard_events
from sqlalchemy import text

from showcase.console.explorations import sample, trial
from showcase.console.explorations.dataset import DatasetExploration
from showcase.console.explorations.forecasts import ForecastExploration
from showcase.console.explorations.page import EXPLORATIONS, explore
from showcase.console.explorations.sample import draw_sample
from showcase.console.explorations.trial import try_model
from showcase.demand.overrides import SeedOverrides
from showcase.demand.recipe import resolve_recipe
from showcase.errors import InvalidInputError, NotFoundError
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import pool
from showcase.forecasting.zoo import ModelConfig
from showcase.services.models import scores_of
from showcase.settings import Settings, notebooks_folder
from showcase.store.engine import Database
from showcase.testing import launcher_over
from showcase.wiring import Installation
from tests.forecasting.matrices import lively
from tests.services.subjects import seed_subject

DAY = date(2026, 11, 22)


@pytest.fixture
def installation(database: Database, tmp_path: Path) -> Iterator[Installation]:
    launcher = launcher_over(database, tmp_path)
    yield Installation(Settings(home=tmp_path), database, launcher.services, launcher, None)
    launcher.close()


def test_each_exploration_has_its_notebook() -> None:
    named = {path.stem.removeprefix("explore_") for path in notebooks_folder().glob("explore_*.ipynb")}
    assert named == set(EXPLORATIONS)
    with pytest.raises(NotFoundError, match="no exploration"):
        explore("nowhere")


def test_a_sample_is_what_the_same_recipe_seeds(installation: Installation) -> None:
    subject = seed_subject(installation.services, "stockout_heavy", DAY, stores=2, products=3, window_days=90)
    knobs = SeedOverrides(stores=2, products=3, window_days=90)
    made = draw_sample(resolve_recipe("stockout_heavy", 42, knobs, DAY))
    assert len(made.series) == 6
    pair = subject.pair
    seeded = installation.services.series.show(subject.data_set, pair.store_id, pair.product_id)
    assert seeded is not None
    drawn = made.days(f"{pair.store_code} / {pair.sku}")
    for name in ("date", "units", "price", "promo", "on_hand", "is_stockout", "event", "latent"):
        assert drawn[name].to_list() == seeded.days[name].to_list(), name


def test_the_shares_are_those_that_the_knobs_ask_for() -> None:
    knobs = SeedOverrides(sparsity=0.5, stockout_intensity=0.3, promotion_intensity=0.0)
    shares = draw_sample(resolve_recipe("retail_standard", 42, knobs, DAY)).shares()
    assert shares["series missing"] == pytest.approx(0.5, abs=0.01)
    assert shares["days out of stock"] == pytest.approx(0.3, rel=0.2)
    assert shares["days on promotion"] == 0
    assert 0 < shares["demand not served"] < 1


def test_too_much_to_look_at_is_refused_and_told_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "MOST_ROWS", 1_000)
    with pytest.raises(InvalidInputError, match="series-days"):
        draw_sample(resolve_recipe("retail_standard", 42, None, DAY))
    view = DatasetExploration()
    view.generate()
    assert "Take fewer stores" in view._words.object
    assert view._picture.pane.object is None


def test_a_knob_draws_another_demand_and_keeps_the_series() -> None:
    view = DatasetExploration(scenario="demo_minimal")
    view.generate()
    before, name = view.sample, view.series
    with discard_events(view.knobs):  # who listens runs in a session of the server, and here is none
        view.knobs.noise_sigma = 0.0
    view.generate()
    assert view.series == name
    assert before is not None
    assert view.sample is not None
    assert not before.days(name).equals(view.sample.days(name))
    hv.renderer("bokeh").get_plot(view._picture.pane.object)
    assert "out of stock" in view._words.object


def test_a_trial_scores_what_a_backtest_scores_and_forecasts_the_days_after() -> None:
    matrix, plan, config = lively(4, 90), BacktestPlan(horizon=7), ModelConfig.of("prophet_like")
    key = (int(matrix.store_ids[2]), int(matrix.product_ids[2]))
    found = try_model(matrix, key, config, plan)
    expected = {row["model"]: scores_of(row) for row in pool(run_backtest(matrix, plan, [config]).parts).to_dicts()}
    assert {row["model"]: {name: row[name] for name in expected["naive"]} for row in found.scores} == expected
    assert [row["wape"] for row in found.scores] == sorted(row["wape"] for row in found.scores)
    assert found.ahead["date"].to_list() == [matrix.day(matrix.n_days + ahead) for ahead in range(7)]
    assert found.tested.height == 21
    np.testing.assert_array_equal(found.past["units"].to_numpy(), matrix.units[2])


def test_of_a_large_data_set_some_series_are_tried_and_the_one_in_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MOST_SERIES", 3)
    matrix = lively(9, 90)
    key = (int(matrix.store_ids[8]), int(matrix.product_ids[8]))
    found = try_model(matrix, key, ModelConfig.of("naive"), BacktestPlan())
    assert found.n_series == 3
    np.testing.assert_array_equal(found.past["units"].to_numpy(), matrix.units[8])


def test_exploring_forecasts_reads_and_writes_nothing(installation: Installation) -> None:
    empty = ForecastExploration(installation)
    empty.load()
    assert "There is no demand data yet." in empty._words.object
    seed_subject(installation.services, as_of=DAY, stores=2, products=3, window_days=90)
    view = ForecastExploration(installation)
    view.load()
    assert view.trial is not None
    assert view.trial.tested.filter(pl.col("model") != "moving_average").height == 0
    for picture in (view._picture, view._folds):
        hv.renderer("bokeh").get_plot(picture.pane.object)
    assert "moving_average" in view._scores.object
    with installation.database.read() as connection:
        for table in ("job", "model_run", "demo_run"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_what_does_not_fit_is_told_with_what_would(installation: Installation) -> None:
    seed_subject(installation.services, as_of=DAY, stores=1, products=2, window_days=75)
    view = ForecastExploration(installation)
    with discard_events(view.backtest):
        view.backtest.param.update(horizon=40, n_splits=3)
    view.load()
    assert "The backtest needs" in view._words.object
    with discard_events(view.backtest):
        view.backtest.param.update(horizon=7, gap=7)
    view.run()
    assert "gap" in view._words.object
    assert "below the horizon" in view._words.object

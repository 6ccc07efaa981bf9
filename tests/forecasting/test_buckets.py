"""Buckets of series keep what they are given, and their work does not depend on how they were cut."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showcase.forecasting import buckets
from showcase.forecasting.artifact import read_artifact
from showcase.forecasting.buckets import (
    ARTIFACT,
    FAILURE,
    FITTED_SCHEMA,
    Bucket,
    bucket_numbers,
    cut_into_buckets,
    fit_bucket,
    fit_task,
    halve_bucket,
    is_pooled,
    only,
    read_bucket,
    select_series,
    write_bucket,
)
from showcase.forecasting.fit import fit_model
from showcase.forecasting.history import SalesMatrix, carried_future
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ZOO, ModelConfig
from showcase.kernel.table import PRODUCT, STORE
from tests.forecasting.matrices import gapped, lively

POOLED = {ModelType.PROPHET_LIKE, ModelType.REGRESSION, ModelType.RANDOM_FOREST, ModelType.LIGHTGBM, ModelType.XGBOOST}


def _full() -> SalesMatrix:
    """A matrix with every part that a matrix can have, holes among them."""
    matrix = gapped(lively(7, 60))
    rng = np.random.default_rng(1)
    return replace(
        matrix,
        promo_kind=rng.integers(0, 5, (7, 60)),
        launch_day=np.array([np.nan, -4.0, 3.0, 9.0, np.nan, 0.0, 20.0]),
        on_hand=rng.integers(0, 90, (7, 60)).astype(np.float64),
        signals={"weather": rng.normal(size=(7, 60)), "macro": rng.normal(size=(7, 60))},
    )


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(_same(first[name], second[name]) for name in first)
    if isinstance(first, np.ndarray):
        return bool(np.array_equal(first, second, equal_nan=first.dtype.kind == "f"))
    return bool(first == second)


def _equal(first: SalesMatrix, second: SalesMatrix) -> bool:
    return all(_same(getattr(first, one.name), getattr(second, one.name)) for one in fields(SalesMatrix))


@pytest.mark.parametrize("matrix", [_full(), lively(3, 30)], ids=["every part", "the least"])
def test_a_bucket_comes_back_as_it_was_written(matrix: SalesMatrix, tmp_path: Path) -> None:
    write_bucket(Bucket(matrix, {"do": [1, "x", None]}), tmp_path / "b.parquet")
    back = read_bucket(tmp_path / "b.parquet")
    assert _equal(back.matrix, matrix)
    assert back.task == {"do": [1, "x", None]}
    assert [path.name for path in tmp_path.iterdir()] == ["b.parquet"]


def test_equal_buckets_are_equal_files(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        write_bucket(Bucket(_full(), {"do": 1}), tmp_path / name)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@given(st.lists(st.tuples(st.integers(1, 9999), st.integers(1, 9999)), min_size=1, max_size=50), st.integers(1, 20))
def test_a_series_has_its_bucket_whoever_is_with_it(pairs: list[tuple[int, int]], n_buckets: int) -> None:
    stores, products = np.array(pairs, dtype=np.int64).T
    numbers = bucket_numbers(stores, products, n_buckets)
    assert ((numbers >= 0) & (numbers < n_buckets)).all()
    for place in range(len(pairs)):
        alone = bucket_numbers(stores[place : place + 1], products[place : place + 1], n_buckets)
        assert alone[0] == numbers[place]


def test_buckets_are_about_even() -> None:
    stores, products = np.repeat(np.arange(1, 101), 100), np.tile(np.arange(1, 101), 100)
    counts = np.bincount(bucket_numbers(stores, products, 20))
    assert counts.min() > 400
    assert counts.max() < 600


def test_every_series_lies_in_exactly_one_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "SERIES_A_BUCKET", 4)
    matrix = lively(23, 20)
    rows = np.arange(0, 23, 2)
    paths = cut_into_buckets(matrix, rows, {}, tmp_path)
    assert len(paths) > 1
    found = [read_bucket(path).matrix for path in paths]
    series = [pair for one in found for pair in zip(one.store_ids, one.product_ids, strict=True)]
    assert sorted(series) == sorted(zip(matrix.store_ids[rows], matrix.product_ids[rows], strict=True))


def test_a_bucket_is_halved_until_one_series_is_left(tmp_path: Path) -> None:
    path = tmp_path / "b.parquet"
    write_bucket(Bucket(lively(3, 20), {"do": 1}), path)
    first, second = halve_bucket(path)
    sizes = [read_bucket(half).matrix.n_series for half in (first, second)]
    assert sizes == [2, 1]
    assert read_bucket(first).task == {"do": 1}
    assert halve_bucket(second) == []


def test_models_that_learn_from_all_series_are_never_cut() -> None:
    assert {model_type for model_type, row in ZOO.items() if is_pooled(row)} == POOLED


@pytest.mark.parametrize("model_type", [name for name in ModelType if name not in POOLED])
def test_the_artifact_of_one_series_forecasts_what_the_model_of_all_does(model_type: ModelType, tmp_path: Path) -> None:
    matrix, config = lively(5, 80), ModelConfig.of(model_type)
    write_bucket(Bucket(matrix, fit_task(config, 14, None)), tmp_path / "in.parquet")
    fit_bucket(tmp_path / "in.parquet", tmp_path / "out.parquet")
    answer = pl.read_parquet(tmp_path / "out.parquet")
    assert dict(answer.schema) == FITTED_SCHEMA
    assert answer[STORE].to_list() == matrix.store_ids.tolist()
    history = matrix.history()
    together = fit_model(config, history, 14).predict(carried_future(history, 14))
    for place, content in enumerate(answer[ARTIFACT]):
        alone = read_artifact(content).model
        future = carried_future(history.select(np.array([place])), 14)
        np.testing.assert_allclose(alone.predict(future)[0], together[place], rtol=1e-12)


def test_a_pooled_model_gives_one_artifact_for_all(tmp_path: Path) -> None:
    write_bucket(Bucket(lively(5, 80), fit_task(ModelConfig.of("prophet_like"), 14, None)), tmp_path / "in.parquet")
    fit_bucket(tmp_path / "in.parquet", tmp_path / "out.parquet")
    answer = pl.read_parquet(tmp_path / "out.parquet")
    assert answer.select(STORE, PRODUCT, FAILURE).rows() == [(None, None, None)]
    assert read_artifact(answer[ARTIFACT][0]).model.n_series == 5


def test_a_series_that_never_sold_has_a_failure_and_the_others_their_artifact(tmp_path: Path) -> None:
    matrix = lively(3, 40)
    matrix.units[1] = np.nan
    write_bucket(Bucket(matrix, fit_task(ModelConfig.of("naive"), 14, None)), tmp_path / "in.parquet")
    fit_bucket(tmp_path / "in.parquet", tmp_path / "out.parquet")
    answer = pl.read_parquet(tmp_path / "out.parquet")
    assert [failure is not None for failure in answer[FAILURE]] == [False, True, False]
    assert [content is not None for content in answer[ARTIFACT]] == [True, False, True]


def test_the_model_of_one_series_is_that_row_of_the_model_of_all() -> None:
    history = lively(4, 60).history()
    fitted = fit_model(ModelConfig.of("seasonal_naive"), history, 7)
    alone = only(fitted, 2)
    np.testing.assert_array_equal(alone.state.arrays["season"], fitted.state.arrays["season"][2:3])
    assert alone.n_series == 1
    assert alone.scale[0] == fitted.scale[2]


def test_selecting_series_keeps_every_part() -> None:
    rows = np.array([4, 1])
    picked = select_series(_full(), rows)
    again = select_series(_full(), np.array([4, 1]))
    assert _equal(picked, again)
    assert picked.launch_day is not None
    assert picked.launch_day[1] == -4.0
    np.testing.assert_array_equal(picked.signals["macro"], _full().signals["macro"][rows])

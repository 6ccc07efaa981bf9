"""The four tree learners behind one face: rows in, a state of plain arrays or text out, and answers from that state."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from showcase.errors import UnavailableError
from showcase.forecasting.forest import NODE_ARRAYS, nodes_of_boosting, nodes_of_forest, sum_of_trees
from showcase.forecasting.history import Floats
from showcase.forecasting.options import LightGbmOptions, RandomForestOptions, RegressionOptions, XgBoostOptions
from showcase.forecasting.state import ArraySpec, ModelState
from showcase.forecasting.threads import one_thread

_SEED = 42
_FOREST_ROWS = 20_000  # rows that each tree of a forest draws at most
_BOOSTING_BINS = 200  # values that a column keeps; below the 255 bins of HistGradientBoosting
MODEL_TEXT = "model"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a learner is given: inputs (rows, columns), targets and weights (rows,), and each column's sign."""

    inputs: Floats
    targets: Floats
    weights: Floats
    signs: Sequence[int]


@dataclass(frozen=True, slots=True)
class Learner:
    """One library: how it learns, how its state answers, and what that state holds."""

    learn: Callable[[Lesson, Any], ModelState]
    answer: Callable[[ModelState, Floats], Floats]
    arrays: tuple[ArraySpec, ...] = ()
    texts: tuple[str, ...] = ()


def _library(name: str) -> ModuleType:
    """A tree library, imported when it is first needed: they are heavy, and optional."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UnavailableError(
            f"The library {name.partition('.')[0]} was expected, found it not installed.",
            "Install the tree models with: pip install 'showcase[trees]'.",
        ) from error


def _fit_on_one_thread(model: Any, inputs: Floats, lesson: Lesson) -> None:
    # set here, after the import: a limit that was set before does not reach the threads that scikit-learn brings
    with one_thread():
        model.fit(inputs, lesson.targets, sample_weight=lesson.weights)


def _learn_boosting(lesson: Lesson, options: RegressionOptions) -> ModelState:
    model = _library("sklearn.ensemble").HistGradientBoostingRegressor(
        max_iter=options.n_trees,
        learning_rate=options.learning_rate,
        max_leaf_nodes=options.max_leaves,
        min_samples_leaf=options.min_leaf_rows,
        monotonic_cst=list(lesson.signs),
        early_stopping=False,
        random_state=_SEED,
    )
    # with weights scikit-learn 1.9 sorts each column once for every bin; a column of few values needs no percentiles
    inputs = np.column_stack([_coarse(lesson.inputs[:, place]) for place in range(lesson.inputs.shape[1])])
    _fit_on_one_thread(model, inputs, lesson)
    return ModelState(arrays=nodes_of_boosting(model))


def _coarse(column: Floats) -> Floats:
    """The column with each value replaced by the nearest of its quantiles below it; NaN stays."""
    known = ~np.isnan(column)
    shares = np.linspace(0, 1, _BOOSTING_BINS)
    kept = np.unique(np.quantile(column[known], shares, method="inverted_cdf"))
    coarse = np.full(column.shape, np.nan)
    coarse[known] = kept[np.searchsorted(kept, column[known], side="right") - 1]
    return coarse


def _answer_boosting(state: ModelState, inputs: Floats) -> Floats:
    return sum_of_trees(state.arrays, inputs)


def _learn_forest(lesson: Lesson, options: RandomForestOptions) -> ModelState:
    rows = len(lesson.targets)
    model = _library("sklearn.ensemble").RandomForestRegressor(
        n_estimators=options.n_trees,
        max_depth=options.max_depth,
        min_samples_leaf=options.min_leaf_rows,
        max_features=options.feature_share,
        max_samples=min(rows, _FOREST_ROWS),
        monotonic_cst=list(lesson.signs),
        n_jobs=1,
        random_state=_SEED,
    )
    _fit_on_one_thread(model, lesson.inputs, lesson)
    return ModelState(arrays=nodes_of_forest(model))


def _answer_forest(state: ModelState, inputs: Floats) -> Floats:
    # scikit-learn's forests see their inputs as float32, and split there
    return sum_of_trees(state.arrays, inputs.astype(np.float32))


def _learn_lightgbm(lesson: Lesson, options: LightGbmOptions) -> ModelState:
    lightgbm = _library("lightgbm")
    settings = {
        "objective": "regression",
        "num_leaves": options.max_leaves,
        "learning_rate": options.learning_rate,
        "min_data_in_leaf": options.min_leaf_rows,
        "monotone_constraints": list(lesson.signs),
        "num_threads": 1,
        "seed": _SEED,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    rows = lightgbm.Dataset(lesson.inputs, lesson.targets, weight=lesson.weights, params={"verbosity": -1})
    booster = lightgbm.train(settings, rows, num_boost_round=options.n_trees)
    return ModelState(texts={MODEL_TEXT: booster.model_to_string()})


def _answer_lightgbm(state: ModelState, inputs: Floats) -> Floats:
    booster = _library("lightgbm").Booster(model_str=state.texts[MODEL_TEXT])
    return np.asarray(booster.predict(inputs, num_threads=1), dtype=np.float64)


def _learn_xgboost(lesson: Lesson, options: XgBoostOptions) -> ModelState:
    xgboost = _library("xgboost")
    settings = {
        "objective": "reg:squarederror",
        "max_depth": options.max_depth,
        "eta": options.learning_rate,
        "min_child_weight": options.min_leaf_rows,
        "monotone_constraints": tuple(lesson.signs),
        "tree_method": "hist",
        "nthread": 1,
        "seed": _SEED,
        "verbosity": 0,
    }
    rows = xgboost.DMatrix(lesson.inputs, lesson.targets, weight=lesson.weights, nthread=1)
    booster = xgboost.train(settings, rows, num_boost_round=options.n_trees)
    return ModelState(texts={MODEL_TEXT: booster.save_raw("json").decode()})


def _answer_xgboost(state: ModelState, inputs: Floats) -> Floats:
    xgboost = _library("xgboost")
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(state.texts[MODEL_TEXT].encode()))
    return np.asarray(booster.predict(xgboost.DMatrix(inputs, nthread=1)), dtype=np.float64)


REGRESSION = Learner(_learn_boosting, _answer_boosting, arrays=NODE_ARRAYS)
RANDOM_FOREST = Learner(_learn_forest, _answer_forest, arrays=NODE_ARRAYS)
LIGHTGBM = Learner(_learn_lightgbm, _answer_lightgbm, texts=(MODEL_TEXT,))
XGBOOST = Learner(_learn_xgboost, _answer_xgboost, texts=(MODEL_TEXT,))

"""Least squares for every series at once, and the straight line with a weekly shape that is fitted so."""

from __future__ import annotations

from datetime import date

import numpy as np

from showcase.forecasting.history import Floats, Future, History
from showcase.forecasting.options import TrendRegressionOptions
from showcase.forecasting.state import ArraySpec, ModelState

TREND_ARRAYS = (ArraySpec("coefficients", dimensions=2, by_series=True),)
_TINY = 1e-8  # keeps a design solvable in which a weekday was never seen; too small to be seen in a forecast
_WEEK = 7


def weighted_products(weights: Floats, left: Floats, right: Floats) -> Floats:
    """Sums over days of weight * left * right for every series: (n, d), (d, p) and (d, q) give (n, p, q)."""
    products = (left[:, :, None] * right[:, None, :]).reshape(len(left), -1)
    return (weights @ products).reshape(len(weights), left.shape[1], right.shape[1])


def usable_days(history: History) -> tuple[Floats, Floats]:
    """Weights 1 on days to learn from and the units there, 0 elsewhere.

    A stockout hides demand, and zeros before the first sale are those of a product that is not on sale yet: both are
    left out. A series of which nothing else is known keeps those days.
    """
    known = ~np.isnan(history.units)
    on_sale = np.logical_or.accumulate(history.units > 0, axis=1)
    shown = known & ~history.stockout & on_sale
    usable = np.where(shown.any(axis=1)[:, None], shown, known)
    return usable.astype(np.float64), np.where(usable, history.units, 0.0)


def _trend_design(first_day: date, days: int, cutoff: date, weekly: bool) -> Floats:
    """Level, line and weekdays (d, p); the line counts days after the cutoff, where the level is the intercept."""
    time = np.arange(days, dtype=np.float64) + (first_day - cutoff).days
    columns = [np.ones(days), time]
    if weekly:
        columns += list(_weekdays(first_day, days).T[1:])
    return np.column_stack(columns)


def _weekdays(first_day: date, days: int) -> Floats:
    """One column a weekday, Monday first, with 1 on its days (d, 7)."""
    weekday = (first_day.toordinal() - 1 + np.arange(days)) % _WEEK
    columns: Floats = (weekday[:, None] == np.arange(_WEEK)).astype(np.float64)
    return columns


def fit_trend_regression(history: History, options: TrendRegressionOptions, _reach: int) -> ModelState:
    """Least squares through the last days: a straight line and, where asked for, a level for each weekday.

    Where no weekday was seen twice nothing tells a line from the shape of the week: it is flat then.
    """
    start = max(0, history.n_days - options.window_size)
    design = _trend_design(history.first_day, history.n_days, history.cutoff, options.weekly)[start:]
    weights, units = (values[:, start:] for values in usable_days(history))
    silent = weights.sum(axis=1) == 0
    normal = weighted_products(weights, design, design) + _TINY * np.eye(design.shape[1])
    coefficients = np.linalg.solve(normal, (units @ design)[:, :, None])[:, :, 0]
    groups = _weekdays(history.first_day, history.n_days)[start:] if options.weekly else np.ones((len(design), 1))
    has_no_line = (weights @ groups < 2).all(axis=1)
    coefficients[has_no_line] = _flat_lines(weights[has_no_line], units[has_no_line], groups)
    coefficients[silent] = np.nan
    return ModelState(
        arrays={"coefficients": coefficients},
        facts={"cutoff": history.cutoff.isoformat(), "weekly": options.weekly},
    )


def _flat_lines(weights: Floats, units: Floats, groups: Floats) -> Floats:
    """Coefficients of lines without a slope: the mean of each weekday (a column of `groups`), else of all days."""
    days, total = weights @ groups, units @ groups
    mean = total.sum(axis=1) / np.maximum(days.sum(axis=1), 1.0)
    levels = np.where(days > 0, total / np.maximum(days, 1.0), mean[:, None])
    return np.column_stack([levels[:, 0], np.zeros(len(levels)), levels[:, 1:] - levels[:, :1]])


def predict_trend_regression(state: ModelState, future: Future) -> Floats:
    """The line and the weekday's level on each forecast day, (n, h)."""
    cutoff = date.fromisoformat(state.facts["cutoff"])
    design = _trend_design(future.first_day, future.horizon, cutoff, state.facts["weekly"])
    return np.asarray(state.arrays["coefficients"], dtype=np.float64) @ design.T

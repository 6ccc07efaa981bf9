"""The rows a tree learns from and answers for: one row a series, day and step ahead.

Each row reads the past up to its own cutoff, `step` days before its day, so that one model answers every step with one
call and without recursion (direct forecasting). Units are divided by the series' level at that cutoff: one model then
serves large and small series alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from showcase.forecasting.day_columns import Days
from showcase.forecasting.features import FeatureColumn, FeatureFrame
from showcase.forecasting.history import Booleans, Floats, Integers
from showcase.forecasting.past_columns import Past
from showcase.forecasting.rolling import rolling_mean

RECENT_DAYS = 28  # the oldest lag of a forecast day: the same weekday four known weeks back
LEAST_LEVEL = 0.1  # units a day below which a level says nothing
_LEVEL_DAYS = 28
_PASSES = 3  # how many steps ahead each day is learnt at
_MOST_ROWS = 1_000_000  # beyond it more rows cost time and memory, and teach hardly more
_GOLDEN = 0.6180339887498949  # its multiples spread evenly, so that every weekday meets every step
_SILVER = 0.41421356237309515  # as evenly, and in another order: rows that are left out take no step with them


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the rows of forecast days read of the past: its columns at the cutoff, the level, and the last 28 days."""

    at_cutoff: Floats
    level: Floats
    recent: Floats


@dataclass(frozen=True, slots=True)
class TreeRows:
    """Inputs (rows, columns), each row's level, and the positions of its series and day."""

    inputs: Floats
    level: Floats
    series: Integers
    day: Integers


def tree_columns(frame: FeatureFrame) -> tuple[FeatureColumn, ...]:
    return tuple(column for column in frame.columns if column.for_trees)


def column_names(frame: FeatureFrame) -> list[str]:
    """The names of the inputs, in their order."""
    return [*(column.name for column in tree_columns(frame)), *_derived(frame)]


def column_signs(frame: FeatureFrame) -> list[int]:
    """For each input the direction in which it may move sales: -1, 0 or 1."""
    return [*(column.sign for column in tree_columns(frame)), *_derived(frame).values()]


def _derived(frame: FeatureFrame) -> dict[str, int]:
    """Inputs made of other inputs, with their signs; the price change needs a price."""
    derived = {"step": 0, "same_weekday_mean": 0, "log_level": 0}
    has_price = any(column.name == "relative_price" for column in frame.columns)
    return derived | ({"price_change": -1} if has_price else {})


def snapshot(frame: FeatureFrame, past: Past) -> Snapshot:
    """The past as it stands at its last day."""
    n = len(past.units)
    last = [column.of_past(past)[:, -1] for column in tree_columns(frame) if column.of_past is not None]
    recent = np.full((n, RECENT_DAYS), np.nan)
    known_days = min(RECENT_DAYS, past.units.shape[1])
    recent[:, RECENT_DAYS - known_days :] = past.units[:, -known_days:]
    return Snapshot(np.column_stack(last), _levels(past.units)[:, -1], recent)


def training_rows(frame: FeatureFrame, past: Past, days: Days, reach: int) -> TreeRows:
    """Rows for the days with known units, each at a few of the steps 1 .. reach."""
    level = _levels(past.units)
    series, day = np.nonzero(~np.isnan(past.units))
    kept = _spread(len(series))
    series, day = series[kept], day[kept]
    passes = max(1, min(_PASSES, reach, _MOST_ROWS // max(1, len(series))))
    tries = [_steps(days.numbers[day], each / passes, reach) for each in range(passes)]
    steps = np.concatenate(tries)
    series, day = np.tile(series, passes), np.tile(day, passes)
    cutoff = day - steps
    fits = (cutoff >= 0) & ~np.isnan(level[series, np.maximum(cutoff, 0)])
    series, day, steps, cutoff = series[fits], day[fits], steps[fits], cutoff[fits]

    def lag(weeks: int) -> Floats:
        place = day - _weeks_to_known(steps) - 7 * (weeks - 1)
        return np.where(place >= 0, past.units[series, np.maximum(place, 0)], np.nan)

    inputs = _assembled(
        frame,
        of_day=lambda column: _made(column.of_day, days)[series, day],
        of_past=lambda column: _made(column.of_past, past)[series, cutoff],
        lag=lag,
        level=level[series, cutoff],
        steps=steps,
    )
    return TreeRows(inputs, np.maximum(level[series, cutoff], LEAST_LEVEL), series, day)


def forecast_rows(frame: FeatureFrame, seen: Snapshot, days: Days, first_step: int) -> TreeRows:
    """One row a series and forecast day, series by series; `first_step` is how far the first day lies ahead."""
    n, h = days.shape
    series, day = np.repeat(np.arange(n), h), np.tile(np.arange(h), n)
    steps = day + first_step
    places = {column.name: place for place, column in enumerate(_past_columns(frame))}

    def lag(weeks: int) -> Floats:
        place = RECENT_DAYS - 1 + steps - _weeks_to_known(steps) - 7 * (weeks - 1)
        values: Floats = seen.recent[series, place]
        return values

    inputs = _assembled(
        frame,
        of_day=lambda column: _made(column.of_day, days)[series, day],
        of_past=lambda column: seen.at_cutoff[series, places[column.name]],
        lag=lag,
        level=seen.level[series],
        steps=steps,
    )
    return TreeRows(inputs, np.maximum(seen.level[series], LEAST_LEVEL), series, day)


def _past_columns(frame: FeatureFrame) -> list[FeatureColumn]:
    return [column for column in tree_columns(frame) if column.of_past is not None]


def _levels(units: Floats) -> Floats:
    """The mean of the last four known weeks, or of all days before where those are missing; (n, d)."""
    recent = rolling_mean(units, _LEVEL_DAYS)
    return np.where(np.isnan(recent), rolling_mean(units, units.shape[1]), recent)


def _spread(count: int) -> Booleans:
    """Which of so many rows are learnt from, about _MOST_ROWS at most; every nth would be the same weekdays forever."""
    return np.arange(count) * _SILVER % 1.0 < _MOST_ROWS / max(1, count)


def _steps(day_numbers: Integers, shift: float, reach: int) -> Integers:
    """A step ahead, 1 .. reach, for each day; all of them turn up equally often on every weekday."""
    return 1 + ((day_numbers * _GOLDEN + shift) % 1.0 * reach).astype(np.int64)


def _weeks_to_known(steps: Integers) -> Integers:
    """Days back to the same weekday in the last known week."""
    return 7 * -(-steps // 7)


def _made[Source](maker: Callable[[Source], Floats] | None, source: Source) -> Floats:
    assert maker is not None
    return maker(source)


def _assembled(
    frame: FeatureFrame,
    of_day: Callable[[FeatureColumn], Floats],
    of_past: Callable[[FeatureColumn], Floats],
    lag: Callable[[int], Floats],
    level: Floats,
    steps: Integers,
) -> Floats:
    """The inputs of rows whose parts are read by the three functions; columns in units are divided by the level."""
    # a series that sold nothing has no shape: its lags say nothing, rather than 0 / 0
    divisor = np.where(level > 0, level, np.nan)
    columns: list[Floats] = []
    weekday_lags: list[Floats] = []
    by_name: dict[str, Floats] = {}
    for column in tree_columns(frame):
        if column.of_day is not None:
            values = of_day(column)
        elif column.of_past is not None:
            values = of_past(column)
        else:
            values = lag(column.weeks_back)
        values = values / divisor if column.in_units else values
        if column.weeks_back:
            weekday_lags.append(values)
        by_name[column.name] = values
        columns.append(values)
    derived = {
        "step": steps.astype(np.float64),
        "same_weekday_mean": _mean_of_known(weekday_lags),
        "log_level": np.log(np.maximum(level, LEAST_LEVEL)),
    }
    if "relative_price" in by_name:
        derived["price_change"] = by_name["relative_price"] - by_name["relative_price_28"]
    return np.column_stack([*columns, *(derived[name] for name in _derived(frame))])


def _mean_of_known(lags: Sequence[Floats]) -> Floats:
    stacked = np.stack(lags)
    known = ~np.isnan(stacked)
    total, count = np.where(known, stacked, 0.0).sum(axis=0), known.sum(axis=0)
    mean: Floats = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return mean

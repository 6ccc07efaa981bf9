"""The four tree models: one model over all series of a data set, on units freed of year, price and promotion.

Each day's units are divided by what the additive model says its price, promotion, holiday and season make of them, the
trees learn the rest, and the forecast is multiplied back. So a what-if moves by an effect that was estimated over all
series, which trees alone show only in part, and the trees' own say is bound to move the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from showcase.errors import InvalidInputError
from showcase.forecasting.additive import usable_days
from showcase.forecasting.day_columns import Days, last_holidays
from showcase.forecasting.features import FRAMES
from showcase.forecasting.history import Floats, Future, History
from showcase.forecasting.learners import Learner, Lesson
from showcase.forecasting.options import FramedOptions, FrameName, ProphetLikeOptions
from showcase.forecasting.past_columns import Past
from showcase.forecasting.prophet_like import ARRAYS as ADDITIVE_ARRAYS
from showcase.forecasting.prophet_like import effect_factor, fit_prophet_like
from showcase.forecasting.state import ArraySpec, ModelState
from showcase.forecasting.tree_rows import (
    Snapshot,
    TreeRows,
    column_names,
    column_signs,
    forecast_rows,
    snapshot,
    training_rows,
)

_ADDITIVE = "additive_"
_EFFECT_HALF_LIFE_DAYS = 365  # effects of price and promotion are steadier than levels: they may look further back
_LARGEST_FACTOR = 50.0  # a day further off than this teaches a tree nothing
_FIRST_ROWS = 1000
_SNAPSHOT_ARRAYS = (
    ArraySpec("at_cutoff", dimensions=2, by_series=True),
    ArraySpec("level", dimensions=1, by_series=True),
    ArraySpec("recent", dimensions=2, by_series=True),
)


def tree_arrays(learner: Learner) -> tuple[ArraySpec, ...]:
    """What a tree model's state holds: the additive part, the past at the cutoff, and the learner's own."""
    additive = tuple(ArraySpec(_ADDITIVE + spec.name, spec.dimensions, spec.by_series) for spec in ADDITIVE_ARRAYS)
    return (*additive, *_SNAPSHOT_ARRAYS, *learner.arrays)


def tree_fitter(learner: Learner) -> Callable[[History, FramedOptions, int], ModelState]:
    """The zoo's fit function of a learner."""

    def fit(history: History, options: FramedOptions, reach: int) -> ModelState:
        frame = FRAMES[options.feature_frame]
        additive = fit_prophet_like(history, _additive_options(options), reach)
        factor = np.clip(effect_factor(additive, history), 1 / _LARGEST_FACTOR, _LARGEST_FACTOR)
        usable, units = usable_days(history)
        past = Past.of(history, np.where(usable > 0, units / factor, np.nan))
        rows = training_rows(frame, past, Days.of(history), reach)
        if not len(rows.day):
            raise InvalidInputError(
                "Days with sales after earlier ones were expected to learn from, found none.",
                "Use a longer history, or a model without trees.",
            )
        names, signs = column_names(frame), column_signs(frame)
        # a column that never changes teaches nothing, and scikit-learn's binning refuses one without any value
        used = [place for place in range(len(names)) if _varies(rows.inputs[:, place])]
        learned = learner.learn(_lesson(rows, past.units, factor, used, signs), options)
        seen = snapshot(frame, past)
        return ModelState(
            arrays={
                **{_ADDITIVE + name: array for name, array in additive.arrays.items()},
                "at_cutoff": seen.at_cutoff,
                "level": seen.level,
                "recent": seen.recent,
                **learned.arrays,
            },
            texts=learned.texts,
            facts={
                "frame": options.feature_frame.value,
                "columns": [names[place] for place in used],
                "additive": dict(additive.facts),
                "cutoff": history.cutoff.isoformat(),
                "holidays": last_holidays(history),
            },
        )

    return fit


def tree_predictor(learner: Learner) -> Callable[[ModelState, Future], Floats]:
    """The zoo's predict function of a learner."""

    def predict(state: ModelState, future: Future) -> Floats:
        frame = FRAMES[FrameName(state.facts["frame"])]
        additive = ModelState(
            arrays={
                name.removeprefix(_ADDITIVE): array
                for name, array in state.arrays.items()
                if name.startswith(_ADDITIVE)
            },
            facts=state.facts["additive"],
        )
        at_cutoff, level, recent = (
            np.asarray(state.arrays[name], dtype=np.float64) for name in ("at_cutoff", "level", "recent")
        )
        usual = np.asarray(additive.arrays["usual_price"], dtype=np.float64)
        days = Days.ahead(future, usual, state.facts["holidays"])
        first_step = (future.first_day - date.fromisoformat(state.facts["cutoff"])).days
        rows = forecast_rows(frame, Snapshot(at_cutoff, level, recent), days, first_step)
        names = column_names(frame)
        inputs = rows.inputs[:, [names.index(name) for name in state.facts["columns"]]]
        ratio = np.maximum(learner.answer(state, inputs), 0.0)
        return (ratio * rows.level).reshape(days.shape) * effect_factor(additive, future)

    return predict


def _additive_options(options: FramedOptions) -> ProphetLikeOptions:
    return ProphetLikeOptions(feature_frame=options.feature_frame, half_life_days=_EFFECT_HALF_LIFE_DAYS)


def _lesson(rows: TreeRows, units: Floats, factor: Floats, used: list[int], signs: list[int]) -> Lesson:
    """Targets as multiples of each row's level; a row weighs by the units it stands for, as in the pooled error."""
    weights = rows.level * factor[rows.series, rows.day]
    return Lesson(
        inputs=np.ascontiguousarray(rows.inputs[:, used]),
        targets=units[rows.series, rows.day] / rows.level,
        weights=weights / weights.mean(),
        signs=[signs[place] for place in used],
    )


def _varies(column: Floats) -> bool:
    """Whether a column of the rows, in which NaN is not known, has two values; most show it in their first rows."""
    return _has_two(column[:_FIRST_ROWS]) or _has_two(column)


def _has_two(column: Floats) -> bool:
    known = column[~np.isnan(column)]
    return bool(known.size) and bool((known != known[0]).any())

"""Cuts the days that were asked for out of a data set."""

from __future__ import annotations

from dataclasses import replace

from showcase.errors import FieldError, InvalidInputError
from showcase.forecasting.history import SalesMatrix
from showcase.kernel.window import Window


def cut_to(matrix: SalesMatrix, window: Window | None) -> SalesMatrix:
    """The matrix on these days alone; InvalidInputError where they do not lie inside it."""
    if window is None:
        return matrix
    own = Window(matrix.first_day, matrix.day(matrix.n_days - 1))
    if window.start not in own or window.end not in own:
        error = FieldError("start_date, end_date", str(window), f"days inside {own}")
        raise InvalidInputError(f"These days were refused: {error}.", "Give days that the data set has.", [error])
    days = slice(own.index(window.start), own.index(window.end) + 1)
    shift = days.start
    return replace(
        matrix,
        first_day=window.start,
        units=matrix.units[:, days],
        price=matrix.price[:, days],
        promo=matrix.promo[:, days],
        stockout=matrix.stockout[:, days],
        holiday=matrix.holiday[days],
        promo_kind=None if matrix.promo_kind is None else matrix.promo_kind[:, days],
        launch_day=None if matrix.launch_day is None else matrix.launch_day - shift,
        on_hand=None if matrix.on_hand is None else matrix.on_hand[:, days],
        signals={name: values[:, days] for name, values in matrix.signals.items()},
    )

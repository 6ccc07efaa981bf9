"""Where the folds of a backtest lie, and why a sweep does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from showcase.errors import FieldError, InvalidInputError
from showcase.forecasting.history import Booleans, Floats
from showcase.kernel.window import Window

Strategy = Literal["expanding", "sliding"]
MetricName = Literal["wape", "mae", "rmse"]


@dataclass(frozen=True, slots=True)
class BacktestPlan:
    """The sweep that was asked for; the request checks each field's own bounds, this the relations between them."""

    horizon: int = 14
    strategy: Strategy = "expanding"
    n_splits: int = 3
    min_train_size: int = 30
    gap: int = 0
    metric: MetricName = "wape"

    def __post_init__(self) -> None:
        wrong = [
            FieldError(f"backtest.{name}", repr(found), allowed)
            for name, found, allowed, fine in (
                ("horizon", self.horizon, "1 to 90", 1 <= self.horizon <= 90),
                ("strategy", self.strategy, "expanding or sliding", self.strategy in ("expanding", "sliding")),
                ("n_splits", self.n_splits, "2 to 20", 2 <= self.n_splits <= 20),
                ("min_train_size", self.min_train_size, "7 or more", self.min_train_size >= 7),
                ("gap", self.gap, "0 to 30 and below the horizon", 0 <= self.gap <= 30 and self.gap < self.horizon),
                ("metric", self.metric, "wape, mae or rmse", self.metric in ("wape", "mae", "rmse")),
            )
            if not fine
        ]
        if wrong:
            raise InvalidInputError(
                f"The backtest was refused: {'; '.join(map(str, wrong))}.", "Correct the named settings.", wrong
            )

    @property
    def needed_days(self) -> int:
        return self.min_train_size + self.gap + self.n_splits * self.horizon


@dataclass(frozen=True, slots=True)
class Fold:
    """One cutoff and its test days, as positions in the window; every `stop` is excluded. `number` counts from 1."""

    number: int
    train_start: int
    train_stop: int
    test_start: int
    test_stop: int

    @property
    def cutoff_index(self) -> int:
        """The position of the last day known."""
        return self.train_stop - 1

    @property
    def horizon(self) -> int:
        return self.test_stop - self.test_start


def plan_folds(n_days: int, plan: BacktestPlan) -> tuple[Fold, ...]:
    """The folds in the order of their cutoffs, the last one testing the last days of the window.

    Folds are `horizon` days apart. Raises InvalidInputError with days there are, days needed and the settings that
    would fit; nothing is reduced silently.
    """
    if n_days < plan.needed_days:
        raise _does_not_fit(n_days, plan)
    folds = []
    for number in range(1, plan.n_splits + 1):
        test_stop = n_days - (plan.n_splits - number) * plan.horizon
        train_stop = test_stop - plan.horizon - plan.gap
        train_start = 0 if plan.strategy == "expanding" else train_stop - plan.min_train_size
        folds.append(Fold(number, train_start, train_stop, test_stop - plan.horizon, test_stop))
    return tuple(folds)


def _does_not_fit(n_days: int, plan: BacktestPlan) -> InvalidInputError:
    spare = n_days - plan.min_train_size - plan.gap
    fitting = {
        "n_splits": (spare // plan.horizon, 2),
        "horizon": (spare // plan.n_splits, plan.gap + 1),
        "min_train_size": (n_days - plan.gap - plan.n_splits * plan.horizon, 7),
    }
    offers = [f"{name} to at most {most}" for name, (most, least) in fitting.items() if most >= least]
    together = (n_days - 7 - plan.gap) // 2
    if not offers and together > plan.gap:
        offers = [f"n_splits to 2, min_train_size to 7 and horizon to at most {together}"]
    return InvalidInputError(
        f"The backtest needs {plan.needed_days} days (min_train_size {plan.min_train_size} + gap {plan.gap} + n_splits "
        f"{plan.n_splits} x horizon {plan.horizon}); the window has {n_days}.",
        f"Set {', or '.join(offers)}; or use a longer window." if offers else "Use a longer window.",
        [FieldError("backtest", f"{plan.needed_days} days needed", f"at most {n_days} days")],
    )


def fold_picture(window: Window, folds: Sequence[Fold]) -> pl.DataFrame:
    """The folds as bars to draw: one row for each part of a fold.

    Columns: fold, part (train, gap or test), start, end (dates, both included), days.
    """
    rows = []
    for fold in folds:
        parts = (
            ("train", fold.train_start, fold.train_stop),
            ("gap", fold.train_stop, fold.test_start),
            ("test", fold.test_start, fold.test_stop),
        )
        rows += [
            (fold.number, part, window.day(start), window.day(stop - 1), stop - start)
            for part, start, stop in parts
            if stop > start
        ]
    schema = {"fold": pl.Int64, "part": pl.String, "start": pl.Date, "end": pl.Date, "days": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def long_enough(units: Floats, fold: Fold, min_train_size: int) -> Booleans:
    """Which series (n,) have what the fold asks for, from the whole window's units (n, d).

    A series is long enough when its first known day lies min_train_size days or more before the end of training, and
    when any of its training days is known. Missing days inside do not shorten it.
    """
    known = units[:, : fold.train_stop] == units[:, : fold.train_stop]
    first = known.argmax(axis=1)
    old_enough = known.any(axis=1) & (first <= fold.train_stop - min_train_size)
    enough: Booleans = old_enough & known[:, fold.train_start :].any(axis=1)
    return enough

"""What a model may see: every series on one calendar-complete grid, cut at a cutoff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from showcase.errors import InvalidInputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

PROMOTION_KINDS: tuple[str, ...] = ("none", "pct_off", "bogo", "bundle", "markdown")
"""The codes of `promo_kind`, by position."""
SIGNALS: tuple[str, ...] = ("weather", "macro")
"""The signals a matrix may carry; they are measured, so a model knows them up to its cutoff alone."""
_SCALE_DAYS, _LEAST_SCALE = 56, 0.1


@dataclass(frozen=True, slots=True)
class _Days:
    """Series by days: one row a series, one column a day; NaN in `units` is a missing or closed day.

    Shapes: store_ids and product_ids (n,); units, price, promo, stockout (n, d); holiday (d,).
    `price` is what the shopper pays in currency units, carried over days without a row; `promo` is the discount share,
    0..1; `stockout` marks days on which sales were capped by stock. Rows are sorted by (store_id, product_id).
    Known truth is not part of it and cannot be. The rest is there where a data set has it: `promo_kind` (n, d) holds
    positions in PROMOTION_KINDS, `launch_day` (n,) the launch in days after the first day (negative before it, NaN
    unknown), `on_hand` (n, d) the stock at the end of the day, `signals` one (n, d) for each of SIGNALS.
    """

    store_ids: Integers
    product_ids: Integers
    first_day: date
    units: Floats
    price: Floats
    promo: Floats
    stockout: Booleans
    holiday: Booleans
    promo_kind: Integers | None = None
    launch_day: Floats | None = None
    on_hand: Floats | None = None
    signals: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def n_series(self) -> int:
        return int(self.units.shape[0])

    @property
    def n_days(self) -> int:
        return int(self.units.shape[1])


@dataclass(frozen=True, slots=True)
class SalesMatrix(_Days):
    """All series of a data set and all their days. No model sees it: it cuts histories and futures."""

    def day(self, index: int) -> date:
        return self.first_day + timedelta(days=index)

    def row_of(self, store_id: int, product_id: int) -> int:
        """The position of a series; InvalidInputError where it is not here."""
        found = np.flatnonzero((self.store_ids == store_id) & (self.product_ids == product_id))
        if not len(found):
            raise InvalidInputError(
                f"The series of store {store_id} and product {product_id} was asked for; this data set has none.",
                "Choose a store and a product that sold together.",
            )
        return int(found[0])

    def history(self, end: int | None = None, start: int = 0) -> History:
        """The days `start` (included) to `end` (excluded), copied; by default every day there is."""
        stop = self.n_days if end is None else end
        if not 0 <= start < stop <= self.n_days:
            raise InvalidInputError(
                f"A history of the days {start} to {stop} was asked for; the matrix holds the days 0 to {self.n_days}.",
                "Ask for at least one day inside the matrix.",
            )
        days = slice(start, stop)
        return History(
            store_ids=_sealed(self.store_ids),
            product_ids=_sealed(self.product_ids),
            first_day=self.day(start),
            units=_sealed(self.units[:, days]),
            price=_sealed(self.price[:, days]),
            promo=_sealed(self.promo[:, days]),
            stockout=_sealed(self.stockout[:, days]),
            holiday=_sealed(self.holiday[days]),
            promo_kind=None if self.promo_kind is None else _sealed(self.promo_kind[:, days]),
            launch_day=None if self.launch_day is None else _sealed(self.launch_day - start),
            on_hand=None if self.on_hand is None else _sealed(self.on_hand[:, days]),
            signals={name: _sealed(values[:, days]) for name, values in self.signals.items()},
        )

    def future(self, start: int, horizon: int) -> Future:
        """What was known in advance about the `horizon` days from `start` on; units are not part of it."""
        if horizon < 1 or not 0 <= start <= self.n_days - horizon:
            raise InvalidInputError(
                f"The days {start} to {start + horizon} were asked for; the matrix holds the days 0 to {self.n_days}.",
                "Ask for at least one day inside the matrix.",
            )
        days = slice(start, start + horizon)
        return Future(
            first_day=self.day(start),
            price=_sealed(self.price[:, days]),
            promo=_sealed(self.promo[:, days]),
            holiday=_sealed(self.holiday[days]),
            promo_kind=None if self.promo_kind is None else _sealed(self.promo_kind[:, days]),
        )


@dataclass(frozen=True, slots=True)
class History(_Days):
    """Everything a model is fitted on: the days up to the cutoff, which is the last one.

    The arrays are read-only copies, so that nothing leads back to later days. `scale` (n,) is the size by which a
    series' errors are measured: its mean units a day over the last eight weeks, at least 0.1, so that a series without
    sales can still be wrong by something.
    """

    scale: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", _scale(self.units))

    @property
    def cutoff(self) -> date:
        """The last day known."""
        return self.first_day + timedelta(days=self.n_days - 1)

    def select(self, rows: Integers | Booleans) -> History:
        """The same days of some series; `rows` holds positions, or one boolean a series."""
        if _is_everything(rows):
            return self
        return History(
            store_ids=_picked(self.store_ids, rows),
            product_ids=_picked(self.product_ids, rows),
            first_day=self.first_day,
            units=_picked(self.units, rows),
            price=_picked(self.price, rows),
            promo=_picked(self.promo, rows),
            stockout=_picked(self.stockout, rows),
            holiday=self.holiday,
            promo_kind=None if self.promo_kind is None else _picked(self.promo_kind, rows),
            launch_day=None if self.launch_day is None else _picked(self.launch_day, rows),
            on_hand=None if self.on_hand is None else _picked(self.on_hand, rows),
            signals={name: _picked(values, rows) for name, values in self.signals.items()},
        )


@dataclass(frozen=True, slots=True)
class Future:
    """What is known in advance about the forecast days: price, promo and promo_kind (n, h), holiday (h,)."""

    first_day: date
    price: Floats
    promo: Floats
    holiday: Booleans
    promo_kind: Integers | None = None

    @property
    def n_series(self) -> int:
        return int(self.price.shape[0])

    @property
    def horizon(self) -> int:
        return int(self.price.shape[1])

    def day(self, index: int) -> date:
        return self.first_day + timedelta(days=index)

    def select(self, rows: Integers | Booleans) -> Future:
        """The same days of some series."""
        if _is_everything(rows):
            return self
        kind = None if self.promo_kind is None else _picked(self.promo_kind, rows)
        return Future(self.first_day, _picked(self.price, rows), _picked(self.promo, rows), self.holiday, kind)


def carried_future(history: History, horizon: int, gap: int = 0, holiday: Booleans | None = None) -> Future:
    """The future nobody has planned yet: the last price without its promotion, no promotion.

    The first day is the cutoff + gap + 1. `holiday` (h,) marks the holidays among the days; none by default.
    """
    discount = _last_discount(history)
    none = None if history.promo_kind is None else np.zeros((history.n_series, horizon), dtype=np.int64)
    shelf_price = history.price[:, -1] / np.where(discount < 1, 1 - discount, 1.0)
    n = history.n_series
    return Future(
        first_day=history.cutoff + timedelta(days=gap + 1),
        price=_sealed(np.repeat(shelf_price[:, None], horizon, axis=1)),
        promo=_sealed(np.zeros((n, horizon))),
        holiday=_sealed(np.zeros(horizon, dtype=np.bool_) if holiday is None else holiday),
        promo_kind=None if none is None else _sealed(none),
    )


def _last_discount(history: History) -> Floats:
    """The discount in the last price (n,). On missing days the price of the last known one goes on, and the promotion
    that made it does not: there the discount is that of the known day."""
    rows, known = np.arange(history.n_series), ~np.isnan(history.units)
    last = history.n_days - 1 - known[:, ::-1].argmax(axis=1)
    carried = (history.promo[:, -1] == 0) & (history.price[:, -1] == history.price[rows, last])
    return np.where(carried, history.promo[rows, last], history.promo[:, -1])


def _scale(units: Floats) -> Floats:
    """The mean of each row's last days that are no NaN, at least 0.1."""
    recent = units[:, -_SCALE_DAYS:]
    mean = recent.sum(axis=1) / recent.shape[1]
    if np.isnan(mean).any():
        missing = np.isnan(recent)
        known = recent.shape[1] - missing.sum(axis=1)
        total = np.where(missing, 0.0, recent).sum(axis=1)
        mean = np.divide(total, known, out=np.zeros(len(recent)), where=known > 0)
    scale: Floats = np.maximum(mean, _LEAST_SCALE)
    scale.flags.writeable = False
    return scale


def _sealed[Scalar: np.generic](values: NDArray[Scalar]) -> NDArray[Scalar]:
    """A read-only copy: a slice would carry its whole source along as `.base`."""
    copy = values.copy()
    copy.flags.writeable = False
    return copy


def _picked[Scalar: np.generic](values: NDArray[Scalar], rows: Integers | Booleans) -> NDArray[Scalar]:
    """Some rows, read-only; numpy copies what is picked so, and where it kept its source along it is copied again."""
    picked = values[rows]
    if picked.base is not None:
        picked = picked.copy()
    picked.flags.writeable = False
    return picked


def _is_everything(rows: Integers | Booleans) -> bool:
    """Whether rows chosen by a boolean each are all there are: what cannot be changed need not be copied."""
    return rows.dtype == np.bool_ and bool(rows.all())

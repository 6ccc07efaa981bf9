"""What a stock does to demand: how long it lasts, and what can be sold of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from showcase.forecasting.history import Floats
from showcase.kernel.window import Window


@dataclass(frozen=True, slots=True)
class StockConsequence:
    """A stock without deliveries meeting a demand.

    days_of_stock: the stock in days of average demand, None where nothing is wanted; stockout_day: the first day on
    which not all that is wanted can be sold; unmet_units: what is wanted in vain; sold and left_over (h,) by day.
    """

    on_hand_units: int
    days_of_stock: float | None
    stockout_day: date | None
    unmet_units: float
    sold: Floats
    left_over: Floats


def run_down(wanted: Floats, on_hand_units: int, days: Window) -> StockConsequence:
    """Sell from the stock day by day: the smaller of what is wanted (h,) and what is left of it."""
    left_over = np.maximum(on_hand_units - np.cumsum(wanted), 0.0)
    sold = np.minimum(wanted, np.concatenate([[float(on_hand_units)], left_over[:-1]]))
    short = np.flatnonzero(sold < wanted)
    average = float(wanted.mean())
    return StockConsequence(
        on_hand_units=on_hand_units,
        days_of_stock=on_hand_units / average if average > 0 else None,
        stockout_day=days.day(int(short[0])) if short.size else None,
        unmet_units=float((wanted - sold).sum()),
        sold=sold,
        left_over=left_over,
    )

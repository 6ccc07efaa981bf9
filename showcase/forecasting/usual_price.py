"""The usual price of a series, and prices as their distance from it."""

from __future__ import annotations

import numpy as np

from showcase.forecasting.history import Floats, History


def usual_price(history: History) -> Floats:
    """The median price of each series over the history (n,); 1 where no price above 0 is known."""
    price = np.where(history.price > 0, history.price, np.nan)
    usual = np.ones(history.n_series)
    priced = ~np.isnan(price).all(axis=1)
    if priced.any():
        usual[priced] = np.nanmedian(price[priced], axis=1)
    return usual


def relative_price(price: Floats, usual: Floats) -> Floats:
    """ln(price / usual price), (n, d); 0 where the price is unknown or not above 0: it then tells nothing."""
    known = price > 0
    ratio: Floats = np.log(np.where(known, price, usual[:, None]) / usual[:, None])
    return ratio

"""A history as the regressions read it: logarithms, usable days, products and their categories by position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import numpy as np

from showcase.forecasting.history import Booleans, Floats, History, Integers

_SAME_PRICE = 0.002  # in logarithms: rounding to cents is no change of price
_LAUNCH_DAYS = 60  # sales of a new product climb for weeks; what climbs is no promotion
_MOST_CELLS = 400_000  # series x days: more tells little that is new, and takes minutes
_LATEST_DAYS = 366
_FEWEST_STORES = 2
FEWEST_PRODUCTS = 3
"""How many products it takes to tell what a day brings to all from what it brings to one."""


@dataclass(frozen=True, slots=True)
class SalesPanel:
    """n series, d days, p products.

    log_units and log_price (n, d) are 0 where unknown; usable (n, d) is 1 on days with sales, a price and no stockout;
    promoted (n, d) is 1 on promotion days; product (n,) and category (p,) are positions; siblings (n, d) is the share
    of the category's other products that are on promotion. settled (n, d) is 1 once a series is past its launch, where
    that lies inside the window. holiday (d,), weekday (d,).
    """

    product_ids: Integers
    product: Integers
    category: Integers
    log_units: Floats
    log_price: Floats
    usable: Floats
    promoted: Floats
    discount: Floats
    siblings: Floats
    settled: Floats
    holiday: Booleans
    weekday: Integers
    lowest_price: Floats
    highest_price: Floats
    silent_share: Floats

    @classmethod
    def of(cls, history: History, categories: Mapping[int, str]) -> Self:
        """The panel of a history; a product without a named category is of the category "".

        Of a very large history it takes the last year, and of that as many stores a product as can be managed; the
        prices seen are those of all of it.
        """
        lowest, highest = _prices_seen(history)
        history = _manageable(history)
        product_ids, product = np.unique(history.product_ids, return_inverse=True)
        names = [categories.get(int(one), "") for one in product_ids]
        category = np.unique(names, return_inverse=True)[1].astype(np.int64)
        shown = ~np.isnan(history.units) & ~history.stockout & (history.price > 0)
        sold = shown & (history.units > 0)
        promoted = (history.promo > 0).astype(np.float64)
        count = len(product_ids)
        days_shown = np.bincount(product, shown.sum(axis=1), minlength=count)
        days_sold = np.bincount(product, sold.sum(axis=1), minlength=count)
        return cls(
            product_ids=product_ids,
            product=product.astype(np.int64),
            category=category,
            log_units=np.log(np.where(sold, history.units, 1.0)),
            log_price=np.log(np.where(history.price > 0, history.price, 1.0)),
            usable=sold.astype(np.float64),
            promoted=promoted,
            discount=history.promo,
            siblings=_promoted_siblings(promoted, product, category),
            settled=_settled(history),
            holiday=history.holiday,
            weekday=(history.first_day.toordinal() - 1 + np.arange(history.n_days, dtype=np.int64)) % 7,
            lowest_price=lowest,
            highest_price=highest,
            silent_share=1 - np.divide(days_sold, days_shown, out=np.ones(count), where=days_shown > 0),
        )

    @property
    def n_products(self) -> int:
        return len(self.product_ids)

    @property
    def shape(self) -> tuple[int, int]:
        return self.log_units.shape[0], self.log_units.shape[1]

    def blocks(self, length: int) -> Integers:
        """A cell for each series and `length` days (n, d); every day of a series where the length is the window's."""
        n, d = self.shape
        count = -(-d // length)
        return np.arange(n, dtype=np.int64)[:, None] * count + np.arange(d, dtype=np.int64) // length

    def product_days(self) -> Integers:
        """A cell for each product and day (n, d)."""
        d = self.shape[1]
        return self.product[:, None] * d + np.arange(d, dtype=np.int64)

    def common_days(self, products: int) -> Integers:
        """A cell for each day (n, d), or for each weekday where the day of so few products is too much their own."""
        n, d = self.shape
        days = np.arange(d, dtype=np.int64) if products >= FEWEST_PRODUCTS else self.weekday
        return np.repeat(days[None, :], n, axis=0)

    def changes(self) -> Integers:
        """How often the regular price of each product changed, all stores together (p,)."""
        regular = self.log_price - np.log(np.where(self.discount < 1, 1 - self.discount, 1.0))
        moved = np.abs(np.diff(regular, axis=1)) > _SAME_PRICE
        off = (self.promoted[:, 1:] == 0) & (self.promoted[:, :-1] == 0)
        return np.bincount(self.product, (moved & off).sum(axis=1), minlength=self.n_products).astype(np.int64)

    def without(self, elasticity: Floats, log_uplift: Floats) -> Floats:
        """ln(units) less what price and promotion explain (n, d)."""
        priced: Floats = elasticity[self.product][:, None] * self.log_price
        return self.log_units - priced - log_uplift[self.product][:, None] * self.promoted


def _promoted_siblings(promoted: Floats, product: Integers, category: Integers) -> Floats:
    anywhere = np.zeros((len(category), promoted.shape[1]))
    np.maximum.at(anywhere, product, promoted)
    members = np.bincount(category)
    total = np.zeros((len(members), promoted.shape[1]))
    np.add.at(total, category, anywhere)
    others = (total[category] - anywhere) / np.maximum(members[category] - 1, 1)[:, None]
    siblings: Floats = others[product]
    return siblings


def _settled(history: History) -> Floats:
    known = ~np.isnan(history.units)
    first = known.argmax(axis=1)
    ready = np.where(first > 0, first + _LAUNCH_DAYS, 0)
    return (np.arange(history.n_days) >= ready[:, None]).astype(np.float64)


def _prices_seen(history: History) -> tuple[Floats, Floats]:
    """The lowest and the highest price paid for each product (p,), in the order of their ids."""
    product_ids, product = np.unique(history.product_ids, return_inverse=True)
    paid = ~np.isnan(history.units) & (history.price > 0)
    lowest, highest = np.full(len(product_ids), np.inf), np.full(len(product_ids), -np.inf)
    np.minimum.at(lowest, product, np.where(paid, history.price, np.inf).min(axis=1))
    np.maximum.at(highest, product, np.where(paid, history.price, -np.inf).max(axis=1))
    return lowest, highest


def _manageable(history: History) -> History:
    """The history, or the part of it that regressions can manage; every product keeps some of its stores."""
    if history.units.size <= _MOST_CELLS:
        return history
    days = min(history.n_days, _LATEST_DAYS)
    product = np.unique(history.product_ids, return_inverse=True)[1]
    stores = max(_FEWEST_STORES, _MOST_CELLS // (days * int(product.max() + 1)))
    # rows are sorted by store, so that the n-th row of a product is its n-th store
    order = np.argsort(product, kind="stable")
    firsts = np.searchsorted(product[order], product[order])
    place = np.empty_like(order)
    place[order] = np.arange(len(order)) - firsts
    kept, late = place < stores, slice(history.n_days - days, None)
    return History(
        store_ids=history.store_ids[kept],
        product_ids=history.product_ids[kept],
        first_day=history.first_day + timedelta(days=history.n_days - days),
        units=history.units[kept, late],
        price=history.price[kept, late],
        promo=history.promo[kept, late],
        stockout=history.stockout[kept, late],
        holiday=history.holiday[late],
    )

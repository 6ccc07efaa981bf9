"""One series as a person looks at it: all that is recorded of its days, and what only the generator knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from showcase.evaluation.truth_scores import scores_on_known_days
from showcase.forecasting.history import Floats, SalesMatrix
from showcase.kernel.table import DATE
from showcase.planning.reforecast import TrueEffects
from showcase.store.demand import DataSet, Pair, find_pair_by_id
from showcase.store.fence import Transactions
from showcase.store.series import read_series
from showcase.store.truth import read_latent_demand, read_true_effects, read_truth_days

LATENT = "latent"


@dataclass(frozen=True, slots=True)
class SeriesRecord:
    """One series of a data set.

    `days` is a table of `store.series.SERIES_SCHEMA` with the column `latent`, the demand before stockouts, null where
    nobody knows it; `truth` the true effects on the product, None where nobody knows them.
    """

    pair: Pair
    days: pl.DataFrame
    truth: TrueEffects | None

    @property
    def has_no_stock(self) -> bool:
        """Whether nobody recorded what lay on the shelf, so that no day can be told as out of stock."""
        return self.days["on_hand"].null_count() == self.days.height

    @property
    def has_truth(self) -> bool:
        return self.days[LATENT].null_count() < self.days.height


@dataclass(frozen=True, slots=True)
class SeriesService:
    """Looks at series. What is known truth is shown to people here, and handed to no model."""

    transactions: Transactions

    def show(self, data_set: DataSet, store_id: int, product_id: int) -> SeriesRecord | None:
        """A series of this data set; None where the store never sold the product there."""
        with self.transactions.read() as connection:
            pair = find_pair_by_id(connection, store_id, product_id)
            days = read_series(connection, data_set, store_id, product_id)
            if pair is None or days is None:
                return None
            latent = read_latent_demand(connection, data_set, np.array([store_id]), np.array([product_id]))
            truth = read_true_effects(connection, data_set.id, product_id)
        known = days.with_columns(pl.Series(LATENT, latent[0]).fill_nan(None))
        return SeriesRecord(pair, known, truth)

    def latent(self, data_set: DataSet, matrix: SalesMatrix) -> Floats:
        """Demand before stockouts of every series and day of the data set's matrix (n, d); NaN where unknown."""
        with self.transactions.read() as connection:
            whole = read_latent_demand(connection, data_set, matrix.store_ids, matrix.product_ids)
        first = data_set.window.index(matrix.first_day)
        return whole[:, first : first + matrix.n_days]

    def truth_scores(self, data_set: DataSet, forecasts: pl.DataFrame) -> pl.DataFrame | None:
        """The forecasts of a backtest against what people wanted, as `evaluation.truth_scores` tells it.

        None where nobody knows the truth, as of real sales.
        """
        if forecasts.is_empty():
            return None
        first, last = forecasts[DATE].min(), forecasts[DATE].max()
        assert isinstance(first, date)  # a long table has days
        assert isinstance(last, date)
        with self.transactions.read() as connection:
            truth = read_truth_days(connection, data_set, first, last)
        return None if truth.is_empty() else scores_on_known_days(forecasts, truth)

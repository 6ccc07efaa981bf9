"""Stockouts hide demand: what sales show of it, and what becomes of a forecast that believes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import polars as pl

from showcase.console.demos.story import Chapter, Story
from showcase.console.plots.demos import bias_plot
from showcase.console.plots.explorer import explorer_plot
from showcase.demand.recipe import Recipe, resolve_recipe
from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.truth_scores import truth_scores
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.words import percent
from showcase.ports import Progress
from showcase.services.series import SeriesRecord
from showcase.store.demand import DataSet
from showcase.wiring import Installation

MODEL = "prophet_like"
AS_OF = date(2025, 12, 5)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What the story stands on: one series, the sums over all of them, and two backtests of one model."""

    record: SeriesRecord
    sold: float
    wanted: float
    empty_share: float
    scores: pd.DataFrame


def recipe() -> Recipe:
    """The data that the story is about."""
    return resolve_recipe("stockout_heavy", 42, None, AS_OF)


def make(installation: Installation, progress: Progress) -> None:
    """Seed a chain whose shelves are often empty."""
    with installation.launcher.exclusive("seeding for a demo"):
        installation.services.demand.seed(recipe(), progress)


def find(installation: Installation) -> Hidden | None:
    """Score one model twice on the same sales: knowing which days were stockouts, and believing every day."""
    data_set = _seeded(installation)
    if data_set is None:
        return None
    services = installation.services
    matrix = services.demand.matrix(data_set)
    latent = services.series.latent(data_set, matrix)
    pair = services.demand.focus(data_set, None).pair
    record = services.series.show(data_set, pair.store_id, pair.product_id)
    assert record is not None  # the usual pair has sales
    believing = replace(matrix, stockout=np.zeros_like(matrix.stockout))
    rows = []
    for reads, shown in (("knows stockouts", matrix), ("believes sales", believing)):
        found = run_backtest(shown, BacktestPlan(), [ModelConfig.of(MODEL)])
        scored = truth_scores(found.forecasts, matrix, latent).filter(
            (pl.col("days") == "all") & (pl.col("model") == MODEL)
        )
        rows.append({"model": reads, **scored.drop("model", "days", "n", "stockout_days").row(0, named=True)})
    return Hidden(
        record, float(np.nansum(matrix.units)), float(np.nansum(latent)), float(matrix.stockout.mean()),
        pd.DataFrame(rows),
    )  # fmt: skip


def _seeded(installation: Installation) -> DataSet | None:
    """The data set of the recipe, where it was seeded."""
    wanted = recipe().as_json()
    found = installation.services.demand.list_data_sets()
    return next((one for one in found if one.recipe == wanted), None)


def series(found: Hidden) -> Chapter:
    """One series, day by day: the dips are empty shelves, not days without demand."""
    days = found.record.days
    empty = days.filter(pl.col("is_stockout"))
    table = empty.select("date", "units", "latent", "on_hand").head(5).to_pandas().astype({"latent": int})
    table["date"] = table["date"].astype(str)
    return Chapter(
        "The dips are empty shelves",
        f"{found.record.pair.store_code} / {found.record.pair.sku} was out of stock on {empty.height} of {days.height} "
        f"days. The dashed line is what people wanted; sales say nothing of it.",
        table,
        explorer_plot(days),
    )


def lost(found: Hidden) -> Chapter:
    """What was sold and what was wanted, over all series."""
    gone = found.wanted - found.sold
    table = pd.DataFrame(
        {"units": ["wanted", "sold", "lost"], "sum": [found.wanted, found.sold, gone]}
    ).astype({"sum": int})  # fmt: skip
    return Chapter(
        "A quarter of the days, a quarter of the demand",
        f"{percent(found.empty_share)} of all series-days are stockouts, and {percent(gone / found.wanted)} of the "
        "demand went unsold. A forecast of sales is a forecast of this shop's shelves.",
        table,
        bias_plot(table.rename(columns={"units": "what", "sum": "value"}), "units"),
    )


def masking(found: Hidden) -> Chapter:
    """The same model with the stockouts masked, and without."""
    scores = found.scores
    knows, believes = scores.iloc[0], scores.iloc[1]
    table = scores[["model", "wape_demand", "bias_demand", "wape_sales", "bias_sales"]].round(1)
    long = pd.DataFrame(
        {
            "what": [f"{row['model']}, against {against}" for _, row in scores.iterrows() for against in _AGAINST],
            "value": [row[f"bias_{column}"] for _, row in scores.iterrows() for column in _AGAINST.values()],
        }
    )
    return Chapter(
        "Masking moves the forecast back to demand",
        f"Told which days were stockouts, the model misses demand by {knows['bias_demand']:.1f} units a day; believing "
        f"every sale, by {believes['bias_demand']:.1f}. Against sales it looks the other way round: the believing one "
        f"has a bias of {believes['bias_sales']:.1f} there and the other of {knows['bias_sales']:.1f}, because the one "
        "has learnt the empty shelves and the other has not.",
        table,
        bias_plot(long, "bias, units a day"),
    )


_AGAINST = {"demand": "demand", "sales": "sales"}

STORY = Story(
    "stockouts_hide_demand",
    "Stockouts hide demand",
    "If the shelf was empty, what do sales say about demand?",
    "Seeds the preset stockout_heavy, in a second.",
    find,
    make,
    {"series": series, "lost": lost, "masking": masking},
)

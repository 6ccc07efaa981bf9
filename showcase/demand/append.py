"""Appends days to a synthetic data set: the rows that were there stay, the new days come from the same recipe."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from showcase.demand.generate import Progress, generate
from showcase.demand.recipe import Recipe, extended, recipe_from_json
from showcase.demand.tables import DemandTables

APPENDED_AFTER = "appended_after"
"""Where a recipe keeps the last days of the data set before each append, the oldest first."""


def appended_recipe(stored: Mapping[str, Any], end: date) -> dict[str, Any]:
    """The stored recipe with days up to `end`; InvalidInputError where it ends later already, or would be too large."""
    recipe = extended(recipe_from_json(stored), end)
    return {**stored, **recipe.as_json(), APPENDED_AFTER: [*stored.get(APPENDED_AFTER, ()), stored["end"]]}


def generate_appended(stored: Mapping[str, Any], progress: Progress) -> DemandTables:
    """The tables of a recipe, appended to or not: equal recipes give equal tables."""
    whole = recipe_from_json(stored)
    ends = [*(date.fromisoformat(day) for day in stored.get(APPENDED_AFTER, ())), whole.window.end]
    tables = generate(_until(whole, ends[0]), _part(progress, 0, len(ends)))
    for done, (seam, end) in enumerate(itertools.pairwise(ends), 1):
        tables = _joined(tables, generate(_until(whole, end), _part(progress, done, len(ends))), seam)
    return tables


def _part(progress: Progress, done: int, of: int) -> Progress:
    """The progress of one of so many equal parts, of which `done` are behind."""
    return lambda share, what: progress((done + share) / of, what)


def _until(recipe: Recipe, end: date) -> Recipe:
    return replace(recipe, window=replace(recipe.window, end=end))


def _joined(before: DemandTables, longer: DemandTables, seam: date) -> DemandTables:
    """All of `before`, whose last day is the seam, then the days after it of `longer`."""
    first = seam + timedelta(days=1)

    def after(frame: pl.DataFrame | None, day: str = "date") -> pl.DataFrame:
        assert frame is not None  # the generator always knows its truth
        return frame.filter(pl.col(day) > seam)

    def clipped(frame: pl.DataFrame, start: str, end: str) -> pl.DataFrame:
        return after(frame, end).with_columns(pl.max_horizontal(pl.col(start), pl.lit(first)).alias(start))

    assert before.truth_demand is not None
    return DemandTables(
        window=longer.window,
        stores=before.stores,
        products=before.products,
        calendar=pl.concat([before.calendar, after(longer.calendar)]),
        prices=pl.concat([before.prices, clipped(longer.prices, "valid_from", "valid_to")]),
        promotions=pl.concat([before.promotions, clipped(longer.promotions, "start_date", "end_date")]),
        sales=pl.concat([before.sales, after(longer.sales)]),
        stock=pl.concat([before.stock, after(longer.stock)]),
        truth_demand=pl.concat([before.truth_demand, after(longer.truth_demand)]),
        truth_effects=before.truth_effects,
    )

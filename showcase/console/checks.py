"""What a drafted run would be, and what is refused about it, before anything is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from showcase.console.refusals import NONE, Refusals, of_fields
from showcase.demand.recipe import Recipe, resolve_recipe
from showcase.errors import FieldError, InvalidInputError
from showcase.evaluation.folds import fold_picture, plan_folds
from showcase.forecasting.zoo import require_enabled
from showcase.kernel.window import Window
from showcase.pipeline.estimate import Size
from showcase.pipeline.request import RunRequest, parse_request
from showcase.store.demand import DataSet

NO_DATA = FieldError("skip_seed", "no demand data", "a preset to seed")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a draft stands on: the current data set (None on an empty database), today, and the flags that are on."""

    data_set: DataSet | None
    today: date
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Check:
    """A draft as it was understood: what can run, and every refusal.

    `request` is None where the draft itself was refused; `window` the days it would run on, where they are known;
    `recipe` what it would seed, `size` how much it is about; `folds` the picture of its folds, None where they do not
    fit.
    """

    request: RunRequest | None
    window: Window | None = None
    recipe: Recipe | None = None
    size: Size | None = None
    folds: pl.DataFrame | None = None
    refused: Refusals = NONE

    @property
    def may_run(self) -> bool:
        return self.request is not None and not self.refused.errors

    def at(self, *fields: str) -> str:
        """What is refused at these fields and inside of them, as one line; empty where nothing is."""
        return self.refused.at(*fields)


def check_draft(frame: Mapping[str, Any], ground: Ground) -> Check:
    """Everything that can be said about a draft without running it; every refusal carries its remedy."""
    try:
        request = parse_request(frame)
    except InvalidInputError as refused:
        return Check(None, refused=of_fields(RunRequest, refused))
    errors: list[FieldError] = []
    remedies: dict[str, str] = {}

    def refuse(refused: InvalidInputError) -> None:
        errors.extend(refused.errors)
        remedies.update(dict.fromkeys((error.field for error in refused.errors), refused.remedy))

    recipe, window = None, None
    try:
        recipe, window = _days(request, ground)
    except InvalidInputError as refused:
        refuse(refused)
    if recipe is None and window is None and not errors:
        errors.append(NO_DATA)
    try:
        require_enabled(request.models, ground.flags)
    except InvalidInputError as refused:
        refuse(refused)
    folds = None
    if window is not None:
        try:
            folds = fold_picture(window, plan_folds(window.days, request.scoring.plan()))
        except InvalidInputError as refused:
            refuse(refused)
    size = None if window is None else Size.of(recipe) if recipe is not None else size_of(ground.data_set)
    return Check(request, window, recipe, size, folds, Refusals(tuple(errors), remedies))


def size_of(data_set: DataSet | None) -> Size | None:
    """How much a run on a data set is about; None without one. Series count as whole ones, days that miss or not."""
    if data_set is None:
        return None
    days = data_set.window.days
    return Size(max(round(data_set.row_counts["sales"] / days), 1), days)


def _days(request: RunRequest, ground: Ground) -> tuple[Recipe | None, Window | None]:
    """The recipe and its window where the draft seeds, else the window of the data set that is there."""
    if request.skip_seed:
        return None, (None if ground.data_set is None or request.reset else ground.data_set.window)
    as_of = None if request.has_fixed_days else (request.as_of or ground.today)
    recipe = resolve_recipe(request.scenario, request.seed, request.seed_overrides, as_of)
    return recipe, recipe.window

"""How long a run will take, before it is started: seeding, each model, and all the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from showcase.demand.recipe import Recipe
from showcase.forecasting.cost import fold_seconds
from showcase.forecasting.options import ModelType
from showcase.pipeline.request import RunRequest
from showcase.pipeline.steps import steps_for

CONTROLS = (ModelType.NAIVE, ModelType.SEASONAL_NAIVE)
ASKING = "agent_hitl_flow"
"""The step that waits for a person; its seconds are nobody's cost."""
_SEED_S, _SEED_ROW_S = 0.2, 9e-6
_STEP_S, _RICH_STEP_S = 0.06, 0.12


@dataclass(frozen=True, slots=True)
class Size:
    """What a run is about: how many series over how many days, and the rows that it seeds (0 where it seeds none)."""

    n_series: int
    n_days: int
    seeded_rows: int = 0

    @classmethod
    def of(cls, recipe: Recipe) -> Size:
        """The size of a data set that will be seeded."""
        return cls(recipe.n_series, recipe.window.days, sum(recipe.estimated_rows().values()))


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds of a run: seeding, each model that is trained or scored, and everything else.

    Where `asks` is true the run waits for a person besides, as long as it takes.
    """

    seeding_s: float
    models_s: Mapping[str, float]
    rest_s: float
    asks: bool = False

    @property
    def total_s(self) -> float:
        return self.seeding_s + sum(self.models_s.values()) + self.rest_s


def estimate_run(request: RunRequest, size: Size, pace: float = 1.0) -> Estimate:
    """The seconds of a run of this size; `pace` is how much slower this machine is than the one that was measured.

    A chosen model is trained once and fitted in each fold, a control that was not chosen in the folds alone; the
    winner, whichever it will be, is refitted once and counts among the rest as the mean of the chosen.
    """
    fits = request.scoring.n_splits
    one = {model: fold_seconds(model, size.n_series, size.n_days) for model in {*request.models, *CONTROLS}}
    models = {str(model): pace * one[model] * (fits + 1) for model in request.models}
    models |= {str(model): pace * one[model] * fits for model in CONTROLS if model not in request.models}
    steps = [step.name for step in steps_for(request.scenario)]
    asks = ASKING in steps
    refit = sum(one[model] for model in request.models) / len(request.models)
    rest = len(steps) * (_RICH_STEP_S if asks else _STEP_S) + refit
    seeding = _SEED_S + size.seeded_rows * _SEED_ROW_S if size.seeded_rows else 0.0
    return Estimate(pace * seeding, models, pace * rest, asks)


def pace_of(took_s: float, request: RunRequest, size: Size) -> float:
    """How much slower a completed run was than it is estimated; `took_s` without the wait for a person."""
    return took_s / estimate_run(request, size).total_s

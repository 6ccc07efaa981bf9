"""What a plan starts from: a registered model, the data it was fitted on, and the effects estimated from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from showcase.forecasting.fit import FittedModel
from showcase.forecasting.history import History, SalesMatrix, carried_future
from showcase.kernel.window import Window
from showcase.planning.assumptions import PlanRequest
from showcase.planning.effects import Effects, estimate_effects
from showcase.planning.plan import Baseline, Plan
from showcase.planning.reforecast import reforecast
from showcase.planning.what_if import make_plan
from showcase.services.demand import DemandService
from showcase.services.models import ModelService
from showcase.services.registered import RegisteredModel, pair_of, read_registered
from showcase.store.demand import DataSet, Pair
from showcase.store.fence import Transactions
from showcase.store.plans import read_categories
from showcase.store.registry import ModelRun
from showcase.store.truth import read_true_effects


@dataclass(frozen=True, slots=True)
class PlanBasis:
    """A registered model and the effects estimated from its history: all that several plans share."""

    registered: RegisteredModel
    effects: Effects

    @property
    def model_run(self) -> ModelRun:
        return self.registered.model_run

    @property
    def model(self) -> FittedModel:
        return self.registered.model

    @property
    def data_set(self) -> DataSet:
        return self.registered.data_set

    @property
    def history(self) -> History:
        return self.registered.history

    @property
    def gap(self) -> int:
        return self.registered.gap

    def days(self, horizon: int) -> Window:
        """The days that are forecast: `horizon` of them, from the first one after the cutoff and the gap on."""
        first = self.history.cutoff + timedelta(days=self.gap + 1)
        return Window(first, first + timedelta(days=horizon - 1))


@dataclass(frozen=True, slots=True)
class Simulation:
    """A computed plan and what it is about."""

    plan: Plan
    pair: Pair
    model_run: ModelRun
    data_set: DataSet

    def columns(self) -> dict[str, Any]:
        """What is stored of it."""
        outcome = self.plan.as_json()
        return {
            "store_id": self.pair.store_id,
            "product_id": self.pair.product_id,
            "store_code": self.pair.store_code,
            "sku": self.pair.sku,
            "data_fingerprint": self.data_set.fingerprint,
            "model_run_id": self.model_run.run_id,
            "model_type": self.model_run.model_type,
            "horizon": outcome["horizon"],
            "method": outcome["method"],
            "units_delta": outcome["units_delta"],
            "revenue_delta": outcome["revenue_delta"],
            "outcome": outcome,
        }

    def as_json(self) -> dict[str, Any]:
        """The plan with what it is about, for whoever asked."""
        about = self.columns()
        outcome: Mapping[str, Any] = about.pop("outcome")
        return {**about, "data_fingerprint": str(self.data_set.fingerprint), **outcome}


def read_basis(
    transactions: Transactions,
    demand: DemandService,
    models: ModelService,
    run_id: str | None,
    matrix: SalesMatrix | None = None,
) -> PlanBasis:
    """The basis of a model run, that in production where none is named; refused as `read_registered` refuses."""
    registered = read_registered(demand, models, run_id, matrix)
    with transactions.read() as connection:
        categories = read_categories(connection, registered.data_set.id)
    return PlanBasis(registered, estimate_effects(registered.history, categories))


def simulate(transactions: Transactions, demand: DemandService, request: PlanRequest, basis: PlanBasis) -> Simulation:
    """The plan of a request; true effects are read where the data are generated, after everything is estimated."""
    pair = pair_of(demand, basis.model_run, request.store_id, request.product_id)
    row = basis.registered.matrix.row_of(pair.store_id, pair.product_id)
    model, remarks = basis.registered.reaching(request.horizon)
    future = carried_future(basis.history, request.horizon, basis.gap)
    baseline = Baseline(
        days=Window(future.first_day, future.day(request.horizon - 1)),
        units=model.predict(future)[row],
        price=future.price[row],
        reforecast=reforecast(model, future, row, request.assumptions),
    )
    effects = basis.effects.of(pair.product_id)
    with transactions.read() as connection:
        truth = read_true_effects(connection, basis.data_set.id, pair.product_id)
    plan = make_plan(request.assumptions, baseline, effects, truth, remarks)
    return Simulation(plan, pair, basis.model_run, basis.data_set)

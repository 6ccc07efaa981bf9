"""What a plan starts from: a registered model, the data it was fitted on, and the effects estimated from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from showcase.errors import ConflictError, InvalidInputError, NotFoundError
from showcase.forecasting.artifact import read_artifact
from showcase.forecasting.fit import FittedModel, fit_model
from showcase.forecasting.history import History, SalesMatrix, carried_future
from showcase.kernel.window import Window
from showcase.planning.assumptions import PlanRequest
from showcase.planning.effects import Effects, estimate_effects
from showcase.planning.plan import Baseline, Plan
from showcase.planning.reforecast import reforecast
from showcase.planning.what_if import make_plan
from showcase.services.demand import DemandService
from showcase.services.models import PRODUCTION_ALIAS, ModelService
from showcase.store.demand import DataSet, Pair
from showcase.store.fence import Transactions
from showcase.store.plans import read_categories
from showcase.store.registry import ModelRun
from showcase.store.truth import read_true_effects

_RUN_FIRST = "Run the pipeline on the data set you mean, then plan with the model it registers."


@dataclass(frozen=True, slots=True)
class PlanBasis:
    """A model run with its data: all that several plans share. The history ends at the model's cutoff."""

    model_run: ModelRun
    model: FittedModel
    data_set: DataSet
    matrix: SalesMatrix
    history: History
    gap: int
    effects: Effects


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
    """The basis of a model run, that in production where none is named.

    NotFoundError where there is no such run or its data set is gone; ConflictError where the run has no model.
    """
    wanted = run_id or models.alias(PRODUCTION_ALIAS)
    if wanted is None:
        raise NotFoundError("There is no model in production to plan with.", _RUN_FIRST)
    model_run = models.model_run(wanted)
    if model_run.artifact_digest is None or model_run.status != "success":
        raise ConflictError(
            f"The model run {model_run.run_id.short} has no model to plan with; it is {model_run.status}.",
            "Plan with a model run whose status is success.",
            reason="no_model",
        )
    data_set = demand.find_by_fingerprint(model_run.data_fingerprint)
    if data_set is None:
        raise NotFoundError(
            f"The data set {model_run.data_fingerprint.short} of the model run {model_run.run_id.short} is gone.",
            "Seed or import it again, or plan with a model of the current data set.",
        )
    model = read_artifact(models.artifacts.get(model_run.artifact_digest)).model
    matrix = matrix or demand.matrix(data_set)
    if model.n_series != matrix.n_series or model.cutoff not in data_set.window:
        raise ConflictError(
            f"The model knows {model.n_series} series up to {model.cutoff}; its data set has {matrix.n_series} series "
            f"over {data_set.window}.",
            _RUN_FIRST,
            reason="other_data",
        )
    history = matrix.history(data_set.window.index(model.cutoff) + 1)
    with transactions.read() as connection:
        categories = read_categories(connection, data_set.id)
    gap = int(((model_run.metrics or {}).get("plan") or {}).get("gap", 0))
    return PlanBasis(model_run, model, data_set, matrix, history, gap, estimate_effects(history, categories))


def simulate(transactions: Transactions, demand: DemandService, request: PlanRequest, basis: PlanBasis) -> Simulation:
    """The plan of a request; true effects are read where the data are generated, after everything is estimated."""
    pair = _pair(demand, request, basis)
    row = basis.matrix.row_of(pair.store_id, pair.product_id)
    model, remarks = _reaching(basis, request.horizon)
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


def _pair(demand: DemandService, request: PlanRequest, basis: PlanBasis) -> Pair:
    """The pair that was asked for, else the one that the model run features."""
    run = basis.model_run
    store_id, product_id = request.store_id or run.store_id, request.product_id or run.product_id
    if store_id is None or product_id is None:
        raise InvalidInputError(
            f"The model run {run.run_id.short} features no pair, and none was asked for.",
            "Name store_id and product_id.",
        )
    found = demand.pair(store_id, product_id)
    if found is None:
        raise NotFoundError(
            f"The store {store_id} with the product {product_id} is not in the data of the model run "
            f"{run.run_id.short}.",
            "Name store_id and product_id of the data set as it is now.",
        )
    return found


def _reaching(basis: PlanBasis, horizon: int) -> tuple[FittedModel, list[str]]:
    """The registered model, or the same one fitted anew where the plan goes further than it reaches."""
    needed = basis.gap + horizon
    if needed <= basis.model.reach:
        return basis.model, []
    again = fit_model(basis.model.config, basis.history, needed)
    return again, [
        f"The registered model reaches {basis.model.reach} days; for {needed} it was fitted anew with the same options."
    ]

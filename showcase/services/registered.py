"""A registered model, ready to forecast: read back with the data that it was fitted on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from showcase.errors import ConflictError, InvalidInputError, NotFoundError
from showcase.forecasting.artifact import read_artifact
from showcase.forecasting.fit import FittedModel, fit_model
from showcase.forecasting.history import History, SalesMatrix
from showcase.forecasting.intervals import IntervalTable
from showcase.services.demand import DemandService
from showcase.services.models import PRODUCTION_ALIAS, ModelService
from showcase.store.demand import DataSet, Pair
from showcase.store.registry import ModelRun

_RUN_FIRST = "Run the pipeline on the data set you mean, then ask the model it registers."


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A model run with its model, under the ids of its data set; the history ends at the model's cutoff."""

    model_run: ModelRun
    model: FittedModel
    intervals: IntervalTable | None
    data_set: DataSet
    matrix: SalesMatrix
    history: History
    gap: int

    def reaching(self, horizon: int) -> tuple[FittedModel, list[str]]:
        """The registered model, or the same one fitted anew where the horizon goes further than it reaches, and a
        sentence about that."""
        needed = self.gap + horizon
        if needed <= self.model.reach:
            return self.model, []
        again = fit_model(self.model.config, self.history, needed)
        return again, [
            f"The registered model reaches {self.model.reach} days; for {needed} it was fitted anew with the same "
            "options."
        ]


def read_registered(
    demand: DemandService, models: ModelService, run_id: str | None, matrix: SalesMatrix | None = None
) -> RegisteredModel:
    """The model of a model run, of that in production where none is named.

    `matrix` is that of the model run's data set, where it was read already. NotFoundError where there is no such run or
    its data set is gone; ConflictError where the run has no model.
    """
    wanted = run_id or models.alias(PRODUCTION_ALIAS)
    if wanted is None:
        raise NotFoundError("There is no model in production to ask.", _RUN_FIRST)
    run = models.model_run(wanted)
    if run.artifact_digest is None or run.status != "success":
        raise ConflictError(
            f"The model run {run.run_id.short} has no model to ask; it is {run.status}.",
            "Take a model run whose status is success.",
            reason="no_model",
        )
    data_set = demand.find_by_fingerprint(run.data_fingerprint)
    if data_set is None:
        raise NotFoundError(
            f"The data set {run.data_fingerprint.short} of the model run {run.run_id.short} is gone.",
            "Seed or import it again, or take a model of the current data set.",
        )
    artifact = read_artifact(models.artifacts.get(run.artifact_digest))
    model = artifact.model
    if matrix is None:
        matrix = demand.matrix(data_set, with_signals=model.reads_signals)
    if model.n_series != matrix.n_series or model.cutoff not in data_set.window:
        raise ConflictError(
            f"The model knows {model.n_series} series up to {model.cutoff}; its data set has {matrix.n_series} series "
            f"over {data_set.window}.",
            _RUN_FIRST,
            reason="other_data",
        )
    return RegisteredModel(
        model_run=run,
        # an artifact holds ranks for ids, which stay the same when the data are seeded again
        model=replace(model, store_ids=matrix.store_ids, product_ids=matrix.product_ids),
        intervals=artifact.intervals,
        data_set=data_set,
        matrix=matrix,
        history=matrix.history(data_set.window.index(model.cutoff) + 1, data_set.window.index(run.date_start)),
        gap=int(((run.metrics or {}).get("plan") or {}).get("gap", 0)),
    )


def pair_of(demand: DemandService, run: ModelRun, store_id: int | None, product_id: int | None) -> Pair:
    """The pair that was asked for, else the one that the model run features."""
    store_id, product_id = store_id or run.store_id, product_id or run.product_id
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

"""The portfolio phase: one small batch."""

from __future__ import annotations

from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ZOO, Family, ModelConfig
from showcase.pipeline.context import RunContext
from showcase.pipeline.phases.modeling import subject_of
from showcase.pipeline.steps import StepOutcome, passed, warned
from showcase.services.batch import BatchRequest, BatchScope

PRESET = "quick_baseline_sweep"
STORES, PRODUCTS = 3, 2
BASELINES: tuple[ModelType, ...] = tuple(name for name, row in ZOO.items() if row.family is Family.BASELINE)


def batch_preset(context: RunContext) -> StepOutcome:
    """quick_baseline_sweep: every baseline scored on each of 3 stores x 2 products, the first ones by code."""
    subject, portfolio = subject_of(context), context.services.portfolio
    stores, products = context.services.demand.pairs(subject.data_set)
    series = tuple((store, product) for store, _ in stores[:STORES] for product, _ in products[:PRODUCTS])
    request = BatchRequest(
        "backtest",
        BatchScope("manual", series=series),
        tuple(ModelConfig.of(name) for name in BASELINES),
        context.request.scoring.plan(),
    )
    batch = portfolio.run(
        request,
        subject.data_set,
        subject.matrix,
        context.progress,
        origin_run_id=context.run_id,
        made=context.facts.made,
    )
    failures = [
        {"store_id": item.store_id, "product_id": item.product_id, "model": item.model_type, "failure": item.failure}
        for item in portfolio.items(batch.batch_id, status="failed")
    ]
    values = {
        "preset": PRESET,
        "batch_id": batch.batch_id,
        "batch_status": batch.status,
        "series": len(series),
        "items": batch.items,
        "succeeded": batch.succeeded,
        "failed": batch.failed,
        "failures": failures,
    }
    line = f"{PRESET}: {batch.succeeded} of {batch.items} items over {len(series)} series"
    if batch.failed:
        return warned(f"{line}, {batch.failed} failed: {failures[0]['failure']}", **values)
    return passed(line, **values)

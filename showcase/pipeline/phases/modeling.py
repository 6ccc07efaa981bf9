"""The modeling phase: fit the chosen models."""

from __future__ import annotations

from showcase.forecasting.zoo import ModelConfig
from showcase.pipeline.context import RunContext
from showcase.pipeline.steps import StepOutcome, passed
from showcase.services.models import Subject


def subject_of(context: RunContext) -> Subject:
    """What this run's models are about."""
    facts = context.facts
    assert facts.data_set is not None  # the data phase fills these
    assert facts.matrix is not None
    assert facts.pair is not None
    return Subject(facts.data_set, facts.matrix, facts.pair, context.run_id)


def configs_of(context: RunContext) -> tuple[ModelConfig, ...]:
    """The configurations that are trained, scored and registered: one and the same in all three steps."""
    return tuple(ModelConfig.of(model_type) for model_type in context.request.models)


def train(context: RunContext) -> StepOutcome:
    """Fit the chosen models on all days up to the last one minus the horizon."""
    models = context.services.models
    models.require_enabled(context.request.models)
    subject, configs = subject_of(context), configs_of(context)
    trained = models.train(subject, configs, context.request.scoring.plan(), context.progress)
    context.facts.trained = trained
    context.facts.job_ids += trained.jobs.values()
    return passed(
        f"{len(configs)} models on {subject.matrix.n_series} series",
        models=[str(config.model_type) for config in configs],
        series=subject.matrix.n_series,
        job_ids=list(trained.jobs.values()),
        artifact_digests=dict(trained.digests),
    )


def v2_train(context: RunContext) -> StepOutcome:
    """prophet_like on feature frame V2, scored and registered beside whatever wins."""
    subject, plan = subject_of(context), context.request.scoring.plan()
    found = context.services.challenger.train(subject, plan, context.progress, context.facts.made)
    context.facts.challenger = found
    wape = found.scores["wape"]
    told = "no wape" if wape is None else f"wape {wape:.2f} %"
    return passed(
        f"{found.model_type} on feature frame V2 registered with {told} over {subject.matrix.n_series} series",
        model_run_id=found.model_run_id,
        model=found.model_type,
        feature_frame_version=2,
        scores=found.scores,
        pair_scores=found.pair_scores,
        artifact_digest=found.artifact_digest,
        job_id=found.job_id,
    )

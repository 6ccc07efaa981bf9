"""The decision phase: score the models, register the winner."""

from __future__ import annotations

from showcase.pipeline.context import RunContext
from showcase.pipeline.phases.modeling import configs_of, subject_of
from showcase.pipeline.steps import StepOutcome, failed, passed
from showcase.services.models import PRODUCTION_ALIAS, Scored, board_rows, scores_by

_UNITS = {"wape": " %", "mae": " units", "rmse": " units"}


def backtest(context: RunContext) -> StepOutcome:
    """Score every chosen model and the two controls; the best of the chosen wins."""
    subject, plan = subject_of(context), context.request.scoring.plan()
    scored = context.services.models.backtest(subject, configs_of(context), plan, context.progress)
    context.facts.scored = scored
    context.facts.job_ids.append(scored.job_id)
    found = scored.backtest
    values = {
        "metric": plan.metric,
        "leaderboard": board_rows(scored.board),
        "folds": [
            {
                "fold": fold.number,
                "cutoff": subject.matrix.day(fold.cutoff_index).isoformat(),
                "train_days": fold.train_stop - fold.train_start,
                "test_start": subject.matrix.day(fold.test_start).isoformat(),
                "test_end": subject.matrix.day(fold.test_stop - 1).isoformat(),
            }
            for fold in found.folds
        ],
        "by_fold": scores_by(found, "model", "fold"),
        "by_bucket": scores_by(found, "model", "bucket"),
        "focus": scores_by(found, "model", pair=subject.pair),
        "left_out": found.left_out.height,
        "left_out_series": [list(row) for row in found.left_out.rows()[:50]],
        "job_id": scored.job_id,
        "forecasts_file": scored.forecasts_digest,
        "score_parts_file": scored.parts_digest,
    }
    if scored.winner is None:
        return failed(
            f"no chosen model has a {plan.metric}: nothing was sold in any test window. "
            "Choose a longer window, or mae.",
            **values,
        )
    left_out = f", {found.left_out.height} too short for a fold" if found.left_out.height else ""
    best = winning_score(scored, plan.metric)
    assert best is not None  # what has no score is not ranked
    return passed(
        f"{scored.winner} wins with {plan.metric} {best:.2f}{_UNITS[plan.metric]} over "
        f"{subject.matrix.n_series} series and {len(found.folds)} folds{left_out}",
        winner=str(scored.winner),
        **values,
    )


def winning_score(scored: Scored, metric: str) -> float | None:
    """The winner's published score; null where it is undefined, which that of the chosen metric never is."""
    row = next(row for row in board_rows(scored.board) if row["is_winner"])
    value: float | None = row[metric]
    return value


def register(context: RunContext) -> StepOutcome:
    """Refit the winner on the full history, store it, point the alias at it."""
    scored = context.facts.scored
    assert scored is not None  # the step before fills it
    assert scored.winner is not None  # that step fails without a winner
    config = next(config for config in configs_of(context) if config.model_type == scored.winner)
    registered = context.services.models.register(subject_of(context), scored, config, context.progress)
    context.facts.registered = registered
    context.facts.model_run_ids.append(registered.model_run_id)
    context.facts.job_ids.append(registered.job_id)
    return passed(
        f"{config.model_type} refitted on the full history, artifact {registered.artifact_digest.short}, "
        f"alias {PRODUCTION_ALIAS}",
        model_run_id=registered.model_run_id,
        model_type=str(config.model_type),
        alias=PRODUCTION_ALIAS,
        artifact_digest=registered.artifact_digest,
        forecast_file=registered.forecast_file,
        forecast_digest=registered.forecast_digest,
        job_id=registered.job_id,
    )

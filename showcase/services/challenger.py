"""The challenger: a model on feature frame V2 that is scored and registered beside whatever wins."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from showcase.evaluation.backtest import run_backtest
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.metrics import pool
from showcase.forecasting.fit import fit_model
from showcase.forecasting.options import FrameName, ModelType
from showcase.forecasting.portable import portable_bytes
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.identity import Digest, JobId, ModelRunId
from showcase.kernel.table import MODEL
from showcase.ports import Artifacts, Progress
from showcase.services.models import Subject, scores_by, scores_of
from showcase.services.registration import Made, Registrar
from showcase.store.fence import Transactions

CHALLENGER = ModelType.PROPHET_LIKE


@dataclass(frozen=True, slots=True)
class Challenger:
    """The registered challenger: scores pooled over all series, and those of the featured pair (None without any)."""

    model_run_id: ModelRunId
    job_id: JobId
    model_type: str
    artifact_digest: Digest
    scores: dict[str, float | None]
    pair_scores: dict[str, float | None] | None


@dataclass(frozen=True, slots=True)
class ChallengerService:
    """Scores and registers the challenger; no alias moves."""

    transactions: Transactions
    artifacts: Artifacts

    def train(self, subject: Subject, plan: BacktestPlan, progress: Progress, made: Made) -> Challenger:
        """Score prophet_like on feature frame V2 by the plan, then register it refitted on the full history."""
        config = ModelConfig.of(CHALLENGER, feature_frame=FrameName.V2)
        registrar, name = Registrar(self.transactions, self.artifacts), str(CHALLENGER)
        parameters = {"model": config.model_dump(mode="json"), "plan": asdict(plan)}
        with registrar.jobs.record("backtest", parameters, subject.run_id, made.job_ids) as job:
            found = run_backtest(subject.matrix, plan, [config], lambda share, what: progress(share * 0.7, what))
            scores = {row[MODEL]: scores_of(row) for row in pool(found.parts).to_dicts()}[name]
            job.outcome = {"scores": scores, "left_out": found.left_out.height}
        pair = [row for row in scores_by(found, "model", pair=subject.pair) if row["model"] == name]
        pair_scores = {score: value for score, value in pair[0].items() if score in scores} if pair else None
        metrics = {"scores": scores, "plan": asdict(plan), "pair_scores": pair_scores}

        def fit() -> bytes:
            progress(0.8, f"{name} on {subject.matrix.n_days} days")
            fitted = fit_model(config, subject.matrix.history(), plan.gap + plan.horizon)
            return portable_bytes(fitted, found.intervals[CHALLENGER])

        stored = registrar.register(subject.new_model_run(config, metrics), fit, made)
        return Challenger(stored.model_run_id, stored.job_id, name, stored.artifact_digest, scores, pair_scores)

"""Models of earlier days: what the registry would hold had the two controls been registered all along."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from showcase.evaluation.backtest import CONTROLS, run_backtest
from showcase.evaluation.folds import BacktestPlan, Fold
from showcase.evaluation.metrics import pool
from showcase.forecasting.fit import fit_model
from showcase.forecasting.portable import portable_bytes
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.identity import Digest, ModelRunId
from showcase.kernel.table import FOLD, MODEL
from showcase.kernel.window import Window
from showcase.ports import Artifacts, Progress
from showcase.services.models import Subject, scores_of
from showcase.services.registration import Made, NewModelRun, Registrar
from showcase.store.fence import Transactions

PLAN = BacktestPlan(horizon=14, n_splits=3, min_train_size=30)
"""Three cutoffs, two weeks apart, each scored on the two weeks after it."""
LEAST_DAYS = 75
"""Days that a window needs for a backfill: 30 to learn from, three times 14 to be scored on, and a few to spare."""


@dataclass(frozen=True, slots=True)
class Backfilled:
    """One registered model of an earlier cutoff, with its scores on the days after it."""

    model_run_id: ModelRunId
    model_type: str
    cutoff: date
    scores: dict[str, float | None]
    artifact_digest: Digest


@dataclass(frozen=True, slots=True)
class BackfillService:
    """Registers the controls at three earlier cutoffs."""

    transactions: Transactions
    artifacts: Artifacts

    def run(self, subject: Subject, progress: Progress, made: Made) -> list[Backfilled]:
        """Score both controls at the three cutoffs and register each with the artifact of its own cutoff.

        The window has LEAST_DAYS at least. A cutoff before which every series is too short is left out.
        """
        registrar = Registrar(self.transactions, self.artifacts)
        configs = [ModelConfig.of(control) for control in CONTROLS]
        parameters = {"plan": asdict(PLAN), "models": list(CONTROLS)}
        with registrar.jobs.record("backtest", parameters, subject.run_id, made.job_ids) as job:
            found = run_backtest(subject.matrix, PLAN, configs, lambda share, what: progress(share * 0.5, what))
            scores = {(row[MODEL], row[FOLD]): scores_of(row) for row in pool(found.parts, (MODEL, FOLD)).to_dicts()}
            job.outcome = {"scored": len(scores), "left_out": found.left_out.height}
        backfilled: list[Backfilled] = []
        for fold in found.folds:
            for config in configs:
                own = scores.get((str(config.model_type), fold.number))
                if own is not None:
                    progress(0.5 + len(backfilled) / 12, f"{config.model_type} at {_window(subject, fold).end}")
                    backfilled.append(_register(registrar, subject, fold, config, own, made))
        return backfilled


def _window(subject: Subject, fold: Fold) -> Window:
    return Window(subject.matrix.day(fold.train_start), subject.matrix.day(fold.cutoff_index))


def _register(
    registrar: Registrar,
    subject: Subject,
    fold: Fold,
    config: ModelConfig,
    scores: dict[str, float | None],
    made: Made,
) -> Backfilled:
    window = _window(subject, fold)
    metrics = {"scores": scores, "plan": asdict(PLAN), "fold": fold.number}
    grain = (subject.pair.store_id, subject.pair.product_id)
    new = NewModelRun(config, subject.data_set, grain, window, metrics, subject.run_id)

    def fit() -> bytes:
        # no intervals: those of the backtest come from days that this cutoff does not know
        return portable_bytes(fit_model(config, subject.matrix.history(fold.train_stop), PLAN.gap + PLAN.horizon))

    stored = registrar.register(new, fit, made)
    return Backfilled(stored.model_run_id, str(config.model_type), window.end, scores, stored.artifact_digest)

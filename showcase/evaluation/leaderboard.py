"""The order of the models, and which of the chosen ones won."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from showcase.evaluation.folds import MetricName
from showcase.evaluation.metrics import pool
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ZOO
from showcase.kernel.table import MODEL

_TIE_DIGITS = 9  # scores that differ by less are equal: the last digits of a sum depend on the machine


def leaderboard(parts: pl.DataFrame, metric: MetricName, chosen: Collection[ModelType]) -> pl.DataFrame:
    """One row a model, best first: the pooled metric, then mae, then the simpler model.

    Columns: rank (null where the metric is undefined; such rows come last), model, is_chosen, is_winner, then those of
    `pool`. The winner is the best of the chosen; a control that was not chosen is ranked and never wins.
    """
    pooled = pool(parts, (MODEL,))
    complexity = {model_type.value: row.complexity for model_type, row in ZOO.items()}
    ordered = (
        pooled.with_columns(
            pl.col(metric).round(_TIE_DIGITS).alias("_metric"),
            pl.col("mae").round(_TIE_DIGITS).alias("_mae"),
            pl.col(MODEL).replace_strict(complexity, return_dtype=pl.Int64).alias("_complexity"),
            pl.col(MODEL).is_in([str(model_type) for model_type in chosen]).alias("is_chosen"),
        )
        .sort("_metric", "_mae", "_complexity", nulls_last=True)
        .with_row_index("rank", offset=1)
    )
    is_ranked = pl.col("_metric").is_not_null()
    may_win = pl.col("is_chosen") & is_ranked
    return ordered.with_columns(
        pl.when(is_ranked).then(pl.col("rank").cast(pl.Int64)).otherwise(None).alias("rank"),
        (may_win & (may_win.cum_sum() == 1)).alias("is_winner"),
    ).select("rank", MODEL, "is_chosen", "is_winner", pl.col(pooled.columns[1:]))


def winner(board: pl.DataFrame) -> ModelType | None:
    """The winner of a leaderboard; None when no chosen model has a score."""
    best = board.filter(pl.col("is_winner"))
    return ModelType(best[MODEL][0]) if best.height else None

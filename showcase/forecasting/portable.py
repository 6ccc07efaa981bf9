"""A fitted model as the bytes that are stored: the same for equal series, whatever ids the database gave them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from showcase.forecasting.artifact import Artifact, write_artifact
from showcase.forecasting.fit import FittedModel
from showcase.forecasting.intervals import IntervalTable


def with_ranks(model: FittedModel) -> FittedModel:
    """The model with ranks for ids: stores and products get ids in the order of their codes, so ranks survive a
    re-seed."""
    return replace(
        model,
        store_ids=np.unique(model.store_ids, return_inverse=True)[1].astype(np.int64),
        product_ids=np.unique(model.product_ids, return_inverse=True)[1].astype(np.int64),
    )


def portable_bytes(model: FittedModel, intervals: IntervalTable | None = None) -> bytes:
    """The model's artifact; equal models over equal series give equal bytes."""
    return write_artifact(Artifact(with_ranks(model), intervals))

"""The horizon buckets: the groups of days ahead that scores and intervals are kept for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class HorizonBucket:
    """The steps `first` to `last` ahead, both included; an open bucket has no last step."""

    name: str
    first: int
    last: int | None


HORIZON_BUCKETS: tuple[HorizonBucket, ...] = (
    HorizonBucket("1-7", 1, 7),
    HorizonBucket("8-14", 8, 14),
    HorizonBucket("15-28", 15, 28),
    HorizonBucket("29+", 29, None),
)
BUCKET_NAMES: tuple[str, ...] = tuple(bucket.name for bucket in HORIZON_BUCKETS)


def bucket_index(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """The position in HORIZON_BUCKETS of each step ahead (1 is the first forecast day)."""
    firsts = np.array([bucket.first for bucket in HORIZON_BUCKETS], dtype=np.int64)
    return (np.searchsorted(firsts, steps, side="right") - 1).astype(np.int64)

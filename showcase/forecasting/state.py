"""What fitting leaves behind, whatever the model, so that one artifact format keeps them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64] | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ModelState:
    """The fitted part of a model.

    `arrays` are one- or two-dimensional, float64 or int64; where they speak of series, rows are in the order of the
    history's series. `texts` are a library's own format (LightGBM, XGBoost); `facts` are JSON values.
    """

    arrays: Mapping[str, Table] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArraySpec:
    """An array that a model's state must have: its dimensions, and whether its rows are the series."""

    name: str
    dimensions: int
    by_series: bool

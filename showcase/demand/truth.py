"""Known truth: what drives a synthetic data set and cannot be seen in its sales."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from showcase.demand.dimensions import Products
from showcase.demand.draws import Floats, Integers, Stream, normals, stream_keys, uniforms
from showcase.demand.tables import TRUTH_SCHEMAS

_WEATHER_DAYS = 7
_PERSISTENCE = 0.7


def effects_table(products: Products) -> pl.DataFrame:
    """The true elasticity and the true promotion uplift of each product, as in TRUTH_SCHEMAS."""
    columns = {
        "product": np.arange(len(products.skus)),
        "price_elasticity": products.elasticity,
        "promotion_uplift": products.promotion_uplift,
    }
    return pl.DataFrame(columns, schema_overrides=TRUTH_SCHEMAS["truth_effects"])


def weather_signal(seed: int, regions: int, day_numbers: Integers) -> Floats:
    """Each region's weather as a standardised signal, (regions, d); neighbouring days are alike.

    day_numbers count from 1970-01-01. The signal of a day does not depend on the window in which it is asked for.
    """
    keys = stream_keys(seed, Stream.WEATHER, np.arange(regions))
    weights = [_PERSISTENCE**lag for lag in range(_WEATHER_DAYS)]
    signal = np.zeros((regions, len(day_numbers)))
    for lag, weight in enumerate(weights):
        signal += weight * normals(uniforms(keys, day_numbers - lag))
    spread = math.sqrt(sum(weight * weight for weight in weights))
    return signal / spread

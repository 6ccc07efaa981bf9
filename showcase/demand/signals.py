"""What is measured outside the shops: the weather of each region, and the mood of the economy."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from showcase.demand.dimensions import REGIONS
from showcase.demand.draws import Floats, Integers, Stream, normals, quantise, stream_keys, uniforms
from showcase.demand.truth import weather_signal
from showcase.kernel.window import Window

WEATHER, MACRO = "weather", "macro"
EVERYWHERE = "all"
"""The region of a signal that is the same in every store."""

SIGNAL_SCHEMA: dict[str, pl.DataType] = {
    "region": pl.String(), "signal": pl.String(), "date": pl.Date(), "value_thousandths": pl.Int64(),
}  # fmt: skip
"""value_thousandths: 1000 is one standard deviation above the usual."""

_MACRO_BLOCK_DAYS = 28
_MACRO_WEIGHTS = (1.0, 0.7, 0.49, 0.343)


def day_number(day: date) -> int:
    """Days since 1970-01-01, by which all draws of a day are counted."""
    return (day - date(1970, 1, 1)).days


def draw_signals(seed: int, window: Window, regions: tuple[str, ...]) -> pl.DataFrame:
    """One row a signal, region and day, as in SIGNAL_SCHEMA, for the regions that are named.

    The weather is the one in the demand formula of a data set with this seed; it moved demand where the preset lets it.
    The macro signal moved nothing: it is there to be found useless.
    """
    numbers = day_number(window.start) + np.arange(window.days)
    weather = weather_signal(seed, len(REGIONS), numbers)
    parts = [(name, WEATHER, weather[place]) for place, name in enumerate(REGIONS) if name in regions]
    parts.append((EVERYWHERE, MACRO, macro_signal(seed, numbers)))
    dates = pl.Series(list(window), dtype=pl.Date)
    frames = [
        pl.DataFrame({"date": dates, "value_thousandths": np.rint(quantise(values) * 1000).astype(np.int64)}).select(
            pl.lit(region).alias("region"), pl.lit(signal).alias("signal"), "date", "value_thousandths"
        )
        for region, signal, values in parts
    ]
    return pl.concat(frames)


def macro_signal(seed: int, day_numbers: Integers) -> Floats:
    """A standardised signal that changes direction every four weeks, (d,); a day's value depends on no other day asked.

    day_numbers count from 1970-01-01.
    """
    block, into = np.divmod(day_numbers, _MACRO_BLOCK_DAYS)
    key = stream_keys(seed, Stream.MACRO)
    share = into / _MACRO_BLOCK_DAYS
    level = sum(
        weight * (normals(uniforms(key, block - lag)) * (1 - share) + normals(uniforms(key, block + 1 - lag)) * share)
        for lag, weight in enumerate(_MACRO_WEIGHTS)
    )
    spread = np.sqrt(sum(weight * weight for weight in _MACRO_WEIGHTS))
    return quantise(level / spread)

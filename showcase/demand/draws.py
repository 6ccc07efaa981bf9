"""Draws that are the same on every machine: one SplitMix64 stream for each table and series."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_GAMMA = 0x9E3779B97F4A7C15
_QUANTUM = 1e9


class Stream(IntEnum):
    """What is drawn; each has streams of its own, so that one table's draws never move another's."""

    STORE = 1
    PRODUCT = 2
    LIST_PRICE = 3
    NOISE = 5
    ANOMALY = 6
    WEATHER = 7
    STOCKOUT_QUOTA = 8
    STOCKOUT_SPELLS = 9
    SHELF_RESERVE = 10
    MISSING_SERIES = 11
    GAPS = 12
    LAUNCH = 13
    CHANGEPOINT = 14
    # a number at which the default seed, 42, has about as many promotions as the presets' chances promise
    PROMOTION = 20
    MACRO = 21
    SALES_RETURN = 22


def _mix(state: Keys) -> Keys:
    """The output function of SplitMix64 (Steele, Lea and Flood 2014, figure 17); overwrites `state`."""
    state ^= state >> 30
    state *= 0xBF58476D1CE4E5B9
    state ^= state >> 27
    state *= 0x94D049BB133111EB
    state ^= state >> 31
    return state


def raw_draws(keys: Keys, counters: ArrayLike) -> Keys:
    """Draw number `counters` (n,), from 0, of the SplitMix64 stream seeded with each of `keys` (...): shape (..., n).

    Integer arithmetic alone, so neither the machine nor the version of NumPy changes a bit; a stream can be entered at
    any counter, so no draw depends on how many were taken before it.
    """
    steps = np.atleast_1d(np.asarray(counters)).astype(np.int64).astype(np.uint64)
    steps += 1
    steps *= _GAMMA
    return _mix(np.asarray(keys, dtype=np.uint64)[..., None] + steps)


def stream_keys(seed: int, stream: Stream, *indices: ArrayLike) -> Keys:
    """The seed of each stream of a table: for indices of shapes (n,) and (m,) an (n, m) array, and so on."""
    keys: Keys = raw_draws(np.array(seed, dtype=np.uint64), [int(stream)])[0]
    for index in indices:
        keys = raw_draws(keys, index)
    return keys


def uniforms(keys: Keys, counters: ArrayLike) -> Floats:
    """Uniform draws strictly between 0 and 1, shape (..., n); 52 bits and a half, exact in floating point."""
    drawn = raw_draws(keys, counters)
    drawn >>= 12
    spread = drawn.astype(np.float64)
    spread += 0.5
    spread *= 2.0**-52
    return spread


def whole_between(uniform: Floats, low: int, high: int) -> Integers:
    """Whole numbers low..high (both included), each as likely, from uniform draws."""
    return low + np.floor(uniform * (high - low + 1)).astype(np.int64)


def between(uniform: Floats, low: float, high: float) -> Floats:
    """Values between low and high from uniform draws, quantised."""
    return quantise(low + (high - low) * uniform)


def quantise(values: Floats) -> Floats:
    """The values to nine decimals: the last bit of pow and cos differs between machines and must not decide a row."""
    return np.rint(values * _QUANTUM) / _QUANTUM


# Wichura (1988), Algorithm AS 241, PPND16: numerator and denominator by falling power, for three ranges.
_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_MIDDLE = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)  # fmt: skip


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], at: Floats) -> Floats:
    above, below = (np.full_like(at, row[0]) for row in coefficients)
    for upper, lower in zip(coefficients[0][1:], coefficients[1][1:], strict=True):
        above *= at
        above += upper
        below *= at
        below += lower
    above /= below
    return above


def normals(uniform: Floats) -> Floats:
    """Standard normal values from uniform draws, quantised: the inverse distribution function (Wichura 1988)."""
    centred = uniform - 0.5
    drawn = centred * _ratio(_CENTRE, 0.180625 - centred * centred)
    is_tail = np.abs(centred) > 0.425
    tail = np.sqrt(-np.log(np.minimum(uniform[is_tail], 1 - uniform[is_tail])))
    value = np.where(tail <= 5, _ratio(_MIDDLE, tail - 1.6), _ratio(_FAR, tail - 5))
    drawn[is_tail] = np.copysign(value, centred[is_tail])
    return quantise(drawn)

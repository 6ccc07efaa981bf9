"""Draws: the published streams, the normal distribution, and independence of what else is drawn."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from showcase.demand.draws import Stream, between, normals, quantise, raw_draws, stream_keys, uniforms, whole_between


def test_the_stream_is_splitmix64() -> None:
    # the first outputs for seed 1234567, as published with other implementations
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert raw_draws(np.array(1234567, dtype=np.uint64), np.arange(4)).tolist() == published


def test_a_stream_can_be_entered_anywhere_also_before_its_start() -> None:
    keys = stream_keys(42, Stream.NOISE, np.arange(3), np.arange(4))
    assert keys.shape == (3, 4)
    whole = uniforms(keys, np.arange(-50, 50))
    assert np.array_equal(whole[..., 70:], uniforms(keys, np.arange(20, 50)))


def test_the_key_of_a_series_depends_on_its_own_numbers_alone() -> None:
    few = stream_keys(7, Stream.NOISE, np.arange(2), np.arange(3))
    many = stream_keys(7, Stream.NOISE, np.arange(50), np.arange(80))
    assert np.array_equal(many[:2, :3], few)
    assert len(np.unique(many)) == many.size


def test_streams_and_seeds_share_no_key() -> None:
    keys = [int(stream_keys(seed, stream, [0])[0]) for seed in range(50) for stream in Stream]
    assert len(set(keys)) == len(keys)


def test_uniform_draws_lie_strictly_inside_and_fill_the_unit_evenly() -> None:
    drawn = uniforms(stream_keys(3, Stream.ANOMALY, np.arange(40)), np.arange(2500)).ravel()
    assert 0 < drawn.min() < drawn.max() < 1
    counts, _ = np.histogram(drawn, bins=20, range=(0, 1))
    # 100,000 draws in 20 bins: standard deviation 69 of each count, so 5 of them
    assert np.abs(counts - 5000).max() < 345


def test_neighbouring_streams_are_uncorrelated() -> None:
    drawn = uniforms(stream_keys(3, Stream.NOISE, np.arange(30)), np.arange(4000))
    correlations = np.corrcoef(drawn)[np.triu_indices(30, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(4000)


@given(st.floats(2.0**-53, 1 - 2.0**-53))
def test_normal_values_are_those_of_the_inverse_distribution(share: float) -> None:
    assert abs(normals(np.array([share]))[0] - NormalDist().inv_cdf(share)) < 2e-9


@given(st.integers(-1000, 1000), st.integers(0, 50), st.floats(2.0**-53, 1 - 2.0**-53))
def test_whole_draws_stay_within_their_bounds(low: int, spread: int, share: float) -> None:
    assert low <= whole_between(np.array([share]), low, low + spread)[0] <= low + spread


def test_whole_draws_reach_both_ends_alike() -> None:
    drawn = whole_between((np.arange(1000) + 0.5) / 1000, 3, 12)
    assert np.bincount(drawn).tolist() == [0, 0, 0] + [100] * 10


def test_quantised_values_forget_the_last_bits() -> None:
    exact = np.array([1 / 3, 123.456, 1e6 + 1 / 7])
    assert np.array_equal(quantise(exact), quantise(np.nextafter(exact, 2 * exact)))
    assert between(np.array([0.5]), 1.0, 2.0)[0] == 1.5

"""A model sees the days up to its cutoff, and of later days what was known in advance."""

from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pytest

from showcase.demand.tables import TRUTH_SCHEMAS
from showcase.errors import InvalidInputError
from showcase.forecasting.history import Future, History, SalesMatrix, carried_future
from tests.forecasting.matrices import MONDAY, counting, lively, matrix_of


def test_a_history_ends_at_its_cutoff() -> None:
    history = counting(2, 30).history(20)
    assert history.n_days == 20
    assert history.cutoff == MONDAY + timedelta(days=19)
    assert history.units.max() == 1020


def test_a_sliding_history_starts_later() -> None:
    history = counting(1, 30).history(20, start=13)
    assert history.first_day == MONDAY + timedelta(days=13)
    assert history.units[0].tolist() == [14, 15, 16, 17, 18, 19, 20]


def test_nothing_in_a_history_leads_back_to_the_whole_matrix() -> None:
    history = lively(2, 30).history(20)
    for each in fields(history):
        value = getattr(history, each.name)
        if isinstance(value, np.ndarray):
            assert value.base is None
            assert value.shape[-1] in (2, 20)


def test_a_history_cannot_be_changed_by_a_model() -> None:
    history = counting(1, 30).history(20)
    with pytest.raises(ValueError, match="read-only"):
        history.units[0, 0] = 5


def test_known_truth_has_no_place_in_what_a_model_receives() -> None:
    hidden = {name for schema in TRUTH_SCHEMAS.values() for name in schema} - {"store", "product", "date"}
    hidden |= {"latent", "demand", "truth", "elasticity", "uplift"}
    for kind in (SalesMatrix, History, Future):
        names = {each.name for each in fields(kind)}
        assert not {name for name in names if any(word in name for word in hidden)}


def test_nothing_can_be_hung_on_a_history_afterwards() -> None:
    with pytest.raises(AttributeError):
        object.__setattr__(counting(1, 5).history(), "latent", 1)


def test_a_future_has_no_units() -> None:
    future = lively(2, 30).future(20, 7)
    assert not hasattr(future, "units")
    assert future.first_day == MONDAY + timedelta(days=20)
    assert (future.n_series, future.horizon) == (2, 7)


@pytest.mark.parametrize(("start", "horizon"), [(25, 7), (-1, 7), (0, 0)])
def test_days_outside_the_matrix_are_refused(start: int, horizon: int) -> None:
    with pytest.raises(InvalidInputError, match="0 to 30"):
        counting(1, 30).future(start, horizon)


@pytest.mark.parametrize(("start", "end"), [(0, 31), (5, 5), (-1, 4)])
def test_a_history_outside_the_matrix_is_refused(start: int, end: int) -> None:
    with pytest.raises(InvalidInputError, match="0 to 30"):
        counting(1, 30).history(end, start)


def test_the_unplanned_future_keeps_the_price_without_its_promotion() -> None:
    price, promo = np.full((1, 10), 8.0), np.zeros((1, 10))
    promo[0, -1] = 0.2
    future = carried_future(matrix_of(np.ones((1, 10)), price=price, promo=promo).history(), horizon=3, gap=2)
    assert future.first_day == MONDAY + timedelta(days=12)
    assert future.price.tolist() == [[10.0, 10.0, 10.0]]
    assert future.promo.tolist() == [[0.0, 0.0, 0.0]]
    assert not future.holiday.any()


def test_a_promotion_before_missing_days_is_taken_off_the_price_that_they_carry() -> None:
    units, price, promo = np.ones((4, 10)), np.full((4, 10), 10.0), np.zeros((4, 10))
    units[:3, 7:] = np.nan
    promo[:, 6], price[:, 6:] = 0.2, 8.0
    price[1, 9] = 12.0  # a closed day with a price of its own
    promo[2, 9], price[2, 9] = 0.5, 6.0  # and one with a promotion of its own
    # the last series sells at 8 without a promotion: that is its price
    future = carried_future(matrix_of(units, price=price, promo=promo).history(), horizon=2)
    assert future.price.tolist() == [[10.0] * 2, [12.0] * 2, [12.0] * 2, [8.0] * 2]


def test_selecting_keeps_ids_and_rows_together() -> None:
    matrix = counting(3, 10)
    history = matrix.history().select(np.array([2, 0]))
    assert history.store_ids.tolist() == [3, 1]
    assert history.units[:, 0].tolist() == [2001.0, 1.0]
    assert matrix.future(4, 2).select(np.array([1])).price.shape == (1, 2)


def test_what_a_data_set_knows_beside_is_cut_at_the_cutoff_too() -> None:
    units = np.ones((1, 10))
    stock = np.arange(10.0)[None, :]
    kind = np.arange(10)[None, :] % 5
    matrix = matrix_of(
        units, on_hand=stock, promo_kind=kind, launch_day=np.array([4.0]), signals={"weather": stock + 100}
    )
    history = matrix.history(8, start=3)
    assert history.on_hand is not None
    assert history.on_hand[0].tolist() == [3, 4, 5, 6, 7]
    assert history.signals["weather"][0, -1] == 107
    assert history.launch_day is not None
    assert history.launch_day.tolist() == [1.0]
    future = matrix.future(8, 2)
    assert future.promo_kind is not None
    assert future.promo_kind.tolist() == [[3, 4]]
    assert not hasattr(future, "signals")


def test_first_day_is_a_date() -> None:
    assert counting(1, 3).day(2) == date(2026, 6, 3)

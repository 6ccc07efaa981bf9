"""Elasticity and uplift are found again in data that were made with them, with errors that hold."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from showcase.errors import NotFoundError
from showcase.forecasting.history import History
from showcase.planning import sales_panel
from showcase.planning.effects import estimate_effects
from showcase.planning.uplift import estimate_uplifts
from tests.planning.markets import CATEGORIES, generated, market


def test_without_noise_the_effects_are_found_exactly() -> None:
    effects = estimate_effects(market(elasticity=-1.7, uplift=1.25).history(), CATEGORIES)
    for product_id in CATEGORIES:
        found = effects.of(product_id)
        assert found.elasticity.value == pytest.approx(-1.7, abs=1e-4)
        assert math.exp(found.log_uplift.value) == pytest.approx(1.25, abs=1e-3)
        assert (found.elasticity.source, found.log_uplift.source) == ("product", "product")
        assert found.elasticity.low <= found.elasticity.value <= found.elasticity.high


def test_the_truth_of_generated_data_lies_inside_the_stated_errors() -> None:
    price_errors, uplift_errors, inside = [], [], []
    for seed in (1, 2, 3, 4):
        case = generated("showcase_rich", seed)
        for product_id, found in estimate_effects(case.history, case.categories).by_product.items():
            truth = case.truth[product_id]
            log_uplift = math.log(truth.promotion_uplift)
            price_errors.append(found.elasticity.value - truth.price_elasticity)
            uplift_errors.append(found.log_uplift.value - log_uplift)
            inside.append(found.elasticity.low <= truth.price_elasticity <= found.elasticity.high)
            inside.append(found.log_uplift.low <= log_uplift <= found.log_uplift.high)
    assert np.sqrt(np.mean(np.square(price_errors))) < 0.13  # a fixed -1.5 is off by 0.35
    assert np.sqrt(np.mean(np.square(uplift_errors))) < 0.08
    assert abs(np.mean(price_errors)) < 0.05
    assert 0.88 < np.mean(inside) <= 1.0


def test_stockout_days_tell_nothing() -> None:
    whole = market(noise=0.05)
    stockout = np.random.default_rng(1).random(whole.units.shape) < 0.1
    stockout[:, 0] = False  # a series that begins later is taken for a launch
    capped = replace(whole, units=np.where(stockout, np.floor(whole.units / 3), whole.units), stockout=stockout)
    emptied = replace(whole, units=np.where(stockout, np.nan, whole.units))
    for product_id in CATEGORIES:
        left_out = estimate_effects(capped.history(), CATEGORIES).of(product_id)
        missing = estimate_effects(emptied.history(), CATEGORIES).of(product_id)
        assert left_out.elasticity == missing.elasticity
        assert left_out.log_uplift == missing.log_uplift
    shown = estimate_effects(replace(capped, stockout=np.zeros_like(stockout)).history(), CATEGORIES).of(101)
    assert shown.elasticity != left_out.elasticity


def test_without_price_changes_the_fixed_number_serves_and_says_so() -> None:
    found = estimate_effects(market(price_moves=False, noise=0.05).history(), CATEGORIES).of(101)
    assert (found.elasticity.source, found.elasticity.value, found.price_changes) == ("fixed", -1.5, 0)
    assert found.elasticity.own_share == 0.0
    assert found.log_uplift.source == "product"


def test_without_promotions_the_fixed_number_serves_and_says_so() -> None:
    found = estimate_effects(market(promotions=False, noise=0.05).history(), CATEGORIES).of(101)
    assert (found.log_uplift.source, found.promotion_days) == ("fixed", 0)
    assert found.elasticity.source == "product"


def test_a_product_whose_price_stands_still_takes_its_category() -> None:
    whole = market(noise=0.02)
    price, units = whole.price.copy(), whole.units.copy()
    still = (whole.product_ids == 103)[:, None]
    usual = 10.0 * (1 - whole.promo)
    units = np.where(still, units * (usual / price) ** -1.5, units)
    found = estimate_effects(replace(whole, price=np.where(still, usual, price), units=units).history(), CATEGORIES)
    assert (found.of(103).elasticity.source, found.of(103).price_changes) == ("category", 0)
    assert found.of(103).elasticity.value == pytest.approx(-1.5, abs=0.1)
    assert found.of(103).elasticity.error > 2 * found.of(104).elasticity.error


def test_one_store_is_told_from_the_other_products_on_the_same_day() -> None:
    alone = estimate_effects(market(stores=1, days=300, noise=0.03, promotions=False).history(), CATEGORIES)
    for product_id in CATEGORIES:
        found = alone.of(product_id).elasticity
        assert found.source == "product"
        assert found.low <= -1.5 <= found.high


def test_a_wrong_sign_is_cut_at_nothing() -> None:
    effects = estimate_effects(market(elasticity=0.8, uplift=0.8).history(), CATEGORIES)
    assert {effects.of(one).elasticity.value for one in CATEGORIES} == {0.0}
    assert {effects.of(one).log_uplift.value for one in CATEGORIES} == {0.0}


@pytest.mark.parametrize(("units", "money"), [(10.0, 1.0), (0.5, 1.0), (1.0, 100.0), (3.0, 0.2)])
def test_effects_do_not_depend_on_the_units_that_sales_and_prices_are_counted_in(units: float, money: float) -> None:
    usual = market(noise=0.1)
    other = replace(usual, units=usual.units * units, price=usual.price * money)
    first, second = (estimate_effects(one.history(), CATEGORIES).of(102) for one in (usual, other))
    assert second.elasticity.value == pytest.approx(first.elasticity.value, abs=1e-5)
    assert second.log_uplift.value == pytest.approx(first.log_uplift.value, abs=1e-5)
    assert second.highest_price == pytest.approx(first.highest_price * money)


def test_the_prices_seen_are_those_paid_in_any_store() -> None:
    matrix = market()
    found = estimate_effects(matrix.history(), CATEGORIES).of(104)
    own = matrix.price[matrix.product_ids == 104]
    assert (found.lowest_price, found.highest_price) == (own.min(), own.max())


def test_the_effect_of_a_holiday_is_the_mean_of_those_seen() -> None:
    matrix = market(days=150)
    holiday = np.zeros(150, dtype=np.bool_)
    holiday[[40, 90, 120]] = True
    units = matrix.units * np.where(holiday, 1.4, 1.0)
    found = estimate_effects(replace(matrix, units=units, holiday=holiday).history(), CATEGORIES).of(101)
    assert found.log_holiday.source == "data_set"
    assert math.exp(found.log_holiday.value) == pytest.approx(1.4, rel=0.05)
    assert estimate_effects(matrix.history(), CATEGORIES).of(101).log_holiday.source == "fixed"


def test_growth_and_decline_are_as_far_apart_as_the_products_are() -> None:
    days = np.arange(120)
    matrix = market(products=5)
    growing = np.array([0.004, -0.004, 0.002, -0.002, 0.0])[matrix.product_ids - 101]
    units = matrix.units * np.exp(growing[:, None] * days)
    found = estimate_effects(replace(matrix, units=units).history(), CATEGORIES).of(101).stage_slope
    assert found.source == "data_set"
    assert 0.001 < found.value < 0.005


def test_days_that_sold_nothing_are_counted() -> None:
    matrix = market(noise=0.05)
    units = matrix.units.copy()
    units[matrix.product_ids == 105, ::4] = 0.0
    effects = estimate_effects(replace(matrix, units=units).history(), CATEGORIES)
    assert effects.of(105).silent_share == pytest.approx(0.25)
    assert effects.of(101).silent_share == 0.0


def test_of_a_very_large_history_every_product_keeps_some_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    history = market(stores=6, noise=0.05).history()
    whole = estimate_effects(history, CATEGORIES)
    monkeypatch.setattr(sales_panel, "_MOST_CELLS", 2000)
    cut = estimate_effects(history, CATEGORIES)
    for product_id in CATEGORIES:
        assert cut.of(product_id).elasticity.value == pytest.approx(whole.of(product_id).elasticity.value, abs=0.3)
        assert cut.of(product_id).highest_price == whole.of(product_id).highest_price
    assert cut.of(101).price_changes < whole.of(101).price_changes


def test_a_history_that_sold_nothing_gives_fixed_numbers_and_no_error() -> None:
    zeros = np.zeros((2, 40))
    silent = History(
        store_ids=np.array([1, 1]),
        product_ids=np.array([7, 8]),
        first_day=date(2026, 1, 1),
        units=zeros,
        price=zeros + 2.0,
        promo=zeros,
        stockout=zeros > 1,
        holiday=zeros[0] > 1,
    )
    found = estimate_effects(silent, {}).of(7)
    assert (found.elasticity.source, found.log_uplift.source, found.silent_share) == ("fixed", "fixed", 1.0)


def test_an_unknown_product_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        estimate_effects(market(days=40).history(), CATEGORIES).of(999)


def test_the_climb_after_a_launch_is_no_promotion() -> None:
    matrix = market(days=160)
    days = np.arange(160)
    climb = np.where(days < 50, np.nan, np.minimum((days - 49) / 45, 1.0))
    launched = (matrix.product_ids == 102)[:, None]
    units = np.where(launched, matrix.units * climb, matrix.units)
    found = estimate_effects(replace(matrix, units=units).history(), CATEGORIES).of(102)
    assert math.exp(found.log_uplift.value) == pytest.approx(1.3, rel=0.001)


def test_what_promoted_siblings_take_away_is_told_from_the_uplift() -> None:
    matrix = market(days=160)
    promoted = np.stack([(matrix.promo[matrix.product_ids == one] > 0).any(axis=0) for one in (101, 102)])
    other = np.zeros(matrix.units.shape, dtype=np.bool_)
    for own, sibling in ((101, promoted[1]), (102, promoted[0])):
        other[matrix.product_ids == own] = sibling
    units = np.where(other, 0.6 * matrix.units, matrix.units)
    alone = {101: "tea", 102: "tea", 103: "rolls", 104: "bread", 105: "jam"}
    effects = estimate_effects(replace(matrix, units=units).history(), alone)
    for product_id in alone:
        assert math.exp(effects.of(product_id).log_uplift.value) == pytest.approx(1.3, rel=0.005)


def test_an_elasticity_comes_from_regular_prices_alone() -> None:
    matrix = market()
    quiet = (matrix.store_ids > 2)[:, None]
    cut = 1 - matrix.promo
    units = np.where(quiet & (matrix.promo > 0), matrix.units / 1.3 * cut**1.5, matrix.units)
    price, promo = np.where(quiet, matrix.price / cut, matrix.price), np.where(quiet, 0.0, matrix.promo)
    found = estimate_effects(replace(matrix, units=units, price=price, promo=promo).history(), CATEGORIES)
    assert found.of(103).elasticity.value == pytest.approx(-1.5, abs=1e-4)


def test_what_is_not_known_of_the_price_effect_is_not_known_of_the_uplift_either() -> None:
    panel = sales_panel.SalesPanel.of(market(noise=0.05).history(), CATEGORIES)
    slope = np.full(5, -1.5)
    sure, unsure = (estimate_uplifts(panel, slope, np.full(5, error)) for error in (0.0, 0.5))
    assert (unsure.shrunk.variance > sure.shrunk.variance).all()
    assert (sure.covariance == 0).all()
    # promotions take a fifth off: an elasticity that is off by one moves the log uplift by ln(0.8), the other way
    own = -math.log(0.8) * 0.5**2
    np.testing.assert_allclose(unsure.covariance, own * unsure.shrunk.own_share)

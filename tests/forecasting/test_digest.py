"""The digest of a forecast."""

from datetime import date

import polars as pl

from showcase.forecasting.digest import forecast_digest

FRAME = pl.DataFrame(
    {
        "store_id": [1, 1, 2],
        "product_id": [5, 5, 5],
        "date": [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 1)],
        "model": ["naive"] * 3,
        "forecast": [1.5, None, 3.25],
        "lo80": [1.0, None, 3.0],
    }
)


def test_the_order_of_rows_and_columns_does_not_matter() -> None:
    turned = FRAME.reverse().select(sorted(FRAME.columns))
    assert forecast_digest(turned) == forecast_digest(FRAME)


def test_the_last_digits_do_not_matter_and_a_millionth_does() -> None:
    digest = forecast_digest(FRAME)
    assert forecast_digest(FRAME.with_columns(pl.col("forecast") + 1e-9)) == digest
    assert forecast_digest(FRAME.with_columns(pl.col("forecast") + 1e-6)) != digest


def test_missing_is_not_zero_and_nan_is_missing() -> None:
    digest = forecast_digest(FRAME)
    assert forecast_digest(FRAME.with_columns(pl.col("forecast").fill_null(0.0))) != digest
    assert forecast_digest(FRAME.with_columns(pl.col("forecast").fill_null(float("nan")))) == digest


def test_codes_stand_for_ids_where_data_was_loaded_anew() -> None:
    coded = FRAME.with_columns(pl.Series("code", ["a", "a", "b"]))
    again = coded.with_columns(pl.col("store_id") + 100)
    assert forecast_digest(coded, keys=("code",)) == forecast_digest(again, keys=("code",))
    assert forecast_digest(coded) != forecast_digest(again)

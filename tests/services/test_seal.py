"""What a model is given comes from what a shop knows: with known truth gone, not one number of it changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from sqlalchemy import text

from showcase.forecasting.features import FRAME_V2, build_frame
from showcase.store.engine import Database
from tests.services.subjects import quiet, seed_subject, services_of


def test_the_matrix_and_its_frame_are_the_same_without_known_truth(database: Database, tmp_path: Path) -> None:
    services = services_of(database, tmp_path)
    subject = seed_subject(services, "showcase_rich", stores=2, products=4, window_days=90)
    services.enrichment.enrich(subject.data_set, quiet)
    before = services.demand.matrix(subject.data_set, with_signals=True)
    with database.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM truth.demand")).scalar_one() > 0
        connection.execute(text("TRUNCATE truth.demand, truth.effect"))
    after = services.demand.matrix(subject.data_set, with_signals=True)
    for name in ("units", "price", "promo", "stockout", "promo_kind", "launch_day", "on_hand"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name), err_msg=name)
    assert set(before.signals) == {"weather", "macro"}
    assert build_frame(FRAME_V2, before.history()).equals(build_frame(FRAME_V2, after.history()))


def test_a_seeded_data_set_tells_every_column_of_the_second_frame(database: Database, tmp_path: Path) -> None:
    services = services_of(database, tmp_path)
    subject = seed_subject(services, "new_launches", stores=3, products=20, window_days=150, promotion_intensity=0.5)
    services.enrichment.enrich(subject.data_set, quiet)
    frame = build_frame(FRAME_V2, services.demand.matrix(subject.data_set, with_signals=True).history())
    told = frame.select(pl.col([column.name for column in FRAME_V2.columns]).drop_nulls().n_unique())
    # a year's holidays are few: not every window has one
    silent = {name for name, distinct in told.row(0, named=True).items() if distinct < 2}
    assert silent <= {"is_holiday", "days_to_holiday", "days_since_holiday"}

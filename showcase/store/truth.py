"""Reads known truth; the only module that does, and no reader that feeds a model or an estimate is here."""

from __future__ import annotations

from sqlalchemy import Connection, select

from showcase.planning.reforecast import TrueEffects
from showcase.store import tables as t


def read_true_effects(connection: Connection, data_set_id: int, product_id: int) -> TrueEffects | None:
    """The true effects on one product; None where the data set is imported and nobody knows them."""
    row = connection.execute(
        select(t.truth_effect.c.price_elasticity, t.truth_effect.c.promotion_uplift).where(
            t.truth_effect.c.data_set_id == data_set_id, t.truth_effect.c.product_id == product_id
        )
    ).first()
    return None if row is None else TrueEffects(row.price_elasticity, row.promotion_uplift)

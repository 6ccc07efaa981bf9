"""The notebook's door to lakes: made, forecast and read with a few words."""

from __future__ import annotations

from pathlib import Path

import pytest

from showcase.errors import InvalidInputError
from showcase.notebook.lakes import open_lakes

SIZE = {"scenario": "demo_minimal", "as_of": "2026-11-22", "stores": 3, "products": 4, "days": 80, "stores_a_bucket": 2}


def test_a_lake_is_made_checked_forecast_and_read(tmp_path: Path) -> None:
    lakes = open_lakes(tmp_path, workers=1)
    try:
        assert lakes.make("chain", **SIZE).is_whole
        assert lakes.verify("chain").ok
        done = lakes.forecast("chain", "moving_average", "trend_regression_baseline", horizon=7)
        board = lakes.board(done)
        assert board["rank"].tolist() == [1, 2, 3, 4]
        assert board["best_of"].sum() == done.series - done.left_out == 12
        ahead = lakes.answers(done, store="S1003", sku="SKU-10002")
        assert ahead["step"].tolist() == list(range(1, 8))
        assert len(lakes.answers(done)) == 12 * 7
        assert len(lakes.answers(done, "scores", model="naive")) == 12
        with pytest.raises(InvalidInputError, match="is no day"):
            lakes.make("other", **{**SIZE, "as_of": "yesterday"})
        assert lakes.remove("chain").name == "chain"
        assert not done.folder.exists()
    finally:
        lakes.close()

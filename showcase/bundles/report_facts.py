"""What a report is drawn from: the workspace, what its steps said, and the rows of its focus pair."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from showcase.bundles.content import BundleContent
from showcase.kernel.table import DATE, FOLD, MODEL, PRODUCT, STORE


@dataclass(frozen=True)
class ReportFacts:
    """A bundle's content with its tables, as Parquet by what they hold; one that is missing is a picture less."""

    content: BundleContent
    tables: Mapping[str, bytes]

    @property
    def workspace(self) -> Mapping[str, Any]:
        return self.content.workspace

    @property
    def summary(self) -> Mapping[str, Any]:
        return self.workspace["result_summary"] or {}

    @cached_property
    def steps(self) -> Mapping[str, Mapping[str, Any]]:
        """What each completed step said in values, by its name."""
        done = [event for event in self.content.events if event["event_type"] == "step_complete"]
        return {event["step_name"]: event["data"] for event in done}

    def said(self, step: str) -> Mapping[str, Any]:
        """What a step said; empty where it did not complete."""
        return self.steps.get(step, {})

    @property
    def metric(self) -> str:
        return str(self.summary.get("winner_metric") or self.said("backtest").get("metric") or "wape")

    @property
    def winner(self) -> str | None:
        return self.summary.get("winner_model_type")

    @property
    def board(self) -> Sequence[Mapping[str, Any]]:
        return self.summary.get("leaderboard") or self.said("backtest").get("leaderboard") or ()

    @property
    def focus(self) -> str:
        """The focus pair by its codes, or by its ids where no step told them."""
        status = self.said("status")
        if status.get("store_code"):
            return f"{status['store_code']} / {status['sku']}"
        if self.workspace["store_id"] is None:
            return "not known"
        return f"store {self.workspace['store_id']} / product {self.workspace['product_id']}"

    @cached_property
    def tested(self) -> list[dict[str, Any]]:
        """The winner's forecasts of the focus pair on the test days, with what was sold, by day."""
        return self._focus_rows.get("backtest", [])

    @cached_property
    def ahead(self) -> list[dict[str, Any]]:
        """The registered forecast of the focus pair, by day."""
        return self._focus_rows.get("forecast", [])

    @cached_property
    def _focus_rows(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of the focus pair in each table that is there; both are read at once."""
        store_id, product_id = self.workspace["store_id"], self.workspace["product_id"]
        if store_id is None or product_id is None:
            return {}
        mine = (pl.col(STORE) == store_id) & (pl.col(PRODUCT) == product_id)
        wanted = {
            "backtest": (mine & (pl.col(MODEL) == pl.lit(self.winner, pl.String)), (FOLD, DATE, "actual", "forecast")),
            "forecast": (mine, (DATE, "forecast", "lo80", "hi80", "lo95", "hi95")),
        }
        # scanned: a table has millions of rows and twice the columns
        scans = {
            name: pl.scan_parquet(io.BytesIO(self.tables[name])).filter(rows).select(columns)
            for name, (rows, columns) in wanted.items()
            if name in self.tables
        }
        found = zip(scans, pl.collect_all(list(scans.values())), strict=True)
        return {name: sorted(table.to_dicts(), key=lambda row: (row.get(FOLD), row[DATE])) for name, table in found}

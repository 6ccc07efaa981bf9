"""Compares workspaces: their stories from the rows, their forecasts and folds from the stored tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl

from showcase.errors import IntegrityError, InvalidInputError, NotFoundError, UnavailableError
from showcase.evaluation.metrics import METRICS, pool
from showcase.kernel.identity import Digest
from showcase.kernel.table import ACTUAL, CUTOFF, DATE, FOLD, FORECAST, LEVELS, MODEL, PRODUCT, STORE, bound_columns
from showcase.ports import Artifacts
from showcase.services.models import published, read_frame
from showcase.store.fence import Transactions
from showcase.store.lineage import read_ancestors
from showcase.store.workspaces import Workspace
from showcase.workspaces.comparison import Comparison, FoldScore, ForecastLine, Relation
from showcase.workspaces.comparison_tables import (
    compare_approvals,
    compare_configuration,
    compare_heads,
    compare_made,
    compare_scores,
    remarks_on,
    summary_of,
)
from showcase.workspaces.lineage import kinship

_BOUNDS = [name for level in LEVELS for name in bound_columns(level)]


def compare_workspaces(
    transactions: Transactions, artifacts: Artifacts, found: Sequence[Workspace], base: str, *, differences_only: bool
) -> Comparison:
    """The comparison; a table that is gone or damaged leaves its place empty and says so."""
    stories = [asdict(one) for one in found]
    tables = [_StoredTables(artifacts, story) for story in stories]
    return Comparison(
        base=base,
        workspaces=compare_heads(stories),
        configuration=compare_configuration(stories, differences_only=differences_only),
        scores=compare_scores(stories, [str(one.workspace_id) for one in found].index(base)),
        forecasts=tuple(one.forecast() for one in tables),
        folds={str(one.workspace_id): table.folds() for one, table in zip(found, tables, strict=True)},
        approvals=compare_approvals(stories),
        made=compare_made(stories),
        relations=_relations(transactions, stories),
        remarks=remarks_on(stories),
    )


def _relations(transactions: Transactions, stories: Sequence[Mapping[str, Any]]) -> tuple[Relation, ...]:
    """What each is to each that stands before it."""
    ids = [str(one["workspace_id"]) for one in stories]
    with transactions.read() as connection:
        ancestors = read_ancestors(connection, ids)
    source_of = {str(one["workspace_id"]): one["replayed_from_workspace_id"] for one in stories}
    verdict_of = {str(one["workspace_id"]): (summary_of(one).get("verdict") or {}).get("overall") for one in stories}
    found = []
    for at, ours in enumerate(ids):
        for theirs in ids[:at]:
            relation = kinship(ours, theirs, ancestors, source_of)
            verdict = {"replay": verdict_of[ours], "source": verdict_of[theirs]}.get(relation)
            found.append(Relation(ours, theirs, relation, verdict))
    return tuple(found)


class _StoredTables:
    """The stored tables of one workspace, read when they are asked for."""

    def __init__(self, artifacts: Artifacts, story: Mapping[str, Any]) -> None:
        self._artifacts = artifacts
        self._story = story
        self._files: Mapping[str, str] = story["created_objects"].get("files") or {}

    def forecast(self) -> ForecastLine:
        """The forecast of the focus pair, with what was sold on the tested days."""
        name = str(self._story["workspace_id"])
        frame = self._read("forecast")
        if frame is None:
            gone = "forecast" in self._files
            return ForecastLine(
                name, why_not="Its stored forecast is gone." if gone else "The run registered no forecast."
            )
        own = self._own(frame).sort(DATE)
        tested = self._read("backtest")
        days: tuple[date, ...] = ()
        sold: tuple[float | None, ...] = ()
        if tested is not None:
            known = self._own(tested).unique([DATE], keep="first").sort(DATE)
            days, sold = tuple(known[DATE]), tuple(known[ACTUAL])
        lo80, hi80, lo95, hi95 = (tuple(own[column]) for column in _BOUNDS)
        dates, forecast = tuple(own[DATE]), tuple(own[FORECAST])
        return ForecastLine(name, dates, forecast, lo80, hi80, lo95, hi95, actual_dates=days, actual=sold)

    def folds(self) -> tuple[FoldScore, ...]:
        """The winner's scores fold by fold; empty where nothing won or the tables are gone."""
        winner = summary_of(self._story).get("winner_model_type")
        parts, tested = self._read("score_parts"), self._read("backtest")
        if winner is None or parts is None or tested is None:
            return ()
        days = tested.group_by(FOLD).agg(
            pl.col(CUTOFF).first(), pl.col(DATE).min().alias("first"), pl.col(DATE).max().alias("last")
        )
        scores = pool(parts.filter(pl.col(MODEL) == winner), (FOLD,)).join(days, on=FOLD).sort(FOLD)
        named = [name for name in ("wape", "mae", "rmse", "bias") if name in METRICS]
        return tuple(
            FoldScore(row[FOLD], row[CUTOFF], row["first"], row["last"], *(published(row[name]) for name in named))
            for row in scores.to_dicts()
        )

    def _own(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter((pl.col(STORE) == self._story["store_id"]) & (pl.col(PRODUCT) == self._story["product_id"]))

    def _read(self, name: str) -> pl.DataFrame | None:
        try:
            return read_frame(self._artifacts, Digest(self._files[name]))
        except (KeyError, NotFoundError, IntegrityError, InvalidInputError, UnavailableError):
            return None

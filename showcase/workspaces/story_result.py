"""What a workspace remembers of its result: the summary, the leaderboard, and a replay's verdict."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from showcase.kernel.refusals import contradiction
from showcase.workspaces.verdict import Mark, Part

_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Word = Annotated[str, Field(max_length=200)]
Bounded = Annotated[float, Field(ge=-1e15, le=1e15)]
"""A number that can be drawn."""
Score = Bounded | None
"""Null where undefined."""


class BoardRow(BaseModel):
    """One model of the leaderboard with its scores, null where undefined; a score that came later stands beside."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow", allow_inf_nan=False)
    __pydantic_extra__: dict[str, Score] = Field(init=False)

    rank: int | None = Field(description="Its place; null where its score is undefined.")
    model: _Word = Field(description="The model type.")
    is_chosen: bool = Field(description="Whether it competed; a control did not.")
    is_winner: bool = Field(description="Whether it won.")
    wape: Score = Field(description="Percent.")
    mae: Score = Field(description="Units.")
    rmse: Score = Field(description="Units.")


class Verdict(BaseModel):
    """How a replay compares with its source."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    overall: Mark = Field(description="The worst part that applies.")
    parts: dict[Part, Mark] = Field(description="Each part.")
    where: dict[Part, Annotated[str, Field(max_length=1000)]] = Field(
        description="The first place that differs, of each part that is not identical."
    )
    source_workspace_id: _Id = Field(description="Whom it replays.")


class ResultSummary(BaseModel):
    """How a run ended. More keys may stand beside these."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow", allow_inf_nan=False)

    overall_status: Literal["pass", "fail"] | None = Field(None, description="pass for a completed run.")
    run_status: _Word | None = Field(None, description="The status of the run.")
    winner_model_type: _Word | None = Field(None, description="The winner; null where nothing won.")
    winner_metric: Literal["wape", "mae", "rmse"] | None = Field(None, description="The score that decided.")
    winner_value: Score = Field(None, description="The winner's value of it.")
    winner_wape: Score = Field(None, description="The winner's wape, in percent.")
    winning_run_id: _Id | None = Field(None, description="The winner's registered model run.")
    alias: _Word | None = Field(None, description="The alias that was pointed at it.")
    wall_clock_s: float | None = Field(None, ge=0, description="Seconds.")
    v2_run_id: _Id | None = Field(None, description="The model run of the challenger.")
    workspace_id: _Id | None = Field(None, description="The workspace.")
    data_fingerprint: _Digest | None = Field(None, description="The data that the run was about.")
    forecast_digest: _Digest | None = Field(None, description="The digest of the registered forecast's numbers.")
    leaderboard: list[BoardRow] | None = Field(None, description="Chosen models and controls, best first.")
    reason: Annotated[str, Field(max_length=20_000)] | None = Field(None, description="Why it did not complete.")
    verdict: Verdict | None = Field(None, description="Of a replay.")

    @model_validator(mode="after")
    def _the_winner_has_a_score(self) -> Self:
        check_winner(self.leaderboard or [], self.winner_metric or "wape")
        if self.winner_model_type is not None and (self.winner_metric is None or self.winner_value is None):
            raise contradiction("winner_value", "a metric and a value of the winner")
        return self


def check_winner(board: list[BoardRow], metric: str) -> None:
    """Refuse a leaderboard whose winner has no score to have won with."""
    if any(row.is_winner and getattr(row, metric) is None for row in board):
        raise contradiction("leaderboard", f"a winner with a {metric}")

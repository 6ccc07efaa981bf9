"""What a batch is asked to do: an operation, over which series, with which models, on which days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from showcase.errors import FieldError, InvalidInputError
from showcase.evaluation.folds import BacktestPlan
from showcase.evaluation.settings import BacktestSettings
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.day import Day
from showcase.kernel.window import Window

OPERATIONS = ("train", "backtest", "train_backtest_register")
MOST_ITEMS = 200_000
MOST_TOP = 10_000

_SCOPES: Mapping[str, str | None] = {
    "manual": "series",
    "region": "region",
    "category": "category",
    "top_revenue": "top",
    "all": None,
}
"""Each kind of scope with the one field that it needs; the others have to be left out."""


@dataclass(frozen=True, slots=True)
class BatchScope:
    """Which series: those named (store, product), of a region or a category, the `top` by revenue, or all."""

    kind: str
    series: tuple[tuple[int, int], ...] = ()
    region: str | None = None
    category: str | None = None
    top: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in _SCOPES:
            raise _refused("scope.kind", self.kind, f"one of {', '.join(_SCOPES)}")
        given = {name: getattr(self, name) for name in _SCOPES.values() if name is not None}
        for name, found in given.items():
            is_needed, is_given = name == _SCOPES[self.kind], found not in (None, ())
            if is_needed and not is_given:
                raise _refused(f"scope.{name}", found, f"a value with scope {self.kind}")
            if is_given and not is_needed:
                raise _refused(f"scope.{name}", found, f"none with scope {self.kind}")
        if self.top is not None and not 1 <= self.top <= MOST_TOP:
            raise _refused("scope.top", self.top, f"1 to {MOST_TOP}")
        if len(set(self.series)) != len(self.series):
            raise _refused("scope.series", f"{len(self.series)} series, some twice", "each series once")

    def as_json(self) -> dict[str, Any]:
        """The kind and the one field that it needs."""
        name = _SCOPES[self.kind]
        needed: dict[str, Any] = {
            "series": [list(pair) for pair in self.series],
            "region": self.region,
            "category": self.category,
        }
        needed["top"] = self.top
        return {"kind": self.kind} | ({} if name is None else {name: needed[name]})


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """One batch; `window` are the days that are used, None for all of the data set."""

    operation: str
    scope: BatchScope
    configs: tuple[ModelConfig, ...]
    plan: BacktestPlan = BacktestPlan()  # noqa: RUF009 -- it is frozen
    window: Window | None = None

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise _refused("operation", self.operation, f"one of {', '.join(OPERATIONS)}")
        names = [str(config.model_type) for config in self.configs]
        if not names or len(set(names)) != len(names):
            raise _refused("model_configs", ", ".join(names) or "none", "at least one model type, each one once")


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class AskedScope(_Strict):
    """Which series, as it is sent: the kind, and the one field that it needs."""

    kind: str = Field(description=f"One of {', '.join(_SCOPES)}.")
    series: list[Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2, max_length=2)]] = Field(
        default=[], max_length=MOST_ITEMS, description="With manual: store_id and product_id of each series."
    )
    region: str | None = Field(None, description="With region: its name.")
    category: str | None = Field(None, description="With category: its name.")
    top: int | None = Field(None, description="With top_revenue: how many series.")


class AskedBatch(_Strict):
    """A batch as it is sent."""

    operation: Literal["train", "backtest", "train_backtest_register"] = Field(description="What is done.")
    scope: AskedScope = Field(description="Over which series.")
    model_configs: list[ModelConfig] = Field(
        min_length=1, max_length=11, description="With which models, each type once."
    )
    backtest: BacktestSettings = Field(BacktestSettings(), description="How they are scored.")
    start_date: Day | None = Field(None, description="The first day that is used; null is the data set's first.")
    end_date: Day | None = Field(None, description="The last day that is used; null is the data set's last.")

    def request(self, whole: Window) -> BatchRequest:
        """The batch on a data set over the days `whole`; InvalidInputError names what contradicts itself."""
        asked = self.scope
        scope = BatchScope(
            asked.kind, tuple((pair[0], pair[1]) for pair in asked.series), asked.region, asked.category, asked.top
        )
        days = None
        if self.start_date is not None or self.end_date is not None:
            days = Window(self.start_date or whole.start, self.end_date or whole.end)
        return BatchRequest(self.operation, scope, tuple(self.model_configs), self.backtest.plan(), days)


def _refused(field: str, found: object, allowed: str) -> InvalidInputError:
    error = FieldError(field, f"{found!r:.100}", allowed)
    return InvalidInputError(f"The batch was refused: {error}.", "Correct the named field.", [error])

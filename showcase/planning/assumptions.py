"""What a plan assumes about the days ahead: price, promotion, holidays, stock and stage of life."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.clean import cleaned
from showcase.kernel.day import Day
from showcase.kernel.refusals import contradiction, parse_as
from showcase.kernel.window import Window

PromotionKind = Literal["pct_off", "bogo", "bundle", "markdown"]
Stage = Literal["growth", "maturity", "decline"]
Tag = Annotated[str, Field(min_length=1, max_length=40, pattern=r"\S"), cleaned("tags", longest=40)]
MOST_TAGS = 20


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class _Spanned(_Strict):
    start: Day = Field(description="The first day it holds.")
    end: Day = Field(description="The last day it holds.")

    @model_validator(mode="after")
    def _end_after_start(self) -> Self:
        if self.end < self.start:
            raise contradiction("end", f"a day from {self.start} on, where it starts")
        return self

    @property
    def span(self) -> Window:
        return Window(self.start, self.end)


class PriceAssumption(_Spanned):
    """Another shelf price on some days."""

    change_pct: float = Field(
        ge=-0.9, le=5.0, description="The change as a share of the price: -0.1 is ten percent cheaper."
    )


class PromotionAssumption(_Spanned):
    """A promotion on some days, on top of whatever the price is."""

    kind: PromotionKind = Field(description="The kind of promotion.")
    discount: float = Field(gt=0.0, le=0.9, description="The share taken off the price: 0.2 is twenty percent off.")


class HolidayAssumption(_Strict):
    """Days that are holidays."""

    dates: list[Day] = Field(min_length=1, max_length=90, description="The holidays, each day once.")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.dates)) != len(self.dates):
            raise contradiction("dates", "each day once")
        return self


class InventoryAssumption(_Strict):
    """The stock there is, with no delivery on the way."""

    on_hand_units: int = Field(ge=0, le=10**9, description="Units on hand on the evening before the first day.")


class LifecycleAssumption(_Strict):
    """The stage of life that the product enters."""

    stage: Stage = Field(description="Growing, mature or declining against the other products.")


class Assumptions(_Strict):
    """One to five assumptions about the days ahead."""

    price: PriceAssumption | None = Field(None, description="Another shelf price.")
    promotion: PromotionAssumption | None = Field(None, description="A promotion.")
    holiday: HolidayAssumption | None = Field(None, description="Holidays.")
    inventory: InventoryAssumption | None = Field(None, description="A stock that is not filled up.")
    lifecycle: LifecycleAssumption | None = Field(None, description="A stage of life.")

    @model_validator(mode="after")
    def _something_is_assumed(self) -> Self:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise contradiction("price", "at least one of price, promotion, holiday, inventory and lifecycle")
        return self

    @property
    def concerns_a_model(self) -> bool:
        """Whether any of it is something that a feature-aware model reads."""
        return any(one is not None for one in (self.price, self.promotion, self.holiday))

    def as_json(self) -> dict[str, Any]:
        """What was assumed, as it would be sent."""
        return self.model_dump(mode="json", exclude_none=True)


class PlanRequest(_Strict):
    """One what-if to compute."""

    assumptions: Assumptions = Field(description="What is assumed.")
    horizon: int = Field(14, ge=1, le=90, description="Days ahead that are planned.")
    store_id: int | None = Field(None, ge=1, description="The store; null takes that of the model run.")
    product_id: int | None = Field(None, ge=1, description="The product; null takes that of the model run.")
    run_id: str | None = Field(
        None, pattern=r"^[0-9a-f]{32}$", description="The model run to forecast with; null is the one in production."
    )

    @model_validator(mode="after")
    def _pair_is_whole(self) -> Self:
        if (self.store_id is None) != (self.product_id is None):
            missing = "store_id" if self.store_id is None else "product_id"
            raise contradiction(missing, "both store_id and product_id, or neither")
        return self


def _distinct(tags: list[str]) -> list[str]:
    if len(set(tags)) != len(tags):
        raise ValueError("each tag once")
    return tags


Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS), AfterValidator(_distinct)]


class PlanLabels(_Strict):
    """What a plan is called and found by."""

    name: Annotated[str, cleaned("name", longest=200)] = Field(
        min_length=1, max_length=200, pattern=r"\S", description="What the plan is called."
    )
    tags: Tags = Field(default=[], description=f"Up to {MOST_TAGS} words to find it by.")


class NewPlan(PlanLabels, PlanRequest):
    """One what-if to compute and keep."""


def parse_plan[Asked: BaseModel](kind: type[Asked], payload: Mapping[str, Any] | str | bytes) -> Asked:
    """A PlanRequest, NewPlan or PlanLabels from an object or its JSON; InvalidInputError names each refused field."""
    return parse_as(kind, payload, "plan")


_DATED: Mapping[str, Callable[[Assumptions], list[date]]] = {
    "price.start": lambda a: [a.price.start] if a.price else [],
    "price.end": lambda a: [a.price.end] if a.price else [],
    "promotion.start": lambda a: [a.promotion.start] if a.promotion else [],
    "promotion.end": lambda a: [a.promotion.end] if a.promotion else [],
    "holiday.dates": lambda a: a.holiday.dates if a.holiday else [],
}


def check_days(assumptions: Assumptions, days: Window) -> None:
    """Refuse an assumption about a day that is not forecast, naming the forecast days: it would change nothing."""
    errors = [
        FieldError(f"assumptions.{field}", day.isoformat(), f"a forecast day, {days}")
        for field, dates in _DATED.items()
        for day in dates(assumptions)
        if day not in days
    ]
    if errors:
        raise InvalidInputError(
            f"The forecast days are {days}; these lie outside: {'; '.join(map(str, errors))}.",
            f"Assume something about the days {days}, or plan with a longer horizon.",
            errors,
        )

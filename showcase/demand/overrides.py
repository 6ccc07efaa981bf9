"""The seven knobs with which a person bends a preset before it is seeded."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class SeedOverrides(BaseModel):
    """Values that are put in place of the preset's, applied last; a knob that is None was not set.

    Strict: "42", 42.0 and true are no ints; true is no float; an int is a float; NaN and infinities are refused.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    stores: Annotated[int, Field(ge=1, le=100)] | None = Field(default=None, description="How many stores are drawn.")
    products: Annotated[int, Field(ge=1, le=500)] | None = Field(
        default=None, description="How many products are drawn."
    )
    window_days: Annotated[int, Field(ge=75, le=365)] | None = Field(
        default=None,
        description="How many days before its last day the data start; 180 gives 181 days. Not with holiday_rush.",
    )
    sparsity: Annotated[float, Field(ge=0, le=0.9)] | None = Field(
        default=None, description="Share of store-product series that are missing; gaps of the preset stay."
    )
    promotion_intensity: Annotated[float, Field(ge=0, le=0.5)] | None = Field(
        default=None, description="Chance, per product and 30 days, that a promotion starts."
    )
    stockout_intensity: Annotated[float, Field(ge=0, le=0.5)] | None = Field(
        default=None, description="Expected share of series-days that are out of stock."
    )
    noise_sigma: Annotated[float, Field(ge=0, le=0.5)] | None = Field(
        default=None, description="Standard deviation of the noise that multiplies each day's demand."
    )

    def given(self) -> dict[str, int | float]:
        """The knobs that were set, by name; empty where none was."""
        return self.model_dump(exclude_none=True)

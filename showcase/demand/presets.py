"""THE table of presets: what each of the eight scenarios draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.window import Window

TrendKind = Literal["none", "linear", "exponential"]

NATIVE_DAYS = 366


class Scenario(StrEnum):
    """The names of the presets, as they stand on the wire."""

    DEMO_MINIMAL = "demo_minimal"
    RETAIL_STANDARD = "retail_standard"
    HOLIDAY_RUSH = "holiday_rush"
    HIGH_VARIANCE = "high_variance"
    STOCKOUT_HEAVY = "stockout_heavy"
    NEW_LAUNCHES = "new_launches"
    SPARSE = "sparse"
    SHOWCASE_RICH = "showcase_rich"


@dataclass(frozen=True, slots=True)
class Size:
    """How many stores, products and days (both ends included) a data set has."""

    stores: int
    products: int
    days: int

    def __str__(self) -> str:
        return f"{self.stores} x {self.products}, {self.days} days"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day of every year that a preset multiplies by its own factor."""

    month: int
    day: int
    name: str
    factor: float


@dataclass(frozen=True, slots=True)
class Extras:
    """The strengths of the slower and finer effects; 0 switches an effect off, its factor is then 1.

    wave: amplitude of the yearly wave; changepoint_p: share of products with one lasting shift of their level, up or
    down by changepoint_size; weather: effect of one standard deviation of the region's weather on a category of
    sensitivity 1; substitution: share lost when every sibling of the category is promoted; lifecycle: change a day of a
    product that grows or declines.
    """

    wave: float = 0.0
    changepoint_p: float = 0.0
    changepoint_size: float = 0.0
    weather: float = 0.0
    substitution: float = 0.0
    lifecycle: float = 0.0


@dataclass(frozen=True, slots=True)
class Preset:
    """One scenario: its sizes, its strengths and what it shows.

    base: units a day of an average series; trend_rate: a day; noise: standard deviation of the multiplicative noise;
    anomaly_p: chance per series-day, anomaly_size the multiplier (or divisor); promotion_p: chance per product and 30
    days that a promotion starts; stockout_p: expected share of series-days out of stock; launch_ramp_days: 0 without
    launches; sparsity: share of missing series; gaps: holes in each remaining series; fixed_window: the days, where
    as_of has no say.
    """

    name: Scenario
    shows: str
    oddities: str
    demo: Size
    base: float
    trend: TrendKind
    trend_rate: float
    noise: float
    anomaly_p: float
    anomaly_size: float
    promotion_p: float
    stockout_p: float
    native: Size = Size(10, 50, NATIVE_DAYS)
    month_factors: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    special_days: tuple[SpecialDay, ...] = ()
    launch_ramp_days: int = 0
    sparsity: float = 0.0
    gaps: int = 0
    fixed_window: Window | None = None
    extras: Extras = Extras()
    is_rich: bool = False


_HOLIDAY_WINDOW = Window(date(2024, 10, 1), date(2024, 12, 31))

_ROWS = (
    Preset(
        name=Scenario.DEMO_MINIMAL,
        shows="the short one",
        oddities="None to speak of: a weekly shape, a slight trend, a promotion here and there.",
        demo=Size(3, 10, 92),
        base=100, trend="linear", trend_rate=0.0005, noise=0.10, anomaly_p=0.01, anomaly_size=2,
        promotion_p=0.10, stockout_p=0.02,
    ),
    Preset(
        name=Scenario.RETAIL_STANDARD,
        shows="an ordinary chain",
        oddities="Mild seasons and weather, a few lasting shifts of level, siblings that take sales from each other.",
        demo=Size(5, 15, 181),
        base=100, trend="linear", trend_rate=0.0005, noise=0.15, anomaly_p=0.01, anomaly_size=2,
        promotion_p=0.10, stockout_p=0.02,
        extras=Extras(wave=0.06, changepoint_p=0.20, changepoint_size=0.12, weather=0.03, substitution=0.15),
    ),
    Preset(
        name=Scenario.HOLIDAY_RUSH,
        shows="months 10:1.0 11:1.3 12:1.8; 11-28 x2, 11-29 x3, 12-24 x1.5, 12-25 x0.3",
        oddities="Demand grows every day into December; four days of the year stand far out; shelves run empty.",
        demo=Size(5, 15, 92),
        native=Size(10, 50, 92),
        base=80, trend="exponential", trend_rate=0.005, noise=0.20, anomaly_p=0.01, anomaly_size=2,
        promotion_p=0.25, stockout_p=0.15,
        month_factors=MappingProxyType({10: 1.0, 11: 1.3, 12: 1.8}),
        special_days=(
            SpecialDay(11, 28, "Thanksgiving", 2.0),
            SpecialDay(11, 29, "Black Friday", 3.0),
            SpecialDay(12, 24, "Christmas Eve", 1.5),
            SpecialDay(12, 25, "Christmas Day", 0.3),
        ),
        fixed_window=_HOLIDAY_WINDOW,
    ),
    Preset(
        name=Scenario.HIGH_VARIANCE,
        shows="noise",
        oddities="Days swing by 40 %, one in twenty is three times too high or too low; no trend.",
        demo=Size(5, 15, 181),
        base=100, trend="none", trend_rate=0.0, noise=0.40, anomaly_p=0.05, anomaly_size=3,
        promotion_p=0.15, stockout_p=0.05,
    ),
    Preset(
        name=Scenario.STOCKOUT_HEAVY,
        shows="demand that sales do not show",
        oddities="A quarter of all days is out of stock, so sales lie far below the demand.",
        demo=Size(5, 15, 181),
        base=50, trend="none", trend_rate=0.0, noise=0.20, anomaly_p=0.01, anomaly_size=2,
        promotion_p=0.20, stockout_p=0.25,
    ),
    Preset(
        name=Scenario.NEW_LAUNCHES,
        shows="45-day launch ramps, launches inside the window",
        oddities="Two products of five start inside the window: short histories that climb for 45 days.",
        demo=Size(5, 25, 181),
        native=Size(10, 100, NATIVE_DAYS),
        base=80, trend="linear", trend_rate=0.002, noise=0.10, anomaly_p=0.01, anomaly_size=2,
        promotion_p=0.15, stockout_p=0.02,
        launch_ramp_days=45,
    ),
    Preset(
        name=Scenario.SPARSE,
        shows="half the series missing, 3 gaps of 2..10 days in each",
        oddities="Half of the store-product pairs do not exist, and each that does has three holes.",
        demo=Size(3, 10, 92),
        base=100, trend="none", trend_rate=0.0, noise=0.10, anomaly_p=0.01, anomaly_size=2,
        promotion_p=0.05, stockout_p=0.02,
        sparsity=0.5, gaps=3,
    ),
    Preset(
        name=Scenario.SHOWCASE_RICH,
        shows="all phases, enriched data",
        oddities="Seasons, weather, shifts of level, growing and declining products, siblings that take sales.",
        demo=Size(5, 15, 181),
        base=100, trend="linear", trend_rate=0.0005, noise=0.10, anomaly_p=0.01, anomaly_size=2,
        promotion_p=0.15, stockout_p=0.05,
        extras=Extras(
            wave=0.10, changepoint_p=0.30, changepoint_size=0.15, weather=0.05, substitution=0.25, lifecycle=0.0008
        ),
        is_rich=True,
    ),
)  # fmt: skip

PRESETS: Mapping[Scenario, Preset] = MappingProxyType({preset.name: preset for preset in _ROWS})
"""Every preset by its name, in the order in which they are shown."""


def preset_named(name: str) -> Preset:
    """The preset called `name`; InvalidInputError with the allowed names where there is none."""
    try:
        return PRESETS[Scenario(name)]
    except ValueError:
        allowed = ", ".join(Scenario)
        raise InvalidInputError(
            f"There is no preset {name!r:.100}; the presets are {allowed}.",
            "Choose one of the presets.",
            [FieldError("scenario", f"{name!r:.100}", f"one of {allowed}")],
        ) from None

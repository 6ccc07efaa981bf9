"""Measures plans against known truth: `python -m benchmarks.planning --seeds 10`.

Prints two Markdown tables: for each seed and model the plan of the step scenario_simulate_and_save with its units and
revenue, estimated and true; and for each preset how often the intervals of the estimated effects hold the true ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from showcase.demand.generate import generate
from showcase.demand.presets import Scenario, preset_named
from showcase.demand.recipe import resolve_recipe
from showcase.demand.tables import DemandTables
from showcase.forecasting.fit import FittedModel, fit_model
from showcase.forecasting.grid import SalesRows, place_on_grid
from showcase.forecasting.history import SalesMatrix, carried_future
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.window import Window
from showcase.planning.effects import Effects, estimate_effects
from showcase.planning.plan import Baseline, Plan
from showcase.planning.proposals import proposals, surest
from showcase.planning.reforecast import TrueEffects, reforecast
from showcase.planning.what_if import make_plan

AS_OF = date(2026, 11, 22)
HORIZON = 14


@dataclass(frozen=True, slots=True)
class Case:
    """A generated data set as a plan sees it: positions are ids, the pair is the one with the most sold days."""

    tables: DemandTables
    matrix: SalesMatrix
    store: int
    product: int

    @property
    def categories(self) -> dict[int, str]:
        return dict(enumerate(self.tables.products["category"]))

    def truth(self, product: int) -> TrueEffects:
        assert self.tables.truth_effects is not None
        row = self.tables.truth_effects.filter(pl.col("product") == product)
        return TrueEffects(row["price_elasticity"][0], row["promotion_uplift"][0])


def generated(preset: str, seed: int) -> Case:
    """The data set of this preset and seed, its last day fixed."""
    as_of = None if preset_named(preset).fixed_window else AS_OF
    tables = generate(resolve_recipe(preset, seed, as_of=as_of))
    keys = ["store", "product", "date"]
    sales = tables.sales.join(tables.stock.select(*keys, "is_stockout"), on=keys).sort(keys)
    rows = SalesRows(
        store_ids=sales["store"].cast(pl.Int64).to_numpy(),
        product_ids=sales["product"].cast(pl.Int64).to_numpy(),
        days=(sales["date"] - tables.window.start).dt.total_days().to_numpy(),
        units=sales["units"].to_numpy(),
        price_cents=sales["unit_price_cents"].to_numpy(),
        promo_percent=sales["promo_percent"].cast(pl.Int64).to_numpy(),
        is_open=sales["is_open"].to_numpy(),
        is_stockout=sales["is_stockout"].to_numpy(),
    )
    holiday = tables.calendar.sort("date")["is_holiday"].to_numpy()
    matrix = place_on_grid(rows, tables.window.start, tables.window.days, holiday)
    featured = (
        sales.group_by("store", "product")
        .agg((pl.col("units") > 0).sum().alias("days"), pl.col("units").sum())
        .sort(["days", "units", "store", "product"], descending=[True, True, False, False])
    )
    return Case(tables, matrix, int(featured["store"][0]), int(featured["product"][0]))


def first_plan(case: Case, model: FittedModel, effects: Effects) -> tuple[str, Plan]:
    """The plan that the step saves, and what it is called."""
    row = case.matrix.row_of(case.store, case.product)
    future = carried_future(case.matrix.history(), HORIZON)
    units, price = model.predict(future)[row], future.price[row]
    days = Window(future.first_day, future.day(HORIZON - 1))
    offered = proposals(days)
    plans = []
    for one in offered:
        baseline = Baseline(days, units, price, reforecast(model, future, row, one.assumptions))
        plans.append(make_plan(one.assumptions, baseline, effects.of(case.product), case.truth(case.product)))
    place = surest(plans)
    return offered[place].name, plans[place]


def plan_lines(preset: str, seeds: int, models: Sequence[ModelType]) -> Iterator[str]:
    """A Markdown table, one row a seed and model."""
    yield "| seed | model | plan | method, who leads | units | true | ratio | revenue | true | model alone |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for seed in range(1, seeds + 1):
        case = generated(preset, seed)
        history = case.matrix.history()
        effects = estimate_effects(history, case.categories)
        for model_type in models:
            fitted = fit_model(ModelConfig.of(model_type), history, HORIZON)
            name, plan = first_plan(case, fitted, effects)
            assert plan.truth is not None
            alone = "" if plan.exogenous is None else f"{plan.exogenous.units / plan.truth.units:.2f}"
            yield (
                f"| {seed} | {model_type} | {name} | {plan.method}, {plan.leads} | {plan.delta.units:+.0f} "
                f"| {plan.truth.units:+.0f} | {plan.delta.units / plan.truth.units:.2f} | {plan.delta.revenue:+.2f} "
                f"| {plan.truth.revenue:+.2f} | {alone} |"
            )


def effect_lines(seeds: int) -> Iterator[str]:
    """A Markdown table, one row a preset: errors of the estimated effects and how often their intervals held."""
    yield "| preset | elasticities | error | 95 % held | fixed constant's error | uplifts (ln) | error | 95 % held |"
    yield "|---|---|---|---|---|---|---|---|"
    for preset in Scenario:
        errors: dict[str, list[tuple[float, float]]] = {"elasticity": [], "uplift": []}
        constant = []
        for seed in range(1, seeds + 1):
            case = generated(preset, seed)
            for product, found in estimate_effects(case.matrix.history(), case.categories).by_product.items():
                truth = case.truth(product)
                constant.append(-1.5 - truth.price_elasticity)
                for name, estimate, true in (
                    ("elasticity", found.elasticity, truth.price_elasticity),
                    ("uplift", found.log_uplift, float(np.log(truth.promotion_uplift))),
                ):
                    errors[name].append((estimate.value - true, estimate.error))
        told = [_told(np.array(errors[name])) for name in errors]
        yield f"| {preset} | {told[0]} | {np.sqrt(np.mean(np.square(constant))):.2f} | {told[1]} |"


def _told(errors: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> str:
    held = float((np.abs(errors[:, 0]) <= 1.96 * errors[:, 1]).mean())
    return f"{len(errors)} | {np.sqrt(np.mean(errors[:, 0] ** 2)):.3f} | {held:.0%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--preset", default="showcase_rich")
    parser.add_argument("--models", nargs="+", default=[str(one) for one in ModelType])
    parser.add_argument("--skip-effects", action="store_true", help="leave out the table of presets")
    asked = parser.parse_args()
    for line in plan_lines(asked.preset, asked.seeds, [ModelType(one) for one in asked.models]):
        print(line, flush=True)
    if not asked.skip_effects:
        print()
        for line in effect_lines(asked.seeds):
            print(line, flush=True)


if __name__ == "__main__":
    main()

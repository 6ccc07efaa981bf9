"""Measures plans against known truth: `python -m benchmarks.planning --seeds 10 [--write]`.

For each seed and model the plan that the step scenario_simulate_and_save keeps, with its units and revenue, estimated
and true; with --effects for each preset how often the intervals of the estimated effects hold the true ones. Everything
goes through the services that a run uses.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from benchmarks.home import fresh_installation
from benchmarks.page import write_section
from showcase.demand.presets import Scenario, preset_named
from showcase.demand.recipe import resolve_recipe
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.words import percent
from showcase.planning.assumptions import PlanRequest
from showcase.planning.effects import estimate_effects
from showcase.planning.plan import Plan
from showcase.planning.proposals import proposals, surest
from showcase.planning.reforecast import TrueEffects
from showcase.ports import silent
from showcase.services.model_requests import TrainRequest
from showcase.services.suite import Services
from showcase.store.demand import DataSet
from showcase.store.plans import read_categories
from showcase.store.truth import read_true_effects

AS_OF = date(2026, 11, 22)
HORIZON = 14


@dataclass(frozen=True, slots=True)
class Line:
    """The plan that is kept with one model."""

    seed: int
    model: str
    name: str
    plan: Plan

    @property
    def ratio(self) -> float:
        assert self.plan.truth is not None
        return self.plan.delta.units / self.plan.truth.units

    @property
    def has_sign_of_truth(self) -> bool:
        assert self.plan.truth is not None
        return bool(np.sign(round(self.plan.delta.revenue, 2)) == np.sign(round(self.plan.truth.revenue, 2)))

    def __str__(self) -> str:
        truth = self.plan.truth
        assert truth is not None
        alone = "" if self.plan.exogenous is None else f"{self.plan.exogenous.units / truth.units:.2f}"
        return (
            f"| {self.seed} | {self.model} | {self.name} | {self.plan.method}, {self.plan.leads} "
            f"| {self.plan.delta.units:+.0f} | {truth.units:+.0f} | {self.ratio:.2f} | {self.plan.delta.revenue:+.2f} "
            f"| {truth.revenue:+.2f} | {alone} |"
        )


def seeded(services: Services, preset: str, seed: int) -> DataSet:
    """The data set of this preset and seed, its last day fixed."""
    as_of = None if preset_named(preset).fixed_window else AS_OF
    return services.demand.seed(resolve_recipe(preset, seed, as_of=as_of)).data_set


def kept_plan(services: Services, data_set: DataSet, model_type: ModelType) -> tuple[str, Plan]:
    """The plan of the step with this model in production, and what it is called."""
    pair = services.demand.focus(data_set, None).pair
    config = ModelConfig.of(model_type)
    asked = TrainRequest(store_id=pair.store_id, product_id=pair.product_id, config=config, horizon=HORIZON)
    basis = services.plans.basis(services.workbench.train(asked, silent).model_run_id)
    offered = proposals(basis.days(HORIZON))
    plans = [
        services.plans.simulate(PlanRequest(assumptions=one.assumptions, horizon=HORIZON), basis).plan
        for one in offered
    ]
    place = surest(plans)
    return offered[place].name, plans[place]


def plan_lines(services: Services, preset: str, seeds: int, models: Sequence[ModelType]) -> Iterator[str]:
    """A Markdown table, one row a seed and model, and a sentence about all of it."""
    yield "| seed | model | plan | method, who leads | units | true | ratio | revenue | true | model alone |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    found: list[Line] = []
    for seed in range(1, seeds + 1):
        data_set = seeded(services, preset, seed)
        services.enrichment.enrich(data_set, silent)
        for model_type in models:
            found.append(Line(seed, str(model_type), *kept_plan(services, data_set, model_type)))
            yield str(found[-1])
        services.demand.wipe()
    ratios = [line.ratio for line in found]
    far = sum(abs(ratio - 1) > 0.25 for ratio in ratios)
    yield ""
    yield (
        f"{len(found)} plans: ratios {min(ratios):.2f} .. {max(ratios):.2f}, {far} of them off by more than 25 %; the "
        f"revenue has the sign of the true one in {sum(line.has_sign_of_truth for line in found)}."
    )


def effect_lines(services: Services, seeds: int) -> Iterator[str]:
    """A Markdown table, one row a preset: errors of the estimated effects and how often their intervals held."""
    yield "| preset | elasticities | error | 95 % held | fixed constant's error | uplifts (ln) | error | 95 % held |"
    yield "|---|---|---|---|---|---|---|---|"
    for preset in Scenario:
        errors: dict[str, list[tuple[float, float]]] = {"elasticity": [], "uplift": []}
        constant = []
        for seed in range(1, seeds + 1):
            data_set = seeded(services, preset, seed)
            with services.transactions.read() as connection:
                categories = read_categories(connection, data_set.id)
            effects = estimate_effects(services.demand.matrix(data_set).history(), categories)
            for product, found in effects.by_product.items():
                truth = _truth(services, data_set, product)
                constant.append(-1.5 - truth.price_elasticity)
                for name, estimate, true in (
                    ("elasticity", found.elasticity, truth.price_elasticity),
                    ("uplift", found.log_uplift, float(np.log(truth.promotion_uplift))),
                ):
                    errors[name].append((estimate.value - true, estimate.error))
            services.demand.wipe()
        told = [_told(np.array(errors[name])) for name in errors]
        yield f"| {preset} | {told[0]} | {np.sqrt(np.mean(np.square(constant))):.2f} | {told[1]} |"


def _truth(services: Services, data_set: DataSet, product: int) -> TrueEffects:
    with services.transactions.read() as connection:
        truth = read_true_effects(connection, data_set.id, product)
    assert truth is not None  # the data set is generated
    return truth


def _told(errors: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> str:
    held = float((np.abs(errors[:, 0]) <= 1.96 * errors[:, 1]).mean())
    return f"{len(errors)} | {np.sqrt(np.mean(errors[:, 0] ** 2)):.3f} | {percent(held)}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--preset", default="showcase_rich")
    parser.add_argument("--models", nargs="+", default=[str(one) for one in ModelType])
    parser.add_argument("--effects", action="store_true", help="the table of presets in place of that of plans")
    parser.add_argument("--write", action="store_true", help="write the plans into docs/benchmarks.md")
    asked = parser.parse_args()
    with fresh_installation() as installation:
        services, told = installation.services, list[str]()
        plans = plan_lines(services, asked.preset, asked.seeds, [ModelType(one) for one in asked.models])
        for line in effect_lines(services, asked.seeds) if asked.effects else plans:
            print(line, flush=True)
            told.append(line)
    if asked.write and not asked.effects:
        write_section("plans", "\n".join(told))


if __name__ == "__main__":
    main()

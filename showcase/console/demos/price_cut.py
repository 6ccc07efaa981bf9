"""A price cut that sells more and earns less: the plan says that it pays, known truth says that it does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from showcase.console.demos.story import Chapter, Story, kept_run, newest_kept
from showcase.console.plots.demos import cuts_plot, elasticity_plot, shelf_plot
from showcase.planning.assumptions import Assumptions, InventoryAssumption, PlanRequest, PriceAssumption
from showcase.ports import Progress
from showcase.services.plan_basis import PlanBasis, Simulation
from showcase.wiring import Installation

NAME = "demo-price-cut"
REQUEST = {
    "scenario": "retail_standard",
    "skip_seed": False,
    "as_of": "2025-12-05",
    "train_model_types": ["prophet_like"],
}
HORIZON, SHOWN_CUT = 14, -0.20
CUTS = (0.0, -0.05, -0.10, -0.15, -0.20, -0.25, -0.30, -0.35, -0.40)
_STOCK_DAYS = 14


@dataclass(frozen=True, slots=True)
class PriceCut:
    """What the story stands on: each product's two elasticities, one plan a cut, and the shelf under the shown one."""

    elasticities: pd.DataFrame
    subject: str
    plans: tuple[Simulation, ...]
    usual: Simulation
    cut: Simulation


def make(installation: Installation, progress: Progress) -> None:
    """Seed an ordinary chain, and keep a run of the one model that reads prices."""
    progress(0.1, "seeding, training and scoring")
    kept_run(installation, NAME, **REQUEST)


def find(installation: Installation) -> PriceCut | None:
    """Plan the cuts on the kept run, for the product whose buyers seem to react least."""
    kept = newest_kept(installation, NAME)
    services = installation.services
    if kept is None or services.demand.find_by_fingerprint(kept.data_fingerprint or "") is None:
        return None
    run_id = (kept.result_summary or {})["winning_run_id"]
    basis = services.plans.basis(run_id)
    _, products = services.demand.pairs(basis.data_set)
    stores, _ = services.demand.pairs(basis.data_set)
    rows = []
    for product_id, sku in products:
        effects = basis.effects.of(product_id)
        truth = services.series.show(basis.data_set, stores[0][0], product_id)
        assert truth is not None  # every pair of this preset sells
        assert truth.truth is not None  # and it is synthetic
        rows.append((sku, product_id, effects.elasticity.value, truth.truth.price_elasticity))
    table = pd.DataFrame(rows, columns=["product", "id", "estimated", "true"])
    # chosen by the estimate alone, as an analyst would: nobody looks at the truth before
    weakest = table.sort_values("estimated", ascending=False).iloc[0]
    pair = (stores[0][0], int(weakest["id"]))
    plans = tuple(_plan(installation, basis, pair, cut) for cut in CUTS)
    usual_units = float(plans[0].plan.baseline.units.sum())
    on_hand = round(usual_units / HORIZON * _STOCK_DAYS)
    return PriceCut(
        table.drop(columns="id"),
        f"{stores[0][1]} / {weakest['product']}",
        plans,
        _plan(installation, basis, pair, 0.0, on_hand),
        _plan(installation, basis, pair, SHOWN_CUT, on_hand),
    )


def _plan(
    installation: Installation, basis: PlanBasis, pair: tuple[int, int], cut: float, on_hand: int | None = None
) -> Simulation:
    first = basis.model.cutoff + timedelta(days=1)
    last = first + timedelta(days=HORIZON - 1)
    request = PlanRequest(
        run_id=str(basis.model_run.run_id),
        store_id=pair[0],
        product_id=pair[1],
        horizon=HORIZON,
        assumptions=Assumptions(
            price=PriceAssumption(change_pct=cut, start=first, end=last),
            inventory=None if on_hand is None else InventoryAssumption(on_hand_units=on_hand),
        ),
    )
    return installation.services.plans.simulate(request, basis)


def elasticities(found: PriceCut) -> Chapter:
    """How strongly buyers react: what sales say, and what is true."""
    table = found.elasticities.sort_values("estimated", ascending=False).reset_index(drop=True)
    weakest = table.iloc[0]
    return Chapter(
        "Whose buyers react least?",
        f"The estimate for {weakest['product']} is {weakest['estimated']:.2f}: at -1 a price cut neither earns nor "
        f"costs. The truth is {weakest['true']:.2f}, and every cut costs.",
        table.head(5).round(2),
        elasticity_plot(table),
    )


def cuts(found: PriceCut) -> Chapter:
    """Each cut with what the plan says and what is true."""
    rows = [
        {
            "cut_pct": round(100 * cut),
            "units": simulated.plan.delta.units,
            "true_units": simulated.plan.truth.units if simulated.plan.truth else None,
            "revenue": simulated.plan.delta.revenue,
            "true_revenue": simulated.plan.truth.revenue if simulated.plan.truth else None,
        }
        for cut, simulated in zip(CUTS, found.plans, strict=True)
    ]
    table = pd.DataFrame(rows).astype(float).round(0).astype(int)
    shown = table[table["cut_pct"] == round(100 * SHOWN_CUT)].iloc[0]
    return Chapter(
        "More units, less revenue",
        f"20 % off sells {shown['true_units']:,} units more in two weeks, and the plan ({shown['revenue']:+,}) sees no "
        f"harm in it. In truth the till holds {abs(shown['true_revenue']):,} less.",
        table,
        cuts_plot(pd.DataFrame(rows).astype(float)),
    )


def shelf(found: PriceCut) -> Chapter:
    """Two weeks of stock, at the usual price and at the cut one."""
    usual, cut = found.usual.plan.stock, found.cut.plan.stock
    assert usual is not None  # both were asked for with a stock
    assert cut is not None
    days = [str(day) for day in found.cut.plan.days]
    left = pd.DataFrame({"date": days, "usual": usual.left_over, "cut": cut.left_over})
    table = pd.DataFrame(
        {
            "price": ["usual", "20 % off"],
            "on_hand": [usual.on_hand_units, cut.on_hand_units],
            "days_of_stock": [usual.days_of_stock, cut.days_of_stock],
            "unmet_units": [usual.unmet_units, cut.unmet_units],
        }
    ).round(0)
    return Chapter(
        "And the shelf runs empty",
        f"A stock for {_STOCK_DAYS} usual days is gone on {cut.stockout_day}: {cut.unmet_units:,.0f} units are wanted "
        "and cannot be sold, so that the cut does not even bring its units.",
        table.astype({"on_hand": int, "days_of_stock": int, "unmet_units": int}),
        shelf_plot(left),
    )


STORY = Story(
    "price_cut_that_backfires",
    "A price cut that backfires",
    "Twenty per cent off sells more. Does it also earn more?",
    "Seeds the preset retail_standard and keeps one run of prophet_like, in a few seconds.",
    find,
    make,
    {"elasticities": elasticities, "cuts": cuts, "shelf": shelf},
)

"""`showcase plans`: what-if plans, computed, kept and compared."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from showcase.cli.assumptions import AssumptionFlags, assumed
from showcase.cli.flags import OR_ITS_BEGINNING, Json, PlanArgument
from showcase.cli.groups import command_group
from showcase.cli.output import print_json, print_table, say, screen
from showcase.planning.assumptions import NewPlan, PlanRequest, parse_plan
from showcase.services.plan_basis import PlanBasis
from showcase.services.plans import PlanService, detail_json, summary_json
from showcase.wiring import open_installation

app = command_group("Compute, keep, compare and delete what-if plans.")
_Price = Annotated[float | None, typer.Option(help="Change of the price as a share: -0.1 is 10 % less.")]
_Promotion = Annotated[str | None, typer.Option(help="A promotion as kind=discount, as bogo=0.5.")]
_Holidays = Annotated[list[str] | None, typer.Option(help="A day that is a holiday; repeat it.")]
_OnHand = Annotated[int | None, typer.Option(help="Units on the shelf, with no delivery on the way.")]
_Stage = Annotated[str | None, typer.Option(help="growth, maturity or decline.")]
_Start = Annotated[str | None, typer.Option(help="First day of price and promotion; the first forecast day.")]
_End = Annotated[str | None, typer.Option(help="Last day of price and promotion; the last forecast day.")]
_Frame = Annotated[Path | None, typer.Option(help="A JSON file with the assumptions, in place of flags.")]
_Horizon = Annotated[int, typer.Option(min=1, max=90, help="Days ahead that are planned.")]
_Store = Annotated[int | None, typer.Option(help="The store, by id (with --product).")]
_Product = Annotated[int | None, typer.Option(help="The product, by id (with --store).")]
_ModelRun = Annotated[
    str | None,
    typer.Option(help=f"The model run to forecast with, by id; {OR_ITS_BEGINNING}. That in production by default."),
]


@app.command("list")
def list_plans(
    tag: Annotated[list[str] | None, typer.Option(help="A tag; repeated: all of them.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List saved plans, newest first.

    Example: showcase plans list --tag showcase
    """
    with open_installation() as installation:
        found, total = installation.services.plans.list(tag or [], limit)
    if as_json:
        print_json({"plans": [summary_json(one) for one in found], "total": total})
        return
    print_table(
        f"{len(found)} of {total} plans",
        ("plan", "name", "series", "model", "units", "revenue", "tags"),
        (
            (one.plan_id, one.name, f"{one.store_code} / {one.sku}", one.model_type, f"{one.units_delta:+,.0f}",
             f"{one.revenue_delta:+,.2f}", ", ".join(one.tags))
            for one in found
        ),
        "No plan is saved. Save one with `showcase plans save NAME --price -0.1`.",
    )  # fmt: skip


@app.command()
def show(plan_id: PlanArgument, as_json: Json = False) -> None:
    """Show one plan with what it assumes, what it changes and how sure that is.

    Example: showcase plans show 0123456789abcdef0123456789abcdef
    """
    with open_installation() as installation:
        services = installation.services
        found = detail_json(services.plans.show(services.ids.complete(plan_id, "plan")))
    say(found, *_lines(found), as_json=as_json)


@app.command()
def simulate(
    price: _Price = None,
    promotion: _Promotion = None,
    holiday: _Holidays = None,
    on_hand: _OnHand = None,
    stage: _Stage = None,
    start: _Start = None,
    end: _End = None,
    frame: _Frame = None,
    horizon: _Horizon = 14,
    store: _Store = None,
    product: _Product = None,
    model_run: _ModelRun = None,
    as_json: Json = False,
) -> None:
    """Compute a what-if and keep nothing.

    Example: showcase plans simulate --promotion bogo=0.5 --start 2026-11-23 --end 2026-11-29
    """
    flags = AssumptionFlags(price, promotion, tuple(holiday or ()), on_hand, stage, start, end)
    with _planning(model_run) as (plans, basis):
        asked = _asked(basis, assumed(flags, frame, basis.days(horizon)), horizon, store, product)
        told = plans.simulate(parse_plan(PlanRequest, asked), basis).as_json()
    say(told, *_lines(told), as_json=as_json)


@app.command()
def save(
    name: Annotated[str, typer.Argument(help="What the plan is called.")],
    price: _Price = None,
    promotion: _Promotion = None,
    holiday: _Holidays = None,
    on_hand: _OnHand = None,
    stage: _Stage = None,
    start: _Start = None,
    end: _End = None,
    frame: _Frame = None,
    horizon: _Horizon = 14,
    store: _Store = None,
    product: _Product = None,
    model_run: _ModelRun = None,
    tag: Annotated[list[str] | None, typer.Option(help="A word to find the plan by; repeat it.")] = None,
    as_json: Json = False,
) -> None:
    """Compute a what-if and keep it.

    Example: showcase plans save "ten off" --price -0.1 --tag spring
    """
    flags = AssumptionFlags(price, promotion, tuple(holiday or ()), on_hand, stage, start, end)
    with _planning(model_run) as (plans, basis):
        asked = _asked(basis, assumed(flags, frame, basis.days(horizon)), horizon, store, product)
        told = detail_json(plans.save(parse_plan(NewPlan, {**asked, "name": name, "tags": tag or []}), basis=basis))
    say(told, *_lines(told), as_json=as_json)


@contextmanager
def _planning(model_run: str | None) -> Iterator[tuple[PlanService, PlanBasis]]:
    """The plans of this installation, and what those of a model run start from."""
    with open_installation() as installation:
        services = installation.services
        whole = None if model_run is None else services.ids.complete(model_run, "model_run")
        yield services.plans, services.plans.basis(whole)


def _asked(
    basis: PlanBasis, assumptions: dict[str, Any], horizon: int, store: int | None, product: int | None
) -> dict[str, Any]:
    return {
        "assumptions": assumptions,
        "horizon": horizon,
        "store_id": store,
        "product_id": product,
        "run_id": str(basis.model_run.run_id),
    }


@app.command()
def clone(
    plan_id: PlanArgument,
    name: Annotated[str | None, typer.Option(help="What the copy is called.")] = None,
    as_json: Json = False,
) -> None:
    """Copy a plan with its tags and its numbers.

    Example: showcase plans clone 0123456789abcdef0123456789abcdef --name "to show"
    """
    with open_installation() as installation:
        services = installation.services
        found = services.plans.clone(services.ids.complete(plan_id, "plan"), name)
    say(detail_json(found), f"The copy {found.plan_id} is called {found.name}.", as_json=as_json)


@app.command()
def tag(
    plan_id: PlanArgument,
    tags: Annotated[list[str] | None, typer.Argument(help="Its tags, in place of those it has; none clears.")] = None,
    as_json: Json = False,
) -> None:
    """Replace the tags of a plan.

    Example: showcase plans tag 0123456789abcdef0123456789abcdef spring to-show
    """
    with open_installation() as installation:
        services = installation.services
        found = services.plans.tag(services.ids.complete(plan_id, "plan"), tags or [])
    say(
        detail_json(found),
        f"{found.name} has {'the tags ' + ', '.join(found.tags) if found.tags else 'no tags'}.",
        as_json=as_json,
    )


@app.command()
def compare(
    plan_ids: Annotated[list[str], typer.Argument(help=f"Two to five plans by id; {OR_ITS_BEGINNING}.")],
    by: Annotated[str, typer.Option(help="revenue_delta or units_delta.")] = "revenue_delta",
    as_json: Json = False,
) -> None:
    """Rank two to five plans by what they bring.

    Example: showcase plans compare 0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210
    """
    with open_installation() as installation:
        services = installation.services
        compared = services.plans.compare([services.ids.complete(one, "plan") for one in plan_ids], by)
    if as_json:
        print_json(compared)
        return
    print_table(
        f"Ranked by {compared['rank_by']}",
        ("rank", "plan", "name", "units", "revenue", "leads"),
        (
            (one["rank"], one["plan_id"], one["name"], f"{one['units_delta']:+,.0f}", f"{one['revenue_delta']:+,.2f}",
             one["leads"])
            for one in compared["plans"]
        ),
        "",
    )  # fmt: skip
    for note in compared["notes"]:
        screen.print(note, markup=False)


@app.command()
def delete(
    plan_id: PlanArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete a plan for good; a terminal is asked first.

    Example: showcase plans delete 0123456789abcdef0123456789abcdef --yes
    """
    with open_installation() as installation:
        services = installation.services
        plans, plan_id = services.plans, services.ids.complete(plan_id, "plan")
        found = plans.show(plan_id)
        is_asked = not (yes or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
        if is_asked and not typer.confirm(f"Delete the plan {found.name} ({found.plan_id})?"):
            screen.print("Nothing was deleted.")
            return
        plans.delete(plan_id)
    say({"deleted": plan_id}, f"The plan {found.name} is deleted.", as_json=as_json)


def _lines(told: dict[str, Any]) -> list[str]:
    """A plan in sentences: what it is about, what it changes, and what to read with care."""
    about = f"{told['name']} ({told['plan_id']})" if "plan_id" in told else "A plan that is not kept"
    units, revenue = told["units_delta_interval"], told["revenue_delta_interval"]
    lines = [
        f"{about}: {told['store_code']} / {told['sku']}, {told['forecast_start']} .. {told['forecast_end']}, "
        f"{told['model_type']}, {told['method']}",
        f"units   {told['units_delta']:+,.0f} ({units[0]:+,.0f} to {units[1]:+,.0f})",
        f"revenue {told['revenue_delta']:+,.2f} ({revenue[0]:+,.2f} to {revenue[1]:+,.2f})",
    ]
    if told["true_units_delta"] is not None:
        lines.append(f"true    {told['true_units_delta']:+,.0f} units, {told['true_revenue_delta']:+,.2f} revenue")
    return [*lines, *told["notes"]]

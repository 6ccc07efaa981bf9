"""`showcase lake`: demand data too large for the database, as folders of Parquet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from showcase.adapters.clock import SystemClock
from showcase.cli.data import progress_bar
from showcase.cli.db import confirm
from showcase.cli.flags import Gap, Horizon, Json, Metric, MinTrain, Splits, Strategy, backtest_given
from showcase.cli.groups import command_group
from showcase.cli.output import errors, print_json, print_table, say, screen
from showcase.demand.lake_recipe import MOST_DAYS, STORES_A_BUCKET, LakePlan, lake_recipe
from showcase.demand.presets import Scenario, preset_named
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.day import parse_day
from showcase.kernel.window import Window
from showcase.kernel.words import percent
from showcase.services.lake_forecasts import DEFAULT_MODELS, LakeForecast
from showcase.services.lake_proof import Lake, described
from showcase.settings import load_settings
from showcase.wiring import open_lakes

app = command_group("Demand data too large for the database, as folders of Parquet.")
_SHOWN = ("wape", "mae", "rmse", "bias", "coverage80")
_Name = Annotated[str, typer.Argument(help="The lake's name: a-z, 0-9, _ and -.")]


@contextmanager
def told_progress(title: str, *, quiet: bool) -> Iterator[Callable[[float, str], None]]:
    """A bar at a terminal; elsewhere a line on stderr for each twentieth, as for a log."""
    if quiet or errors.is_terminal:
        with progress_bar(title, quiet=quiet) as bar:
            yield bar
        return
    told = [-1]

    def line(share: float, what: str) -> None:
        if int(share * 20) > told[0]:
            told[0] = int(share * 20)
            errors.print(f"{title}: {percent(share)}, {what}", markup=False)

    yield line


@app.command()
def make(
    name: _Name,
    scenario: Annotated[str, typer.Option(help=f"The preset, one of {', '.join(Scenario)}.")] = "retail_standard",
    seed: Annotated[int, typer.Option(help="The seed of every random draw.")] = 42,
    stores: Annotated[int, typer.Option(help="How many stores.")] = 1_000,
    products: Annotated[int, typer.Option(help="How many products.")] = 1_000,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many days.")] = 730,
    as_of: Annotated[str | None, typer.Option(help="Last day of the data, as 2026-11-22; today by default.")] = None,
    stores_a_bucket: Annotated[int, typer.Option(help="How many stores one bucket has.")] = STORES_A_BUCKET,
    as_json: Json = False,
) -> None:
    """Generate a lake, or go on with one that was interrupted: give the same command again.

    The buckets are made by the engine of SHOWCASE_ENGINE, and the lake lies in SHOWCASE_HOME/lake.

    Example: showcase lake make chain --stores 1000 --products 1000 --days 730 --as-of 2026-11-22
    """
    settings = load_settings()
    fixed = preset_named(scenario).fixed_window
    last = parse_day(as_of) if as_of is not None else SystemClock(settings.fixed_today).today()
    window = fixed if fixed is not None and as_of is None else Window.ending(last, days)
    plan = LakePlan(lake_recipe(scenario, seed, stores, products, window), min(stores_a_bucket, stores))
    with open_lakes(settings) as opened, told_progress(f"lake {name}", quiet=as_json) as progress:
        made = opened.lakes.make(name, plan, progress)
    say(made.as_json(), *_lines(made), as_json=as_json)


@app.command("list")
def list_lakes(as_json: Json = False) -> None:
    """List the lakes, whole or not.

    Example: showcase lake list
    """
    with open_lakes() as opened:
        found = opened.lakes.list_lakes()
    if as_json:
        print_json({"lakes": [one.as_json() for one in found]})
        return
    print_table(
        "Lakes",
        ("name", "made as", "buckets", "GB", "sales rows", "fingerprint"),
        (
            (one.name, described(one.plan), f"{one.buckets} of {one.plan.n_buckets}", f"{one.size_bytes / 1e9:.2f}",
             f"{one.rows['sales']:,}" if one.rows else "", one.fingerprint.short if one.fingerprint else "")
            for one in found
        ),
        "No lake yet. Make one with `showcase lake make NAME`.",
    )  # fmt: skip


@app.command()
def show(name: _Name, as_json: Json = False) -> None:
    """Show one lake: what it was made as, how much of it is there, its fingerprint.

    Example: showcase lake show chain
    """
    with open_lakes() as opened:
        found = opened.lakes.look(name)
    say(found.as_json(), *_lines(found), as_json=as_json)


@app.command()
def verify(name: _Name, as_json: Json = False) -> None:
    """Read every row again: exit 0 where the lake is as it was made, else 1 and what is not.

    Example: showcase lake verify chain
    """
    with open_lakes() as opened, told_progress(f"checking {name}", quiet=as_json) as progress:
        proof = opened.lakes.verify(name, progress)
    rows = ", ".join(f"{count:,} rows of {table}" for table, count in proof.rows.items())
    verdict = f"The lake {name} is as it was made: fingerprint {proof.lake.fingerprint}."
    lines = [f"read: {rows}", *([verdict] if proof.ok else [f"NOT as it was made: {one}." for one in proof.reasons])]
    say(proof.as_json(), *lines, as_json=as_json)
    sys.exit(0 if proof.ok else 1)


@app.command()
def remove(
    name: _Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove a lake and all that was forecast from it, after showing what goes.

    Example: showcase lake remove chain
    """
    with open_lakes() as opened:
        found = opened.lakes.look(name)
        confirm(f"{' '.join(_lines(found))} All of it would go, with its forecasts.", yes=yes, as_json=as_json)
        opened.lakes.remove(name)
    say({"removed": found.as_json()}, f"The lake {name} is gone.", as_json=as_json)


@app.command()
def forecast(
    name: _Name,
    models: Annotated[str, typer.Option(help="Model types, as naive,prophet_like.")] = ",".join(DEFAULT_MODELS),
    horizon: Horizon = None,
    splits: Splits = None,
    strategy: Strategy = None,
    gap: Gap = None,
    min_train: MinTrain = None,
    metric: Metric = None,
    as_json: Json = False,
) -> None:
    """Score the models on every series of a lake, and forecast each series by its best one.

    The answers are Parquet in the lake's folder. Interrupted, the same command goes on with the buckets that are
    missing. Exit 0: every bucket has its answer. 1: some failed; each says why.

    Example: showcase lake forecast chain --models moving_average,seasonal_average --splits 3
    """
    plan = BacktestPlan(**backtest_given(horizon, splits, strategy, gap, min_train, metric))
    configs = [ModelConfig.of(model.strip()) for model in models.split(",")]
    with open_lakes() as opened, told_progress(f"forecasting {name}", quiet=as_json) as progress:
        done = opened.forecast(name, configs, plan, progress)
    if as_json:
        print_json(done.as_json())
    else:
        _tell_forecast(done)
    sys.exit(1 if done.failed else 0)


def _tell_forecast(done: LakeForecast) -> None:
    screen.print(
        f"{done.series - done.left_out:,} of {done.series:,} series are forecast, in {done.folder}", markup=False
    )
    print_table(
        "Over all series",
        ("model", "wape %", "mae", "rmse", "bias", "80 % held", "best of"),
        (
            (row["model"], *(f"{row[score]:.1f}" if row[score] is not None else "" for score in _SHOWN),
             f"{done.best.get(row['model'], 0):,} series" if row["is_chosen"] else "a control")
            for row in done.board.to_dicts()
        ),
        "No series has a score.",
    )  # fmt: skip
    for bucket, why in done.failed.items():
        screen.print(f"{bucket} has no answer: {why}", markup=False)
    if done.digest is not None:
        screen.print(f"The answers come to the digest {done.digest}.", markup=False)


def _lines(lake: Lake) -> list[str]:
    state = "whole" if lake.is_whole else "not whole"
    first = (
        f"The lake {lake.name} ({described(lake.plan)}) is {state}: {lake.buckets} of {lake.plan.n_buckets} buckets, "
        f"{lake.size_bytes / 1e9:.2f} GB in {lake.folder}."
    )
    if lake.rows is None:
        return [first, "Give the command that began it again to make the rest."]
    return [first, f"{lake.rows['sales']:,} sales rows, fingerprint {lake.fingerprint}."]

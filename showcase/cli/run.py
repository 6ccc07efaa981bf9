"""`showcase run`: one run of the pipeline with live progress."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from showcase.adapters.terminal import RunScreen
from showcase.cli.flags import Gap, Horizon, Metric, MinTrain, Splits, Strategy, backtest_given, given, once
from showcase.cli.output import error_json, explain, print_json, read_object, screen
from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import Scenario
from showcase.errors import InvalidInputError, ShowcaseError
from showcase.forecasting.options import ModelType
from showcase.pipeline.execution import Execution
from showcase.pipeline.request import RunRequest, parse_request
from showcase.pipeline.saved_requests import SavedRequests
from showcase.wiring import Installation, open_installation

KNOBS = f"A knob of the demand, as stores=5; repeat it. The knobs are {', '.join(SeedOverrides.model_fields)}."
EXIT_GREEN, EXIT_STEP_FAILED, EXIT_NOT_STARTED, EXIT_STOPPED = 0, 1, 2, 3


def parse_knob(text: str) -> tuple[str, int | float]:
    """`stores=5` as a pair; a number with a point or an exponent is a float."""
    name, equals, number = text.partition("=")
    try:
        value = float(number) if any(mark in number for mark in ".eE") else int(number)
    except ValueError:
        equals = ""
    if not equals:
        raise InvalidInputError(
            f"An override is knob=value with a number; found {text[:80]!r}.",
            "Write for example --override stores=5 --override noise_sigma=0.2.",
        )
    return name, value


def parse_knobs(texts: Sequence[str]) -> dict[str, int | float]:
    """All of them, each knob once."""
    return dict(once(map(parse_knob, texts), "--override"))


def run(
    scenario: Annotated[
        str | None, typer.Option(help=f"The preset to seed with --reseed, one of {', '.join(Scenario)}.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The seed of every random draw.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Wipe all demand data first.")] = False,
    reseed: Annotated[
        bool, typer.Option("--reseed", help="Seed the preset instead of using the data there is.")
    ] = False,
    as_of: Annotated[str | None, typer.Option(help="Last day of the seeded data, as 2026-11-22.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the run as a workspace.")] = False,
    name: Annotated[str | None, typer.Option(help="The workspace's name.")] = None,
    store: Annotated[int | None, typer.Option(help="The store in focus, by id (with --product).")] = None,
    product: Annotated[int | None, typer.Option(help="The product in focus, by id (with --store).")] = None,
    override: Annotated[list[str] | None, typer.Option(help=KNOBS)] = None,
    models: Annotated[
        str | None, typer.Option(help=f"The models that compete, separated by commas, of {', '.join(ModelType)}.")
    ] = None,
    horizon: Horizon = None,
    splits: Splits = None,
    strategy: Strategy = None,
    gap: Gap = None,
    min_train: MinTrain = None,
    metric: Metric = None,
    frame: Annotated[Path | None, typer.Option(help="A JSON file with the request; other flags go over it.")] = None,
    saved: Annotated[str | None, typer.Option(help="A named configuration; other flags go over it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a reset.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the events, one JSON object a line.")] = False,
) -> None:
    """Run the pipeline once and show it as it happens.

    Exit 0: green. 1: a step failed. 2: it could not start. 3: it was stopped.

    Example: showcase run --scenario retail_standard --reseed --keep --name first
    """
    scope = {"store_id": store, "product_id": product}
    backtest = backtest_given(horizon, splits, strategy, gap, min_train, metric)
    flags: dict[str, Any] = {
        "seed": seed,
        "scenario": scenario,
        "reset": True if reset else None,
        "skip_seed": False if reseed else None,
        "preservation": "keep" if keep else None,
        "workspace_name": name,
        "as_of": as_of,
        "user_scope": given(scope) or None,
        "seed_overrides": parse_knobs(override or []) or None,
        "train_model_types": [part.strip() for part in models.split(",")] if models is not None else None,
        "backtest": backtest or None,
    }
    try:
        sent = read_object(frame, "run request") if frame else {}
        if saved is None:
            request = _over(sent, flags)  # refused before anything is opened
        with open_installation() as installation:
            if saved is not None:
                named = SavedRequests(installation.services.transactions).show(saved)
                request = _over({**named, **sent}, flags)
            if request.reset and not (yes or as_json):
                _ask_before_reset(installation)
            status = follow(installation, installation.launcher.start(request), as_json=as_json)
    except ShowcaseError as error:
        print_json(error_json(error)) if as_json else explain(error)
        sys.exit(EXIT_NOT_STARTED)
    sys.exit({"completed": EXIT_GREEN, "cancelled": EXIT_STOPPED}.get(status, EXIT_STEP_FAILED))


def _over(sent: dict[str, Any], flags: dict[str, Any]) -> RunRequest:
    """The request of a frame with the flags that were given over it."""
    return parse_request({**sent, **given(flags)})


def _ask_before_reset(installation: Installation) -> None:
    """Show a person what a reset takes away; programs are not asked."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    wipe = installation.services.demand.preview_wipe()
    if not wipe.rows:
        return
    screen.print(f"[red]--reset wipes {wipe.rows:,} rows of demand data:[/]")
    for data_set, table, rows in wipe.lines:
        screen.print(f"  {data_set}  {table}  {rows:,}", markup=False)
    if not typer.confirm("Go on?"):
        screen.print("Nothing was wiped.")
        sys.exit(EXIT_NOT_STARTED)


def follow(installation: Installation, execution: Execution, *, as_json: bool) -> str:
    """Show the run until its end; Ctrl-C and SIGTERM stop it, a second one leaves at once. Returns its status."""

    def stop(number: int, _frame: object) -> None:
        execution.request_stop()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        events = installation.launcher.watch(execution.run_id)
        if as_json:
            for event in events:
                print_json(event)
        else:
            with RunScreen(screen) as view:
                for event in events:
                    view.show(event)
        return execution.wait().run_status
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

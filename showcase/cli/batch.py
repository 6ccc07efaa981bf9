"""`showcase batch`: one operation over many series, each of them recorded."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from showcase.cli.data import progress_bar
from showcase.cli.flags import (
    OR_ITS_BEGINNING,
    Gap,
    Horizon,
    Json,
    Metric,
    MinTrain,
    Splits,
    Strategy,
    backtest_given,
)
from showcase.cli.groups import command_group
from showcase.cli.output import print_json, print_table, screen
from showcase.errors import InvalidInputError
from showcase.forecasting.options import ModelType
from showcase.kernel.refusals import check_known, parse_as
from showcase.services.batch import OPERATIONS, AskedBatch
from showcase.services.portfolio import batch_json
from showcase.store.portfolio import Batch, BatchItem
from showcase.wiring import open_installation

app = command_group("Train, score and register models of many series.")
_DEFAULT_MODELS = "naive,seasonal_naive,moving_average,weighted_moving_average,seasonal_average"
EXIT_COMPLETED, EXIT_ITEMS_FAILED = 0, 1
_ITEM_STATUSES = ("running", "success", "failed")


@app.command()
def start(
    operation: Annotated[str, typer.Argument(help=f"One of {', '.join(OPERATIONS)}.")],
    everything: Annotated[bool, typer.Option("--all", help="All series of the data set.")] = False,
    region: Annotated[str | None, typer.Option(help="The series of a region's stores.")] = None,
    category: Annotated[str | None, typer.Option(help="The series of a category's products.")] = None,
    top: Annotated[int | None, typer.Option(help="So many series with the highest revenue.")] = None,
    series: Annotated[list[str] | None, typer.Option(help="A series as STORE:PRODUCT, by ids; repeat it.")] = None,
    models: Annotated[str, typer.Option(help=f"Model types, as {','.join(list(ModelType)[:2])}.")] = _DEFAULT_MODELS,
    horizon: Horizon = None,
    splits: Splits = None,
    strategy: Strategy = None,
    gap: Gap = None,
    min_train: MinTrain = None,
    metric: Metric = None,
    start_date: Annotated[str | None, typer.Option(help="First day that is used, as 2026-01-31.")] = None,
    end_date: Annotated[str | None, typer.Option(help="Last day that is used, as 2026-01-31.")] = None,
    as_json: Json = False,
) -> None:
    """Do one operation over many series of the current data set, to its end. Name the series in one way.

    Exit 0: every item succeeded. 1: some failed; each says why. 2: it could not start.

    Example: showcase batch start train_backtest_register --top 20 --models moving_average,prophet_like
    """
    sent = {
        "operation": operation,
        "scope": _scope(everything, region, category, top, series),
        "model_configs": [{"model_type": name.strip()} for name in models.split(",")],
        "backtest": backtest_given(horizon, splits, strategy, gap, min_train, metric),
        "start_date": start_date,
        "end_date": end_date,
    }
    asked = parse_as(AskedBatch, sent, "batch")
    with open_installation() as installation:
        services = installation.services
        with installation.launcher.exclusive("a batch"), progress_bar(operation, quiet=as_json) as progress:
            data_set = services.demand.require_current()
            request = asked.request(data_set.window)
            done = services.portfolio.run(
                request, data_set, services.demand.matrix(data_set, with_signals=True), progress
            )
        failed = services.portfolio.items(done.batch_id, status="failed", limit=20)
    _tell(done, failed, as_json=as_json)
    sys.exit(EXIT_ITEMS_FAILED if done.failed else EXIT_COMPLETED)


@app.command()
def show(
    batch_id: Annotated[str, typer.Argument(help=f"The batch's id, as its start printed it; {OR_ITS_BEGINNING}.")],
    status: Annotated[str | None, typer.Option(help=f"Only items that are {', '.join(_ITEM_STATUSES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many items at most.")] = 100,
    offset: Annotated[int, typer.Option(min=0, help="How many items to leave out first.")] = 0,
    as_json: Json = False,
) -> None:
    """Show a batch and its items, by series and model.

    Example: showcase batch show 0123456789abcdef0123456789abcdef --status failed
    """
    check_known("status", status, _ITEM_STATUSES, "of an item")
    with open_installation() as installation:
        portfolio = installation.services.portfolio
        batch_id = installation.services.ids.complete(batch_id, "batch")
        found = portfolio.show(batch_id)
        items = portfolio.items(batch_id, status=status, limit=limit, offset=offset)
    _tell(found, items, as_json=as_json)


@app.command("list")
def list_batches(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20, as_json: Json = False
) -> None:
    """List batches, newest first.

    Example: showcase batch list --limit 5
    """
    with open_installation() as installation:
        found = installation.services.portfolio.recent(limit)
    if as_json:
        print_json({"batches": [batch_json(one) for one in found]})
        return
    print_table(
        "Batches",
        ("batch", "operation", "scope", "status", "items", "failed", "started (UTC)"),
        (
            (one.batch_id, one.operation, one.scope["kind"], one.status, one.items, one.failed,
             f"{one.started_at:%Y-%m-%d %H:%M}")
            for one in found
        ),
        "No batch yet. Start one with `showcase batch start backtest --all`.",
    )  # fmt: skip


def _scope(
    everything: bool, region: str | None, category: str | None, top: int | None, series: list[str] | None
) -> dict[str, Any]:
    """The one way in which the series were named."""
    named: dict[str, dict[str, Any]] = {
        "--all": {"kind": "all"} if everything else {},
        "--region": {"kind": "region", "region": region} if region is not None else {},
        "--category": {"kind": "category", "category": category} if category is not None else {},
        "--top": {"kind": "top_revenue", "top": top} if top is not None else {},
        "--series": {"kind": "manual", "series": [_pair(one) for one in series]} if series else {},
    }
    given = {flag: scope for flag, scope in named.items() if scope}
    if len(given) != 1:
        found = " and ".join(given) or "none of them"
        raise InvalidInputError(f"The series are named in one way; found {found}.", f"Give one of {', '.join(named)}.")
    return next(iter(given.values()))


def _pair(text: str) -> list[int]:
    store, _, product = text.partition(":")
    try:
        return [int(store), int(product)]
    except ValueError as error:
        raise InvalidInputError(
            f"A series is STORE:PRODUCT with two ids; found {text[:40]!r}.", "Write for example --series 3:17."
        ) from error


def _tell(batch: Batch, items: list[BatchItem], *, as_json: bool) -> None:
    if as_json:
        print_json(batch_json(batch, items))
        return
    screen.print(
        f"The batch {batch.batch_id} ({batch.operation}) is {batch.status}: {batch.succeeded} of {batch.items} items "
        f"succeeded, {batch.failed} failed.",
        markup=False,
    )
    if items:
        print_table(
            "Items",
            ("store", "product", "model", "status", "what came of it"),
            ((one.store_id, one.product_id, one.model_type, one.status, _outcome(one)) for one in items),
            "",
        )


def _outcome(item: BatchItem) -> str:
    if item.failure is not None:
        return item.failure
    found = item.outcome or {}
    wape = (found.get("scores") or {}).get("wape")
    parts = [
        f"wape {wape:.2f} %" if wape is not None else "",
        "registered" if found.get("model_run_id") else "",
        f"artifact {found['artifact_digest'][:8]}" if found.get("artifact_digest") else "",
    ]
    return ", ".join(part for part in parts if part)

"""Flags that several commands have, each written once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from showcase.errors import InvalidInputError
from showcase.services.ids import SHORTEST

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

OR_ITS_BEGINNING = f"its first {SHORTEST} characters or more do"
WorkspaceArgument = Annotated[str, typer.Argument(help=f"The workspace's id; {OR_ITS_BEGINNING}.")]
PlanArgument = Annotated[str, typer.Argument(help=f"The plan's id; {OR_ITS_BEGINNING}.")]

Horizon = Annotated[int | None, typer.Option(help="Days ahead of each fold.")]
Splits = Annotated[int | None, typer.Option(help="Number of folds.")]
Strategy = Annotated[str | None, typer.Option(help="expanding or sliding.")]
Gap = Annotated[int | None, typer.Option(help="Days between a cutoff and its first forecast day.")]
MinTrain = Annotated[int | None, typer.Option(help="Days the first fold trains on at least.")]
Metric = Annotated[str | None, typer.Option(help="wape, mae or rmse.")]


def once[Value](pairs: Iterable[tuple[str, Value]], flag: str) -> Iterator[tuple[str, Value]]:
    """The pairs that a repeated flag gives; a name that it gives twice is refused, since only one could hold."""
    seen = set[str]()
    for name, value in pairs:
        if name in seen:
            raise InvalidInputError(f"{flag} names {name[:40]!r} twice.", "Give each name once.")
        seen.add(name)
        yield name, value


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that somebody set; the others keep their defaults."""
    return {name: value for name, value in fields.items() if value is not None}


def backtest_given(
    horizon: int | None,
    splits: int | None,
    strategy: str | None,
    gap: int | None,
    min_train: int | None,
    metric: str | None,
) -> dict[str, Any]:
    """The settings of a backtest that were set, by the names of the request."""
    return given(
        {
            "horizon": horizon,
            "n_splits": splits,
            "strategy": strategy,
            "gap": gap,
            "min_train_size": min_train,
            "metric": metric,
        }
    )


_FLAGS = {
    "skip_seed false": "--reseed",
    "preservation keep": "--keep",
    "workspace_name": "--name",
    "user_scope.store_id": "--store",
    "user_scope.product_id": "--product",
    "seed_overrides": "--override",
    "train_model_types": "--models",
    "as_of": "--as-of",
    "n_splits": "--splits",
    "min_train_size": "--min-train",
}
"""The words of a request that a flag has another word for."""


def flags_for(refusal: str) -> list[str]:
    """What a refusal speaks of as the flags that a person typed, as "seed_overrides is --override"."""
    return [f"{word} is {flag}" for word, flag in _FLAGS.items() if re.search(rf"\b{re.escape(word)}\b", refusal)]

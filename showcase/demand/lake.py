"""A lake: the tables of a data set too large for a database, made and checked bucket by bucket, from file to file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from showcase.demand.generate import check_version, series_tables, shared_tables
from showcase.demand.lake_files import (
    LONG_SCHEMAS,
    LONG_TABLES,
    PLAN,
    RECEIPT,
    SHARED,
    SHARED_TABLES,
    TableFile,
    bucket_number,
    disk_answers,
    read_stores,
    staged_folder,
    write_text,
)
from showcase.demand.lake_recipe import LakePlan, lake_plan_from_json
from showcase.demand.paths import draw_paths
from showcase.demand.recipe import Recipe
from showcase.demand.world import World, draw_world
from showcase.errors import IntegrityError, InvalidInputError
from showcase.kernel.canonical import digest_of, digest_tables
from showcase.kernel.identity import Digest

_KEYS: Mapping[str, tuple[str, ...]] = {
    "prices": ("product", "valid_from"),
    "sales": ("product", "date"),
    "stock": ("product", "date"),
    "truth_demand": ("product", "date"),
    "stores": ("place",),
    "products": ("place",),
    "calendar": ("date",),
    "promotions": ("product", "start_date", "end_date", "kind"),
}
_TRUTH = ("truth_demand",)
Receipt = dict[str, Any]
"""What a bucket comes to: `rows` by table, and `stores`: for each store's code the digest of its rows by table."""


def make_bucket(source: Path, target: Path) -> None:
    """Generate one bucket of the lake whose plan is `source` into the folder `target`, one store in memory at a time.

    Work for an engine: the folder's name says which bucket. UnavailableError where the disk refuses.
    """
    plan = read_plan(source)
    world = _world(plan.recipe)
    with staged_folder(target) as folder:
        rows, digests = dict.fromkeys(LONG_TABLES, 0), dict[str, dict[str, str]]()
        with ExitStack() as opened:
            files = {
                name: opened.enter_context(TableFile(folder / f"{name}.parquet", LONG_SCHEMAS[name]))
                for name in LONG_TABLES
            }
            for store in plan.stores_of(bucket_number(target)):
                numbers = np.array([store])
                tables = series_tables(world, numbers, draw_paths(world, numbers))
                digests[world.stores.codes[store]] = {name: _digest(name, tables[name]) for name in LONG_TABLES}
                for name in LONG_TABLES:
                    files[name].add(tables[name])
                    rows[name] += tables[name].height
        write_text(folder / RECEIPT, json.dumps({"rows": rows, "stores": digests}, indent=1))


def check_bucket(source: Path, target: Path) -> None:
    """Read every row of the bucket whose receipt is `source`, and write what they come to to `target`, a Receipt.

    Work for an engine. IntegrityError where a file cannot be read as the table that it should be.
    """
    folder = source.parent
    plan = read_plan(folder.parent / PLAN)
    codes = read_shared(folder.parent, "stores")["code"]
    empty = {name: _digest(name, pl.DataFrame(schema=LONG_SCHEMAS[name])) for name in LONG_TABLES}
    digests = {codes[store]: dict(empty) for store in plan.stores_of(bucket_number(folder))}
    rows = dict.fromkeys(LONG_TABLES, 0)
    for name in LONG_TABLES:
        try:
            for store, frame in read_stores(folder / f"{name}.parquet"):
                digests.setdefault(codes[store], {})[name] = _digest(name, frame)
                rows[name] += frame.height
        except (OSError, pa.ArrowException, pl.exceptions.PolarsError, IndexError, KeyError) as error:
            raise IntegrityError(
                f"{name}.parquet of {folder.name} cannot be read as a table of the lake ({type(error).__name__}).",
                "Remove that bucket's folder, then make the lake again with the same command: it alone is made anew.",
            ) from error
    with disk_answers(target.name):
        write_text(target, json.dumps({"rows": rows, "stores": digests}))


def write_shared(folder: Path, plan: LakePlan) -> None:
    """Write the tables that all buckets share into the folder, which comes to be whole or not at all."""
    tables = shared_tables(_world(plan.recipe))
    with staged_folder(folder) as staged:
        for name in SHARED_TABLES:
            tables[name].write_parquet(staged / f"{name}.parquet", compression="zstd", statistics=False)


def read_plan(path: Path) -> LakePlan:
    """The plan in this file; InvalidInputError where it is none."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return lake_plan_from_json(stored)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            f"The plan of the lake in {path.parent.name} cannot be read ({type(error).__name__}).",
            "Remove that folder, then make the lake anew.",
        ) from error


def read_shared(lake: Path, name: str) -> pl.DataFrame:
    """One of SHARED_TABLES of a lake; IntegrityError where its file cannot be read."""
    try:
        return pl.read_parquet(lake / SHARED / f"{name}.parquet")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise IntegrityError(
            f"{name}.parquet of the tables that a lake's buckets share cannot be read ({type(error).__name__}).",
            "Remove the folder `shared`, then make the lake again with the same command.",
        ) from error


def lake_digests(shared: Mapping[str, pl.DataFrame], receipts: Iterable[Receipt]) -> tuple[Digest, Digest]:
    """The fingerprint of a lake and the digest of its known truth, from its shared tables and its buckets' receipts.

    SHA-256 over the digests of each store's rows under its code, and of the dimensions, the calendar and the
    promotions. Neither the order of the buckets nor how many stores one has, nor who made which, changes it.
    """
    stores = {code: digests for receipt in receipts for code, digests in receipt["stores"].items()}
    visible = {
        name: (frame.with_row_index("place") if name in ("stores", "products") else frame, _KEYS[name])
        for name, frame in shared.items()
        if name != "truth_effects"
    }
    effects = [
        f"{value:.9f}" for name in ("price_elasticity", "promotion_uplift") for value in shared["truth_effects"][name]
    ]
    seen = {
        code: {name: one for name, one in by_table.items() if name not in _TRUTH} for code, by_table in stores.items()
    }
    known = {code: {name: by_table[name] for name in _TRUTH} for code, by_table in stores.items()}
    fingerprint = digest_of({"lake": 1, "shared": digest_tables(visible), "stores": seen})
    return fingerprint, digest_of({"lake": 1, "effects": effects, "stores": known})


def _digest(name: str, frame: pl.DataFrame) -> Digest:
    """The digest of one store's rows of a table."""
    return digest_tables({name: (frame.drop("store"), _KEYS[name])})


@lru_cache(maxsize=1)
def _world(recipe: Recipe) -> World:
    """What all buckets share, drawn once a worker."""
    check_version(recipe)
    return draw_world(recipe)

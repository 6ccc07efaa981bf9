"""Where the files of a lake lie, and how one of its folders comes to be: whole or not at all."""

from __future__ import annotations

import errno
import json
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from showcase.demand.tables import SCHEMAS, TRUTH_SCHEMAS
from showcase.errors import ConflictError, IntegrityError, InvalidInputError, UnavailableError
from showcase.failpoints import reach
from showcase.kernel.disk import sync_path
from showcase.kernel.lock_file import held_alone

PLAN, MANIFEST, RECEIPT, SHARED, FORECASTS = "plan.json", "lake.json", "receipt.json", "shared", "forecasts"
LONG_TABLES = ("prices", "sales", "stock", "truth_demand")
"""The tables that a bucket holds, one file each, a row group a store; known truth has a file of its own."""

SHARED_TABLES = ("stores", "products", "calendar", "promotions", "truth_effects")
LONG_SCHEMAS = {name: (SCHEMAS | TRUTH_SCHEMAS)[name] for name in LONG_TABLES}

_STAGED = re.compile(r"\.(staged|removed)-.+-[0-9a-f]{8}")
_LOCK = ".lock-"
_BUCKET = re.compile(r"bucket=(\d{5})")
# neighbouring rows differ by little or nothing in these
_COUNTED_ON = ("store", "product", "date", "valid_from", "valid_to", "step")


def bucket_name(number: int) -> str:
    """The folder of a bucket, as readers of partitioned Parquet take it apart: `bucket=00012`."""
    return f"bucket={number:05d}"


def bucket_number(folder: Path) -> int:
    """The number of the bucket in this folder; InvalidInputError for any other name."""
    found = _BUCKET.fullmatch(folder.name)
    if found is None:
        raise InvalidInputError(f"{folder.name[:80]!r} is no bucket of a lake.", "Give a folder as bucket=00012.")
    return int(found[1])


def buckets_there(folder: Path) -> list[int]:
    """The numbers of the whole buckets in a folder, in order."""
    found = (_BUCKET.fullmatch(path.name) for path in folder.iterdir()) if folder.is_dir() else ()
    return sorted(int(match[1]) for match in found if match)


@contextmanager
def disk_answers(what: str) -> Iterator[None]:
    """What a disk refuses within, as UnavailableError with the remedy; `what` was to be written."""
    try:
        yield
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if is_full else error.strerror or str(error)
        remedy = (
            "Free disk space, or set SHOWCASE_HOME to a larger disk, then give the same command again."
            if is_full
            else "Make the folder one that can be written, then give the same command again."
        )
        raise UnavailableError(f"{what} could not be written: {why}.", remedy) from error


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """A folder beside `target` to write into, which takes its place at the end, synced; nothing is left at a failure.

    Where somebody else was quicker (a bucket done twice), theirs stays: both are the same bytes.
    """
    staged = target.with_name(f".staged-{target.name}-{secrets.token_hex(4)}")
    with disk_answers(target.name):
        staged.mkdir(parents=True)
        try:
            yield staged
            for path in [*sorted(staged.iterdir()), staged]:
                sync_path(path)
            reach("lake.folder")
            if not target.exists():
                staged.rename(target)
                sync_path(target.parent)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what killed writers and removers left behind in a folder: what is half there, and locks of nobody."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if _STAGED.fullmatch(path.name):
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(_LOCK):
            with suppress(OSError), held_alone(path):
                pass  # a lock that can be had goes with its release


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A folder inside `folder` for what is needed for a while; what a killed one left goes first. Hold `exclusive`."""
    sweep(folder)
    made = folder / f".staged-scratch-{secrets.token_hex(4)}"
    with disk_answers(made.name):
        made.mkdir()
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keep everybody else, of any process, from working on a lake's folder; ConflictError where somebody is at it."""
    with ExitStack() as held:
        with disk_answers(folder.name):
            is_ours = held.enter_context(held_alone(folder.with_name(f"{_LOCK}{folder.name}")))
        if not is_ours:
            raise ConflictError(
                f"Somebody else is at work on the lake {folder.name}.", "Wait until that has ended.", reason="busy"
            )
        yield


def size_bytes(folder: Path) -> int:
    """What the files below a folder hold; one that goes meanwhile, as while a lake is made, counts for nothing."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            facts = path.lstat()
            total += facts.st_size if stat.S_ISREG(facts.st_mode) else 0
    return total


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file of a lake; IntegrityError where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IntegrityError(
            f"{path.parent.name}/{path.name} cannot be read ({type(error).__name__}).",
            "Remove that folder, then make the lake again with the same command.",
        ) from error
    if not isinstance(found, dict):
        raise IntegrityError(
            f"{path.parent.name}/{path.name} holds no object.",
            "Remove that folder, then make the lake again with the same command.",
        )
    return found


def write_text(path: Path, text: str) -> None:
    """Write a short file beside and rename it: whoever sees it sees all of it."""
    staged = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with disk_answers(path.name):
        try:
            staged.write_text(text, encoding="utf-8")
            sync_path(staged)
            staged.replace(path)
            sync_path(path.parent)
        finally:
            staged.unlink(missing_ok=True)


class TableFile:
    """A Parquet file that is written a row group at a time; the same rows give the same bytes. A context."""

    def __init__(self, path: Path, schema: dict[str, pl.DataType]) -> None:
        kinds = pl.DataFrame(schema=schema).to_arrow().schema
        counted = [name for name, kind in schema.items() if name in _COUNTED_ON and kind != pl.String()]
        self._kinds = kinds
        self._writer = pq.ParquetWriter(
            path,
            kinds,
            compression="zstd",
            use_dictionary=[one.name for one in kinds if one.name not in counted and one.type != pa.bool_()],
            column_encoding=dict.fromkeys(counted, "DELTA_BINARY_PACKED"),
        )

    def add(self, frame: pl.DataFrame) -> None:
        """Write the rows as one row group; no rows are none."""
        if frame.height:
            self._writer.write_table(frame.to_arrow().cast(self._kinds), row_group_size=frame.height)

    def close(self) -> None:
        """End the file."""
        self._writer.close()

    def __enter__(self) -> TableFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_stores(path: Path, columns: list[str] | None = None) -> Iterator[tuple[int, pl.DataFrame]]:
    """Each store's rows of a long table, with its position, one row group in memory at a time."""
    with pq.ParquetFile(path) as opened:
        for place in range(opened.num_row_groups):
            rows: Any = pl.from_arrow(opened.read_row_group(place, columns=columns))
            yield int(rows["store"][0]), rows

"""Imports real sales: one reading of a file into the tables of a data set, or one refusal with its places."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from showcase.demand.intake_chunks import MAX_ROWS, Source
from showcase.demand.intake_columns import ColumnMap, map_columns, refuse_missing
from showcase.demand.intake_csv import BLOCK_BYTES
from showcase.demand.intake_dimensions import calendar_table, products_table, stores_table
from showcase.demand.intake_judge import RowJudge, day_of
from showcase.demand.intake_parquet import BATCH_ROWS
from showcase.demand.intake_parts import LONG_TABLES, Parts, fingerprint_parts
from showcase.demand.intake_read import open_source
from showcase.demand.intake_report import MAX_LISTED, IntakeRefusedError, RowError, refuse_file
from showcase.demand.intake_settle import SHARE_READ, Progress, settle_series
from showcase.demand.intake_sort import ReportNames
from showcase.demand.intake_spool import BUCKET_ROWS, MAX_SERIES, RowSpool
from showcase.demand.intake_values import IntakeOptions
from showcase.demand.quality import DEFAULT_NEEDED_DAYS, Quality, QualityTally
from showcase.demand.tables import SCHEMAS, DemandTables
from showcase.errors import UnavailableError
from showcase.kernel.identity import Digest
from showcase.kernel.window import Window


@dataclass(frozen=True, slots=True)
class ReadingSizes:
    """How much is held at a time; the outcome does not depend on it."""

    block_bytes: int = BLOCK_BYTES
    batch_rows: int = BATCH_ROWS
    bucket_rows: int = BUCKET_ROWS


@dataclass(frozen=True, slots=True)
class Intake:
    """A sales file that was read and found sound.

    The short tables are frames of `tables.SCHEMAS`; the long ones (sales, prices, stock) come in batches. Of files
    with more than 200,000 rows these lie as Parquet in a folder of their own below the caller's, until `discard`.
    """

    file_name: str
    sha256: Digest
    columns: ColumnMap
    promo_reading: str | None
    window: Window
    stores: pl.DataFrame
    products: pl.DataFrame
    calendar: pl.DataFrame
    promotions: pl.DataFrame
    quality: Quality
    parts: Parts
    folder: Path | None

    @property
    def mapping_shown(self) -> list[str]:
        """How the columns were read, one line a field."""
        lines = self.columns.shown()
        return [*lines, f"promo holds {self.promo_reading}"] if self.promo_reading else lines

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        return self.columns.ignored

    def row_counts(self) -> dict[str, int]:
        """Rows by table, in the order of SCHEMAS."""
        return {name: self.parts.rows(name) if name in LONG_TABLES else self._short()[name].height for name in SCHEMAS}

    def batches(self, table: str) -> Iterator[pl.DataFrame]:
        """The rows of any table of SCHEMAS in canonical order, in batches that fit into memory."""
        return self.parts.batches(table) if table in LONG_TABLES else iter([self._short()[table]])

    def fingerprint(self) -> Digest:
        """The identity of the data set, the same as `tables.fingerprint(self.tables)`, in little memory."""
        return fingerprint_parts(self.parts, self._short())

    @property
    def tables(self) -> DemandTables:
        """The whole data set in memory; for many millions of rows take `batches` instead."""
        long = {name: self.parts.whole(name) for name in LONG_TABLES}
        return DemandTables(window=self.window, **self._short(), **long)

    def discard(self) -> None:
        """Remove the files that hold the long tables; the intake cannot be read afterwards."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _short(self) -> dict[str, pl.DataFrame]:
        return {
            "stores": self.stores,
            "products": self.products,
            "calendar": self.calendar,
            "promotions": self.promotions,
        }


def read_sales(
    path: Path,
    *,
    today: date,
    spill_folder: Path,
    mapping: Mapping[str, str | None] | None = None,
    options: IntakeOptions | None = None,
    file_name: str | None = None,
    needed_days: int = DEFAULT_NEEDED_DAYS,
    progress: Progress | None = None,
    sizes: ReadingSizes | None = None,
) -> Intake:
    """Read a sales file: CSV, CSV.gz or Parquet, one row for each store, product and day.

    `mapping` names columns by field, the others are guessed. `today` bounds the days. `file_name` is what the file is
    called towards people (its name by default). Large files work in a folder of their own below `spill_folder`; it goes
    with `Intake.discard`, and when the import fails. Raises IntakeRefusedError with up to 50 places, NotFoundError,
    and UnavailableError where the disk is full.
    """
    options, sizes = options or IntakeOptions(), sizes or ReadingSizes()
    name = file_name or path.name
    tell = progress or (lambda _share, _what: None)
    try:
        with (
            _work_folder(spill_folder) as folder,
            open_source(
                path, options, file_name=name, block_bytes=sizes.block_bytes, batch_rows=sizes.batch_rows
            ) as source,
        ):
            reading = _Reading(name, folder, needed_days, sizes, tell)
            return reading.read(source, mapping or {}, options, today)
    except OSError as error:
        raise _disk_fault(name, error) from error


@contextmanager
def _work_folder(parent: Path) -> Iterator[Path]:
    """A folder of this import's own; it goes where the import fails, or did not need it."""
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="intake-", dir=parent))
    try:
        yield folder
        if not any(folder.iterdir()):
            folder.rmdir()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _disk_fault(name: str, error: OSError) -> UnavailableError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UnavailableError(
            f"The disk is full: the import of {name} needs about 70 bytes for each row. Nothing was imported.",
            "Free some space, or import fewer years.",
        )
    return UnavailableError(
        f"{name} or the folder that its import works in cannot be used: {error.strerror or 'input or output failed'}."
        " Nothing was imported.",
        "Check the disk and who may read the file and write to the folder of the artifacts.",
    )


class _Reading:
    """One reading of one file: judge all rows, then settle series by series."""

    def __init__(self, name: str, folder: Path, needed_days: int, sizes: ReadingSizes, tell: Progress) -> None:
        self._name = name
        self._folder = folder
        self._needed_days = needed_days
        self._tell = tell
        self._spool = RowSpool(folder, sizes.bucket_rows)
        self._unit = "line"
        self._blank_lines = 0

    def read(self, source: Source, mapping: Mapping[str, str | None], options: IntakeOptions, today: date) -> Intake:
        self._unit = source.unit
        columns = map_columns(self._name, source.columns, mapping)
        refuse_missing(self._name, source.columns, columns)
        judge = RowJudge(columns, source.typed, options, today, self._unit)
        errors = self._judge_all(source, columns, judge)
        self._refuse_too_many_series(self._spool.count_series())
        return self._settle(source.digest(), columns, judge, errors)

    def _judge_all(self, source: Source, columns: ColumnMap, judge: RowJudge) -> list[RowError]:
        """Spool every sound row; the errors that are returned are all there are, and fewer than 50."""
        errors: list[RowError] = []
        for chunk in source.chunks(columns.mapped):
            rows, broken = judge.judge(chunk)
            errors += [*chunk.errors, *broken]
            self._blank_lines += chunk.blank_lines
            if chunk.fatal:
                errors.append(chunk.fatal)
            if chunk.fatal or len(errors) >= MAX_LISTED:
                raise IntakeRefusedError(self._name, errors, self._unit, is_complete=False)
            self._spool.append(rows)
            self._refuse_too_many_series(self._spool.known_series)
            if judge.rows > MAX_ROWS:
                raise refuse_file(self._name, "file_size", value=f"more than {MAX_ROWS} rows")
            self._tell(SHARE_READ * source.share_done(), f"read {judge.rows} rows")
        if not judge.rows and not errors:
            raise refuse_file(self._name, "file_empty", note="the file has a header and no rows")
        errors += judge.whole_file_errors()
        if len(errors) >= MAX_LISTED or "date_span" in {error.rule for error in errors} or not judge.rows:
            raise IntakeRefusedError(self._name, errors, self._unit)
        return errors

    def _refuse_too_many_series(self, count: int) -> None:
        if count > MAX_SERIES:
            raise refuse_file(self._name, "series_count", value=f"{count} series")

    def _settle(self, sha256: Digest, columns: ColumnMap, judge: RowJudge, errors: list[RowError]) -> Intake:
        """Build the tables; `errors` are those of single rows, to which the doubles are added."""
        store_codes, skus = sorted(judge.stores.positions), sorted(judge.products.positions)
        keys = ", ".join(columns.column(field) or field for field in ("store", "product", "date"))
        names = ReportNames(self._name, store_codes, skus, keys, self._unit)
        window = _window(judge)
        tally = QualityTally(window, self._needed_days)
        settled = settle_series(self._spool, judge, names, tally, errors, self._tell)
        return Intake(
            file_name=self._name,
            sha256=sha256,
            columns=columns,
            promo_reading=_promo_reading(columns, judge),
            window=window,
            stores=stores_table(store_codes),
            products=products_table(skus, settled.median_prices),
            calendar=calendar_table(window, judge.calendar_events()),
            promotions=settled.promotions,
            quality=tally.quality(
                store_codes,
                skus,
                event_days=len(judge.events.by_day),
                returned_units=settled.returned_units,
                days_below_zero=settled.days_below_zero,
                blank_lines=self._blank_lines,
            ),
            parts=settled.parts,
            folder=self._folder if self._spool.is_on_disk else None,
        )


def _window(judge: RowJudge) -> Window:
    assert judge.earliest is not None
    assert judge.latest is not None
    return Window(day_of(judge.earliest[0]), day_of(judge.latest[0]))


def _promo_reading(columns: ColumnMap, judge: RowJudge) -> str | None:
    if columns.column("promo") is None:
        return None
    if judge.first_percent.line:
        return "percentages"
    return "shares of the price" if judge.first_share.line else "0 and 1"

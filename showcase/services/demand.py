"""Data sets: seeded, imported, chosen, read and wiped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from showcase.demand.append import appended_recipe, generate_appended
from showcase.demand.intake import Intake, read_sales
from showcase.demand.intake_values import IntakeOptions
from showcase.demand.recipe import Recipe
from showcase.demand.tables import DemandSource
from showcase.errors import ConflictError, NotFoundError
from showcase.forecasting.grid import place_on_grid
from showcase.forecasting.history import SIGNALS, SalesMatrix
from showcase.kernel.clean import plain_line
from showcase.ports import Clock, Progress, silent
from showcase.services.jobs import JobService
from showcase.store import demand as rows
from showcase.store.demand import DataSet, Pair
from showcase.store.demand_load import NewDataSet, Truth, insert_data_set, load_tables
from showcase.store.enrichment import read_signals
from showcase.store.fence import Connection, Transactions

_LONGEST_FILE_NAME = 200
_NO_DATA_REMEDY = (
    "Seed a preset (showcase seed --scenario demo_minimal), import a file (showcase import FILE), or run with --reseed."
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A data set that was seeded or imported; `is_new` is False where the same rows were there already."""

    data_set: DataSet
    is_new: bool


@dataclass(frozen=True, slots=True)
class Wipe:
    """What a reset takes away: rows by (data set, table), and how many in all."""

    lines: tuple[tuple[str, str, int], ...]

    @property
    def rows(self) -> int:
        return sum(count for _, _, count in self.lines)

    @property
    def data_sets(self) -> int:
        # two data sets may have one name, but each has each of its tables once
        return max(Counter(table for _, table, _ in self.lines).values(), default=0)


@dataclass(frozen=True, slots=True)
class Focus:
    """The pair that a run features, and whether it is the one that was asked for."""

    pair: Pair
    wanted: Pair | None
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class DemandService:
    """Everything about demand data that a person can ask for; large imports work in files below `scratch`."""

    transactions: Transactions
    clock: Clock
    scratch: Path

    def seed(self, recipe: Recipe, progress: Progress = silent) -> Kept:
        """Generate the recipe's data set and make it current; one with the same fingerprint is used as it is."""
        return self._keep_generated(recipe.as_json(), progress)

    def append(self, data_set: DataSet, end: date, progress: Progress = silent) -> Kept:
        """A new data set, made current: the rows of this synthetic one, and further days of its recipe up to `end`.

        ConflictError where the data set was imported: its days to come are not known.
        """
        return self._keep_generated(self.appended_recipe(data_set, end), progress)

    def appended_recipe(self, data_set: DataSet, end: date) -> dict[str, Any]:
        """The recipe that `append` would follow, refused as `append` refuses it."""
        if data_set.kind != "synthetic":
            raise ConflictError(
                f"The data set {data_set.name} was imported; only generated days can be appended to generated ones.",
                "Import a file that has the further days too.",
                reason="imported",
            )
        return appended_recipe(data_set.recipe, end)

    def _keep_generated(self, recipe: Mapping[str, Any], progress: Progress) -> Kept:
        tables = generate_appended(recipe, lambda share, what: progress(share * 0.4, what))
        assert tables.truth_demand is not None  # the generator always knows its truth
        assert tables.truth_effects is not None
        truth = Truth(tables.truth_demand, tables.truth_effects)
        return self._keep(tables, truth, ("synthetic", recipe["scenario"], recipe), progress)

    def import_sales(
        self,
        path: Path,
        *,
        mapping: Mapping[str, str | None] | None = None,
        options: IntakeOptions | None = None,
        file_name: str | None = None,
        progress: Progress = silent,
    ) -> tuple[Kept, Intake]:
        """Read a file of real sales and make it the current data set, all of it or nothing.

        Returns what was kept and the intake's own account (columns, ignored columns, quality), whose rows are gone.
        The work is a job of kind import.
        """
        name = plain_line(file_name or path.name, longest=_LONGEST_FILE_NAME) or "unnamed"
        with JobService(self.transactions).record("import", {"file": name}) as job:
            kept, intake = self._import(path, mapping, options, name, progress)
            job.outcome = {
                "data_set_id": kept.data_set.id,
                "fingerprint": kept.data_set.fingerprint,
                "is_new": kept.is_new,
            }
        return kept, intake

    def _import(
        self,
        path: Path,
        mapping: Mapping[str, str | None] | None,
        options: IntakeOptions | None,
        file_name: str,
        progress: Progress,
    ) -> tuple[Kept, Intake]:
        intake = read_sales(
            path,
            today=self.clock.today(),
            spill_folder=self.scratch,
            mapping=mapping,
            options=options,
            file_name=file_name,
            progress=lambda share, what: progress(share * 0.4, what),
        )
        try:
            recipe = {"file": intake.file_name, "sha256": str(intake.sha256)}
            return self._keep(intake, None, ("imported", intake.file_name, recipe), progress), intake
        finally:
            intake.discard()

    def _keep(
        self, source: DemandSource, truth: Truth | None, origin: tuple[str, str, Mapping[str, Any]], progress: Progress
    ) -> Kept:
        """`origin` is kind, name and recipe."""
        progress(0.4, "fingerprint")
        digest = source.fingerprint()
        with self.transactions.begin() as connection:
            known = rows.find_by_fingerprint(connection, digest)
            if known is not None:
                rows.make_current(connection, known.id)
                return Kept(known, is_new=False)
            new = NewDataSet(*origin, digest, source.window, source.row_counts())
            data_set_id = insert_data_set(connection, new)
            load_tables(connection, data_set_id, source, truth, lambda share, what: progress(0.5 + share / 2, what))
            rows.make_current(connection, data_set_id)
            made = rows.find_data_set(connection, data_set_id)
        assert made is not None  # inserted in this very transaction
        return Kept(made, is_new=True)

    def list_data_sets(self) -> list[DataSet]:
        """All data sets, newest first."""
        with self.transactions.read() as connection:
            return rows.list_data_sets(connection)

    def names(self) -> dict[str, str]:
        """What each data set is called, by its fingerprint."""
        return {str(found.fingerprint): found.name for found in self.list_data_sets()}

    def current(self) -> DataSet | None:
        """The data set that runs and dimensions speak of, or None on an empty database."""
        with self.transactions.read() as connection:
            return rows.current_data_set(connection)

    def require_current(self) -> DataSet:
        """The current data set; NotFoundError on an empty database."""
        found = self.current()
        if found is None:
            raise NotFoundError("There is no demand data yet.", _NO_DATA_REMEDY)
        return found

    def find_by_fingerprint(self, digest: str) -> DataSet | None:
        """The data set with this fingerprint, or None where it is gone."""
        with self.transactions.read() as connection:
            return rows.find_by_fingerprint(connection, digest)

    def make_current(self, data_set_id: int) -> DataSet:
        """Make a data set the current one."""
        with self.transactions.begin() as connection:
            found = rows.find_data_set(connection, data_set_id)
            if found is None:
                raise NotFoundError(
                    f"There is no data set {data_set_id}.", "Choose one of those that `showcase datasets` lists."
                )
            rows.make_current(connection, data_set_id)
        return found

    def preview_wipe(self) -> Wipe:
        """What a reset would take away now."""
        with self.transactions.read() as connection:
            return Wipe(tuple(rows.count_wipe(connection)))

    def wipe(self) -> Wipe:
        """Take every data set away, imports too, in one transaction; returns what went."""
        with self.transactions.begin() as connection:
            gone = Wipe(tuple(rows.count_wipe(connection)))
            rows.wipe(connection)
        return gone

    def matrix(self, data_set: DataSet, *, with_signals: bool = False) -> SalesMatrix:
        """Every series of the data set on its calendar-complete grid.

        The signals of its enrichment are read where they are asked for alone: a run forecasts the same whether somebody
        enriched the data meanwhile or not, and sees the signals once it has enriched them itself.
        """
        with self.transactions.read() as connection:
            sales = rows.read_sales(connection, data_set)
            holidays = rows.read_holidays(connection, data_set)
            facts = rows.read_product_facts(connection, data_set)
        found = place_on_grid(sales, data_set.window.start, data_set.window.days, holidays, facts)
        return self.with_signals(data_set, found) if with_signals else found

    def with_signals(self, data_set: DataSet, matrix: SalesMatrix) -> SalesMatrix:
        """The matrix with the signals of the data set's enrichment, where there are any."""
        with self.transactions.read() as connection:
            signals = read_signals(connection, data_set, matrix.store_ids)
        return replace(matrix, signals={name: signals[name] for name in SIGNALS if name in signals})

    def pair(self, store_id: int, product_id: int) -> Pair | None:
        """The pair with these ids, or None where it is gone."""
        with self.transactions.read() as connection:
            return rows.find_pair_by_id(connection, store_id, product_id)

    def pairs(self, data_set: DataSet) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
        """The stores and the products of a data set as (id, code), to choose a focus pair from."""
        with self.transactions.read() as connection:
            return rows.list_pairs(connection, data_set.id)

    def pair_by_code(self, data_set: DataSet, store_code: str, sku: str) -> Pair | None:
        """The pair of these codes in this data set; None where it has no such one."""
        with self.transactions.read() as connection:
            return rows.find_pair_by_code(connection, data_set.id, store_code, sku)

    def focus(self, data_set: DataSet, wanted: Pair | None) -> Focus:
        """The pair to feature in this data set: the wanted one by its codes, else the one with the most sold days."""
        with self.transactions.read() as connection:
            if wanted is not None:
                found = rows.find_pair_by_code(connection, data_set.id, wanted.store_code, wanted.sku)
                if found is not None:
                    return Focus(found, wanted, is_wanted=True)
            return Focus(_most_sold(connection, data_set), wanted, is_wanted=wanted is None)


def _most_sold(connection: Connection, data_set: DataSet) -> Pair:
    found = rows.most_sold_pair(connection, data_set.id)
    if found is None:
        raise NotFoundError(f"The data set {data_set.name} has no sales row.", _NO_DATA_REMEDY)
    return found

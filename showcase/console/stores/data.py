"""Reads the data sets and their series for the Data view, and imports, chooses and wipes them, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from showcase.console.uploads import Upload
from showcase.console.work import Work
from showcase.demand.intake import Intake
from showcase.demand.intake_preview import Preview, preview_sales
from showcase.demand.intake_values import IntakeOptions
from showcase.ports import Progress
from showcase.services.demand import Kept, Wipe
from showcase.services.series import SeriesRecord
from showcase.store.demand import DataSet
from showcase.wiring import Installation

Mapped = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All data sets, newest first, and what a wipe would take away."""

    data_sets: tuple[DataSet, ...]
    wipe: Wipe

    @property
    def current(self) -> DataSet | None:
        return next((one for one in self.data_sets if one.is_current), None)

    def find(self, fingerprint: str) -> DataSet | None:
        """The data set whose fingerprint begins so; the current one where nothing is asked for."""
        if not fingerprint:
            return self.current
        return next((one for one in self.data_sets if one.fingerprint.startswith(fingerprint)), None)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The stores and products of a data set as (id, code), and the pair with the most sold days."""

    stores: tuple[tuple[int, str], ...]
    products: tuple[tuple[int, str], ...]
    usual: tuple[int, int]


class DataStore:
    """Everything that the Data view reads and asks for."""

    def __init__(self, installation: Installation) -> None:
        self._services, self._launcher = installation.services, installation.launcher

    @property
    def scratch(self) -> Path:
        return self._services.scratch

    @property
    def now(self) -> datetime:
        return self._services.clock.now()

    async def shelf(self) -> Shelf:
        """The data sets that there are."""
        demand = self._services.demand
        return await asyncio.to_thread(lambda: Shelf(tuple(demand.list_data_sets()), demand.preview_wipe()))

    async def catalogue(self, data_set: DataSet) -> Catalogue:
        """What can be looked at in a data set."""
        return await asyncio.to_thread(self._catalogue, data_set)

    async def series(self, data_set: DataSet, store_id: int, product_id: int) -> SeriesRecord | None:
        """One series; None where the store never sold the product."""
        return await asyncio.to_thread(self._services.series.show, data_set, store_id, product_id)

    async def make_current(self, data_set_id: int) -> None:
        """Let runs speak of this data set; ConflictError while a run is under way."""
        await asyncio.to_thread(self._make_current, data_set_id)

    async def wipe(self) -> Wipe:
        """Take all demand data away; ConflictError while a run is under way."""
        return await asyncio.to_thread(self._wipe)

    async def preview(self, upload: Upload, mapping: Mapped | None, options: IntakeOptions) -> Preview:
        """How the columns of a file would be read; IntakeRefusedError where its head cannot be."""
        return await asyncio.to_thread(
            lambda: preview_sales(upload.path, mapping=mapping, options=options, file_name=upload.name)
        )

    def import_file(self, upload: Upload, mapping: Mapped, options: IntakeOptions) -> Work[tuple[Kept, Intake]]:
        """Start an import; it makes the file the current data set, all of it or nothing."""
        return Work(lambda progress: self._import(upload, mapping, options, progress))

    def _catalogue(self, data_set: DataSet) -> Catalogue:
        stores, products = self._services.demand.pairs(data_set)
        usual = self._services.demand.focus(data_set, None).pair
        return Catalogue(tuple(stores), tuple(products), (usual.store_id, usual.product_id))

    def _make_current(self, data_set_id: int) -> None:
        with self._launcher.exclusive("choosing a data set"):
            self._services.demand.make_current(data_set_id)

    def _wipe(self) -> Wipe:
        with self._launcher.exclusive("wiping the demand data"):
            return self._services.demand.wipe()

    def _import(
        self, upload: Upload, mapping: Mapped, options: IntakeOptions, progress: Progress
    ) -> tuple[Kept, Intake]:
        with self._launcher.exclusive("import"):
            return self._services.demand.import_sales(
                upload.path, mapping=mapping, options=options, file_name=upload.name, progress=progress
            )

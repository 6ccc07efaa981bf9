"""Seeding without a run: generate, append, verify, count and delete demand data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import PRESETS, preset_named
from showcase.demand.recipe import MAX_DATABASE_ROWS, MAX_SEED, Recipe, recipe_from_json, resolve_recipe
from showcase.errors import FieldError, InvalidInputError
from showcase.kernel.day import Day
from showcase.kernel.refusals import contradiction
from showcase.kernel.window import Window
from showcase.ports import Clock, Progress
from showcase.services.data_sets import kept_json
from showcase.services.demand import DemandService
from showcase.services.enrichment import EnrichmentService
from showcase.store import demand_wipe
from showcase.store.demand_read import read_tables
from showcase.store.fence import Transactions

Scope = Literal["all", "facts", "dimensions"]
_STATUS_COUNTS = {
    "stores": "stores", "products": "products", "calendar": "calendar", "sales": "sales", "inventory": "stock",
    "price_history": "prices", "promotions": "promotions", "exogenous_signals": "exogenous_signals",
    "sales_returns": "sales_returns", "replenishment_events": "replenishment_events",
}  # fmt: skip
"""The counts of a status with the tables that they count."""


_FIELD_OF = {"as_of": "end_date", "window": "start_date", "window_days": "overrides.window_days"}
"""What a recipe calls otherwise than a request."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class GenerateRequest(_Strict):
    """A preset to generate in its native size, unless the fields say otherwise; overrides are applied last."""

    scenario: str = Field("demo_minimal", description="One of the eight presets.")
    seed: int = Field(42, ge=0, le=MAX_SEED, description="The seed of every random draw.")
    stores: int | None = Field(None, ge=1, le=100, description="How many stores; null takes the preset's.")
    products: int | None = Field(None, ge=1, le=500, description="How many products; null takes the preset's.")
    start_date: Day | None = Field(None, description="The first day; null takes the preset's number of days.")
    end_date: Day | None = Field(None, description="The last day; null is today in UTC.")
    sparsity: float | None = Field(None, ge=0, le=0.9, description="Share of missing series; null takes the preset's.")
    overrides: SeedOverrides | None = Field(None, description="The seven knobs of a run request.")
    dry_run: bool = Field(False, description="Say what would be made, and make nothing.")

    @model_validator(mode="after")
    def _days_agree(self) -> Self:
        if self.start_date is not None and self.end_date is None:
            raise contradiction("end_date", "a last day beside start_date")
        if self.start_date is not None and self.end_date is not None and self.end_date < self.start_date:
            raise contradiction("end_date", f"a day from {self.start_date} on")
        return self

    def knobs(self) -> SeedOverrides:
        """The sizes and the overrides as one set of knobs."""
        named = {name: getattr(self, name) for name in ("stores", "products", "sparsity")}
        given = {name: value for name, value in named.items() if value is not None}
        return SeedOverrides.model_validate(given | (self.overrides.given() if self.overrides else {}))


class AppendRequest(_Strict):
    """Further days for the current data set."""

    end_date: Day = Field(description="The last day after the append.")
    start_date: Day | None = Field(None, description="The first new day; there is no other than the next one.")
    dry_run: bool = Field(False, description="Say what would be made, and make nothing.")


class DeleteRequest(_Strict):
    """What to delete of every data set."""

    scope: Scope = Field(
        "all",
        description="all: every data set; facts: everything but stores, products and calendar; dimensions: stores and "
        "products, and so all that stands on them.",
    )
    dry_run: bool = Field(False, description="Count what would go, and delete nothing.")


@dataclass(frozen=True, slots=True)
class Check:
    """One question about a stored data set and its answer."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class SeedingService:
    """Everything about seeding that a person can ask for; whoever changes data stands in Launcher.exclusive."""

    transactions: Transactions
    clock: Clock
    demand: DemandService
    enrichment: EnrichmentService

    def status(self) -> dict[str, Any]:
        """Counts and days of the current data set; zeros and null days on an empty database."""
        current = self.demand.current()
        counts: Mapping[str, int] = {}
        if current is not None:
            enriched = self.enrichment.find(current)
            counts = current.row_counts | (enriched.row_counts if enriched else {})
        return {
            **{name: counts.get(table, 0) for name, table in _STATUS_COUNTS.items()},
            "date_range_start": current.window.start if current else None,
            "date_range_end": current.window.end if current else None,
            "data_set": current.id if current else None,
            "fingerprint": current.fingerprint if current else None,
        }

    def scenarios(self) -> list[dict[str, Any]]:
        """The eight presets with what they show and their sizes."""
        return [
            {
                "name": str(preset.name),
                "shows": preset.shows,
                "oddities": preset.oddities,
                "demo": {"stores": preset.demo.stores, "products": preset.demo.products, "days": preset.demo.days},
                "native": {
                    "stores": preset.native.stores, "products": preset.native.products, "days": preset.native.days
                },
                "date_start": preset.fixed_window.start if preset.fixed_window else None,
                "date_end": preset.fixed_window.end if preset.fixed_window else None,
            }
            for preset in PRESETS.values()
        ]  # fmt: skip

    def generate(self, request: GenerateRequest, progress: Progress) -> dict[str, Any]:
        """Seed what was asked for and make it the current data set; a dry run gives the rows that are expected."""
        recipe = self._recipe(request)
        if request.dry_run:
            return _expected(recipe.estimated_rows(), recipe.seed)
        kept = self.demand.seed(recipe, progress)
        return {**kept_json(kept), "seed": recipe.seed, "dry_run": False}

    def _recipe(self, request: GenerateRequest) -> Recipe:
        try:
            return self._resolved(request)
        except InvalidInputError as error:
            raise _in_words_of_request(error) from error

    def _resolved(self, request: GenerateRequest) -> Recipe:
        knobs = request.knobs()
        if request.start_date is not None and request.end_date is not None:
            window = Window(request.start_date, request.end_date)
            return resolve_recipe(request.scenario, request.seed, knobs, native=True, window=window)
        as_of: date | None = request.end_date
        if as_of is None and preset_named(request.scenario).fixed_window is None:
            as_of = self.clock.today()
        return resolve_recipe(request.scenario, request.seed, knobs, as_of, native=True)

    def append(self, request: AppendRequest, progress: Progress) -> dict[str, Any]:
        """Append days to the current data set: a new data set with the same rows and more, made the current one.

        ConflictError for imported data; NotFoundError on an empty database.
        """
        current = self.demand.require_current()
        _check_next_day(request.start_date, current.window.end)
        recipe = self.demand.appended_recipe(current, request.end_date)
        if request.dry_run:
            longer = recipe_from_json(recipe).estimated_rows()
            added = {name: max(0, count - current.row_counts.get(name, 0)) for name, count in longer.items()}
            return _expected(added, recipe["seed"])
        kept = self.demand.append(current, request.end_date, progress)
        added = {
            name: count - current.row_counts.get(name, 0) if kept.is_new else 0
            for name, count in kept.data_set.row_counts.items()
        }
        return {**kept_json(kept), "records_created": added, "seed": recipe["seed"], "dry_run": False}

    def verify(self) -> dict[str, Any]:
        """Whether the current data set still has the rows that it was made with; NotFoundError where there is none."""
        current = self.demand.require_current()
        checks: list[Check] = []
        with self.transactions.read() as connection:
            counted = demand_wipe.count_rows(connection, current.id)
            lost = {name: count for name, count in current.row_counts.items() if counted.get(name, count) != count}
            told = ", ".join(f"{name}: {counted[name]:,} for {count:,}" for name, count in lost.items())
            checks.append(Check("row_counts", not lost, told or "every table has its rows"))
            if current.row_counts["sales"] <= MAX_DATABASE_ROWS:
                same = read_tables(connection, current).fingerprint() == current.fingerprint
                checks.append(Check("fingerprint", same, "as recorded" if same else "the rows are not those recorded"))
        return {
            "passed": all(check.passed for check in checks),
            "checks": [{"name": one.name, "passed": one.passed, "detail": one.detail} for one in checks],
            "data_set": current.id,
            "fingerprint": current.fingerprint,
        }

    def enrich(self, progress: Progress) -> dict[str, Any]:
        """Enrich the current data set; one that is enriched is left as it is."""
        current = self.demand.require_current()
        done = self.enrichment.enrich(current, progress)
        counts = done.enrichment.row_counts
        return {
            "records_created": counts if done.is_new else dict.fromkeys(counts, 0),
            "data_set": current.id,
            "digest": done.enrichment.digest,
            "skipped": done.enrichment.skipped,
        }

    def delete(self, request: DeleteRequest) -> dict[str, Any]:
        """Delete demand data of every data set, and nothing else; a dry run counts what would go."""
        if request.scope == "facts":
            with self.transactions.read() if request.dry_run else self.transactions.begin() as connection:
                gone = demand_wipe.count_facts(connection)
                if not request.dry_run:
                    demand_wipe.delete_facts(connection)
        else:
            wipe = self.demand.preview_wipe() if request.dry_run else self.demand.wipe()
            gone = {}
            for _, table, count in wipe.lines:
                gone[table] = gone.get(table, 0) + count
        return {
            "records_deleted": gone,
            "total": sum(gone.values()),
            "scope": request.scope,
            "dry_run": request.dry_run,
        }


def _in_words_of_request(error: InvalidInputError) -> InvalidInputError:
    """A refusal by the fields that were sent, where it is of one that a recipe knows by another name."""
    if not any(one.field in _FIELD_OF for one in error.errors):
        return error
    fields = [FieldError(_FIELD_OF.get(one.field, one.field), one.found, one.allowed) for one in error.errors]
    return InvalidInputError(f"{'; '.join(map(str, fields))}.", error.remedy, fields)


def _check_next_day(asked: date | None, last: date) -> None:
    """Refuse a first new day that is not the day after the last one."""
    following = last + timedelta(days=1)
    if asked is not None and asked != following:
        error = FieldError("start_date", str(asked), f"{following}, the day after the last one")
        raise InvalidInputError(
            f"Days are appended without a gap: {error}.", "Leave start_date out, or give that day.", [error]
        )


def _expected(counts: Mapping[str, int], seed: int) -> dict[str, Any]:
    return {"records_created": dict(counts), "seed": seed, "data_set": None, "fingerprint": None, "dry_run": True}

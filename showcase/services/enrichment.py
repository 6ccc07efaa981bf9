"""Enrichment of data sets: lifecycle, replenishment, signals and returns beside the sales."""

from __future__ import annotations

from dataclasses import dataclass

from showcase.demand.enrichment import enrich
from showcase.errors import NotFoundError
from showcase.ports import Progress
from showcase.store import enrichment as rows
from showcase.store.demand import DataSet
from showcase.store.enrichment import EnrichmentRow
from showcase.store.fence import Transactions


@dataclass(frozen=True, slots=True)
class Enriched:
    """A data set's enrichment; `is_new` is False where it was there already and nothing was written."""

    enrichment: EnrichmentRow
    is_new: bool


@dataclass(frozen=True, slots=True)
class EnrichmentService:
    """Everything about enrichments that a person can ask for."""

    transactions: Transactions

    def enrich(self, data_set: DataSet, progress: Progress) -> Enriched:
        """Enrich the data set, all of it or nothing; one that is enriched is left as it is.

        NotFoundError where the data set is gone, or has no stores, products or sales to speak of.
        """
        with self.transactions.begin() as connection:
            if not rows.lock_data_set(connection, data_set.id):
                raise NotFoundError(
                    f"The data set {data_set.id} is gone.", "Choose one of those that `showcase datasets` lists."
                )
            known = rows.find_enrichment(connection, data_set.id)
            if known is not None:
                return Enriched(known, is_new=False)
            made = enrich(rows.read_facts(connection, data_set), progress)
            progress(0.95, f"writing {sum(made.row_counts.values()):,} rows")
            rows.insert_enrichment(connection, data_set.id, made)
            found = rows.find_enrichment(connection, data_set.id)
        assert found is not None  # inserted in this very transaction
        return Enriched(found, is_new=True)

    def find(self, data_set: DataSet) -> EnrichmentRow | None:
        """The enrichment of a data set, or None where it has none yet."""
        with self.transactions.read() as connection:
            return rows.find_enrichment(connection, data_set.id)

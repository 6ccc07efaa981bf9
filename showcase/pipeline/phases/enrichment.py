"""The data phase of the long table: enrichment, and models of earlier days."""

from __future__ import annotations

from showcase.pipeline.context import RunContext
from showcase.pipeline.phases.modeling import subject_of
from showcase.pipeline.steps import StepOutcome, passed, skipped
from showcase.services.backfill import LEAST_DAYS


def phase2_enrichment(context: RunContext) -> StepOutcome:
    """Lifecycle stages, replenishment events, weather and macro signals, and returns; models see the signals."""
    facts = context.facts
    subject = subject_of(context)
    enriched = context.services.enrichment.enrich(subject.data_set, context.progress)
    facts.enrichment = enriched.enrichment
    facts.matrix = context.services.demand.with_signals(subject.data_set, subject.matrix)
    counts, skipped_parts = enriched.enrichment.row_counts, enriched.enrichment.skipped
    left_out = f", without {', '.join(skipped_parts)}" if skipped_parts else ""
    verb = "made" if enriched.is_new else "found as they were"
    return passed(
        f"{sum(counts.values()):,} rows of enrichment {verb}{left_out}, digest {enriched.enrichment.digest.short}",
        records_created=counts if enriched.is_new else dict.fromkeys(counts, 0),
        counts=counts,
        left_out=skipped_parts,
        enrichment_digest=enriched.enrichment.digest,
        signals=sorted(facts.matrix.signals),
    )


def historical_backfill(context: RunContext) -> StepOutcome:
    """The two controls registered at three earlier cutoffs, each with its real scores."""
    subject = subject_of(context)
    days = subject.matrix.n_days
    if days < LEAST_DAYS:
        return skipped(f"{days} days are there; three earlier cutoffs need {LEAST_DAYS}", days=days, needed=LEAST_DAYS)
    found = context.services.backfill.run(subject, context.progress, context.facts.made)
    cutoffs = sorted({one.cutoff.isoformat() for one in found})
    return passed(
        f"{len(found)} models registered at {', '.join(cutoffs)}",
        cutoffs=cutoffs,
        model_runs=[
            {
                "model_run_id": one.model_run_id,
                "model": one.model_type,
                "cutoff": one.cutoff.isoformat(),
                "scores": one.scores,
            }
            for one in found
        ],
    )

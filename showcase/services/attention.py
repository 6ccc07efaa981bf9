"""What asks for a person's attention, each with what to do about it."""

from __future__ import annotations

from showcase.kernel.words import told_after
from showcase.services.ops_summary import Attention, OpsSummary

STALE_DATA_DAYS = 7
URGENT_SCORE = 0.7
LEAST_FREE_BYTES = 1024**3


def attention_items(summary: OpsSummary) -> tuple[Attention, ...]:
    """All items of a summary, what hinders work first."""
    return (
        *_runs(summary),
        *_aliases(summary),
        *_models(summary),
        *_data(summary),
        *_disk(summary),
    )


def _runs(summary: OpsSummary) -> list[Attention]:
    found = []
    last = summary.last_run
    if last is not None and last.status in ("failed", "interrupted"):
        verb = last.status if last.status == "failed" else f"was {last.status}"
        said = told_after(last.status, last.reason)
        how = f"{verb}{' ' if said.startswith('in ') else ': '}{said}" if said else verb
        found.append(
            Attention(
                "last_run_failed",
                f"The last run, {last.run_id.short}, {how}.",
                "Look at it with `showcase runs watch`, then run again.",
            )
        )
    if summary.failed_jobs:
        number, newest = len(summary.failed_jobs), summary.failed_jobs[0].kind
        told = f"One job ({newest})" if number == 1 else f"{number} jobs (the newest: {newest})"
        found.append(
            Attention(
                "jobs_failed",
                f"{told} failed in the last week.",
                "Look at what each failed of, then do it again.",
            )
        )
    return found


def _aliases(summary: OpsSummary) -> list[Attention]:
    return [
        Attention(
            "alias_stale",
            f"The alias {state.alias.name} is stale: {', '.join(state.stale_reasons)}.",
            "Compare it with the newest success, then move it or keep it knowingly.",
        )
        for state in summary.aliases
        if state.is_stale
    ]


def _models(summary: OpsSummary) -> list[Attention]:
    worse = [
        Attention(
            "model_drift",
            f"{one.model_type} of store {one.grain[0]} and product {one.grain[1]} got worse: wape "
            f"{one.drift.latest:.2f} % after {one.drift.prior_mean:.2f} % on average.",
            "Look at what changed in the sales, then train it anew.",
        )
        for one in summary.health
        if one.drift.verdict == "worse"
    ]
    urgent = [
        Attention(
            "retraining_due",
            f"The newest model of store {one.entry.grain[0]} and product {one.entry.grain[1]} is {one.age_days} days "
            f"old; its retraining score is {one.score:.2f}.",
            "Run on newer data, so that a newer model is registered.",
        )
        for one in summary.candidates
        if one.score >= URGENT_SCORE
    ]
    return worse + urgent


def _data(summary: OpsSummary) -> list[Attention]:
    behind = summary.freshness.days_behind
    if behind is None or behind <= STALE_DATA_DAYS:
        return []
    return [
        Attention(
            "data_old",
            f"The current data set ends {behind:,} days ago, on {summary.freshness.data_end}.",
            "Import newer sales, or seed again.",
        )
    ]


def _disk(summary: OpsSummary) -> list[Attention]:
    found = []
    if summary.disk.free_bytes < LEAST_FREE_BYTES:
        found.append(
            Attention(
                "disk_full",
                f"{summary.disk.free_bytes // 1024**2} MB of disk are free.",
                "Free disk space, or move SHOWCASE_HOME to a larger disk.",
            )
        )
    if summary.disk.orphaned:
        found.append(
            Attention(
                "artifacts_orphaned",
                f"{summary.disk.orphaned} artifacts ({summary.disk.orphaned_bytes:,} bytes) belong to no model run, "
                "job or workspace.",
                "Delete them where the disk is short, once no run is under way.",
            )
        )
    return found

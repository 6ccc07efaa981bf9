"""The steps of the long table that need no person and no provider, in their order."""

from __future__ import annotations

from showcase.pipeline.phases import (
    cleanup,
    data,
    decision,
    enrichment,
    modeling,
    ops,
    portfolio,
    promotion,
    verify,
)
from showcase.pipeline.steps import Step

RICH: tuple[Step, ...] = (
    Step("precheck", "data", data.precheck),
    Step("reset", "data", data.reset),
    Step("seed", "data", data.seed),
    Step("status", "data", data.status),
    Step("features", "data", data.features),
    Step("phase2_enrichment", "data", enrichment.phase2_enrichment),
    Step("historical_backfill", "data", enrichment.historical_backfill),
    Step("train", "modeling", modeling.train),
    Step("v2_train", "modeling", modeling.v2_train),
    Step("backtest", "decision", decision.backtest),
    Step("register", "decision", decision.register),
    Step("champion_compat_compare", "decision", promotion.champion_compat_compare),
    Step("stale_alias_trigger", "decision", promotion.stale_alias_trigger),
    Step("safer_promote_flow", "decision", promotion.safer_promote_flow),
    Step("batch_preset", "portfolio", portfolio.batch_preset),
    Step("verify", "verify", verify.verify),
    Step("ops_snapshot", "ops", ops.ops_snapshot),
    Step("cleanup", "cleanup", cleanup.cleanup),
)

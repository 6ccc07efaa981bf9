"""Contents of bundles written by hand, for tests that need no database."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from showcase.bundles.content import BundleContent

WORKSPACE_ID, RUN_ID, MODEL_ID, PLAN_ID = "a" * 32, "b" * 32, "c" * 32, "d" * 32
DIGEST = "e" * 64
MADE = "2026-01-05T12:00:00+00:00"
SCORES = {"wape": 20.0, "mae": 2.0, "rmse": 3.0, "bias": -0.5, "mase": 0.9, "coverage80": 81.0, "coverage95": None}
FOLD = {"fold": 1, "cutoff": "2026-01-03", "train_days": 3, "test_start": "2026-01-04", "test_end": "2026-01-05"}


def workspace(**changes: Any) -> dict[str, Any]:
    """A completed workspace with every slot, as a bundle carries it."""
    board = [
        {"rank": 1, "model": "naive", "is_chosen": True, "is_winner": True, **SCORES},
        {"rank": 2, "model": "seasonal_naive", "is_chosen": False, "is_winner": False, **SCORES, "wape": None},
    ]
    values: dict[str, Any] = {
        "workspace_id": WORKSPACE_ID, "name": "by-hand", "status": "completed", "seed": 7, "scenario": "demo_minimal",
        "reset": True, "skip_seed": False, "run_config": None, "as_of": "2026-01-05", "store_id": 1, "product_id": 2,
        "date_start": "2026-01-01", "date_end": "2026-01-05", "created_objects": {"run_id": RUN_ID},
        "result_summary": {
            "winner_model_type": "naive", "winner_metric": "wape", "winner_value": 20.0, "wall_clock_s": 1.5,
            "leaderboard": board,
        },
        "created_at": MADE, "archived": False, "pinned": False, "notes": None, "tags": [], "config_schema_version": 2,
        "replayed_from_workspace_id": None, "run_id": RUN_ID, "data_fingerprint": DIGEST,
        "environment": {"python": "3.13.0", "libraries": {"numpy": "2"}, "code": "9.9", "code_digest": DIGEST},
        "seed_overrides": None, "user_scope": None, "approval_events": None, "rag_events": None, "job_ids": None,
        "phase_summaries": None, "revision": 1, "updated_at": MADE,
    }  # fmt: skip
    return values | changes


TRUTH = [
    {"days": "all", "n": 40, "wape_sales": 24.5, "wape_demand": 21.25, "bias_sales": -0.5, "bias_demand": 0.25},
    {"days": "stockout", "n": 4, "wape_sales": 912.0, "wape_demand": None, "bias_sales": -8.0, "bias_demand": None},
]


def content(**changes: Any) -> BundleContent:
    """A bundle's content of that workspace; the changes are its columns."""
    steps = {
        "status": {"store_code": "S1", "sku": "P2", "series": 4, "date_start": "2026-01-01", "date_end": "2026-01-05"},
        "backtest": {
            "folds": [FOLD],
            "by_fold": [{"model": "naive", "fold": 1, **SCORES}],
            "by_bucket": [{"model": "naive", "bucket": "1-7", **SCORES}],
            "left_out": 1,
        },
    }
    events = [{"event_type": "step_complete", "step_name": name, "data": data} for name, data in steps.items()]
    data = {"fingerprint": DIGEST, "kind": "synthetic", "name": "demo_minimal", "recipe": {"seed": 7}, "row_counts": {}}
    return BundleContent(workspace(**changes), {"run_id": RUN_ID}, events, [model_run()], [plan()], data)


def model_run(**changes: Any) -> dict[str, Any]:
    """A registered model as a bundle carries it."""
    return {
        "run_id": MODEL_ID, "status": "success", "model_type": "naive", "config": {}, "feature_frame_version": 1,
        "data_fingerprint": DIGEST, "date_start": "2026-01-01", "date_end": "2026-01-05",
        "metrics": {"scores": {"wape": 20.0}}, "artifact_digest": DIGEST, "artifact_bytes": 10,
        "origin_run_id": RUN_ID, "synthetic": False, "failure": None, "created_at": MADE, "updated_at": MADE, **changes,
    }  # fmt: skip


def plan(**changes: Any) -> dict[str, Any]:
    """A saved plan as a bundle carries it."""
    return {
        "plan_id": PLAN_ID, "name": "A week at 10 % less", "tags": [], "store_code": "S1", "sku": "P2",
        "method": "heuristic", "model_type": "naive", "units_delta": 12.4, "revenue_delta": -3.25,
        "outcome": {"revenue_delta_interval": [-10.0, 4.0], "true_units_delta": None}, **changes,
    }  # fmt: skip


def tables() -> dict[str, bytes]:
    """The forecast and the backtest of the focus pair, with a missing day and an undefined bound."""
    days = [date(2026, 1, 4) + timedelta(day) for day in range(4)]
    pair = {"store_id": [1, 1], "product_id": [2, 2], "model": ["naive", "naive"]}
    backtest = pair | {"date": days[:2], "fold": [1, 1], "actual": [5.0, None], "forecast": [4.0, 4.5]}
    bounds = {"lo80": [3.0, 3.0], "hi80": [5.0, 5.0], "lo95": [2.0, None], "hi95": [6.0, None]}
    return {
        "backtest": _parquet(backtest),
        "forecast": _parquet(pair | {"date": days[2:], "forecast": [4.0, 4.25]} | bounds),
    }


def _parquet(columns: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


def told_in_full() -> BundleContent:
    """A replay that tells everything that a story can: a verdict, an approval, look-ups, steps, overrides, a pair."""
    summary = workspace()["result_summary"]
    verdict = {
        "overall": "different",
        "parts": {"data": "identical", "model_set": "identical", "scores": "different", "forecast": "within_tolerance",
                  "agent_story": "identical", "knowledge_story": "unknown"},
        "where": {"scores": "scores.naive.mae: 2.0 against 3.0"},
        "source_workspace_id": "f" * 32,
    }  # fmt: skip
    approval = {
        "action_id": "1" * 32, "tool_name": "save_plan", "decision": "approved", "decided_at": MADE,
        "decided_by": "a planner", "session_id": "2" * 32, "auto_approved": False, "reason": "It fits the season.",
        "execution_status": "executed",
        "tool_call_summary": {"description": "Save the plan of a week at 10 % less.", "arguments_keys": ["name"]},
        "transcript_summary": "", "tokens_used": 0, "tool_calls_count": 1, "evidence_digest": DIGEST,
    }  # fmt: skip
    look_up = {
        "event": "retrieve", "status": "pass", "detail": "2 passages", "count": 2, "occurred_at": MADE,
        "provider": "text_search", "reachable": True, "query": "What is a fold?",
        "hits": [{"source": "folds.md", "score": 0.61}, {"source": "models.md", "score": 0.22}],
    }  # fmt: skip
    step = {"step": "seed", "status": "pass", "detail": "1,234 sales rows", "duration_ms": 210.0}
    told = content(
        result_summary=summary | {"verdict": verdict}, approval_events=[approval], rag_events=[look_up],
        phase_summaries=[{"phase": "data", "status": "pass", "duration_ms": 210.0, "steps": [step]}],
        seed_overrides={"stores": 3, "noise_sigma": 0.2}, notes="The one to show.", tags=["demo", "autumn"],
        user_scope={"store_id": 1, "product_id": 2, "store_code": "S1", "sku": "P2"},
        replayed_from_workspace_id="f" * 32,
    )  # fmt: skip
    return replace(told, data={**told.data, "truth": TRUTH})

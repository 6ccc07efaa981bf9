"""What is sent to each operation, by example; a test sends every one of them through the model that reads it."""

from __future__ import annotations

from typing import Any

_SERIES = {"store_id": 1, "product_id": 1}
_WORKSPACE, _OTHER = "3f6c1e0b9a2d4c58a7e1d0c9b8f7a6e5", "9b8f7a6e53f6c1e0b9a2d4c58a7e1d0c"
_CHEAPER = {"price": {"change_pct": -0.1, "start": "2026-04-01", "end": "2026-04-07"}}

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/demo/run"): {
        "a run that is kept": {
            "scenario": "retail_standard", "skip_seed": False, "preservation": "keep", "workspace_name": "first",
        },
        "other models and folds": {
            "train_model_types": ["naive", "prophet_like"], "backtest": {"horizon": 28, "n_splits": 4},
        },
    },
    ("patch", "/demo/workspaces/{workspace_id}"): {
        "tags and notes": {"tags": ["to show"], "notes": "The one with the gap.", "revision": 1},
    },
    ("post", "/demo/workspaces/bulk"): {
        "tag what is found": {"action": "tag", "filter": {"search": "wape<20"}, "tags": ["good"]},
        "pin what is named": {"action": "pin", "ids": [_WORKSPACE, _OTHER]},
    },
    ("post", "/demo/workspaces/bulk/preview"): {
        "what a deletion would take": {"action": "delete", "filter": {"status": "failed"}},
    },
    ("post", "/demo/workspaces/bulk/undo"): {"take it back": {"undo_token": "dZx0h2vQm1K8"}},
    ("put", "/demo/searches/{name}"): {"failed runs of a week": {"search": "status:failed", "since": "2026-11-16"}},
    ("put", "/demo/configurations/{name}"): {
        "a short run of two models": {"skip_seed": False, "train_model_types": ["naive", "prophet_like"]},
    },
    ("post", "/demo/workspaces/{workspace_id}/replay"): {
        "as it was": {}, "ending today, confirmed": {"anchor": "today", "confirm": "kq1Y7mB2"},
    },
    ("post", "/demo/hitl-decision"): {
        "a yes": {"action_id": "0" * 32, "decision": "approved", "reason": "It fits the season."},
    },
    ("post", "/seeder/generate"): {
        "a preset": {"scenario": "sparse", "seed": 7},
        "smaller, as a question": {"scenario": "sparse", "overrides": {"stores": 2, "products": 5}, "dry_run": True},
    },
    ("post", "/seeder/append"): {"further days": {"end_date": "2026-12-31"}},
    ("delete", "/seeder/data"): {"what would go": {"scope": "facts", "dry_run": True}},
    ("post", "/featuresets/compute"): {"the second frame": {**_SERIES, "frame": "v2"}},
    ("post", "/forecasting/train"): {
        "a model": {**_SERIES, "config": {"model_type": "prophet_like"}, "horizon": 28},
    },
    ("post", "/forecasting/predict"): {"with the one in production": {**_SERIES, "horizon": 14}},
    ("post", "/backtesting/run"): {
        "two models": {
            **_SERIES,
            "configs": [{"model_type": "naive"}, {"model_type": "moving_average", "options": {"window_size": 14}}],
            "backtest": {"horizon": 14, "n_splits": 3, "metric": "mae"},
        },
    },
    ("post", "/registry/runs"): {
        "a model from elsewhere": {**_SERIES, "config": {"model_type": "naive"}, "metrics": {"scores": {"wape": 12.3}}},
    },
    ("patch", "/registry/runs/{run_id}"): {"it begins": {"status": "running"}},
    ("post", "/registry/aliases"): {"into production": {"name": "demo-production", "run_id": _WORKSPACE}},
    ("post", "/scenarios"): {
        "a price cut": {"name": "Ten per cent off", "tags": ["price"], "assumptions": _CHEAPER, "horizon": 14},
    },
    ("post", "/scenarios/simulate"): {"a price cut": {"assumptions": _CHEAPER, "horizon": 14}},
    ("post", "/scenarios/compare"): {
        "two plans": {"scenario_ids": [_WORKSPACE, _OTHER], "rank_by": "units_delta"},
    },
    ("post", "/batch/forecasting"): {
        "the best sellers": {
            "operation": "backtest", "scope": {"kind": "top_revenue", "top": 5},
            "model_configs": [{"model_type": "naive"}, {"model_type": "seasonal_naive"}],
        },
    },
    ("post", "/rag/index"): {
        "a document of one's own": {
            "collection": "notes", "documents": [{"source": "gaps.md", "text": "# Gaps\nA missing day is no zero."}],
        },
    },
    ("post", "/rag/retrieve"): {"a question": {"query": "what is a seed", "limit": 3}},
    ("post", "/agents/sessions"): {"about the model in production": {}},
    ("post", "/agents/sessions/{session_id}/chat"): {"a question": {"message": "Why did this model win?"}},
}  # fmt: skip
"""By method and path: each example's name, and the body."""


def with_examples(method: str, path: str, operation: dict[str, Any]) -> None:
    """Put the examples of an operation beside the schema of its body."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    found = BODIES.get((method, path))
    if content is not None and found:
        content["examples"] = {name: {"value": body} for name, body in found.items()}

"""A kept run as a request again: what was recorded, what a replay sends, and where the two differ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from showcase.demand.presets import Scenario
from showcase.errors import FieldError, InvalidInputError

Anchor = Literal["recorded", "today"]
ANCHORS = ("recorded", "today")


def recorded_request(story: Mapping[str, Any]) -> dict[str, Any]:
    """The request behind a workspace: `story` has the columns of its row by name; null fields are left out.

    `as_of` is the resolved last day where the run seeded, `data_fingerprint` the data set where it did not.
    """
    scope = story["user_scope"]
    config = story["run_config"] or {}
    as_of = story["as_of"]
    later = {
        "preservation": "keep",
        "workspace_name": story["name"],
        "seed_overrides": story["seed_overrides"] or None,
        "user_scope": {"store_id": scope["store_id"], "product_id": scope["product_id"]} if scope else None,
        "train_model_types": config.get("train_model_types"),
        "backtest": config.get("backtest"),
        "as_of": as_of.isoformat() if as_of is not None and not story["skip_seed"] else None,
        "data_fingerprint": story["data_fingerprint"] if story["skip_seed"] else None,
    }
    asked = {name: story[name] for name in ("seed", "reset", "skip_seed", "scenario")}
    return asked | {name: value for name, value in later.items() if value is not None}


def request_to_send(story: Mapping[str, Any], anchor: Anchor = "recorded", today: date | None = None) -> dict[str, Any]:
    """The frame of a replay: the recorded request, kept, with its source; `anchor` today ends the days on `today`."""
    frame = recorded_request(story) | {"replayed_from_workspace_id": str(story["workspace_id"])}
    if anchor == "recorded":
        return frame
    if today is None or story["skip_seed"] or story["scenario"] == Scenario.HOLIDAY_RUSH:
        why = "it did not seed its data" if story["skip_seed"] else "the days of holiday_rush are its own"
        raise InvalidInputError(
            f"This run has no last day that could be moved to today: {why}.",
            "Replay it with anchor recorded.",
            [FieldError("anchor", "today", "recorded")],
        )
    return frame | {"as_of": today.isoformat()}


def request_differences(
    recorded: Mapping[str, Any], to_send: Mapping[str, Any], *, data_set_is_gone: bool, current: str | None
) -> list[dict[str, Any]]:
    """Where a replay is not what was recorded, as {field, recorded, to_send}; its source is no such difference.

    A data set that is gone stands there with the current one, on which the replay would run.
    """
    names = [name for name in (*recorded, *to_send) if name != "replayed_from_workspace_id"]
    found = [
        {"field": name, "recorded": recorded.get(name), "to_send": to_send.get(name)}
        for name in dict.fromkeys(names)
        if recorded.get(name) != to_send.get(name)
    ]
    if data_set_is_gone:
        found.append({"field": "data_set", "recorded": to_send.get("data_fingerprint"), "to_send": current})
    return found

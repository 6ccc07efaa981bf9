"""The same run a month later: with its recorded day it is the same to the last digit, with today it is another one."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from showcase.console.demos.story import Chapter, Story, completed, kept_run, newest_kept
from showcase.console.plots.demos import forecasts_plot, verdict_plot
from showcase.errors import IntegrityError, NotFoundError
from showcase.kernel.identity import Digest
from showcase.ports import Progress
from showcase.store.workspaces import Workspace
from showcase.wiring import Installation

NAME = "demo-a-month-ago"
REQUEST = {"scenario": "demo_minimal", "skip_seed": False, "as_of": "2025-12-05"}
_WORDS = {
    "identical": "identical", "within_tolerance": "within tolerance", "different": "different", "unknown": "unknown",
    "not_applicable": "does not apply",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MonthLater:
    """The kept run, its two replays, and the forecast of the focus pair of each, by what it is called."""

    source: Workspace
    recorded: Workspace
    today: Workspace
    forecasts: dict[str, pd.DataFrame]


def make(installation: Installation, progress: Progress) -> None:
    """Keep a run of a month ago, and replay it twice."""
    progress(0.05, "keeping the run as of 5 December 2025")
    source = kept_run(installation, NAME, **REQUEST)
    for share, anchor, says in (
        (0.4, "recorded", "replaying it as it was"),
        (0.7, "today", "replaying it as of today"),
    ):
        progress(share, says)
        completed(installation.launcher.replay(str(source.workspace_id), anchor=anchor))


def find(installation: Installation) -> MonthLater | None:
    """The newest kept run of the story with its newest replay of each kind."""
    source = newest_kept(installation, NAME)
    if source is None:
        return None
    services = installation.services
    edges = services.workspaces.lineage(str(source.workspace_id)).edges
    replays = [services.workspaces.show(e.replay) for e in edges if e.source == source.workspace_id]
    ended = sorted((r for r in replays if r.status == "completed"), key=lambda r: r.created_at, reverse=True)
    recorded = next((r for r in ended if r.as_of == source.as_of), None)
    today = next((r for r in ended if r.as_of != source.as_of), None)
    if recorded is None or today is None:
        return None
    named = {"then": source, "replayed": recorded, "as of today": today}
    try:
        forecasts = {name: _forecast(installation, one) for name, one in named.items()}
    except (NotFoundError, IntegrityError):
        return None  # an artifact is gone: it has to be made again
    return MonthLater(source, recorded, today, forecasts)


def _forecast(installation: Installation, kept: Workspace) -> pd.DataFrame:
    frame = installation.services.models.frame(Digest(kept.created_objects["files"]["forecast"])).to_pandas()
    own = (frame["store_id"] == kept.store_id) & (frame["product_id"] == kept.product_id)
    return frame.loc[own, ["date", "forecast"]].reset_index(drop=True)


def _verdict(kept: Workspace) -> dict[str, str]:
    verdict = (kept.result_summary or {})["verdict"]
    return {**verdict["parts"], "overall": verdict["overall"]}


def _verdicts(found: MonthLater) -> pd.DataFrame:
    recorded, today = _verdict(found.recorded), _verdict(found.today)
    named = [name for name in recorded if {recorded[name], today[name]} != {"not_applicable"}]
    return pd.DataFrame(
        {
            "part": [name.replace("_", " ") for name in named],
            "recorded_day": [_WORDS[recorded[name]] for name in named],
            "today": [_WORDS[today[name]] for name in named],
        }
    )


def forecasts(found: MonthLater) -> Chapter:
    """Three forecasts of one pair; two of them lie on each other."""
    then, again = found.forecasts["then"], found.forecasts["replayed"]
    widest = float((then["forecast"] - again["forecast"]).abs().max())
    table = then.assign(replayed=again["forecast"], difference=(then["forecast"] - again["forecast"]).abs())
    table["date"] = table["date"].astype(str).str[:10]
    return Chapter(
        "Two forecasts that lie on each other, and one that does not",
        f"The replay with the recorded day differs by {widest:g} units from what was kept. The one as of today stands "
        "on other days, and says something else about other weeks.",
        table.head(5).round(2),
        forecasts_plot(found.forecasts),
    )


def verdict(found: MonthLater) -> Chapter:
    """What the product says about both replays, part by part."""
    table = _verdicts(found)
    overall = table.iloc[-1]
    return Chapter(
        "And the verdict says so",
        f"With its recorded day the replay is {overall['recorded_day']}; as of today it is {overall['today']}. A run "
        "is repeatable when it says as of which day it spoke.",
        table,
        verdict_plot(table),
    )


STORY = Story(
    "same_run_a_month_later",
    "The same run, a month later",
    "If I run it again, do I get the same?",
    "Keeps a short run as of 5 December 2025 and replays it twice, in about ten seconds.",
    find,
    make,
    {"forecasts": forecasts, "verdict": verdict},
)

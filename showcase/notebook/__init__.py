"""The notebook's door: one line opens an installation, one line runs, and tables come back as pandas frames."""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
from rich.console import Console

from showcase.adapters.terminal import RunScreen
from showcase.errors import UnavailableError
from showcase.kernel.identity import Digest
from showcase.pipeline.request import parse_request
from showcase.pipeline.summary import RunResult
from showcase.services.bundle_import import Imported
from showcase.services.bundles import Export, Proof
from showcase.services.replays import ReplayPreview
from showcase.services.workspace_bulk import BulkOutcome, BulkPreview
from showcase.settings import load_settings
from showcase.store.workspaces import Workspace
from showcase.wiring import Installation, open_installation
from showcase.workspaces.comparison import Comparison
from showcase.workspaces.lineage import Lineage


@dataclass(frozen=True, slots=True)
class Showcase:
    """An open installation with the few words a notebook needs; everything else hangs on `installation`."""

    installation: Installation

    def run(self, *, quiet: bool = True, **request: Any) -> RunResult:
        """Run the pipeline once; the keywords are the fields of the run request.

        `quiet=False` prints each step as it happens. InvalidInputError names a refused field, ConflictError whoever
        holds the pipeline.
        """
        launcher = self.installation.launcher
        execution = launcher.start(parse_request(request))
        if not quiet:
            with RunScreen(Console()) as view:
                for event in launcher.watch(execution.run_id):
                    view.show(event)
        return execution.wait()

    def replay(self, workspace_id: str, *, confirm: str | None = None, anchor: str = "recorded") -> RunResult:
        """Run a workspace's recorded request again and keep it; `confirm` is the token of its preview, where it wipes.

        ConflictError (confirmation_required) where it would wipe data without one.
        """
        return self.installation.launcher.replay(workspace_id, confirm=confirm, anchor=anchor).wait()

    def preview_replay(self, workspace_id: str, *, anchor: str = "recorded") -> ReplayPreview:
        """What a replay would send and wipe, and the token `confirm` that it then needs."""
        return self.installation.services.replays.preview(workspace_id, anchor)

    def verdict(self, workspace_id: str) -> pd.DataFrame:
        """How a replay came out against its source: part, mark and, where it is not identical, the first place."""
        told = (self.workspace(workspace_id).result_summary or {}).get("verdict") or {"parts": {}, "where": {}}
        rows = [(part, mark, told["where"].get(part, "")) for part, mark in told["parts"].items()]
        return pd.DataFrame(rows, columns=["part", "mark", "where"])

    def differences(self, *workspace_ids: str) -> pd.DataFrame:
        """What 2 to 5 workspaces were not asked for alike: one row a field, one column a workspace."""
        told = self.installation.services.workspaces.compare(workspace_ids, differences_only=True)
        rows = [(row.field, *row.values) for row in told.configuration]
        return pd.DataFrame(rows, columns=["field", *_heads(told)])

    def scores(self, *workspace_ids: str) -> pd.DataFrame:
        """The scores of 2 to 5 workspaces: score, direction, one column a workspace, and which is best."""
        told = self.installation.services.workspaces.compare(workspace_ids)
        names = dict(zip((one.workspace_id for one in told.workspaces), _heads(told), strict=True))
        rows = [
            (row.title, row.direction, *row.values, ", ".join(names[one] for one in row.best)) for row in told.scores
        ]
        return pd.DataFrame(rows, columns=["score", "direction", *names.values(), "best"])

    def import_sales(self, file: str | Path, mapping: Mapping[str, str | None] | None = None) -> str:
        """Import a file of real sales; returns the fingerprint of its data set, which is the current one then."""
        with self.installation.launcher.exclusive("import"):
            kept, _ = self.installation.services.demand.import_sales(Path(file), mapping=mapping)
        return str(kept.data_set.fingerprint)

    def workspace(self, workspace_id: str) -> Workspace:
        """One kept run."""
        return self.installation.services.workspaces.show(workspace_id)

    def workspaces(self, limit: int = 20, *, saved: str | None = None, **filters: Any) -> pd.DataFrame:
        """The newest workspaces: workspace_id, name, status, scenario, winner, winner_value, created_at.

        `filters` are those of every door, as `search="wape<20 NOT pinned"` or `tags=["demo"]`; `saved` is the name of
        saved ones. SearchError says at which character a search cannot be read.
        """
        service = self.installation.services.workspaces
        kept = {} if saved is None else service.saved_search(saved)
        found = service.find(limit=limit, **(kept | filters)).workspaces
        rows = [
            {
                "workspace_id": one.workspace_id,
                "name": one.name,
                "status": one.status,
                "scenario": one.scenario,
                "winner": (one.result_summary or {}).get("winner_model_type"),
                "winner_value": (one.result_summary or {}).get("winner_value"),
                "created_at": one.created_at,
            }
            for one in found
        ]
        return pd.DataFrame(rows)

    def edit(self, workspace_id: str, **changes: Any) -> Workspace:
        """Change what is named (name, notes, tags, archived, pinned) and nothing else."""
        return self.installation.services.workspaces.edit(workspace_id, changes)

    def bulk(self, action: str, *, preview: bool = False, **whom: Any) -> BulkPreview | BulkOutcome:
        """Do it to all of `ids`, or to all that `filter` finds; `tags` for tag and untag, `preview` only looks."""
        service = self.installation.services.bulk
        return (service.preview if preview else service.act)({"action": action, **whom})

    def delete(self, workspace_id: str) -> BulkOutcome:
        """Remove the record alone; its `undo_token` brings it back until the next start."""
        return self.installation.services.workspaces.delete(workspace_id)

    def undo(self, undo_token: str) -> BulkOutcome:
        """Take a bulk action or a deletion back, once."""
        return self.installation.services.bulk.undo(undo_token)

    def searches(self) -> dict[str, dict[str, Any]]:
        """The saved searches: their filters by name."""
        return self.installation.services.workspaces.saved_searches()

    def save_search(self, name: str, **filters: Any) -> dict[str, Any]:
        """Give filters a name, in place of what it meant before."""
        return self.installation.services.workspaces.save_search(name, filters)

    def forget_search(self, name: str) -> None:
        """Forget a saved search."""
        self.installation.services.workspaces.forget_search(name)

    def lineage(self, workspace_id: str, *, family: bool = False) -> Lineage:
        """Whom it replays and who replays it, as nodes and edges; `family` adds every other descendant of those."""
        service = self.installation.services.workspaces
        return (service.family if family else service.lineage)(workspace_id)

    def health(self, workspace_id: str) -> pd.DataFrame:
        """What the workspace points at: key, ref_type, ref_id and whether it is alive, dead or unknown."""
        return pd.DataFrame(self.installation.services.workspaces.health(workspace_id).as_json()["references"])

    def steps(self, result: RunResult) -> pd.DataFrame:
        """The rows of a run: step, status, detail, seconds."""
        return pd.DataFrame(
            [
                {
                    "step": step["step_name"],
                    "status": step["status"],
                    "detail": step["detail"],
                    "seconds": (step["duration_ms"] or 0) / 1000,
                }
                for step in result.steps
            ]
        )

    def leaderboard(self, workspace_id: str) -> pd.DataFrame:
        """The leaderboard of a kept run, best first: rank, model, the scores pooled over all series."""
        return pd.DataFrame((self.workspace(workspace_id).result_summary or {}).get("leaderboard") or [])

    def forecast(self, workspace_id: str) -> pd.DataFrame:
        """The registered forecast of the focus pair: date, step, forecast and the bounds of its intervals, in units."""
        found = self.workspace(workspace_id)
        frame = self.installation.services.models.frame(Digest(found.created_objects["files"]["forecast"])).to_pandas()
        own = (frame["store_id"] == found.store_id) & (frame["product_id"] == found.product_id)
        return frame[own].drop(columns=["store_id", "product_id", "cutoff", "model"]).reset_index(drop=True)

    def tested(self, workspace_id: str) -> pd.DataFrame:
        """What the winner of a kept run forecast for the focus pair on the test days: date, fold, actual, forecast."""
        found = self.workspace(workspace_id)
        frame = self.installation.services.models.frame(Digest(found.created_objects["files"]["backtest"])).to_pandas()
        own = (frame["store_id"] == found.store_id) & (frame["product_id"] == found.product_id)
        winner = (found.result_summary or {})["winner_model_type"]
        mine: pd.DataFrame = frame[own & (frame["model"] == winner)].sort_values(["fold", "date"])
        shown: pd.DataFrame = mine[["date", "fold", "actual", "forecast"]].reset_index(drop=True)
        return shown

    def export(self, workspace_id: str) -> Export:
        """Write the workspace's bundle; what it holds and where it lies."""
        return self.installation.services.bundles.export(workspace_id)

    def verify(self, bundle: str | Path) -> Proof:
        """Check a bundle, and compare it with what was exported here."""
        return self.installation.services.bundles.verify(bundle)

    def import_bundle(self, bundle: str | Path) -> Imported:
        """Check a bundle, then add its workspace under its own id."""
        return self.installation.services.bundles.import_(bundle)

    def close(self) -> None:
        """Let go of the database."""
        self.installation.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _heads(told: Comparison) -> list[str]:
    """The names of the workspaces, or the beginnings of their ids where two have the same."""
    names = [one.name or one.workspace_id[:8] for one in told.workspaces]
    return names if len(set(names)) == len(names) else [one.workspace_id[:8] for one in told.workspaces]


def open_showcase(home: str | Path | None = None) -> Showcase:
    """Open this environment's installation, or the one below `home`; it closes with the interpreter at the latest."""
    settings = load_settings(home=Path(home)) if home is not None else load_settings()
    opened = Showcase(open_installation(settings))
    atexit.register(opened.close)
    return opened


@dataclass(frozen=True, slots=True)
class Server:
    """A server on this machine that lives as long as its notebook; `url` is where it answers."""

    url: str
    _process: subprocess.Popen[str]

    def close(self) -> None:
        """Stop it; doing it twice does nothing."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def start_server() -> Server:
    """Serve this environment's installation over HTTP on a free port of loopback, in a process of its own.

    It stops with the interpreter at the latest. UnavailableError where it does not come up.
    """
    port = _free_port()
    command = [sys.executable, "-c", "from showcase.cli import main; main()"]
    process = subprocess.Popen(  # noqa: S603  (this interpreter, and words that are written here)
        [*command, "serve", "--only", "http", "--port", str(port)], stdout=subprocess.PIPE, text=True
    )
    server = Server(f"http://127.0.0.1:{port}", process)
    atexit.register(server.close)
    assert process.stdout is not None
    # the line that names the address comes once the port answers; at an early end there is none
    if not any(str(port) in line for line in process.stdout):
        raise UnavailableError("The server ended before it answered.", "Look at what `showcase serve` says.")
    return server


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])

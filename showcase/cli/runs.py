"""`showcase runs`: what runs now and what ran before."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from showcase.adapters.terminal import RunScreen
from showcase.cli.output import print_json, print_table, screen
from showcase.errors import InvalidInputError, NotFoundError
from showcase.store.runs import RunRow
from showcase.store.tables import RUN_STATUSES
from showcase.wiring import Installation, open_installation

app = typer.Typer(help="List, watch and stop runs.", no_args_is_help=True, rich_markup_mode=None)
RunArgument = Annotated[str | None, typer.Argument(help="The run's id; the one under way by default.")]


def run_json(run: RunRow) -> dict[str, Any]:
    """A run with the keys that every door uses."""
    return {
        "run_id": run.run_id,
        "status": run.status,
        "scenario": run.scenario,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "step": run.step_name,
        "reason": run.reason,
        "workspace_id": run.workspace_id,
    }


@app.command("list")
def list_runs(
    status: Annotated[str | None, typer.Option(help=f"One of {', '.join(RUN_STATUSES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List runs, newest first.

    Example: showcase runs list --status failed
    """
    if status is not None and status not in RUN_STATUSES:
        raise InvalidInputError(f"{status[:40]!r} is no status of a run.", f"Give one of {', '.join(RUN_STATUSES)}.")
    with open_installation() as installation:
        found = installation.launcher.recent(status=status, limit=limit)
    if as_json:
        print_json({"runs": [run_json(run) for run in found]})
        return
    print_table(
        "Runs",
        ("run", "status", "preset", "started (UTC)", "step", "why"),
        (
            (run.run_id, run.status, run.scenario, f"{run.started_at:%Y-%m-%d %H:%M:%S}", run.step_name, run.reason)
            for run in found
        ),
        "No run yet. Start one with `showcase run --reseed`.",
    )


def _chosen(installation: Installation, run_id: str | None) -> str:
    if run_id is not None:
        return run_id
    running = installation.launcher.running()
    if running is None:
        raise NotFoundError("No run is under way.", "Give the id of one that `showcase runs list` shows.")
    return running.run_id


@app.command()
def watch(
    run_id: RunArgument = None,
    after: Annotated[int, typer.Option(min=0, help="Begin behind this sequence number.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the events, one JSON object a line.")] = False,
) -> None:
    """Show a run from its first event on, and follow it to its end. Leaving ends nothing.

    Example: showcase runs watch
    """
    with open_installation() as installation:
        events = installation.launcher.watch(_chosen(installation, run_id), after)
        if as_json:
            for event in events:
                print_json(event)
            return
        with RunScreen(screen) as view:
            for event in events:
                view.show(event)


@app.command()
def stop(
    run_id: RunArgument = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask a run to stop; its running step answers within two seconds.

    Example: showcase runs stop
    """
    with open_installation() as installation:
        chosen = _chosen(installation, run_id)
        installation.launcher.stop(chosen)
    if as_json:
        print_json({"run_id": chosen, "stop_requested": True})
    else:
        screen.print(f"The run {chosen[:8]} was asked to stop.")

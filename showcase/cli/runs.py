"""`showcase runs`: what runs now, what ran before, and what waits for a decision."""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from showcase.adapters.terminal import RunScreen
from showcase.cli.flags import OR_ITS_BEGINNING
from showcase.cli.groups import command_group
from showcase.cli.output import print_json, print_table, read_object, screen
from showcase.errors import InvalidInputError, NotFoundError
from showcase.kernel.refusals import check_known
from showcase.pipeline.results import run_json
from showcase.pipeline.saved_requests import SavedRequests
from showcase.services.decisions import DecisionService, Pending, approval_entry, pending_json
from showcase.store.tables import RUN_STATUSES
from showcase.wiring import Installation, open_installation

app = command_group("List, watch and stop runs, and decide what they ask.")
RunArgument = Annotated[
    str | None, typer.Argument(help=f"The run's id; {OR_ITS_BEGINNING}. The one under way by default.")
]


@app.command("list")
def list_runs(
    status: Annotated[str | None, typer.Option(help=f"One of {', '.join(RUN_STATUSES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List runs, newest first.

    Example: showcase runs list --status failed
    """
    check_known("status", status, RUN_STATUSES, "of a run")
    with open_installation() as installation:
        found = installation.launcher.recent(status=status, limit=limit)
        data_sets = installation.services.demand.names()
    if as_json:
        print_json({"runs": [run_json(run) for run in found]})
        return
    print_table(
        "Runs",
        ("run", "status", "demand", "started (UTC)", "step", "why"),
        (
            (run.run_id, run.status, run.demand(data_sets), f"{run.started_at:%Y-%m-%d %H:%M:%S}", run.step_name,
             run.reason)
            for run in found
        ),
        "No run yet. Start one with `showcase run --reseed`.",
    )  # fmt: skip


@app.command("saved")
def saved_requests(
    save: Annotated[str | None, typer.Option(help="Save a configuration under this name.")] = None,
    frame: Annotated[Path | None, typer.Option(help="The JSON file with the run request to save.")] = None,
    forget: Annotated[str | None, typer.Option(help="Forget the configuration of this name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the named configurations, save one, or forget one. `showcase run --saved NAME` runs one.

    Example: showcase runs saved --save nightly --frame request.json
    """
    if (save is None) != (frame is None):
        raise InvalidInputError(
            "A configuration is saved with its name and its request.", "Give both --save NAME and --frame FILE."
        )
    with open_installation() as installation:
        configurations = SavedRequests(installation.services.transactions)
        if save is not None and frame is not None:
            configurations.save(save, read_object(frame, "run request"))
        if forget is not None:
            configurations.forget(forget)
        found = configurations.list()
    if as_json:
        print_json({"configurations": found})
        return
    print_table(
        "Configurations",
        ("name", "request"),
        ((name, json.dumps(request, ensure_ascii=False)) for name, request in found.items()),
        "No configuration was saved yet. Save one in the console, or with --save NAME --frame FILE.",
    )


def _chosen(installation: Installation, run_id: str | None) -> str:
    if run_id is not None:
        return installation.services.ids.complete(run_id, "run")
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


@app.command()
def decide(
    target: Annotated[
        str | None,
        typer.Argument(help=f"The run's id or the question's; {OR_ITS_BEGINNING}. The one open question by default."),
    ] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Let the agent do what it proposes.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Refuse what it proposes.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why, up to 500 characters.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Approve or reject what a run proposes; without either, list the questions that are open.

    Example: showcase runs decide --approve --reason "fits the season"
    """
    if approve and reject:
        raise InvalidInputError("A question is approved or rejected, not both.", "Give --approve or --reject.")
    with open_installation() as installation:
        decisions = installation.services.decisions
        if not (approve or reject):
            _list_questions(decisions.pending(), as_json=as_json)
            return
        answer = "approved" if approve else "rejected"
        if target is not None:
            target = installation.services.ids.complete(target, "run", "decision")
        decided = decisions.decide(_asked(decisions, target), answer, by=_who(), reason=reason)
    if as_json:
        print_json(approval_entry(decided))
    else:
        screen.print(f"The question {decided.action_id.short} is {decided.state}: {decided.description}", markup=False)


def _asked(decisions: DecisionService, target: str | None) -> str:
    """The question that a run's id, its own id or nothing names."""
    if target is not None:
        of_run = decisions.of_run(target)
        return of_run[-1].action_id if of_run else target
    found = decisions.pending()
    if len(found) != 1:
        raise NotFoundError(
            f"{len(found) or 'No'} questions are open.", "Name one of those that `showcase runs decide` lists."
        )
    return found[0].decision.action_id


def _who() -> str:
    try:
        return f"{getpass.getuser()} (command line)"
    except OSError:
        return "command line"  # a user without a name, as in a container


def _list_questions(found: Sequence[Pending], *, as_json: bool) -> None:
    if as_json:
        print_json({"pending": [pending_json(one) for one in found]})
        return
    print_table(
        "Open questions",
        ("question", "run", "what", "seconds left"),
        (
            (one.decision.action_id, one.decision.run_id, one.decision.description, f"{one.seconds_left:.0f}")
            for one in found
        ),
        "No question is open. A run asks in its step agent_hitl_flow.",
    )

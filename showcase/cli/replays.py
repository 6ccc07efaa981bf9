"""`showcase workspaces replay`: run a kept request again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from showcase.cli.flags import WorkspaceArgument
from showcase.cli.output import error_json, explain, in_words, print_json, screen
from showcase.cli.run import EXIT_GREEN, EXIT_NOT_STARTED, EXIT_STEP_FAILED, EXIT_STOPPED, follow
from showcase.errors import ShowcaseError
from showcase.services.replays import ReplayPreview
from showcase.wiring import open_installation


def replay(
    workspace_id: WorkspaceArgument,
    confirm: Annotated[str | None, typer.Option(help="The token of --preview, where the replay wipes data.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm what it wipes.")] = False,
    anchor: Annotated[str, typer.Option(help="recorded, or today: on days that end today.")] = "recorded",
    preview: Annotated[bool, typer.Option("--preview", help="Show what it would send and wipe, and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the preview, or the events one a line.")] = False,
) -> None:
    """Run a workspace's recorded request again, and compare what comes out.

    A replay that would wipe data needs its confirmation: it asks at a terminal; elsewhere give --confirm or --yes.

    Example: showcase workspaces replay 0123456789abcdef0123456789abcdef
    """
    try:
        with open_installation() as installation:
            workspace_id = installation.services.ids.complete(workspace_id, "workspace")
            asks = not (as_json or yes or confirm) and sys.stdin.isatty() and sys.stdout.isatty()
            if preview or yes or asks or not as_json:
                seen = installation.services.replays.preview(workspace_id, anchor)
                if preview and as_json:
                    print_json(seen.as_json())
                elif not as_json:
                    _show(seen)
                if preview:
                    return
                if yes or (asks and seen.confirm is not None and typer.confirm("Wipe these rows and replay?")):
                    confirm = confirm or seen.confirm
            execution = installation.launcher.replay(workspace_id, confirm=confirm, anchor=anchor)
            status = follow(installation, execution, as_json=as_json)
            if not as_json and execution.workspace_id is not None:
                _show_verdict(installation.services.workspaces.show(execution.workspace_id).result_summary or {})
    except ShowcaseError as error:
        print_json(error_json(error)) if as_json else explain(error)
        sys.exit(EXIT_NOT_STARTED)
    sys.exit({"completed": EXIT_GREEN, "cancelled": EXIT_STOPPED}.get(status, EXIT_STEP_FAILED))


def _show(seen: ReplayPreview) -> None:
    for name, value in seen.to_send.items():
        screen.print(f"{name:<28} {in_words(value)}", markup=False)
    for one in seen.differences:
        was, will_be = in_words(one["recorded"]), in_words(one["to_send"])
        screen.print(f"not as recorded: {one['field']} was {was}, is {will_be}", markup=False)
    for one in seen.wipes:
        screen.print(f"wipes {one['data_set']}  {one['table']}  {one['rows']:,}", markup=False)
    if seen.confirm is not None:
        screen.print(f"Confirm it within five minutes with --confirm {seen.confirm}", markup=False)


def _show_verdict(summary: Mapping[str, Any]) -> None:
    verdict = summary.get("verdict")
    if verdict is None:
        return
    screen.print(f"verdict: {verdict['overall']}", markup=False)
    for part, mark in verdict["parts"].items():
        where = verdict["where"].get(part)
        screen.print(f"  {part:<16} {mark}{'' if where is None else f' ({where})'}", markup=False)

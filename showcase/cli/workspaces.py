"""`showcase workspaces`: runs that were kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from showcase.cli.output import print_json, print_table, screen
from showcase.store.workspaces import Workspace
from showcase.wiring import open_installation

app = typer.Typer(help="Find and show kept runs.", no_args_is_help=True, rich_markup_mode=None)


def _score(found: Workspace) -> str:
    value = (found.result_summary or {}).get("winner_value")
    return "" if value is None else f"{value:.2f}"


@app.command("list")
def list_workspaces(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List workspaces, newest first.

    Example: showcase workspaces list --limit 5
    """
    with open_installation() as installation:
        found, total = installation.services.workspaces.list(limit)
    if as_json:
        print_json({"workspaces": [asdict(one) for one in found], "total": total})
        return
    print_table(
        f"{len(found)} of {total} workspaces",
        ("workspace", "name", "status", "preset", "winner", "score", "made (UTC)"),
        (
            (one.workspace_id, one.name, one.status, one.scenario, (one.result_summary or {}).get("winner_model_type"),
             _score(one), f"{one.created_at:%Y-%m-%d %H:%M}")
            for one in found
        ),
        "No workspace yet. Keep a run with `showcase run --reseed --keep --name first`.",
    )  # fmt: skip


@app.command()
def show(
    workspace_id: Annotated[str, typer.Argument(help="The workspace's id.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show one workspace: what was asked, what came out, what was made.

    Example: showcase workspaces show 0123456789abcdef0123456789abcdef
    """
    with open_installation() as installation:
        found = installation.services.workspaces.show(workspace_id)
    values: dict[str, Any] = asdict(found)
    if as_json:
        print_json(values)
        return
    for name, value in values.items():
        if isinstance(value, dict):
            screen.print(f"{name}:")
            for key, inner in value.items():
                screen.print(f"  {key:<18} {inner}", markup=False)
        elif value is not None:
            screen.print(f"{name:<20} {value}", markup=False)

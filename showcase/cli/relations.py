"""`showcase workspaces compare|lineage|health`: workspaces side by side, who replayed whom, and what is still there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from showcase.cli.flags import OR_ITS_BEGINNING, WorkspaceArgument
from showcase.cli.output import in_words, print_json, print_table, screen
from showcase.errors import InvalidInputError
from showcase.wiring import open_installation
from showcase.workspaces.comparison import Comparison
from showcase.workspaces.lineage import Lineage

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def compare(
    workspace_ids: Annotated[
        list[str], typer.Argument(help=f"2 to 5 workspaces by id; {OR_ITS_BEGINNING}. The first is the base.")
    ],
    base: Annotated[str | None, typer.Option(help="Another one of them as base.")] = None,
    differences_only: Annotated[
        bool, typer.Option("--differences-only", help="Leave out what all of them were asked for alike.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Set workspaces side by side: what was asked, how they scored, what they made, how they are related.

    Example: showcase workspaces compare 0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210
    """
    with open_installation() as installation:
        complete = installation.services.ids.complete
        ids = [complete(one, "workspace") for one in workspace_ids]
        base = None if base is None else complete(base, "workspace")
        told = installation.services.workspaces.compare(ids, base, differences_only=differences_only)
    if as_json:
        print_json(told.as_json())
    else:
        _print_comparison(told, differences_only=differences_only)


def _print_comparison(told: Comparison, *, differences_only: bool) -> None:
    heads = [f"{one.name or '(no name)'} {one.workspace_id[:8]}" for one in told.workspaces]
    for remark in told.remarks:
        screen.print(remark, markup=False)
    print_table(
        "Configuration" + (", where it differs" if differences_only else ""),
        ("field", *heads),
        ((row.field, *map(in_words, row.values)) for row in told.configuration),
        "They were asked for the same.",
    )
    ids = [one.workspace_id for one in told.workspaces]
    print_table(
        f"\nScores, against {told.base[:8]}; * best, ! worst",
        ("score", "unit", "better", *heads),
        ((row.title, row.unit, row.direction, *_marked(ids, row.values, row.best, row.worst)) for row in told.scores),
        "\nNone of them has a score.",
    )
    print_table("\nMade objects", ("what", *heads), ((row.field, *row.values) for row in told.made), "")
    asked = [
        (one["tool_name"], one["decision"], one.get("decided_by"), one.get("reason"), name[:8])
        for name, events in told.approvals.items()
        for one in events
    ]
    if asked:
        print_table("\nApprovals", ("asked", "decision", "by", "reason", "workspace"), asked, "")
    for one in told.relations:
        verdict = f", verdict {one.verdict}" if one.verdict else ""
        screen.print(f"{one.workspace_id[:8]} to {one.other[:8]}: {one.relation}{verdict}", markup=False)


def _marked(ids: list[str], values: Iterable[float | None], best: Iterable[str], worst: Iterable[str]) -> list[str]:
    marks = dict.fromkeys(worst, " !") | dict.fromkeys(best, " *")
    return [
        "" if value is None else f"{value:.2f}{marks.get(name, '')}" for name, value in zip(ids, values, strict=True)
    ]


def lineage(
    workspace_id: Annotated[
        str | None, typer.Argument(help=f"The workspace's id; {OR_ITS_BEGINNING}. None for the whole library.")
    ] = None,
    family: Annotated[bool, typer.Option("--family", help="Every descendant of its ancestors too.")] = False,
    search: Annotated[str | None, typer.Option(help="Without an id: only what this search finds.")] = None,
    archived: Annotated[bool, typer.Option("--archived", help="Without an id: the archived ones too.")] = False,
    as_json: _Json = False,
) -> None:
    """Show whom a workspace replays and who replays it, or the replays of the whole library.

    Example: showcase workspaces lineage 0123456789abcdef0123456789abcdef --family
    """
    if workspace_id is None and family:
        raise InvalidInputError("A family is that of a workspace.", "Name the workspace, or leave --family out.")
    if workspace_id is not None and (search is not None or archived):
        raise InvalidInputError(
            "A search narrows the whole library, not the kin of a workspace.", "Give either the id or the search."
        )
    with open_installation() as installation:
        service = installation.services.workspaces
        if workspace_id is None:
            graph = service.library_lineage(search=search, include_archived=archived)
        else:
            whole = installation.services.ids.complete(workspace_id, "workspace")
            graph = service.family(whole) if family else service.lineage(whole)
    if as_json:
        print_json(graph.as_json())
    else:
        _print_lineage(graph)


def _print_lineage(graph: Lineage) -> None:
    source_of = {edge.replay: edge.source for edge in graph.edges}
    for node in graph.nodes:
        about = "deleted" if node.is_deleted else f"{node.name or '(no name)'}  {node.scenario}  {node.status}"
        replays = f"  replays {source_of[node.workspace_id][:8]}" if node.workspace_id in source_of else ""
        verdict = f", {node.verdict}" if node.verdict else ""
        screen.print(f"{node.workspace_id}  {node.relation:<10}  {about}{replays}{verdict}", markup=False)
    if not graph.nodes:
        screen.print("No workspace is found.")
    if not graph.is_whole:
        screen.print("There are more than can be shown.")


def health(
    workspace_id: WorkspaceArgument,
    as_json: _Json = False,
) -> None:
    """Say of each thing that a workspace points at whether it is still there.

    Example: showcase workspaces health 0123456789abcdef0123456789abcdef
    """
    with open_installation() as installation:
        services = installation.services
        told = services.workspaces.health(services.ids.complete(workspace_id, "workspace"))
    if as_json:
        print_json(told.as_json())
        return
    partial = "; its run did not come to its end" if told.partial_run else ""
    print_table(
        f"{told.alive} alive, {told.dead} dead, {told.unknown} unknown; {told.workspace_status}{partial}",
        ("status", "kind", "id", "place in the story"),
        ((one.status, one.ref_type, one.ref_id, one.key) for one in told.references),
        "It points at nothing.",
    )

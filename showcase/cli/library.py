"""`showcase workspaces edit|bulk|undo|delete`: change kept runs, one or many, and take it back."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from showcase.cli.flags import OR_ITS_BEGINNING, WorkspaceArgument
from showcase.cli.output import in_words, print_json, screen
from showcase.errors import InvalidInputError
from showcase.kernel.words import counted
from showcase.services.workspace_bulk import BulkOutcome
from showcase.wiring import open_installation
from showcase.workspaces.deletion import DeletePreview

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_MOST_SHOWN = 10


def edit(
    workspace_id: WorkspaceArgument,
    name: Annotated[str | None, typer.Option(help="Its name; an empty one clears it.")] = None,
    notes: Annotated[str | None, typer.Option(help="Its notes; empty ones clear them.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Its tags, in place of those it has; repeat it.")] = None,
    no_tags: Annotated[bool, typer.Option("--no-tags", help="Take all its tags away.")] = False,
    pinned: Annotated[bool | None, typer.Option("--pin/--unpin", help="First in every list.")] = None,
    archived: Annotated[bool | None, typer.Option("--archive/--unarchive", help="Left out of lists.")] = None,
    revision: Annotated[int | None, typer.Option(help="The revision that you saw; refused where outdated.")] = None,
    as_json: _Json = False,
) -> None:
    """Change what you name of a workspace, and nothing else.

    Example: showcase workspaces edit 0123456789abcdef0123456789abcdef --tag demo --notes 'the one to show'
    """
    sent: dict[str, Any] = {"pinned": pinned, "archived": archived, "revision": revision}
    changes = {field: value for field, value in sent.items() if value is not None}
    changes |= {field: value or None for field, value in (("name", name), ("notes", notes)) if value is not None}
    if tag and no_tags:
        raise InvalidInputError("--tag and --no-tags are opposites.", "Give one of the two.")
    if tag or no_tags:
        changes["tags"] = [] if no_tags else tag
    with open_installation() as installation:
        services = installation.services
        found = services.workspaces.edit(services.ids.complete(workspace_id, "workspace"), changes)
    if as_json:
        print_json(asdict(found))
    else:
        screen.print(f"workspace {found.workspace_id} stands at revision {found.revision}", markup=False)


def bulk(
    action: Annotated[str, typer.Argument(help="pin, unpin, archive, unarchive, tag, untag, export or delete.")],
    workspace_ids: Annotated[
        list[str] | None, typer.Argument(help=f"The workspaces by id; {OR_ITS_BEGINNING}. Or give filters.")
    ] = None,
    search: Annotated[str | None, typer.Option(help="All that this search finds.")] = None,
    q: Annotated[str | None, typer.Option("--q", help="All with this piece of text.")] = None,
    has_tag: Annotated[list[str] | None, typer.Option(help="All with this tag.")] = None,
    status: Annotated[str | None, typer.Option(help="All of this status.")] = None,
    scenario: Annotated[str | None, typer.Option(help="All of this preset.")] = None,
    since: Annotated[str | None, typer.Option(help="All made on this day or later, as 2026-01-31.")] = None,
    until: Annotated[str | None, typer.Option(help="All made on this day or earlier, as 2026-01-31.")] = None,
    saved: Annotated[
        str | None, typer.Option(help="All that this saved search finds; other filters go over it.")
    ] = None,
    archived: Annotated[bool, typer.Option("--archived", help="The archived ones too.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All that are not archived.")] = False,
    tag: Annotated[list[str] | None, typer.Option(help="A tag to give or to take away; repeat it.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what it would do, and do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before deleting.")] = False,
    as_json: _Json = False,
) -> None:
    """Change many workspaces at once: the named ones, or all that the filters find.

    Example: showcase workspaces bulk archive --search 'status:failed NOT pinned' --preview
    """
    filters = {
        "search": search, "q": q, "tags": has_tag, "status": status, "scenario": scenario, "since": since,
        "until": until, "include_archived": archived or None,
    }  # fmt: skip
    given = {field: value for field, value in filters.items() if value}
    values: dict[str, Any] = {"action": action, "tags": tag or []}
    with open_installation() as installation:
        if workspace_ids:
            values["ids"] = [installation.services.ids.complete(one, "workspace") for one in workspace_ids]
        if saved is not None:
            given = installation.services.workspaces.saved_search(saved) | given
        if given or everything or saved is not None:
            values["filter"] = given
        service = installation.services.bulk
        if preview:
            seen = service.preview(values)
            if as_json:
                print_json(asdict(seen))
            else:
                parts = f"{seen.pinned} pinned, {seen.with_descendants} replayed by others, {seen.exported} exported"
                _tell(f"{action} would reach {counted(seen.count, 'workspace')}: {parts}", seen.left_out)
            return
        if action == "delete" and not (yes or as_json) and sys.stdin.isatty() and sys.stdout.isatty():
            seen = service.preview(values)
            for one in values.get("ids", [])[:_MOST_SHOWN]:
                screen.print(f"  {one}", markup=False)
            if seen.count and not typer.confirm(f"Delete the records of {counted(seen.count, 'workspace')}?"):
                return
        _report(action, service.act(values), as_json=as_json)


def delete(
    workspace_id: WorkspaceArgument,
    preview: Annotated[bool, typer.Option("--preview", help="Say what stays and who descends, and stop.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: _Json = False,
) -> None:
    """Delete a workspace's record; the models, plans and files of its run stay. At a terminal it asks first.

    Example: showcase workspaces delete 0123456789abcdef0123456789abcdef --preview
    """
    asks = not (yes or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    with open_installation() as installation:
        service = installation.services.workspaces
        workspace_id = installation.services.ids.complete(workspace_id, "workspace")
        if preview or asks:
            seen = service.preview_delete(workspace_id)
            print_json(seen.as_json()) if as_json else _tell_deletion(seen)
        if not preview and (not asks or typer.confirm("Delete this record?")):
            _report("delete", service.delete(workspace_id), as_json=as_json)


def _tell_deletion(seen: DeletePreview) -> None:
    screen.print(
        f"the record of {seen.workspace_id} {seen.name or '(no name)'}{', pinned,' if seen.pinned else ''} would go",
        markup=False,
    )
    stays = ", ".join(counted(count, kind.replace("_", " ")) for kind, count in seen.stays.items())
    screen.print(f"  what its run made stays: {stays or 'nothing was made'}", markup=False)
    for one in seen.descendants[:_MOST_SHOWN]:
        screen.print(f"  replayed by {one}", markup=False)
    if len(seen.descendants) > _MOST_SHOWN:
        screen.print(f"  and by {len(seen.descendants) - _MOST_SHOWN} more")


def undo(
    undo_token: Annotated[str, typer.Argument(help="What the bulk action printed.")],
    as_json: _Json = False,
) -> None:
    """Take a bulk action or a deletion back, once.

    Example: showcase workspaces undo 0123456789abcdef0123456789abcdef
    """
    with open_installation() as installation:
        _report("undo", installation.services.bulk.undo(undo_token), as_json=as_json)


def searches(
    save: Annotated[str | None, typer.Option(help="Save a search under this name.")] = None,
    search: Annotated[str | None, typer.Option(help="The search to save.")] = None,
    forget: Annotated[str | None, typer.Option(help="Forget the search of this name.")] = None,
    as_json: _Json = False,
) -> None:
    """List the saved searches, save one, or forget one.

    Example: showcase workspaces searches --save failed --search 'status:failed'
    """
    if (save is None) != (search is None):
        raise InvalidInputError(
            "A search is saved with its name and its text.", "Give both --save NAME and --search TEXT."
        )
    with open_installation() as installation:
        service = installation.services.workspaces
        if save is not None:
            service.save_search(save, {"search": search})
        if forget is not None:
            service.forget_search(forget)
        saved = service.saved_searches()
    if as_json:
        print_json({"searches": saved})
        return
    if not saved:
        screen.print("No search is saved. Save one with --save NAME --search TEXT.")
    for name, filters in saved.items():
        screen.print(f"{name:<20} {in_words(filters)}", markup=False)


def _report(action: str, done: BulkOutcome, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done))
        return
    _tell(f"{action}: {counted(len(done.affected), 'workspace')}", done.left_out)
    if done.undo_token is not None:
        screen.print(f"Take it back with `showcase workspaces undo {done.undo_token}`.", markup=False)


def _tell(line: str, left_out: list[Any]) -> None:
    screen.print(line, markup=False)
    for one in left_out[:_MOST_SHOWN]:
        screen.print(f"  left out {one.workspace_id}: {one.why}", markup=False)
    if len(left_out) > _MOST_SHOWN:
        screen.print(f"  and {len(left_out) - _MOST_SHOWN} more were left out")

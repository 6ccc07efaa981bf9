"""`showcase workspaces export` and `showcase bundle`: hand a workspace over, check one, take one in."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from showcase.bundles.verify import verify_bundle
from showcase.cli.flags import WorkspaceArgument
from showcase.cli.groups import command_group
from showcase.cli.output import print_json, screen
from showcase.errors import InvalidInputError, UnavailableError
from showcase.kernel.words import counted
from showcase.services.bundle_files import touch_disk
from showcase.services.bundles import Proof
from showcase.settings import load_settings
from showcase.wiring import open_installation

app = command_group("Check and import exported workspaces.")
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def export(
    workspace_id: WorkspaceArgument,
    zip_to: Annotated[Path | None, typer.Option("--zip", help="Write it as one zip to this file too.")] = None,
    as_json: _Json = False,
) -> None:
    """Export a workspace as a folder that anybody can check, in the place of an older export.

    Example: showcase workspaces export 0123456789abcdef0123456789abcdef --zip autumn.zip
    """
    if zip_to is not None and (zip_to.is_dir() or not zip_to.absolute().parent.is_dir()):
        raise InvalidInputError(
            f"--zip is a file in a folder that is there; found {str(zip_to)[:200]!r}.",
            "Make the folder, or give another file, as autumn.zip.",
        )
    with open_installation() as installation:
        service = installation.services.bundles
        workspace_id = installation.services.ids.complete(workspace_id, "workspace")
        made = service.export(workspace_id)
        if zip_to is not None:
            with service.zip(workspace_id).file as source:
                touch_disk("write", zip_to, lambda: _copy(source, zip_to))
    if as_json:
        print_json(made.as_json(with_absolute_path=True))
        return
    screen.print(f"{len(made.files)} files in {made.folder}, checked", markup=False)
    for one in made.unresolved_references:
        screen.print(f"  not in it: {one['ref_type']} {one['ref_id']} ({one['key']}) is {one['why']}", markup=False)
    if zip_to is not None:
        screen.print(f"zipped to {zip_to.resolve()}", markup=False)


def _copy(source: IO[bytes], path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(source, target)


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(help="The bundle's folder.")],
    with_database: Annotated[
        bool, typer.Option("--database/--no-database", help="Compare it with what was exported here, where that is.")
    ] = True,
    as_json: _Json = False,
) -> None:
    """Check a bundle: exit 0 where it is as it was exported, else 1 and the first reason.

    It needs no database; where this installation has one, a bundle that was rewritten as a whole is found as well.

    Example: showcase bundle verify artifacts/showcase/0123456789abcdef0123456789abcdef
    """
    proof = _prove(path, with_database=with_database)
    if as_json:
        print_json(_facts(path, proof))
    else:
        for sentence in proof.seen.checked:
            screen.print(f"checked: {sentence}", markup=False)
        screen.print(f"this installation: {_HERE[proof.here]}", markup=False)
        screen.print(
            f"The bundle of workspace {proof.seen.workspace_id} is as it was exported at {proof.seen.exported_at}."
            if proof.ok
            else f"NOT as it was exported: {proof.reason}.",
            markup=False,
        )
        if path.is_file():
            screen.print("A zip is unpacked first, and the folder in it is checked.")
    sys.exit(0 if proof.ok else 1)


_HERE = {
    "known": "it was exported or imported here just so",
    "unknown": "nothing of this workspace was exported or imported here",
    "recomputed": "the workspace was exported here, and never this bundle",
    "not asked": "not asked",
}


def _prove(path: Path, *, with_database: bool) -> Proof:
    seen = verify_bundle(path)
    settings = load_settings()
    # whoever only checks what he was given has no database, and gets none made for it
    is_there = settings.database_url is not None or (settings.home / "database").exists()
    is_there = is_there or (settings.home / "database.location").exists()
    if not (seen.ok and with_database and is_there):
        return Proof(seen, "not asked")
    try:
        with open_installation(settings) as installation:
            return installation.services.bundles.verify(path)
    except UnavailableError:
        return Proof(seen, "not asked")


def _facts(path: Path, proof: Proof) -> dict[str, Any]:
    return {
        "ok": proof.ok,
        "reason": proof.reason,
        "bundle_path": str(path.resolve()),
        "workspace_id": proof.seen.workspace_id,
        "exported_at": proof.seen.exported_at,
        "checksums_digest": proof.seen.checksums_digest,
        "checked": list(proof.seen.checked),
        "here": proof.here,
    }


@app.command("import")
def import_bundle(
    path: Annotated[Path, typer.Argument(help="The bundle's folder.")],
    as_json: _Json = False,
) -> None:
    """Check a bundle, then add its workspace with its story, models and tables under its own id.

    Example: showcase bundle import ~/handed-over/0123456789abcdef0123456789abcdef
    """
    with open_installation() as installation:
        done = installation.services.bundles.import_(path)
    if as_json:
        print_json(done.as_json())
        return
    if done.outcome == "unchanged":
        screen.print(f"workspace {done.workspace_id} is here already, with the same content", markup=False)
        return
    kinds = {what: what.removesuffix("s").replace("_", " ") for what in done.added}
    added = ", ".join(counted(count, kinds[what]) for what, count in done.added.items() if count)
    screen.print(f"workspace {done.workspace_id} is imported: {added}", markup=False)

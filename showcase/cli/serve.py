"""`showcase serve`: the console in a browser, and HTTP for programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from showcase.cli.output import screen
from showcase.errors import FieldError, InvalidInputError
from showcase.settings import load_settings
from showcase.wiring import open_installation


class _Half(StrEnum):
    HTTP = "http"
    CONSOLE = "console"


def serve(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The port; 5006 by default.")] = None,
    address: Annotated[str | None, typer.Option(help="The address; loopback by default.")] = None,
    root_path: Annotated[
        str, typer.Option(help="The path that a proxy puts in front and takes away, as /showcase.")
    ] = "",
    only: Annotated[_Half | None, typer.Option(help="HTTP without the console, or the console without HTTP.")] = None,
    warm: Annotated[bool, typer.Option("--warm", help="Make the first page as quick as the second.")] = False,
) -> None:
    """Serve the console and HTTP on one port until Ctrl-C; a second Ctrl-C does not wait for what goes on.

    Example: showcase serve --port 5007
    """
    # imported here: the web server is heavy, and every other command does without it
    from showcase.http.serve import serve as serve_http

    settings = load_settings()
    what = "HTTP" if only is _Half.HTTP else "The console"
    with open_installation(settings) as installation:
        installation.live_long()
        serve_http(
            installation,
            address=address or settings.address,
            port=port or settings.port,
            on_listening=lambda url: screen.print(f"{what} is at {url} (Ctrl-C ends it)."),
            root_path=_checked(root_path),
            only=only.value if only is not None else None,
            warm=warm,
        )


def _checked(root_path: str) -> str:
    """The path with one slash in front and none behind, as every part of the server wants it."""
    path = root_path.rstrip("/")
    if path and not path.startswith("/"):
        raise InvalidInputError(
            f"A root path begins with a slash, found {root_path!r:.80}.",
            "Give for example --root-path /showcase.",
            [FieldError("root-path", repr(root_path[:40]), "a path such as /showcase")],
        )
    return path

"""`showcase serve`: the console in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from showcase.cli.output import screen
from showcase.settings import load_settings
from showcase.wiring import open_installation


def serve(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="The port; 5006 by default.")] = None,
    address: Annotated[str | None, typer.Option(help="The address; loopback by default.")] = None,
) -> None:
    """Serve the console until Ctrl-C.

    Example: showcase serve --port 5007
    """
    # imported here: the web server is heavy, and every other command does without it
    from showcase.http.serve import serve as serve_http

    settings = load_settings()
    with open_installation(settings) as installation:
        installation.live_long()
        serve_http(
            installation,
            address=address or settings.address,
            port=port or settings.port,
            on_listening=lambda url: screen.print(f"The console is at {url} (Ctrl-C ends it)."),
        )

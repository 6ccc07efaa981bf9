"""The gallery of notebooks: live ones to open, walkthroughs as they were saved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from html import escape
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from showcase.http.gallery import KINDS, Notebook, read_notebooks
from showcase.http.page import html_page
from showcase.http.saved_notebook import POLICY, saved_page

_CONSOLE_TITLE, _CONSOLE_SENTENCE = "The console", "Configure a run, watch it happen, and find the runs that were kept."


def notebooks_router(folder: Path) -> APIRouter:
    """GET /notebooks: the gallery of `folder`; GET /notebooks/NAME for each walkthrough there is now, as it was saved.

    The live ones are served by Panel, at paths of the same form (`live_notebooks`).
    """
    router = APIRouter()

    @router.get("/notebooks", response_class=HTMLResponse, include_in_schema=False)
    async def list_notebooks(theme: str = "") -> HTMLResponse:
        """The page, as pictures, text and links; opening it starts nothing. A theme that was chosen goes along."""
        found = await asyncio.to_thread(read_notebooks, folder)
        return HTMLResponse(gallery_page(found, is_dark=theme == "dark"))

    for notebook in read_notebooks(folder):
        if not notebook.is_live:
            router.add_api_route(
                f"/notebooks/{notebook.stem}",
                _shows(notebook, folder / notebook.file_name),
                response_class=HTMLResponse,
                include_in_schema=False,
            )
    return router


def live_notebooks(folder: Path) -> dict[str, str]:
    """The file of each notebook that is run when it is opened, by its path; the console stands at /."""
    found = [notebook for notebook in read_notebooks(folder) if notebook.is_live]
    return {_address(notebook): str(folder / notebook.file_name) for notebook in found}


def _address(notebook: Notebook) -> str:
    return "/" if notebook.kind == "console" else f"/notebooks/{notebook.stem}"


def _shows(notebook: Notebook, path: Path) -> Callable[[str], Awaitable[HTMLResponse]]:
    async def show(theme: str = "") -> HTMLResponse:
        """The saved notebook; nothing in it runs."""
        page = await asyncio.to_thread(partial(saved_page, notebook, path, is_dark=theme == "dark"))
        return HTMLResponse(page, headers={"content-security-policy": POLICY})

    return show


def gallery_page(notebooks: Sequence[Notebook], *, is_dark: bool = False) -> str:
    """The gallery as HTML, by kind, every title and sentence escaped; dark, as the live pages that it leads to."""
    parts = []
    for kind, heading in KINDS.items():
        entries = [_entry(notebook, is_dark=is_dark) for notebook in notebooks if notebook.kind == kind]
        if entries:
            parts.append(f"<h2>{escape(heading)}</h2>\n<ul>\n" + "\n".join(entries) + "\n</ul>")
    return html_page("Notebooks", _STYLE, "\n".join(parts), is_dark=is_dark)


def _entry(notebook: Notebook, *, is_dark: bool) -> str:
    title, sentence = notebook.title, notebook.sentence
    if notebook.kind == "console":
        title, sentence = _CONSOLE_TITLE, _CONSOLE_SENTENCE
    # relative to /notebooks, so that a root path in front of it stays
    address = "./" if notebook.kind == "console" else f"notebooks/{notebook.stem}"
    if is_dark:
        address += "?theme=dark"
    says = "live" if notebook.is_live else "as it was saved"
    return (
        f'<li><a class="card {notebook.kind}" href="{escape(address, quote=True)}">{notebook.picture}'
        f"<h3>{escape(title)}</h3><p>{escape(sentence)}</p><span>{says}</span></a></li>"
    )


_STYLE = """\
main { max-width: 1120px; }
h2 { font-size: 15px; margin: 22px 0 10px; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 14px;
     grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); }
li { display: flex; }
.card { flex: 1; display: flex; flex-direction: column; background: var(--surface); border: 1px solid var(--line);
        border-radius: 8px; padding: 0 16px 14px; color: inherit; text-decoration: none; overflow: hidden; }
.card:hover { border-color: var(--accent); }
.card:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.card svg { margin: 0 -16px 10px; padding: 4px 0; border-bottom: 1px solid var(--line);
            background: color-mix(in srgb, var(--accent) 5%, var(--surface)); }
.card h3 { font-size: 15px; margin: 0 0 4px; color: var(--accent); }
.card p { margin: 0 0 10px; color: var(--quiet); flex: 1; }
.card span { font-size: 12px; color: var(--quiet); }
svg path { fill: none; stroke-width: 2; stroke-linejoin: round; stroke: #1786a8; }
svg .q { stroke: #6f8494; stroke-width: 1.5; }
svg .o { stroke: #cf7c22; }
svg .w { stroke-dasharray: 5 3; }
svg .t { stroke-width: 7; stroke-opacity: .3; }
svg .z { stroke: #6f8494; stroke-width: 1; stroke-dasharray: 2 3; }
svg .b { fill: #1786a8; fill-opacity: .18; stroke: none; }
svg .p { fill: #1786a8; }
svg .e { fill: #cf7c22; }
svg .s { fill: #6f8494; fill-opacity: .28; }
svg .on, svg .d { fill: #1786a8; fill-opacity: .55; }
svg .f { fill: none; stroke: #6f8494; stroke-opacity: .5; }"""

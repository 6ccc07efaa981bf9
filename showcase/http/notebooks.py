"""The page that lists the notebooks, made from their own first lines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from showcase.http.page import html_page

_LONGEST_SENTENCE = 240
_CONSOLE_TITLE, _CONSOLE_SENTENCE = "The console", "Configure a run, watch it happen, and find the runs that were kept."


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook as it is listed: its file name, its title and what it tells."""

    file_name: str
    title: str
    sentence: str


def notebooks_router(folder: Path, *, console: str) -> APIRouter:
    """GET /notebooks: the notebooks of `folder` by name, the console (its file's name) first and live at /."""
    router = APIRouter()

    @router.get("/notebooks", response_class=HTMLResponse, include_in_schema=False)
    async def list_notebooks() -> HTMLResponse:
        """The page, as text and links; opening it starts nothing."""
        found = await asyncio.to_thread(read_notebooks, folder)
        return HTMLResponse(listing_page(found, console))

    return router


def read_notebooks(folder: Path) -> list[Notebook]:
    """Every notebook of the folder that can be read, by file name."""
    return [notebook for path in sorted(folder.glob("*.ipynb")) if (notebook := _read_notebook(path)) is not None]


def _read_notebook(path: Path) -> Notebook | None:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        lines = _first_lines(cells)
    except (OSError, ValueError, KeyError, TypeError):
        # a file that is being written or is no notebook is not listed; the others are
        return None
    title = next((line.lstrip("#").strip() for line in lines if line.startswith("#")), "")
    sentence = next((line for line in lines if not line.startswith("#")), "")
    return Notebook(path.name, title or path.stem.replace("_", " "), sentence[:_LONGEST_SENTENCE])


def _first_lines(cells: Sequence[dict[str, Any]]) -> list[str]:
    """The lines of the first cell of text, without the empty ones."""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            return [line.strip() for line in "".join(cell["source"]).splitlines() if line.strip()]
    return []


def listing_page(notebooks: Sequence[Notebook], console: str) -> str:
    """The page as HTML, every title and sentence escaped."""
    others = [_entry(notebook) for notebook in notebooks if notebook.file_name != console]
    live = (
        f'<li><a class="card live" href="./"><h2>{_CONSOLE_TITLE}</h2><p>{_CONSOLE_SENTENCE}</p>'
        f"<span>live</span></a></li>"
    )
    entries = "\n".join([live, *others])
    return html_page("Notebooks", _STYLE, f"<ul>\n{entries}\n</ul>")


def _entry(notebook: Notebook) -> str:
    return (
        f'<li><div class="card"><h2>{escape(notebook.title)}</h2><p>{escape(notebook.sentence)}</p>'
        f"<span>notebooks/{escape(notebook.file_name)}</span></div></li>"
    )


_STYLE = """\
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 12px;
     grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); }
li { display: flex; }
.card { flex: 1; display: flex; flex-direction: column; background: var(--surface); border: 1px solid var(--line);
        border-radius: 8px; padding: 16px; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
.card h2 { font-size: 15px; margin: 0 0 4px; }
.card p { margin: 0 0 12px; color: var(--quiet); flex: 1; }
.card span { font-size: 12px; color: var(--quiet); }
.live { border-color: var(--accent); }
.live h2, .live span { color: var(--accent); }
.live:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }"""

"""What notebooks there are: their kind, title, sentence and picture, from their names and their own first lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["console", "demo", "exploration", "walkthrough"]
CONSOLE = "console"
_LONGEST_SENTENCE = 240
_PICTURES = Path(__file__).with_name("pictures")

KINDS: Mapping[Kind, str] = {
    "console": "The console",
    "demo": "Demos: a question, answered with pictures",
    "exploration": "Explorations: turn a knob and see",
    "walkthrough": "Walkthroughs: how it works, step by step",
}
"""The kinds in the order of the page, each with its heading."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook as it is listed: its file name, its title and what it tells."""

    file_name: str
    title: str
    sentence: str

    @property
    def stem(self) -> str:
        return self.file_name.removesuffix(".ipynb")

    @property
    def kind(self) -> Kind:
        """By its name: a walkthrough has a number, a demo and an exploration say so."""
        if self.stem == CONSOLE:
            return "console"
        if self.stem.startswith("demo_"):
            return "demo"
        return "exploration" if self.stem.startswith("explore_") else "walkthrough"

    @property
    def is_live(self) -> bool:
        """Whether it is run when somebody opens it; of the others the saved outputs are shown."""
        return self.kind != "walkthrough"

    @property
    def picture(self) -> str:
        """A drawing of our own as SVG, to be set into a page: the notebook's, else that of its kind."""
        own = _PICTURES / f"{self.stem}.svg"
        return (own if own.is_file() else _PICTURES / f"{self.kind}.svg").read_text(encoding="utf-8")


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
    sentence = next((line.strip("*_") for line in lines if not line.startswith("#")), "")
    return Notebook(path.name, title or path.stem.replace("_", " "), sentence[:_LONGEST_SENTENCE])


def _first_lines(cells: Sequence[dict[str, Any]]) -> list[str]:
    """The lines of the first cell of text, without the empty ones."""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            return [line.strip() for line in "".join(cell["source"]).splitlines() if line.strip()]
    return []

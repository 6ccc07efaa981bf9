"""Runs the notebooks from top to bottom and saves them reduced to what a later run can be compared with.

    python scripts/notebooks.py [NOTEBOOK ...]            run and save (through `make save-notebooks`)
    python scripts/notebooks.py --check [NOTEBOOK ...]    run nothing; say which are not saved like that, exit 1

Saved are the sources, tags, counts 1..n, and of the outputs text/plain, stdout and the SVG of our own pictures: ids in
HTML are random, and a cell without a stored output is never compared. Running twice changes nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# Notebooks are saved on this day and checked on the day itself: what depends on the day shows at once.
SAVED_ON = "2026-01-05"
CELL_LIMIT_S = 300
NOT_COMPARED = "nbval-ignore-output"
"""The tag of a cell that is run but whose output is not compared, and so not kept: a whole screen, for instance."""
_KEPT = ("image/svg+xml", "text/plain")
_CHANGING = {
    "an address in memory": re.compile(r"\b0x[0-9a-f]{6,}"),
    "a path of this machine": re.compile(rf"{re.escape(str(ROOT))}|/(home|root|Users|tmp)/"),
    "a Panel object's name": re.compile(r"name='\w+\d{5}'"),
}


def reduced(notebook: NotebookNode) -> NotebookNode:
    """The notebook with all that changes between two equal runs taken out."""
    cells = []
    for number, cell in enumerate(notebook.cells, start=1):
        tags = cell.metadata.get("tags")
        kept: dict[str, Any] = {
            "cell_type": cell.cell_type,
            "id": f"cell-{number}",
            "metadata": {"tags": tags} if tags else {},
            "source": cell.source.strip("\n"),
        }
        if cell.cell_type == "code":
            kept["execution_count"] = cell.execution_count
            outputs = [] if tags and NOT_COMPARED in tags else cell.outputs
            kept["outputs"] = _joined([output for raw in outputs for output in _reduced_output(raw)])
        cells.append(kept)
    return nbformat.from_dict({"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5})


def _joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs with neighbouring pieces of stdout as one: where they are cut is a matter of time."""
    joined: list[dict[str, Any]] = []
    for output in outputs:
        if joined and output["output_type"] == joined[-1]["output_type"] == "stream":
            joined[-1] = {**joined[-1], "text": joined[-1]["text"] + output["text"]}
        else:
            joined.append(output)
    return joined


def _reduced_output(output: NotebookNode) -> list[dict[str, Any]]:
    kind = output.output_type
    if kind == "stream" and output.name == "stdout":
        return [{"output_type": kind, "name": "stdout", "text": output.text}]
    if kind in ("execute_result", "display_data") and "text/plain" in output.data:
        data = {name: output.data[name] for name in _KEPT if name in output.data}
        plain = {"output_type": kind, "data": data, "metadata": {}}
        return [plain | {"execution_count": output.execution_count} if kind == "execute_result" else plain]
    return []


def as_text(notebook: NotebookNode) -> str:
    """The bytes of the saved file."""
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT, indent=1)
    return text + "\n"


def complaints(path: Path) -> list[str]:
    """Why this saved notebook is not one reduced run from top to bottom; empty when it is."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = []
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        found.append("its cells are not counted 1..n: it is not one run from top to bottom")
    outputs = [output for cell in code for output in cell.outputs]
    if any(output.output_type == "error" for output in outputs):
        found.append("a cell ended with an error")
    printed = "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)
    found += [f"an output shows {what}" for what, pattern in _CHANGING.items() if pattern.search(printed)]
    if not found and as_text(reduced(notebook)) != text:
        found.append("it holds more than sources, tags, text/plain, our pictures and stdout")
    return found


def run_and_save(path: Path) -> None:
    """Run one notebook in a kernel of this interpreter, and write it reduced where its bytes change."""
    from nbclient import NotebookClient

    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    client = NotebookClient(
        notebook, timeout=CELL_LIMIT_S, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    after = as_text(reduced(notebook))
    if after != before:
        path.write_text(after, encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {'saved anew' if after != before else 'unchanged'}")


def main() -> int:
    """Save or check; the exit code says whether every notebook is as it should be."""
    parser = argparse.ArgumentParser(description="Run the notebooks and save them reduced, or check that they are.")
    parser.add_argument("--check", action="store_true", help="run and write nothing; exit 1 where one is not reduced")
    parser.add_argument("notebooks", nargs="*", type=Path, help="all of notebooks/ when none is named")
    arguments = parser.parse_args()
    paths = [path.resolve() for path in arguments.notebooks] or sorted(FOLDER.glob("*.ipynb"))
    if not paths:
        print(f"No notebook in {FOLDER}.", file=sys.stderr)
        return 1
    if not arguments.check:
        if "SHOWCASE_HOME" not in os.environ:
            print("Run this through `make save-notebooks`, which gives it a SHOWCASE_HOME of its own.", file=sys.stderr)
            return 1
        os.environ |= {"SHOWCASE_TEST": "1", "SHOWCASE_TODAY": SAVED_ON}
        for path in paths:
            run_and_save(path)
    found = [f"{path.relative_to(ROOT)}: {complaint}" for path in paths for complaint in complaints(path)]
    print("\n".join(found) if found else f"{len(paths)} notebooks are saved as one reduced run.")
    if found:
        print("Mend the cells that show it, then run `make save-notebooks`.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

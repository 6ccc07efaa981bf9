"""What scripts/notebooks.py keeps of a notebook that was run, and what it complains about."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode, v4

from scripts.notebooks import as_text, complaints, reduced


def code(source: str, count: int | None, *outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    cell = v4.new_code_cell(source, execution_count=count, outputs=list(outputs))
    cell.metadata = {"tags": list(tags), "scrolled": True} if tags else {"execution": {"iopub.status.busy": "2026"}}
    return cell


def printed(text: str, name: str = "stdout") -> NotebookNode:
    return v4.new_output("stream", name=name, text=text)


def shown(count: int, **data: str) -> NotebookNode:
    named = {name.replace("_", "/"): value for name, value in data.items()}
    return v4.new_output("execute_result", data=named, execution_count=count, metadata={"isolated": True})


def notebook(*cells: NotebookNode) -> NotebookNode:
    made = v4.new_notebook(cells=list(cells))
    made.metadata = {"kernelspec": {"name": "venv", "display_name": "Somebody's own"}, "widgets": {}}
    return made


def saved(made: NotebookNode, folder: Path) -> Path:
    path = folder / "one.ipynb"
    path.write_text(as_text(made), encoding="utf-8")
    return path


def test_text_and_stdout_stay_and_everything_else_goes() -> None:
    cell = code(
        "table", 1, printed("41\n"), printed("progress\r", "stderr"), shown(1, text_plain="42", text_html="<b>")
    )
    kept = reduced(notebook(cell)).cells[0]
    assert kept.outputs == [
        {"output_type": "stream", "name": "stdout", "text": "41\n"},
        {"output_type": "execute_result", "data": {"text/plain": "42"}, "metadata": {}, "execution_count": 1},
    ]
    assert kept.metadata == {}


def test_where_stdout_was_cut_does_not_show() -> None:
    cell = code("loop", 1, printed("1\n"), printed("at 50 %", "stderr"), printed("2\n"), shown(1, text_plain="3"))
    first, second = reduced(notebook(cell)).cells[0].outputs
    assert (first.text, second.data) == ("1\n2\n", {"text/plain": "3"})


def test_our_pictures_stay_beside_their_words() -> None:
    drawn = v4.new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "[picture]", "text/html": "<b>"})
    (kept,) = reduced(notebook(code("draw()", 1, drawn))).cells[0].outputs
    assert kept.data == {"image/svg+xml": "<svg/>", "text/plain": "[picture]"}


def test_tags_stay_and_the_cells_are_named_by_their_place() -> None:
    kept = reduced(notebook(v4.new_markdown_cell("# Title"), code("1", 1, tags=("raises-exception",))))
    assert [cell.id for cell in kept.cells] == ["cell-1", "cell-2"]
    assert kept.cells[1].metadata == {"tags": ["raises-exception"]}
    assert kept.metadata.kernelspec.name == "python3"


def test_an_output_that_is_not_compared_is_not_kept() -> None:
    assert reduced(notebook(code("screen", 1, printed("x"), tags=("nbval-ignore-output",)))).cells[0].outputs == []


def test_reducing_twice_changes_nothing() -> None:
    once = reduced(notebook(v4.new_markdown_cell("# T\n"), code("\n1 + 1\n", 1, shown(1, text_plain="2"))))
    assert as_text(reduced(once)) == as_text(once)
    nbformat.validate(once)


def test_a_reduced_run_gives_no_complaint(tmp_path: Path) -> None:
    made = reduced(notebook(code("1", 1, printed("one\n")), code("2", 2)))
    assert complaints(saved(made, tmp_path)) == []


@pytest.mark.fault("I11")
@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ([code("1", 2)], "not counted 1..n"),
        ([code("1", None)], "not counted 1..n"),
        ([code("1", 1, v4.new_output("error", ename="E", evalue="", traceback=[]))], "ended with an error"),
        ([code("1", 1, printed("<object at 0x7f00deadbeef>"))], "an address in memory"),
        ([code("1", 1, printed("/tmp/sales.csv"))], "a path of this machine"),
        ([code("1", 1, printed("Row(name='Row00123')"))], "a Panel object's name"),
        ([code("1", 1, shown(1, text_html="<b>"))], "more than sources"),
    ],
)
def test_what_is_not_one_reduced_run_is_named(cells: list[NotebookNode], complaint: str, tmp_path: Path) -> None:
    found = complaints(saved(notebook(*cells), tmp_path))
    assert len(found) == 1
    assert complaint in found[0]

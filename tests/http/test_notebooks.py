"""The gallery lists every notebook, shows the saved ones as they are, and opening the live ones starts nothing."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from fastapi.testclient import TestClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sqlalchemy import text

from showcase.http.gallery import Notebook, read_notebooks
from showcase.http.notebooks import gallery_page, live_notebooks
from showcase.http.saved_notebook import POLICY, saved_page
from showcase.settings import notebooks_folder
from showcase.wiring import Installation

PROBE = "<img src=x onerror=alert(1)>"
NOTEBOOKS = read_notebooks(notebooks_folder())
LIVE = sorted(live_notebooks(notebooks_folder()))
SAVED = [notebook for notebook in NOTEBOOKS if not notebook.is_live]


@pytest.mark.parametrize(
    ("name", "kind", "is_live"),
    [
        ("console", "console", True),
        ("demo_x", "demo", True),
        ("explore_x", "exploration", True),
        ("03_x", "walkthrough", False),
    ],
)
def test_the_name_of_a_notebook_says_its_kind(name: str, kind: str, is_live: bool) -> None:
    notebook = Notebook(f"{name}.ipynb", "Title", "Sentence")
    assert (notebook.kind, notebook.is_live) == (kind, is_live)
    assert notebook.picture.startswith("<svg")


def test_the_gallery_leads_to_every_notebook_with_a_picture_and_a_sentence(client: TestClient) -> None:
    page = client.get("/notebooks").text
    assert page.count("<svg") == len(NOTEBOOKS)
    for notebook in NOTEBOOKS:
        if notebook.kind != "console":
            assert f'href="notebooks/{notebook.stem}"' in page
            assert notebook.sentence, f"{notebook.file_name} begins with a title and a sentence"
    assert PROBE not in gallery_page([Notebook("04_x.ipynb", PROBE, PROBE)])


def test_a_dark_gallery_leads_to_dark_pages_and_they_lead_back_to_it(client: TestClient) -> None:
    page = client.get("/notebooks?theme=dark").text
    for notebook in NOTEBOOKS:
        if notebook.kind != "console":
            assert f'href="notebooks/{notebook.stem}?theme=dark"' in page
    assert 'href="./?theme=dark"' in page
    saved = client.get(f"/notebooks/{SAVED[0].stem}?theme=dark").text
    assert 'href="../notebooks?theme=dark"' in saved
    for told in (page, saved):
        assert 'content="dark"' in told
        assert "prefers-color-scheme" not in told


@pytest.mark.parametrize("notebook", SAVED, ids=[notebook.stem for notebook in SAVED])
def test_a_walkthrough_is_shown_as_it_was_saved(client: TestClient, notebook: Notebook) -> None:
    answer = client.get(f"/notebooks/{notebook.stem}")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == POLICY
    assert "<script" not in answer.text
    assert "&lt;p&gt;" not in answer.text
    cells = json.loads((notebooks_folder() / notebook.file_name).read_text())["cells"]
    printed = [output["text"] for cell in cells for output in cell.get("outputs", ()) if "text" in output]
    first_word = "".join(printed[0]).split()[0]
    assert first_word in answer.text


def test_what_a_saved_notebook_holds_of_markup_is_no_markup(tmp_path: Path) -> None:
    html = new_output("display_data", {"text/html": f"<script>alert(1)</script>{PROBE}<b>kept</b>"})
    plain = new_output("stream", name="stdout", text=PROBE)
    cells = [
        new_markdown_cell(f"# {PROBE}\n\nSaid *so* {PROBE} [x](javascript:alert(1))"),
        new_code_cell(f"print('{PROBE}')", outputs=[html, plain], execution_count=1),
    ]
    path = tmp_path / "01_x.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    page = saved_page(read_notebooks(tmp_path)[0], path)
    assert "<img" not in page
    assert "<script" not in page
    assert "javascript:" not in page
    assert "<b>kept</b>" in page
    assert "<em>so</em>" in page


def test_a_saved_picture_is_an_image_in_which_nothing_runs(tmp_path: Path) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><text>{PROBE}</text></svg>'
    drawn = new_output("display_data", {"image/svg+xml": svg, "text/plain": f'[picture: "{PROBE}"]'})
    path = tmp_path / "01_x.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("draw()", outputs=[drawn], execution_count=1)]), path)
    page = saved_page(read_notebooks(tmp_path)[0], path)
    assert page.count("<img") == 1
    assert 'src="data:image/svg+xml;base64,' in page
    assert "<script" not in page
    assert "<svg" not in page
    # the words for whoever does not see it are text of an attribute that they cannot leave
    assert 'alt="[picture: &quot;&lt;img src=x onerror=alert(1)&gt;&quot;]"' in page


@pytest.mark.parametrize("address", LIVE)
def test_opening_a_live_notebook_starts_nothing(client: TestClient, installation: Installation, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 200
    with installation.database.read() as connection:
        rows = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("demo_run", "data_set", "job", "model_run", "showcase_workspace", "plan")
        }
        holder = connection.execute(text("SELECT holder FROM run_lock")).scalar_one()
    assert set(rows.values()) == {0}, rows
    assert holder is None

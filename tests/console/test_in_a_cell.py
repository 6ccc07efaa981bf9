"""The console and its forms in cells of a real kernel, as Jupyter runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from tests.postgres import remove_database

_PATIENCE_S = 120
Cell = Callable[[str], list[dict[str, Any]]]
# the page is filled once the database has answered; whoever looks meanwhile sees words that say so
_FILLED = """
import asyncio, panel as pn
def told():
    return " ".join(str(pane.object) for pane in page.select(pn.pane.HTML))
while not ("No run yet." in told() and "Seeds demo_minimal" in told()):
    await asyncio.sleep(0.1)
print("What will run" in told())
"""


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cell]:
    """Runs a cell in a kernel over an installation of its own, and gives what it showed; an error is a failure."""
    home = tmp_path_factory.mktemp("cell")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SHOWCASE_HOME", str(home))
        environment.delenv("SHOWCASE_DATABASE_URL", raising=False)
        environment.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        manager, client = start_new_kernel(startup_timeout=_PATIENCE_S, kernel_name="python3")

    def run(code: str) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = []
        reply = client.execute_interactive(code, output_hook=shown.append, timeout=_PATIENCE_S)
        assert reply["content"]["status"] == "ok", "\n".join(reply["content"].get("traceback", []))
        assert not [one["content"] for one in shown if one["content"].get("name") == "stderr"]
        return [one["content"] for one in shown]

    yield run
    client.stop_channels()
    manager.shutdown_kernel()
    remove_database(home)


def drawn(shown: list[dict[str, Any]]) -> str:
    """The HTML that a cell came to."""
    return next(
        str(one["data"]["text/html"])
        for one in shown
        if "text/html" in one.get("data", {}) and "execution_count" in one
    )


def test_a_form_shows_itself_in_a_cell_that_prepared_nothing(cell: Cell) -> None:
    cell("from showcase.console import FocusPicker, SeedOverridesForm")
    assert "Promotions" in drawn(cell("form = SeedOverridesForm(scenario='sparse', stores=4)\nform"))
    assert cell("print(form.overrides())")[-2]["text"].startswith("stores=4")
    assert "Automatic" in drawn(cell("FocusPicker.current()"))


def test_the_console_shows_itself_in_a_cell_and_reads_the_database(cell: Cell) -> None:
    page = drawn(cell("from showcase.console import show\npage = show()\npage.servable()"))
    assert "demo_minimal" in page
    assert [one["text"] for one in cell(_FILLED) if one.get("name") == "stdout"] == ["True\n"]


def test_a_picture_of_a_result_shows_itself_in_a_cell(cell: Cell) -> None:
    board = [{"model": "naive", "coverage80": 78.5, "coverage95": 94.0}]
    load = "import holoviews as hv\nhv.extension('bokeh')\nfrom showcase.console.plots.scores import coverage_plot"
    shown = drawn(cell(f"{load}\ncoverage_plot({board!r})"))
    assert "days on which it held, %" in shown

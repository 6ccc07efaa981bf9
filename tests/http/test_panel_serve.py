"""`panel serve notebooks/console.ipynb` serves the console alone, and opening it starts nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
from sqlalchemy import text

from showcase.settings import notebooks_folder
from showcase.store.engine import Database
from tests.http.served import PATIENCE_S, STOP_S
from tests.loopback import free_port


def test_panel_serves_the_console_by_itself(database: Database, tmp_path: Path) -> None:
    port = free_port()
    environment = {
        **os.environ, "SHOWCASE_HOME": str(tmp_path), "OMP_NUM_THREADS": "1",
        "SHOWCASE_DATABASE_URL": database.url.render_as_string(hide_password=False),
    }  # fmt: skip
    command = [sys.executable, "-m", "panel", "serve", str(notebooks_folder() / "console.ipynb"), "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as panel:
        try:
            assert panel.stderr is not None
            said = next((line for line in panel.stderr if "running at: " in line), "")
            url = f"http://localhost:{port}/console"
            assert url in said
            page = httpx.get(url, timeout=PATIENCE_S)
        finally:
            panel.terminate()
            panel.communicate(timeout=STOP_S)
    assert (page.status_code, "<title>Showcase" in page.text, "Library" in page.text) == (200, True, True)
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM demo_run")).scalar_one() == 0

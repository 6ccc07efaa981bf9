"""The console behind a reverse proxy, under a path, with a token that the browser asks for."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from showcase.store.engine import Database
from tests.browser.conftest import Watcher
from tests.http.reverse_proxy import reverse_proxy
from tests.http.served import served

PREFIX, TOKEN = "/tools/showcase", "sesame-sesame-open"


def test_a_person_gives_the_token_once_and_stays_below_the_path(
    tabs: BrowserContext, database: Database, tmp_path: Path
) -> None:
    with reverse_proxy(PREFIX, "http") as proxy:
        name = f"127.0.0.1:{proxy.port}"
        settings = {"SHOWCASE_API_TOKEN": TOKEN, "SHOWCASE_ALLOWED_HOSTS": name}
        with served(database, tmp_path, "--root-path", PREFIX, **settings) as server:
            proxy.target = server.port
            # what a person types where the browser asks
            assert tabs.browser is not None
            context = tabs.browser.new_context(http_credentials={"username": "anybody", "password": TOKEN})
            page, watcher = context.new_page(), Watcher("127.0.0.1")
            page.set_default_timeout(60_000)
            watcher.watch(page)
            page.goto(f"http://{name}{PREFIX}/")
            page.get_by_role("navigation").get_by_role("button", name="Library", exact=True).click()
            expect(page.get_by_text("Nothing is kept yet.")).to_be_visible()
            page.get_by_role("link", name="Showcase").first.click()
            expect(page).to_have_url(re.compile(rf"^http://{re.escape(name)}{PREFIX}/(\?.*)?$"))
            expect(page.get_by_text("No run yet.")).to_be_visible()
            page.goto(f"http://{name}{PREFIX}/notebooks")
            page.get_by_role("link", name="The console").click()
            expect(page.get_by_text("No run yet.")).to_be_visible()
            context.close()
    # the first answers ask for the token, and nothing else is refused
    assert [trouble for trouble in watcher.troubles if "401" not in trouble] == []

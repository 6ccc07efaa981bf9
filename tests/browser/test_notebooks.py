"""The gallery and its notebooks in a browser: listed with pictures, read as saved, opened live, made with a button."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from showcase.http.gallery import read_notebooks
from showcase.settings import notebooks_folder
from tests.browser.conftest import Server, Visit
from tests.browser.test_every_view import shoot
from tests.browser.test_typed import box, enter


def open_gallery(visit: Visit, server: Server, width: int = 1280, height: int = 800) -> Page:
    return visit(url=f"{server.url}notebooks", width=width, height=height)


def test_every_notebook_is_listed_with_a_picture_and_a_walkthrough_is_read(visit: Visit, server: Server) -> None:
    page = visit()
    page.get_by_role("link", name="Notebooks").click()
    expect(page.locator(".card svg")).to_have_count(len(read_notebooks(notebooks_folder())))
    page.get_by_role("link", name="The first run").click()
    expect(page.get_by_role("heading", name="The first run")).to_be_visible()
    expect(page.get_by_text("nothing runs here")).to_be_visible()
    page.get_by_role("link", name="All notebooks").click()
    expect(page.get_by_role("heading", name="Notebooks")).to_be_visible()


def test_a_demo_offers_to_make_what_it_needs_and_then_tells_its_story(visit: Visit, server: Server) -> None:
    page = open_gallery(visit, server)
    page.get_by_role("link", name="Stockouts hide demand").click()
    button = page.get_by_role("button", name="Make it")
    expect(button).to_be_visible()
    button.click()
    expect(page.get_by_role("heading", name="Masking moves the forecast back to demand")).to_be_visible()
    expect(page.get_by_role("cell", name="believes sales")).to_be_visible()
    expect(button).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name="The dips are empty shelves")).to_be_visible()


def test_a_demo_that_cannot_be_made_says_why_and_can_be_tried_again(visit: Visit, server: Server) -> None:
    page = open_gallery(visit, server)
    page.get_by_role("link", name="The same run, a month later").click()
    button = page.get_by_role("button", name="Make it")
    with server.held({"scenario": "demo_minimal", "skip_seed": False}, "seed"):
        button.click()
        expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("pipeline")
        expect(button).to_be_enabled()
        shoot(page, "demo-busy")


@pytest.mark.parametrize(
    ("title", "pictures"), [("Explore demand", ["One series"]), ("Explore forecasts", ["Forecast", "Folds"])]
)
def test_an_exploration_draws_and_starts_no_run(visit: Visit, server: Server, title: str, pictures: list[str]) -> None:
    server.seed("demo_minimal")
    before = made(server)
    page = open_gallery(visit, server)
    page.get_by_role("link", name=title).click()
    for name in pictures:
        expect(page.get_by_role("button", name=f"PNG: {name}")).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()
    assert made(server) == before


def test_an_exploration_comes_back_as_it_was_turned_in_the_theme_that_was_chosen(visit: Visit, server: Server) -> None:
    page = visit(query="?theme=dark")
    page.get_by_role("link", name="Notebooks").click()
    page.get_by_role("link", name="Explore demand").click()
    expect(page.locator("canvas").first).to_be_visible()
    enter(page, "Seed", "7")
    expect(page).to_have_url(re.compile("theme=dark.*seed=7"))
    page.reload()
    expect(page.locator("canvas").first).to_be_visible()
    expect(box(page, "Seed")).to_have_value("7")
    expect(page.locator("html")).to_have_class("dark")
    page.get_by_role("link", name="All notebooks").click()
    expect(page).to_have_url(re.compile("theme=dark"))


def made(server: Server) -> tuple[int, int, int]:
    """How many runs, data sets and workspaces there are."""
    services = server.beside.services
    return (
        len(server.beside.launcher.recent(limit=1000)),
        len(services.demand.list_data_sets()),
        services.workspaces.count(),
    )


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_the_gallery_fits_its_width(visit: Visit, server: Server, width: int, height: int) -> None:
    page = open_gallery(visit, server, width, height)
    expect(page.get_by_role("link", name="The console")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

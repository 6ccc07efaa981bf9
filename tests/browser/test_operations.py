"""The Operations view: read when it is opened, told anew when asked, in both sizes."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Server, Visit


def test_a_run_shows_up_with_how_it_ended_and_what_it_left(visit: Visit, server: Server) -> None:
    page = visit("?view=operations")
    expect(page.get_by_role("heading", name="Doctor")).to_be_visible()
    expect(page.get_by_text("open pages")).to_be_visible()
    server.keep("for-operations")
    page.get_by_role("button", name="Look again").click()
    runs = page.get_by_role("region", name="Runs")
    expect(runs.get_by_role("row").nth(1)).to_contain_text("completed")
    expect(page.get_by_role("region", name="Aliases")).to_contain_text("demo-production")
    expect(page.get_by_role("region", name="Retraining")).to_be_visible()
    page.reload()
    expect(runs.get_by_role("row").nth(1)).to_contain_text("all steps done")


def test_the_operations_view_fits_both_sizes(visit: Visit) -> None:
    page = visit("?view=operations")
    expect(page.get_by_role("heading", name="This process")).to_be_visible()
    for width, height in ((1280, 800), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.get_by_role("button", name="Look again")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.scrollHeight") <= height

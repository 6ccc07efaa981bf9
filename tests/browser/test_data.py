"""The Data view as a person uses it: look at series, import a file, read what was refused, choose, and wipe."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Visit


def sales_file(folder: Path, name: str, third: str = "7") -> Path:
    """Three months of one product in two stores, with one column that nobody reads."""
    lines = ["Datum,Filiale,Artikel,Pcs,weather"]
    for store in ("North", "South & West"):
        for index in range(90):
            quantity = third if index == 2 else str(4 + index % 5)
            lines.append(f"{date(2026, 3, 1) + timedelta(days=index)},{store},bread,{quantity},sunny")
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def import_file(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_role("heading", name="How it is read")).to_be_visible()
    expect(page.get_by_text(path.name, exact=True)).to_be_visible()  # this file, not the one before it


def test_a_file_is_imported_in_the_page_looked_at_and_wiped(visit: Visit, server: Server, tmp_path: Path) -> None:
    server.seed("stockout_heavy")
    page = visit("?view=data")
    current = page.get_by_role("radio", checked=True)
    expect(current).to_contain_text("stockout_heavy")
    seeded = page.locator(f'[data-key="{current.get_attribute("data-key")}"]')  # a demo may have made one more
    page.get_by_role("button", name="Import sales").click()
    import_file(page, sales_file(tmp_path, "broken.csv", third="<b>many</b>"))
    expect(page.get_by_text("Not read: weather.")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Nothing was imported.")).to_be_visible()
    expect(page.get_by_role("cell", name="<b>many</b>").last).to_be_visible()

    import_file(page, sales_file(tmp_path, "bakery.csv"))
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("bakery.csv is the current data set now.")).to_be_visible()
    expect(page.get_by_text("bakery.csv · to 29 May 2026")).to_be_visible()  # in the header
    page.get_by_role("button", name="Back to the series").click()
    expect(page.get_by_text("Imported sales: nobody knows")).to_be_visible()
    page.reload()
    expect(page.get_by_role("radio", name="bakery.csv")).to_be_checked()
    expect(page.get_by_text("Imported sales: nobody knows")).to_be_visible()

    seeded.click()
    expect(page.get_by_text("wanted and not sold")).to_be_visible()
    page.get_by_role("button", name="Make current").click()
    expect(page.get_by_text("stockout_heavy · to 22 Nov 2026")).to_be_visible()

    page.get_by_role("button", name="Wipe all data").click()
    wipe = page.get_by_role("button", name="Wipe", exact=True)
    expect(page.get_by_text("imported sales too")).to_be_visible()
    expect(wipe).to_be_disabled()
    page.get_by_label("Type wipe to go on").fill("wipe")
    wipe.click()
    expect(page.get_by_text("No demand data yet.")).to_be_visible()
    expect(page.get_by_text("no demand data", exact=True)).to_be_visible()


def test_a_series_is_chosen_with_its_link_and_with_the_keyboard(visit: Visit, server: Server) -> None:
    server.seed("demo_minimal")
    server.seed("sparse")
    page = visit("?view=data")
    expect(page.get_by_text("days missing")).to_be_visible()
    page.get_by_role("radio", checked=True).press("ArrowDown")
    chosen = page.get_by_role("radio", checked=True)
    expect(chosen).to_be_focused()
    expect(page.get_by_text("not the current one")).to_be_visible()
    assert "data_set=" in page.url
    page.get_by_role("radio", name="demo_minimal").first.click()  # where every pair has sold
    numbers = page.get_by_text("units a day")
    before = numbers.inner_text()
    page.get_by_role("combobox", name="Product").click()
    page.locator(".MuiMenuItem-root", has_text="SKU-").nth(3).click()
    page.wait_for_url("**pair=**")
    expect(numbers).not_to_have_text(before)
    said = numbers.inner_text()
    page.reload()
    expect(numbers).to_have_text(said)


def test_the_data_view_fits_both_sizes(visit: Visit, server: Server) -> None:
    server.seed("demo_minimal")
    page = visit("?view=data")
    expect(page.get_by_text("units a day")).to_be_visible()
    for width, height in ((1280, 800), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.get_by_role("button", name="Import sales")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.scrollHeight") <= height

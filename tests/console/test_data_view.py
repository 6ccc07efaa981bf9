"""What the Data view is made of: words that are escaped, rows, the form of an import, and the stacked picture."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import holoviews as hv
import polars as pl
import pytest

from showcase.console.data_words import (
    account_html,
    data_set_html,
    data_set_rows,
    refusal_html,
    series_words,
    truth_words,
    wipe_html,
)
from showcase.console.file_drop import FileDrop
from showcase.console.forms.intake import IntakeForm
from showcase.console.plots.explorer import HEIGHT, explorer_plot
from showcase.console.plots.style import needs_bokeh
from showcase.console.rows import Column, Mark, table_html
from showcase.console.uploads import CHUNK_BYTES, Upload
from showcase.demand.intake_columns import map_columns
from showcase.demand.intake_report import IntakeRefusedError, RowError
from showcase.kernel.identity import Digest
from showcase.kernel.window import Window
from showcase.planning.reforecast import TrueEffects
from showcase.services.demand import Kept, Wipe
from showcase.services.series import SeriesRecord
from showcase.store.demand import DataSet, Pair
from tests.demand.sales_files import take

PROBE = "<img src=x onerror=alert(1)>"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def data_set(**chosen: Any) -> DataSet:
    usual = {
        "id": 1,
        "kind": "imported",
        "name": f"{PROBE}.csv",
        "recipe": {"file": f"{PROBE}.csv", "sha256": "ab" * 32},
        "row_counts": {"sales": 1200, "stock": 0},
        "fingerprint": Digest("cd" * 32),
        "window": Window(date(2026, 3, 1), date(2026, 3, 30)),
        "is_current": True,
        "created_at": NOW,
    }
    return DataSet(**usual | chosen)


def series(count: int = 30, **columns: Any) -> pl.DataFrame:
    days = [date(2026, 3, 1) + timedelta(days=index) for index in range(count)]
    usual: dict[str, Any] = {
        "date": days, "units": [10] * count, "price": [2.5] * count, "promo": [0.2] + [0.0] * (count - 1),
        "is_open": [True] * count, "on_hand": [4] * count, "received": [10] * count,
        "is_stockout": [False] * (count - 1) + [True], "event": [None] * count, "latent": [12.0] * count,
    }  # fmt: skip
    return pl.DataFrame(usual | columns, schema_overrides={"latent": pl.Float64, "event": pl.String})


def test_nothing_from_outside_is_markup() -> None:
    refused = IntakeRefusedError(PROBE, [RowError(2, PROBE, PROBE, "number", PROBE)])
    shown = [
        data_set_html(data_set(), NOW),
        refusal_html(refused),
        wipe_html(Wipe(((PROBE, "sales", 3),))),
        table_html(PROBE, [Column(PROBE)], [[PROBE], [Mark(PROBE)]], foot=PROBE),
    ]
    assert all("&lt;img" in html and "<img" not in html for html in shown)


def test_the_list_marks_the_current_and_the_imported_data_sets() -> None:
    rows = data_set_rows([data_set(), data_set(is_current=False), data_set(is_current=False, kind="synthetic")])
    assert [row["mark"] for row in rows] == ["current", "imported", ""]
    assert rows[0]["cells"][1:] == ["30 Mar 2026", "1,200", "cdcdcdcd"]


def test_a_recipe_is_told_with_its_overrides() -> None:
    recipe = {"scenario": "sparse", "seed": 7, "n_stores": 3, "n_products": 10, "overrides": {"noise_sigma": 0.3}}
    told = data_set_html(data_set(kind="synthetic", recipe=recipe), NOW)
    assert "sparse, seed 7, 3 stores x 10 products, overrides noise 0.3" in told
    assert "with known truth" in told


def test_a_refusal_is_a_table_of_line_column_value_and_rule() -> None:
    refused = IntakeRefusedError("sales.csv", [RowError(52, "qty", "-3", "units_negative")])
    told = refusal_html(refused)
    assert "Nothing was imported." in told
    assert ">52<" in told
    assert ">qty<" in told
    assert ">-3<" in told
    assert "a quantity of at least 0" in told
    assert "--returns net" in told


def test_a_series_is_told_in_numbers_and_with_what_was_lost() -> None:
    record = SeriesRecord(Pair(1, 2, "S1", "A"), series(), TrueEffects(-1.5, 1.25))
    # 30 days of 12 wanted and 10 sold
    assert "60 units wanted and not sold (17 %)" in series_words(record)
    assert "3 % of days promoted" in series_words(record)
    assert truth_words(record).startswith("Known truth: price elasticity -1.50; a promotion lifts demand by 25 %")
    shut = SeriesRecord(record.pair, series(units=[0] + [10] * 29, is_open=[False] + [True] * 29), None)
    assert "10.0 units a day" in series_words(shut), "a closed day is no day without sales"
    assert "1 day closed · 0 days missing" in series_words(shut)
    unknown = SeriesRecord(record.pair, series(latent=[None] * 30), None)
    assert not unknown.has_truth
    assert "wanted" not in series_words(unknown)
    assert "nobody knows" in truth_words(unknown)


@pytest.mark.parametrize(("columns", "pictures"), [({}, 4), ({"on_hand": [None] * 30}, 3)])
def test_the_pictures_stand_under_one_axis_of_days(columns: dict[str, Any], pictures: int) -> None:
    layout = explorer_plot(series(**columns))
    assert len(layout) == pictures
    needs_bokeh()
    grid = hv.renderer("bokeh").get_plot(layout).state
    plots = [plot for plot, *_ in grid.children]
    assert len({plot.x_range.id for plot in plots}) == 1
    assert [plot.below[0].visible for plot in plots] == [False] * (pictures - 1) + [True]
    assert sum(plot.height for plot in plots) == HEIGHT, "what is left out leaves no hole"


def test_known_truth_is_a_line_where_it_is_known() -> None:
    assert len(explorer_plot(series())[0]) == len(explorer_plot(series(latent=[None] * 30))[0]) + 1


def test_the_form_offers_the_columns_and_gives_what_an_import_takes() -> None:
    form, names = IntakeForm(), ("Datum", "Filiale", "Artikel", "Pcs", "weather")
    form.offer(names, map_columns("sales.csv", names))
    assert form.version == 0
    assert form.mapping()["quantity"] == "Pcs"
    assert form.mapping()["promo"] is None
    assert form.options().delimiter is None
    form._columns["promo"].value = "weather"
    form._returns.value = "net"
    assert form.version == 2
    assert form.mapping()["promo"] == "weather"
    assert form.options().returns == "net"


def test_the_account_of_an_import_says_what_was_found_and_what_to_look_at(tmp_path: Path) -> None:
    intake = take(tmp_path, "date,store,product,quantity,unit_price\n2026-03-01,A,x,3,2.50\n2026-03-03,A,x,0,\n")
    account = account_html(Kept(data_set(row_counts={"sales": 2}), is_new=True), intake)
    for sentence in (*intake.quality.summary(), *intake.quality.notes()):
        assert f"<li>{sentence}</li>" in account
    assert "<li>50.0 % of the rows have a price of their own.</li>" in account
    assert PROBE not in account


def test_a_field_without_a_column_is_marked() -> None:
    form, names = IntakeForm(), ("Datum", "Filiale", "Artikel", "sales")
    form.offer(names, map_columns("sales.csv", names))
    assert form._columns["quantity"].error_state
    assert not form._columns["date"].error_state


class Drop(FileDrop):
    """A drop zone whose answers are kept."""

    def _send_msg(self, data: Any) -> None:
        self.answers = [*getattr(self, "answers", []), data]


def test_a_file_is_asked_for_part_by_part_and_handed_over_once(tmp_path: Path) -> None:
    taken: list[Upload] = []
    begun: list[bool] = []

    async def take(upload: Upload) -> None:
        taken.append(upload)

    async def send() -> Drop:
        drop, content = Drop(tmp_path, lambda: begun.append(not taken), take), b"x" * (CHUNK_BYTES + 5)
        await drop._handle_msg({"kind": "begin", "name": "sales.csv", "size": len(content)})
        for start in (0, CHUNK_BYTES):
            await drop._handle_msg({"kind": "part", "bytes": content[start : start + CHUNK_BYTES]})
        return drop

    drop = asyncio.run(send())
    assert [answer["kind"] for answer in drop.answers] == ["more", "more", "whole"]
    assert [upload.path.stat().st_size for upload in taken] == [CHUNK_BYTES + 5]
    assert begun == [True]
    drop.discard()  # it is no longer the zone's to remove
    assert [upload.path for upload in taken] == list(tmp_path.iterdir())


@pytest.mark.parametrize("message", [{"kind": "part", "bytes": b"x"}, {"kind": "begin", "name": "a", "size": 2**40}])
def test_what_cannot_be_taken_is_refused_in_words(tmp_path: Path, message: dict[str, Any]) -> None:
    drop = Drop(tmp_path, lambda: None, lambda _: asyncio.sleep(0))
    asyncio.run(drop._handle_msg(message))
    assert drop.answers[0]["kind"] == "refused"
    assert drop.answers[0]["message"].endswith(".")
    assert list(tmp_path.iterdir()) == []

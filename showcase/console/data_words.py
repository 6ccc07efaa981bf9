"""What the Data view says about data sets, as rows and as facts; every value from outside is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from showcase.console.derive import label_of
from showcase.console.rows import Column, table_html
from showcase.console.text import MISSING, count, day, moment, plain, span, words
from showcase.demand.intake import Intake
from showcase.demand.intake_report import IntakeRefusedError
from showcase.kernel.words import percent
from showcase.services.demand import Kept, Wipe
from showcase.services.series import SeriesRecord
from showcase.store.demand import DataSet

HEADS = ("Data set", "Last day", "Rows", "Data")
WIDTHS, NARROW = "minmax(0, 1fr) 84px 74px 66px", "minmax(0, 1fr) 80px 56px"


def data_set_rows(data_sets: Sequence[DataSet]) -> list[dict[str, Any]]:
    """The rows of the list, keyed by fingerprint."""
    return [
        {
            "key": str(one.fingerprint),
            "cells": [one.name, day(one.window.end), f"{one.row_counts.get('sales', 0):,}", one.fingerprint.short],
            "mark": "current" if one.is_current else ("imported" if one.kind == "imported" else ""),
        }
        for one in data_sets
    ]


def data_set_html(found: DataSet, now: datetime) -> str:
    """Everything known about a data set: where it is from, its days, what it holds."""
    rows = " · ".join(f"{plain(name.replace('_', ' '))} {held:,}" for name, held in found.row_counts.items() if held)
    kind = "imported sales" if found.kind == "imported" else "synthetic, with known truth"
    facts = [
        ("kind", f"{kind}, made {plain(moment(found.created_at, now))}"),
        *_origin(found),
        ("window", f"{span(found.window.start, found.window.end)}, {count(found.window.days, 'day')}"),
        ("rows", rows or MISSING),
        ("fingerprint", f"<code>{plain(found.fingerprint)}</code>"),
    ]
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in facts) + "</dl>"


def _origin(found: DataSet) -> list[tuple[str, str]]:
    """The recipe as a person reads it; the values are escaped."""
    recipe = found.recipe
    if found.kind == "imported":
        sha = str(recipe.get("sha256", ""))
        return [
            ("file", f"{plain(recipe.get('file'))} <span class='quiet'>SHA-256 {plain(sha[:8])}</span>"),
        ]
    changed = recipe.get("overrides") or {}
    knobs = words(f"{label_of(name).lower()} {value}" for name, value in changed.items()) if changed else "none"
    size = f"{recipe.get('n_stores')} stores x {recipe.get('n_products')} products"
    seeded = f"{plain(recipe.get('scenario'))}, seed {plain(recipe.get('seed'))}, {plain(size)}"
    return [("recipe", f"{seeded}, overrides {plain(knobs)}")]


def series_words(record: SeriesRecord) -> str:
    """Numbers about a series as one line. A day on which the shop was closed counts as no day without sales."""
    days = record.days
    is_open = days["is_open"].fill_null(value=True)
    closed = count(int((~is_open).sum()), "day")
    known = days.filter(is_open)["units"].drop_nulls()
    promoted, empty = (days["promo"] > 0).sum(), int(days["is_stockout"].sum())
    height = max(days.height, 1)
    parts = [
        f"{known.mean() or 0:.1f} units a day",
        f"{percent(promoted / height)} of days promoted",
        "stock not recorded" if record.has_no_stock else f"{percent(empty / height)} out of stock",
        *([] if is_open.all() else [f"{closed} closed"]),
        f"{count(days['units'].null_count(), 'day')} missing",
    ]
    if record.has_truth:
        wanted, sold = days["latent"].sum(), days.filter(days["latent"].is_not_null())["units"].sum()
        lost = max(float(wanted) - float(sold), 0.0)
        parts.append(f"{lost:,.0f} units wanted and not sold ({percent(lost / max(float(wanted), 1.0))})")
    return plain(" · ".join(parts))


def truth_words(record: SeriesRecord) -> str:
    """The true effects on the product, or that nobody knows them."""
    if record.truth is None:
        return "Imported sales: nobody knows the demand behind an empty shelf, nor the true effects."
    effect = record.truth
    return (
        f"Known truth: price elasticity {effect.price_elasticity:.2f}; a promotion lifts demand by "
        f"{percent(effect.promotion_uplift - 1)} beside its price."
    )


def wipe_html(wipe: Wipe) -> str:
    """What a wipe takes away, table by table."""
    columns = (Column("Data set", is_wide=True), Column("Table"), Column("Rows", is_number=True))
    lines = [(name, table.replace("_", " "), rows) for name, table, rows in wipe.lines]
    return table_html("What would be wiped", columns, lines)


def refusal_html(refused: IntakeRefusedError) -> str:
    """The report of a refused file: line, column, value and rule of each place."""
    unit = refused.unit.capitalize()
    columns = (Column(unit, is_number=True), Column("Column"), Column("Value"), Column("Expected", is_wide=True))
    lines = [
        (row.line or None, row.column, row.value, row.expected + (f" ({row.note})" if row.note else ""))
        for row in refused.rows
    ]
    many = count(len(refused.rows), "place")
    what = f"{many} of {refused.file_name}" if refused.is_complete else f"The first {many} of {refused.file_name}"
    return (
        f'<p role="alert"><b class="bad">Nothing was imported.</b> {plain(what)} '
        f"{'was' if len(refused.rows) == 1 and refused.is_complete else 'were'} refused. {plain(refused.remedy)}</p>"
        + table_html("Refused places", columns, lines)
    )


def account_html(kept: Kept, intake: Intake) -> str:
    """What came of an import, in sentences."""
    found = kept.data_set
    series = "1 series" if intake.quality.series == 1 else f"{intake.quality.series:,} series"
    first = f"{found.row_counts['sales']:,} rows of {series} over {span(found.window.start, found.window.end)}"
    verb = "is the current data set now" if kept.is_new else "was there already, and is the current data set now"
    notes = [*intake.quality.summary(), *intake.quality.notes()]
    if intake.ignored_columns:
        notes.append(f"Columns that were not read: {', '.join(intake.ignored_columns)}.")
    listed = "".join(f"<li>{plain(note)}</li>" for note in notes)
    return (
        f'<p role="status"><b class="good">{plain(found.name)} {verb}.</b> {plain(first)}.</p>'
        f'<ul class="notes">{listed}</ul>'
    )

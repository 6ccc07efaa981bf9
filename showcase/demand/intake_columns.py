"""Which column of a sales file means what: given by the person, else guessed from its name, and always shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from showcase.demand.intake_report import IntakeRefusedError, RowError, refuse_file, shown

MAX_COLUMNS = 1000


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the import; `names` are the column names it is guessed from, the most telling first."""

    name: str
    is_required: bool
    names: tuple[str, ...]


# "sales" and "value" are no names of a quantity: in as many files they are money.
_NAMES: dict[str, str] = {
    "date": "date day ds sales_date sale_date business_date transaction_date datum",
    "store": "store store_code store_id store_nbr shop shop_id branch outlet location site filiale",
    "product": "product sku product_code product_id item item_id item_nbr article article_id material artikel",
    "quantity": "quantity qty units units_sold quantity_sold qty_sold unit_sales sales_qty sold pieces pcs menge y",
    "unit_price": "unit_price price sell_price sales_price selling_price preis",
    "promo": "promo promotion onpromotion on_promotion is_promo promo_percent discount discount_percent",
    "event": "event event_name event_name_1 holiday holiday_name state_holiday",
    "on_hand": "on_hand stock_on_hand on_hand_qty stock inventory stock_level bestand",
    "open": "open is_open store_open",
}
_REQUIRED = frozenset({"date", "store", "product", "quantity"})
FIELDS = tuple(Field(name, name in _REQUIRED, tuple(names.split())) for name, names in _NAMES.items())
FIELD_NAMES = tuple(field.name for field in FIELDS)


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One field and its column: `position` in the file (0-based), `how` is "given" or "guessed"."""

    field: str
    column: str
    position: int
    how: str


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How the columns of a file are read; `ignored` and `missing` are there to be shown."""

    mapped: tuple[MappedColumn, ...]
    ignored: tuple[str, ...]
    missing: tuple[str, ...]

    def column(self, field: str) -> str | None:
        """The name of the column that holds the field, or None where the file has none."""
        return next((entry.column for entry in self.mapped if entry.field == field), None)

    def shown(self) -> list[str]:
        """One line for each field that is read, for screens: "quantity <- qty (guessed)"."""
        return [f"{entry.field} <- {entry.column} ({entry.how})" for entry in self.mapped]


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.casefold()).strip("_")


def _refuse_names(file_name: str, columns: Sequence[str]) -> None:
    if len(columns) > MAX_COLUMNS:
        raise refuse_file(file_name, "column_count", value=f"{len(columns)} columns", line=1)
    twice = [name for name, count in Counter(columns).items() if name and count > 1]
    if twice:
        raise refuse_file(file_name, "column_twice", value=twice[0], column=shown(twice[0]), line=1)


def _given(file_name: str, columns: Sequence[str], mapping: Mapping[str, str | None]) -> dict[str, MappedColumn]:
    given: dict[str, MappedColumn] = {}
    taken: dict[str, str] = {}
    for field, column in mapping.items():
        if field not in FIELD_NAMES:
            raise refuse_file(file_name, "field_unknown", value=field)
        if not column:
            continue
        name = column.strip()
        if name not in columns:
            raise refuse_file(
                file_name, "column_unknown", value=name, note=f"for {field}; the file has {_listed(columns)}", line=1
            )
        if name in taken:
            note = f"{taken[name]} and {field} cannot both be read from one column"
            raise refuse_file(file_name, "column_unknown", value=name, note=note, line=1)
        taken[name] = field
        given[field] = MappedColumn(field, name, columns.index(name), "given")
    return given


def _listed(columns: Sequence[str]) -> str:
    named = ", ".join(shown(name) for name in columns[:20] if name)
    return named + (f" and {len(columns) - 20} more" if len(columns) > 20 else "")


def map_columns(file_name: str, columns: Sequence[str], mapping: Mapping[str, str | None] | None = None) -> ColumnMap:
    """The mapping of a file's columns.

    `mapping` names columns by field and goes first; a field mapped to None or "" is not read at all. The other fields
    are guessed from the names, upper and lower case, blanks and underscores being the same. Refused: a name that
    stands twice, more than 1000 columns, an unknown field or column. A required field without a column is in `missing`.
    """
    names = [column.strip() for column in columns]
    _refuse_names(file_name, names)
    mapping = mapping or {}
    chosen = _given(file_name, names, mapping)
    taken = {entry.position for entry in chosen.values()}
    plain = [_plain(name) for name in names]
    for field in FIELDS:
        if field.name in mapping:
            continue
        free = (plain.index(name) for name in field.names if name in plain and plain.index(name) not in taken)
        position = next(free, None)
        if position is not None:
            taken.add(position)
            chosen[field.name] = MappedColumn(field.name, names[position], position, "guessed")
    mapped = tuple(chosen[name] for name in FIELD_NAMES if name in chosen)
    ignored = tuple(name or f"(column {at + 1})" for at, name in enumerate(names) if at not in taken)
    missing = tuple(field.name for field in FIELDS if field.is_required and field.name not in chosen)
    return ColumnMap(mapped, ignored, missing)


def refuse_missing(file_name: str, columns: Sequence[str], mapped: ColumnMap) -> None:
    """Refuse a file that has no column for a required field; each one is listed with the columns that are there."""
    if mapped.missing:
        note = f"the file has {_listed(columns)}"
        raise IntakeRefusedError(
            file_name,
            [RowError(1, field, "", "column_missing", f"no column for {field}; {note}") for field in mapped.missing],
        )

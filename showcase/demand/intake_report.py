"""What an import refuses: the table of rules, the refused places, and the error that lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from showcase.errors import FieldError, InvalidInputError

MAX_LISTED = 50
MAX_SHOWN_CHARS = 80


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the import: what is expected, and what to do where it is broken."""

    expects: str
    remedy: str


# The table of rules, in the order in which a file meets them. docs/import.md has a line for each.
RULES: dict[str, Rule] = {
    # the file
    "file_kind": Rule("CSV, gzipped CSV or Parquet", "Save the sales as CSV in UTF-8, as CSV.gz or as Parquet."),
    "file_empty": Rule("a header and at least one row", "Export the sales again and look into the file."),
    "gzip_whole": Rule("a whole gzip file", "Copy or download the file again; its end is missing or damaged."),
    "file_size": Rule("at most 8 GiB of text and 150 million rows", "Split the file by period and import the parts."),
    "parquet_whole": Rule("a whole Parquet file", "Write the file again; its structure cannot be read."),
    "parquet_chunk": Rule(
        "row groups with at most 256 MiB in a column", "Write the file with smaller row groups (100000 rows)."
    ),
    "parquet_type": Rule(
        "a column of texts, numbers, booleans or dates", "Write the column as text, number, boolean or date."
    ),
    "parquet_zone": Rule(
        "a date, or a timestamp without a time zone", "Convert the timestamps to dates in the stores' own time zone."
    ),
    # the text
    "utf8": Rule("text in UTF-8", "Save the file as UTF-8 and import it again."),
    "nul": Rule("text without NUL bytes", "Export the file again as text; it is damaged or binary."),
    "record_length": Rule("rows of at most 1 MiB", "Look for a quote that is never closed, or missing line ends."),
    "quote_closed": Rule("a closing quote for every opening one", "Close the quote that is opened there."),
    "quote_place": Rule(
        "quotes only around a whole field, doubled inside it", 'Write the field as "..." with "" for each quote in it.'
    ),
    "line_end": Rule("line ends LF or CRLF", "Save the file with line ends LF or CRLF."),
    "field_count": Rule(
        "as many fields as the header has", "Quote fields that hold the delimiter, or add what is missing."
    ),
    # the header
    "column_count": Rule("at most 1000 columns", "Give the sales as rows (long format), with one row a day."),
    "column_twice": Rule("each column name once", "Rename or remove one of the two columns."),
    "delimiter": Rule(
        "columns separated by comma, semicolon, tab or |", "Say which sign separates the columns: --delimiter SIGN."
    ),
    "column_missing": Rule(
        "columns for date, store, product and quantity",
        "Name the column with --column FIELD=NAME, such as --column quantity=Pcs.",
    ),
    "column_unknown": Rule("a column of the file", "Name a column that stands in the file."),
    "field_unknown": Rule(
        "one of date, store, product, quantity, unit_price, promo, event, on_hand, open", "Map one of these fields."
    ),
    # the values
    "blank": Rule("a value", "Fill the value in, or remove the row."),
    "code": Rule("a code of 1 to 100 characters without control characters", "Shorten or clean the code."),
    "date_iso": Rule("a day as YYYY-MM-DD", 'Say how days are written, for instance --date-format "%d.%m.%Y".'),
    "date_ambiguous": Rule(
        "a day as YYYY-MM-DD, not one that reads two ways",
        'Say which it is: --date-format "%d/%m/%Y" or --date-format "%m/%d/%Y".',
    ),
    "date_declared": Rule("a day in the declared date format", "Correct the day, or the date format."),
    "date_calendar": Rule("a day of the calendar", "Correct the day."),
    "date_midnight": Rule("a day without a time of day", "Add up the sales of each day, and give the day alone."),
    "date_future": Rule("a day not later than tomorrow", "Correct the year, or remove rows that are plans."),
    "date_past": Rule("a day from 1970 on", "Correct the year."),
    "date_span": Rule(
        "at most 25 years between the first and the last day", "Correct the year, or import fewer years."
    ),
    "number": Rule("a number in digits", "Write the number without currency, unit, exponent or thousands signs."),
    "decimal_sign": Rule(
        "numbers with the declared decimal sign and without thousands signs",
        "Say which decimal sign the file has: --decimal , or --decimal . and remove thousands signs.",
    ),
    "units_whole": Rule(
        "a whole number of units (3 or 3.0)", "Round the quantities, or give them in a smaller unit, such as grams."
    ),
    "units_negative": Rule(
        "a quantity of at least 0", "Remove the row, or take returns off the day's sales with --returns net."
    ),
    "range": Rule("a number of at most 1000000000", "Correct the number."),
    "price": Rule("a price above 0, or blank", "Leave the price blank where it is not known."),
    "price_range": Rule("a price of at most 10000000", "Correct the price."),
    "promo": Rule("0 or 1, a share such as 0.2, or a percentage such as 20", "Write 0 for no promotion, 1 for one."),
    "promo_mixed": Rule(
        "shares (0.2) or percentages (20), not both", "Write all discounts as percentages with a % sign."
    ),
    "promo_count": Rule(
        "at most 1000000 promotions", "Look whether these are promotions; leave the column out with --column promo=."
    ),
    "event": Rule("an event of at most 100 characters", "Shorten the event to its name."),
    "event_count": Rule(
        "at most 10 different events on a day",
        "Look whether these are events; leave the column out with --column event=.",
    ),
    "on_hand": Rule("a stock of at least 0, or blank", "Leave the stock blank where it is not known."),
    "open": Rule("0, 1, true, false, yes or no", "Write 1 for an open day and 0 for a closed one."),
    "store_count": Rule("at most 20000 stores", "Look whether the store column is the right one: --column store=NAME."),
    "product_count": Rule(
        "at most 200000 products", "Look whether the product column is the right one: --column product=NAME."
    ),
    "series_count": Rule("at most 1000000 series", "Import fewer stores or products at a time."),
    "key_twice": Rule("one row for each store, product and day", "Add up the rows of one day, or remove the copies."),
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A value that breaks a rule, with a note where the rule alone does not say enough."""

    rule: str
    note: str = ""


@dataclass(frozen=True, slots=True, order=True)
class RowError:
    """One refused place: `line` as an editor counts (1 is the header), or the row of a Parquet file; 0: the file."""

    line: int
    column: str
    value: str
    rule: str
    note: str = ""

    @property
    def expected(self) -> str:
        return RULES[self.rule].expects

    def place(self, unit: str) -> str:
        """Where it is, in words: "line 7, column qty"."""
        places = [f"{unit} {self.line}" if self.line else "", f"column {self.column}" if self.column else ""]
        return ", ".join(part for part in places if part) or "the file"

    def as_json(self) -> dict[str, str | int]:
        """The place, the value and the rule as the API shows them."""
        return {
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "rule": self.rule,
            "expected": self.expected,
            "note": self.note,
        }

    def sentence(self, unit: str) -> str:
        """The whole refusal: place, value, rule."""
        found = f"found {self.value!r}, " if self.value else ""
        note = f" ({self.note})" if self.note else ""
        return f"{self.place(unit)}: {found}expected {self.expected}{note}"


def shown(text: str) -> str:
    """A value as a report shows it: cut at 80 characters, control characters made visible."""
    visible = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text[: MAX_SHOWN_CHARS + 1])
    return visible if len(visible) <= MAX_SHOWN_CHARS else visible[:MAX_SHOWN_CHARS] + "..."


class IntakeRefusedError(InvalidInputError):
    """A sales file that was refused as a whole; `rows` lists the first 50 places.

    `is_complete` says whether these are all. `unit` is "line" for texts and "row" for Parquet. Nothing of the file has
    been kept.
    """

    def __init__(
        self, file_name: str, rows: Iterable[RowError], unit: str = "line", *, is_complete: bool = True
    ) -> None:
        places = sorted(rows)
        self.rows = tuple(places[:MAX_LISTED])
        self.is_complete = is_complete and len(places) <= MAX_LISTED
        self.unit = unit
        self.file_name = file_name
        first = self.rows[0]
        where = first.sentence(unit)
        if len(self.rows) == 1 and self.is_complete:
            message = f"{file_name} was refused, {where}."
        else:
            count = f"{len(self.rows)} places" if self.is_complete else f"At least {len(self.rows)} places"
            message = f"{count} of {file_name} were refused; the first is {where}."
        fields = [
            FieldError(row.place(unit), repr(row.value), row.expected + (f" ({row.note})" if row.note else ""))
            for row in self.rows
        ]
        super().__init__(message + " Nothing was imported.", RULES[first.rule].remedy, fields)


def refuse_file(
    file_name: str, rule: str, *, value: str = "", note: str = "", column: str = "", line: int = 0
) -> IntakeRefusedError:
    """The refusal of a file for one reason."""
    return IntakeRefusedError(file_name, [RowError(line, column, shown(value), rule, note)])

"""Opens a sales file by what it holds, not by what it is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from showcase.demand.intake_chunks import Source
from showcase.demand.intake_csv import BLOCK_BYTES, CsvSource
from showcase.demand.intake_parquet import BATCH_ROWS, ParquetSource
from showcase.demand.intake_report import refuse_file
from showcase.demand.intake_values import IntakeOptions
from showcase.errors import InvalidInputError, NotFoundError

_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_REFUSED_KINDS = {
    b"PK\x03\x04": "it is a ZIP archive or an Excel workbook",
    b"PK\x05\x06": "it is an empty ZIP archive",
    b"\xd0\xcf\x11\xe0": "it is an old Excel workbook",
    b"\x28\xb5\x2f\xfd": "it is packed with zstd",
    b"BZh": "it is packed with bzip2",
    b"\xfd7zXZ": "it is packed with xz",
    b"7z\xbc\xaf": "it is a 7z archive",
    b"SQLite format 3": "it is an SQLite database",
    b"ARROW1": "it is an Arrow file",
    b"%PDF": "it is a PDF",
}


def _opened(path: Path, file_name: str) -> BinaryIO:
    if not path.exists():
        raise NotFoundError(f"There is no file {file_name}.", "Check the path of the sales file.")
    if not path.is_file():
        what = "a folder" if path.is_dir() else "no file that can be read twice"
        raise InvalidInputError(f"{file_name or path} is {what}.", "Give the path of a sales file.")
    try:
        return path.open("rb")
    except OSError as error:
        raise InvalidInputError(
            f"{file_name} cannot be read: {error.strerror}.", "Give a file that you may read."
        ) from error


@contextmanager
def open_source(
    path: Path, options: IntakeOptions, *, file_name: str, block_bytes: int = BLOCK_BYTES, batch_rows: int = BATCH_ROWS
) -> Iterator[Source]:
    """Open a sales file for one reading; `file_name` is what refusals call it. NotFoundError where it is not there."""
    with _opened(path, file_name) as raw:
        head = raw.read(16)
        raw.seek(0)
        for magic, what in _REFUSED_KINDS.items():
            if head.startswith(magic):
                raise refuse_file(file_name, "file_kind", note=what)
        if head.startswith(_PARQUET):
            with closing(ParquetSource(file_name, path, batch_rows)) as source:
                yield source
            return
        yield CsvSource(
            file_name,
            raw,
            path.stat().st_size,
            is_gzip=head.startswith(_GZIP),
            delimiter=options.delimiter,
            block_bytes=block_bytes,
        )

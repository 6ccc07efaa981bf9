"""Sales files for the tests of the import, and short ways to read them."""

from __future__ import annotations

import gzip
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from showcase.demand.intake import Intake, ReadingSizes, read_sales
from showcase.demand.intake_report import IntakeRefusedError
from showcase.demand.intake_values import IntakeOptions

TODAY = date(2026, 3, 10)
HEADER = "date,store,product,quantity\n"
SOUND = HEADER + "2026-03-01,A,x,3\n2026-03-02,A,x,0\n"


def written(folder: Path, content: str | bytes, name: str = "sales.csv") -> Path:
    """The content as a file in a fresh folder."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def take(
    folder: Path,
    content: str | bytes,
    *,
    mapping: Mapping[str, str | None] | None = None,
    options: IntakeOptions | None = None,
    sizes: ReadingSizes | None = None,
    name: str = "sales.csv",
) -> Intake:
    """The import of a file with this content."""
    return read_sales(
        written(folder, content, name),
        today=TODAY,
        spill_folder=folder / "spill",
        mapping=mapping,
        options=options,
        sizes=sizes,
    )


def refusal(folder: Path, content: str | bytes, **settings: object) -> IntakeRefusedError:
    """The refusal of a file with this content; nothing may be left behind."""
    with pytest.raises(IntakeRefusedError) as caught:
        take(folder, content, **settings)  # type: ignore[arg-type]
    assert list((folder / "spill").iterdir()) == []
    return caught.value


def gzipped(text: str) -> bytes:
    return gzip.compress(text.encode())


def real_sales(name: str) -> Path:
    """A file of real sales; the test is skipped where it is not there."""
    folder = Path(os.environ.get("SHOWCASE_SHARED_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
    path = folder / name
    if not path.is_file():
        pytest.skip(f"{name} is missing; set SHOWCASE_SHARED_DATA to the folder that has it")
    return path

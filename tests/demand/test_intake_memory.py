"""The memory of an import, measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_IMPORT = """
import json, resource, sys
from datetime import date
from pathlib import Path
from showcase.demand.intake import read_sales

folder = Path(sys.argv[1])
intake = read_sales(folder / "sales.csv", today=date(2026, 3, 10), spill_folder=folder)
rows = sum(batch.height for batch in intake.batches("sales"))
intake.fingerprint()
intake.discard()
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps({"rows": rows, "peak_mb": int(peak.split()[1]) / 1024}))
"""


def _write_sales(path: Path, stores: int, products: int, days: int) -> None:
    """Sales day by day, so that every series is spread over the whole file; prices and stock change every day."""
    from datetime import date, timedelta

    with path.open("w") as file:
        file.write("date,store,product,quantity,unit_price,promo,event,on_hand,open\n")
        for day in range(days):
            when = (date(2023, 1, 1) + timedelta(days=day)).isoformat()
            for store in range(stores):
                file.writelines(
                    f"{when},S{store:03},P{product:05},{(day + product) % 37},{(day * product) % 30 + 1}."
                    f"{day % 100:02},{20 * (product % 10 == day // 7 % 10)},,{(day * 7 + product) % 200},1\n"
                    for product in range(products)
                )


def _import_in_its_own_process(folder: Path) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", _IMPORT, str(folder)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.long
@pytest.mark.fault("I7")
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
def test_memory_hardly_grows_with_the_file(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    peaks = {}
    for folder, days in ((small, 120), (large, 360)):
        folder.mkdir()
        _write_sales(folder / "sales.csv", 10, 500, days)
        measured = _import_in_its_own_process(folder)
        (folder / "sales.csv").unlink()  # when the suite ends, all that lies about is searched for secrets
        assert measured["rows"] == 10 * 500 * days
        peaks[days] = measured["peak_mb"]
    # 600,000 and 1,800,000 rows: held in memory, the tables of the difference alone would take 110 MB
    assert peaks[360] - peaks[120] < 80, peaks
    assert peaks[360] < 400, peaks


@pytest.mark.slow
@pytest.mark.fault("I7")
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
def test_two_gigabytes_of_csv_stay_under_500_mb(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    _write_sales(tmp_path / "sales.csv", 50, 1000, 1010)
    size_bytes = (tmp_path / "sales.csv").stat().st_size
    assert size_bytes > 2_000_000_000
    measured = _import_in_its_own_process(tmp_path)
    (tmp_path / "sales.csv").unlink()
    assert measured["rows"] == 50_500_000
    assert measured["peak_mb"] < 500, measured
    figure = f"{size_bytes / 1e9:.2f} GB, {measured['rows']:,} rows: at most {measured['peak_mb']:.0f} MB of memory"
    record_property("figure", figure)

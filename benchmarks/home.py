"""An installation of its own for a measurement, gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from showcase.forecasting.zoo import ZOO
from showcase.settings import Settings, load_settings
from showcase.wiring import Installation, open_installation


@contextmanager
def fresh_installation(**settings_of: object) -> Iterator[Installation]:
    """A new installation with every model switched on, and these settings."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        flags = {row.setting.removeprefix("SHOWCASE_").lower(): True for row in ZOO.values() if row.setting}
        settings: Settings = load_settings(home=Path(folder) / "home", **flags, **settings_of)
        with open_installation(settings) as opened:
            yield opened

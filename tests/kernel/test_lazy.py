"""A name that is loaded when it is asked for is that of its module, and any other is none."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from showcase.kernel.lazy import loaded_when_asked


def test_a_name_comes_from_its_module_and_no_other_is_there() -> None:
    find = loaded_when_asked("somewhere", {"sync_path": "showcase.kernel.disk"})
    assert find("sync_path") is importlib.import_module("showcase.kernel.disk").sync_path
    with pytest.raises(AttributeError, match="module 'somewhere' has no attribute 'start_sync'"):
        find("start_sync")


def test_the_packages_of_the_console_load_neither_panel_nor_pictures_by_themselves() -> None:
    asked = "import sys, showcase.console.plots as p; print({'panel', 'holoviews'} & set(sys.modules), p.__all__)"
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout
    assert told.startswith("set() ['coverage_plot'")

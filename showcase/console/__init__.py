"""The console: what a person sees, one served notebook over these parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from showcase.kernel.lazy import loaded_when_asked

if TYPE_CHECKING:
    from showcase.console.app import show
    from showcase.console.demos.view import demo
    from showcase.console.explorations.page import explore
    from showcase.console.forms.focus import FocusPicker
    from showcase.console.forms.overrides import SeedOverridesForm

__all__ = ["FocusPicker", "SeedOverridesForm", "demo", "explore", "show"]

_HOMES = {
    "FocusPicker": "showcase.console.forms.focus",
    "SeedOverridesForm": "showcase.console.forms.overrides",
    "demo": "showcase.console.demos.view",
    "explore": "showcase.console.explorations.page",
    "show": "showcase.console.app",
}

# Panel is loaded when something of the console is asked for, not by importing the package
__getattr__ = loaded_when_asked(__name__, _HOMES)

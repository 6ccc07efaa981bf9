"""Make, keep, replay, prove and hand over demand-forecasting showcases."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if sys.version_info < (3, 12):  # noqa: UP036  (pip's own check is lost where the package is run from a checkout)
    raise RuntimeError("showcase needs Python 3.12 or newer; make a virtual environment with such an interpreter.")

__version__ = "0.1.0"

if TYPE_CHECKING:
    from showcase.notebook import open_showcase as open_showcase


def __getattr__(name: str) -> Any:
    # imported lazily, so that `import showcase` stays quick
    if name == "open_showcase":
        from showcase.notebook import open_showcase

        return open_showcase
    raise AttributeError(f"module 'showcase' has no attribute {name!r}")

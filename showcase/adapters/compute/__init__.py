"""Where the work on buckets is done: in this process, in a local pool, on Dask or on Spark, by setting."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec

from showcase.adapters.compute.dask import OnDask
from showcase.adapters.compute.local import LocalPool
from showcase.adapters.compute.spark import OnSpark
from showcase.errors import InvalidInputError, UnavailableError
from showcase.ports import Compute
from showcase.settings import Settings

_LIBRARIES: Mapping[str, str] = {"dask": "distributed", "spark": "pyspark"}
"""The engines that come with an extra of their name, and the library that tells whether it is installed."""

_CLUSTERS: Mapping[str, Callable[[int | None, str | None], Compute]] = {"dask": OnDask, "spark": OnSpark}


def compute_of(settings: Settings) -> Compute:
    """The engine that the settings name, not started yet.

    InvalidInputError where an address is given to the local engine; UnavailableError where the extra is not installed.
    """
    engine, workers, address = settings.engine, settings.engine_workers, settings.engine_address
    if engine not in _CLUSTERS:
        if address is not None:
            raise InvalidInputError(
                f"SHOWCASE_ENGINE_ADDRESS is {address[:80]!r}, and the local engine has no address.",
                "Unset it, or set SHOWCASE_ENGINE to dask or spark.",
            )
        return LocalPool(workers or os.cpu_count() or 1)
    if find_spec(_LIBRARIES[engine]) is None:
        raise UnavailableError(
            f"SHOWCASE_ENGINE is {engine}, and {_LIBRARIES[engine]} is not installed.",
            f"Install it with `pip install -c constraints.txt 'showcase[{engine}]'`, or unset SHOWCASE_ENGINE.",
        )
    return _CLUSTERS[engine](workers, address)

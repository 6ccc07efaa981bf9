"""Whatever a page may ever show is known to the browser from the first page on."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from inspect import getsource
from pkgutil import walk_packages

from panel.custom import ReactiveESM

import showcase.console
from showcase.console import live_page
from showcase.console.components import COMPONENTS


def below(component: type) -> Iterator[type]:
    for each in component.__subclasses__():
        yield each
        yield from below(each)


def test_every_component_of_our_own_is_made_before_the_first_page() -> None:
    for module in walk_packages(showcase.console.__path__, "showcase.console."):
        import_module(module.name)
    assert {each for each in below(ReactiveESM) if each.__module__.startswith("showcase.")} == set(COMPONENTS)
    assert "import showcase.console.components" in getsource(live_page)

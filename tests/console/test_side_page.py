"""What the address of a page beside the console carries, and what it cannot mean."""

from __future__ import annotations

from types import SimpleNamespace

import panel as pn
import param
import pytest

from showcase.console.side_page import keep_in_address, side_head


class Knobs(param.Parameterized):
    seed = param.Integer(default=42, bounds=(0, None))
    scenario = param.Selector(default="sparse", objects=["sparse", "high_variance"])
    noise = param.Number(default=None, allow_None=True)


@pytest.fixture
def location(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    place = SimpleNamespace(search="")
    monkeypatch.setattr(type(pn.state), "location", property(lambda _state: place))
    return place


def test_what_was_turned_comes_back_and_what_is_usual_is_not_told(location: SimpleNamespace) -> None:
    location.search = "?theme=dark"
    knobs = Knobs()
    keep_in_address(knobs, ["seed", "scenario", "noise"])
    knobs.param.update(seed=7, noise=0.3)
    assert location.search == "?theme=dark&seed=7&noise=0.3"
    again = Knobs()
    keep_in_address(again, ["seed", "scenario", "noise"])
    assert (again.seed, again.scenario, again.noise) == (7, "sparse", 0.3)
    again.param.update(seed=42, noise=None)
    assert location.search == "?theme=dark"


@pytest.mark.parametrize(
    "search",
    [
        "?seed=-1",
        "?seed=x",
        "?seed=true",
        "?seed=1.5",
        "?scenario=nowhere",
        "?noise=NaN",
        "?noise=[1]",
        "?seed=" + "9" * 300,
    ],
)
def test_what_an_address_cannot_mean_is_left_as_it_is(location: SimpleNamespace, search: str) -> None:
    location.search = search
    knobs = Knobs()
    keep_in_address(knobs, ["seed", "scenario", "noise"])
    assert (knobs.seed, knobs.scenario, knobs.noise) == (42, "sparse", None)


@pytest.mark.parametrize(("search", "address"), [("", "../notebooks"), ("?theme=dark", "../notebooks?theme=dark")])
def test_the_way_back_keeps_the_theme(location: SimpleNamespace, search: str, address: str) -> None:
    location.search = search
    assert f'href="{address}"' in str(side_head("Title", "Question?").object)

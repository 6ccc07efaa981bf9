"""Whatever is typed into a form is shown as refused, by every view of it, and fails none of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import param
import pytest
from param.parameterized import discard_events

from showcase.console.copies import FORMS
from showcase.console.derive import MOST
from showcase.console.draft import RunDraft
from showcase.console.explorations.dataset import DatasetExploration
from showcase.console.refusals import NONE, refused_by
from showcase.console.views.demand import DemandView
from showcase.console.views.effective import EffectiveView
from showcase.console.views.models import ModelsView
from showcase.console.views.overrides import OverridesView
from showcase.forecasting.zoo import catalog
from showcase.pipeline.request import BacktestSettings, RunRequest
from tests.console.test_checks import ground
from tests.console.test_draft import draft_on

NUMBERS = [
    ("backtest", "horizon"), ("backtest", "n_splits"), ("backtest", "min_train_size"), ("backtest", "gap"),
    ("options", "seed"), ("overrides", "stores"), ("overrides", "noise_sigma"),
]  # fmt: skip


class Seen:
    """Every view of a draft."""

    def __init__(self, draft: RunDraft) -> None:
        self.draft = draft
        self.demand = DemandView(self.draft)
        self.models = ModelsView(self.draft, catalog())
        self.overrides = OverridesView(self.draft)
        self.effective = EffectiveView(self.draft, SimpleNamespace(may_save=False))  # type: ignore[arg-type]

    def form(self, name: str) -> param.Parameterized:
        found: param.Parameterized = getattr(self.draft, name)
        return found


@pytest.fixture(scope="module")
def views() -> Seen:
    return Seen(draft_on(ground(92)))


@pytest.fixture
def seen(views: Seen) -> Seen:
    """The views of a draft as it was at first, whatever a test before has left."""
    views.draft.load({"skip_seed": False})
    assert views.draft.check.may_run
    return views


@pytest.mark.parametrize(("form", "name"), NUMBERS)
@pytest.mark.parametrize("typed", [-1, MOST, -MOST])
def test_a_number_beyond_its_bounds_is_refused_by_every_view(seen: Seen, form: str, name: str, typed: int) -> None:
    usual = getattr(seen.form(form), name)
    setattr(seen.form(form), name, typed)
    assert not seen.draft.check.may_run
    assert getattr(seen.form(form), name) == typed
    is_request = seen.draft.check.request is not None  # days that do not fit are no fault of the request's own
    assert is_request == ((name, typed) == ("min_train_size", MOST))
    assert seen.effective._copy.text.startswith("# Mend what is refused") == (not is_request)
    setattr(seen.form(form), name, usual)
    assert seen.draft.check.may_run
    assert seen.effective._copy.text.startswith("showcase run")


@pytest.mark.parametrize(("form", "name"), NUMBERS[:5])
def test_an_emptied_field_is_refused_by_every_view(seen: Seen, form: str, name: str) -> None:
    usual = getattr(seen.form(form), name)
    setattr(seen.form(form), name, None)
    assert not seen.draft.check.may_run
    assert "Found nothing" in seen.draft.check.at("seed", "backtest")
    setattr(seen.form(form), name, usual)
    assert seen.draft.check.may_run


def test_what_is_refused_stands_at_its_field_until_it_is_mended(seen: Seen) -> None:
    horizon, seed = seen.models._settings["horizon"], seen.demand._seed
    seen.draft.backtest.horizon, seen.draft.options.seed = 1410, -1
    assert (horizon.error_state, horizon.helper_text, horizon.value) == (True, "Allowed: 1 to 90.", 1410)
    assert (seed.error_state, seed.helper_text, seed.value) == (True, "Allowed: 0 to 2,147,483,647.", -1)
    assert "Set Horizon to 1 to 90." in str(seen.models._words.object)
    seen.draft.options.skip_seed = True
    assert not seed.disabled  # or it could not be mended
    seen.draft.backtest.horizon, seen.draft.options.seed = 14, 42
    assert (horizon.error_state, horizon.helper_text) == (seed.error_state, seed.helper_text) == (False, "")
    assert seed.disabled


def test_a_day_that_no_data_can_end_on_is_refused_at_its_field(seen: Seen) -> None:
    last_day = seen.demand._last_day
    last_day._process_events({"value": "99-11-22"})
    assert last_day.error_state
    assert "such that the data lie in" in last_day.helper_text
    last_day._process_events({"value": None})
    assert not last_day.error_state


def test_no_model_at_all_is_refused_by_every_view(seen: Seen) -> None:
    seen.draft.choose_models([])
    assert "Set Models to at least one model." in str(seen.models._words.object)
    assert not seen.draft.check.may_run


@pytest.mark.parametrize("form", FORMS)
def test_a_refused_draft_is_copied_as_nothing(seen: Seen, form: str) -> None:
    seen.draft.backtest.gap = 20
    seen.effective._form.value = form
    assert seen.effective._copy.text.startswith("# Mend what is refused")
    seen.draft.backtest.gap = 0
    written = seen.effective._copy.text
    seen.effective._form.value = "CLI"
    assert not written.startswith("# Mend what is refused")


def test_a_knob_beyond_its_bounds_is_told_once(seen: Seen) -> None:
    seen.draft.overrides.stores = 1000
    assert "Found 1000" in str(seen.draft.overrides._told.object)
    assert "Found 1000" not in str(seen.overrides._foot.object)


def test_an_exploration_refuses_a_seed_at_its_field_and_draws_nothing() -> None:
    exploration = DatasetExploration(seed=-1)
    exploration.generate()
    assert exploration.sample is None
    assert exploration._seed.error_state
    assert "Set Seed to 0 to 2,147,483,647." in str(exploration._words.object)
    with discard_events(exploration), discard_events(exploration.knobs):
        exploration.seed, exploration.knobs.stores = 42, 1000
    exploration.generate()
    assert exploration.sample is None
    assert not exploration._seed.error_state
    assert "allowed is less than or equal to 100" in str(exploration._words.object)


def test_a_refused_draft_of_a_link_is_shown_before_anything_was_read() -> None:
    draft = RunDraft()
    draft.load({"backtest": {"gap": None}})
    seen = Seen(draft)
    assert seen.effective._copy.text.startswith("# Mend what is refused")
    draft.surroundings = draft_on(ground(92)).surroundings
    assert seen.models._settings["gap"].error_state


@pytest.mark.parametrize("given", [{}, {"horizon": 7, "gap": 3}])
def test_what_the_model_takes_is_not_refused(given: dict[str, Any]) -> None:
    assert refused_by(BacktestSettings, given, "backtest") == NONE
    assert refused_by(RunRequest, {"seed": 3}, "seed") == NONE

"""Every setting of a run says where it comes from."""

from __future__ import annotations

from typing import Any

import pytest

from showcase.console.checks import check_draft
from showcase.console.effective import Setting, Source, effective
from showcase.console.effective_text import costs_words, estimate_words, settings_html, short_time
from showcase.demand.recipe import resolve_recipe
from showcase.forecasting.cost import COSTS
from showcase.forecasting.options import ModelType
from showcase.pipeline.estimate import Estimate, Size, estimate_run, pace_of
from showcase.pipeline.request import parse_request
from tests.console.test_checks import TODAY, ground
from tests.console.test_draft import draft_on


def settings_of(frame: dict[str, Any], source: Source | None = None) -> dict[str, Setting]:
    here = ground(92)
    return {one.name: one for one in effective(frame, here, check_draft(frame, here), source)}


def test_an_untouched_draft_is_all_default() -> None:
    found = settings_of({})
    assert {one.origin for one in found.values()} == {"default"}
    assert found["Preset"].value == "demo_minimal"
    assert found["Models"].value == "naive, seasonal_naive and moving_average"
    assert found["Horizon"].value == "14"
    assert "Seed" not in found


def test_a_seeded_draft_tells_knobs_from_the_preset_and_those_that_were_moved() -> None:
    found = settings_of({"scenario": "sparse", "skip_seed": False, "seed_overrides": {"stores": 8}})
    assert (found["Stores"].value, found["Stores"].origin) == ("8", "you")
    assert (found["Products"].value, found["Products"].origin) == ("10", "preset")
    assert (found["Last day"].value, found["Last day"].origin) == ("22 Nov 2026", "default")
    assert (found["Seed"].value, found["Seed"].origin) == ("42", "default")


def test_the_last_day_of_a_preset_with_days_of_its_own_is_the_presets() -> None:
    found = settings_of({"scenario": "holiday_rush", "skip_seed": False})
    assert (found["Last day"].value, found["Last day"].origin) == ("31 Dec 2024", "preset")


def test_what_an_old_run_said_is_the_old_runs_until_somebody_changes_it() -> None:
    old = {"scenario": "sparse", "skip_seed": False, "backtest": {"horizon": 7, "gap": 1}}
    draft = draft_on(ground(92))
    draft.load(old, "run 4c1e9a02")
    draft.backtest.gap = 2
    found = settings_of(draft.frame(), draft.source)
    assert found["Preset"].origin == found["Horizon"].origin == "run 4c1e9a02"
    assert found["Gap"].origin == "you"
    assert found["Metric"].origin == "default"
    draft.load({}, "")
    assert draft.source is None


def test_a_wipe_and_a_name_stand_among_the_settings() -> None:
    found = settings_of({"reset": True, "skip_seed": False, "preservation": "keep", "workspace_name": "a"})
    assert found["Reset"].value == "wipes all demand data"
    assert found["Name"].value == "a"


def test_the_list_escapes_and_marks_what_was_chosen() -> None:
    html = settings_html([Setting("Demand", "Preset", "<b>", "<i>"), Setting("Demand", "Seed", "42", "default")])
    assert "<b>" not in html
    assert "<i>" not in html
    assert html.count("is-set") == 1


def test_an_estimate_grows_with_models_folds_and_rows() -> None:
    small = Size(30, 92)
    usual = estimate_run(parse_request({}), small)
    assert set(usual.models_s) == {"naive", "seasonal_naive", "moving_average"}
    assert usual.seeding_s == 0
    one = estimate_run(parse_request({"train_model_types": ["regression"]}), small)
    assert set(one.models_s) == {"regression", "naive", "seasonal_naive"}
    assert one.models_s["naive"] == pytest.approx(usual.models_s["naive"] * 3 / 4)  # no training, the folds alone
    more = estimate_run(parse_request({"train_model_types": ["regression"], "backtest": {"n_splits": 7}}), small)
    assert more.models_s["regression"] == pytest.approx(one.models_s["regression"] * 2)
    seeded = Size.of(resolve_recipe("demo_minimal", 42, None, TODAY))
    assert (seeded.n_series, seeded.n_days) == (30, 92)
    assert estimate_run(parse_request({"skip_seed": False}), seeded).seeding_s > 0
    assert estimate_run(parse_request({"scenario": "showcase_rich"}), small).rest_s > usual.rest_s


def test_a_machine_that_took_twice_as_long_is_half_as_quick() -> None:
    request, size = parse_request({"train_model_types": ["regression"]}), Size(75, 181, 30_000)
    took_s = 2 * estimate_run(request, size).total_s
    assert pace_of(took_s, request, size) == pytest.approx(2)
    assert estimate_run(request, size, 2.0).total_s == pytest.approx(took_s)


def test_every_model_has_its_cost() -> None:
    assert set(COSTS) == set(ModelType)


def test_times_are_told_in_words() -> None:
    assert [short_time(value) for value in (0.02, 0.44, 12.2, 125.0, 7300.0)] == [
        "under 0.1 s", "0.4 s", "12 s", "2:05 min", "2:01:40 h",
    ]  # fmt: skip
    told = Estimate(0.4, {"regression": 3.1, "naive": 0.03, "seasonal_naive": 0.05}, 0.6)
    assert estimate_words(told) == (
        "About 4.2 s: seeding 0.4 s, regression 3.1 s, the other models under 0.1 s and the rest 0.6 s."
    )
    assert estimate_words(None) == ""
    assert costs_words({"Naive": 0.01, "Gradient boosting": 3.0}) == (
        "Costs about Gradient boosting 3.0 s and the others under 0.1 s."
    )
    assert costs_words({"Naive": 0.01}) == "Costs about each under 0.1 s."
    assert costs_words({"Naive": 0.2, "Gradient boosting": 30.0}) == (
        "Costs about Gradient boosting 30 s and the others at most 0.2 s."
    )

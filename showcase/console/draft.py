"""The run that a person is drafting: the request's fields as forms, checked on every change."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

import param

from showcase.console.checks import Check, Ground, check_draft
from showcase.console.derive import changed, form_class
from showcase.console.effective import Source
from showcase.console.forms.focus import FocusPicker
from showcase.console.forms.overrides import KNOBS, SeedOverridesForm
from showcase.console.parted import parted
from showcase.console.stores.run import Surroundings
from showcase.errors import InvalidInputError
from showcase.pipeline.estimate import Estimate, estimate_run
from showcase.pipeline.request import DEFAULT_MODELS, BacktestSettings, RunRequest
from showcase.services.demand import Wipe

OPTIONS = (
    "seed", "reset", "skip_seed", "scenario", "preservation", "workspace_name", "as_of", "train_model_types",
)  # fmt: skip
"""The request's fields that are single choices; the objects have forms of their own."""

OBJECTS = ("seed_overrides", "user_scope", "backtest")

NOT_ASKED = ("replayed_from_workspace_id", "data_fingerprint", "confirm")
"""Fields that no person fills in: a replay brings them along."""

OptionsForm = form_class("OptionsForm", RunRequest, OPTIONS)
BacktestForm = form_class("BacktestForm", BacktestSettings)
SCORING = tuple(BacktestSettings.model_fields)


class RunDraft(param.Parameterized):
    """One session's draft. `frame()` says only what differs from the defaults; `check` what is refused about it."""

    surroundings = param.Parameter(doc="What the form stands on; None until it was read.")
    check = param.Parameter(doc="The draft as it was understood.")
    source = param.Parameter(doc="What it was opened from, as a Source; None where it was not.")

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self.options = OptionsForm()
        self.backtest = BacktestForm()
        self.overrides = SeedOverridesForm()
        self.focus = FocusPicker()
        self._is_loading = False
        self.options.param.watch(self._options_changed, list(OPTIONS))
        self.backtest.param.watch(self._recheck, list(SCORING))
        self.overrides.param.watch(self._recheck, list(KNOBS))
        self.focus.param.watch(self._recheck, ["store_id", "product_id"])
        self.param.watch(self._surroundings_changed, "surroundings")
        self._options_changed()

    @property
    def ground(self) -> Ground:
        found: Surroundings | None = self.surroundings
        return found.ground if found else Ground(None, date.min)

    @property
    def wipe(self) -> Wipe:
        found: Surroundings | None = self.surroundings
        return found.wipe if found else Wipe(())

    @property
    def keeps(self) -> bool:
        return self.options.preservation == "keep"

    def frame(self) -> dict[str, Any]:
        """The draft as a run request; a choice that the others make pointless is left out."""
        options = changed(self.options, RunRequest, OPTIONS)
        pointless = [
            *(["workspace_name"] if not self.keeps or not options.get("workspace_name") else []),
            *(["as_of"] if self.options.skip_seed or not self.has_free_days else []),
        ]
        nested = {
            "backtest": changed(self.backtest, BacktestSettings, SCORING),
            "seed_overrides": self.overrides.given(),
            "user_scope": self.focus.given(),
        }
        kept = {name: value for name, value in options.items() if name not in pointless}
        return kept | {name: value for name, value in nested.items() if value}

    @property
    def has_free_days(self) -> bool:
        """Whether the preset's days end where a person says."""
        return self.options.scenario != "holiday_rush"

    @property
    def estimate(self) -> Estimate | None:
        """How long the run would take at this machine's pace; None where it cannot be told yet."""
        check: Check | None = self.check
        if check is None or check.request is None or check.size is None:
            return None
        return estimate_run(check.request, check.size, self.surroundings.pace)

    @property
    def models(self) -> list[str]:
        """The models that compete, the usual ones filled in."""
        chosen = self.options.train_model_types
        return [str(name) for name in (DEFAULT_MODELS if chosen is None else chosen)]

    def choose_models(self, names: list[str]) -> None:
        """Let these compete; the usual ones count as no choice at all."""
        usual = [str(name) for name in DEFAULT_MODELS]
        self.options.train_model_types = None if names == usual else names

    def choose_preset(self, name: str) -> None:
        """Choose a preset; where the data that is there is another one's, wanting it means seeding it."""
        data_set = self.ground.data_set
        if data_set is None or data_set.name != name:
            self.options.param.update(scenario=name, skip_seed=False)
        else:
            self.options.scenario = name

    def load(self, frame: Mapping[str, Any], called: str = "") -> None:
        """Take over a frame; one that no request could be is ignored. `called` says where it comes from.

        What a person typed and the model refused is taken over, too: a reload must not lose it.
        """
        try:
            sent, refused = parted(frame)
        except InvalidInputError:
            return
        self.source = Source(called, sent) if called else None
        self._is_loading = True
        try:
            defaults = {name: RunRequest.model_fields[name].get_default() for name in OPTIONS}
            options = {name: sent.get(name, defaults[name]) for name in OPTIONS}
            options["as_of"] = date.fromisoformat(sent["as_of"]) if sent.get("as_of") else None
            self.options.param.update(**options | {"scenario": str(options["scenario"])})
            self.backtest.param.update(**BacktestSettings(**sent.get("backtest", {})).model_dump())
            self.overrides.load(sent.get("seed_overrides"))
            self.focus.load(sent.get("user_scope"))
            for path, value in refused.items():
                self._hold(path, value)
        finally:
            self._is_loading = False
        self._options_changed()

    def _hold(self, path: str, value: Any) -> None:
        """Put a refused value into its field; one that the field could not hold was never typed there."""
        holder, _, name = path.rpartition(".")
        forms = {"": self.options, "backtest": self.backtest, "seed_overrides": self.overrides}
        if holder in forms and name in forms[holder].param:
            with suppress(ValueError):
                setattr(forms[holder], name, value)

    def _options_changed(self, *_events: param.parameterized.Event) -> None:
        self.overrides.param.update(scenario=self.options.scenario, is_open=not self.options.skip_seed)
        self._recheck()

    def _surroundings_changed(self, *_events: param.parameterized.Event) -> None:
        found: Surroundings = self.surroundings
        self.focus.param.update(stores=list(found.stores), products=list(found.products))
        if found.ground.data_set is None and self.options.skip_seed:
            # nothing to run on: the only useful draft is one that seeds
            self.options.skip_seed = False
        self._recheck()

    def _recheck(self, *_events: param.parameterized.Event) -> None:
        if not self._is_loading and self.surroundings is not None:
            self.check = check_draft(self.frame(), self.ground)

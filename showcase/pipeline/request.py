"""The run request: the one strict model behind every door that starts a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from showcase.demand.overrides import SeedOverrides
from showcase.demand.presets import Scenario
from showcase.evaluation.settings import BacktestSettings as BacktestSettings
from showcase.forecasting.options import DEFAULT_MODELS as DEFAULT_MODELS
from showcase.forecasting.options import ModelType
from showcase.kernel.day import Day
from showcase.kernel.refusals import contradiction, parse_as

LEGACY_FIELDS = ("seed", "reset", "skip_seed", "scenario")
"""The fields of the first version; a frame with these alone tells what it always told."""


def _one_of(kind: type[Scenario] | type[ModelType]) -> BeforeValidator:
    """Accepts the wire's text for a member of `kind`, which a strict model alone would refuse."""

    def parse(value: object) -> object:
        if isinstance(value, str) and value in tuple(kind):
            return kind(value)
        raise PydanticCustomError("enum", "one of the names", {"expected": ", ".join(kind)})

    return BeforeValidator(parse)


ScenarioName = Annotated[Scenario, _one_of(Scenario)]
ModelName = Annotated[ModelType, _one_of(ModelType)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class UserScope(_Strict):
    """The store and product that are featured, by their ids."""

    store_id: int = Field(ge=1, description="The id of the store.")
    product_id: int = Field(ge=1, description="The id of the product.")


class RunRequest(_Strict):
    """One run, as it is asked for. Unknown fields are ignored here and refused inside."""

    model_config = ConfigDict(extra="ignore")

    seed: int = Field(42, ge=0, le=2**31 - 1, description="The seed of every random draw.")
    reset: bool = Field(False, description="Wipe the demand data before seeding.")
    skip_seed: bool = Field(True, description="Use the data that is there.")
    scenario: ScenarioName = Field(Scenario.DEMO_MINIMAL, description="The preset of demand to seed.")
    preservation: Literal["ephemeral", "keep"] = Field("ephemeral", description="keep makes a workspace of the run.")
    workspace_name: str | None = Field(
        None, pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$", description="A name for the workspace; it need not be unique."
    )
    replayed_from_workspace_id: str | None = Field(
        None, pattern=r"^[0-9a-f]{32}$", description="The workspace that this run replays; it may be gone."
    )
    seed_overrides: SeedOverrides | None = Field(None, description="Knobs of the seeded demand, over the preset.")
    user_scope: UserScope | None = Field(None, description="The store and product in focus; null chooses them.")
    train_model_types: list[ModelName] | None = Field(
        None, min_length=1, max_length=11, description="The models that compete; null is the usual trio."
    )
    backtest: BacktestSettings | None = Field(None, description="How the models are scored; null is the usual way.")
    as_of: Day | None = Field(None, description="Last day of the seeded data; null is today in UTC.")
    data_fingerprint: str | None = Field(
        None, pattern=r"^[0-9a-f]{64}$", description="Run on the data set with this fingerprint."
    )
    confirm: str | None = Field(None, max_length=200, description="The token that a destructive replay needs.")

    @property
    def keeps(self) -> bool:
        return self.preservation == "keep"

    @property
    def has_fixed_days(self) -> bool:
        """Whether the preset's days are its own, whatever today is."""
        return self.scenario == Scenario.HOLIDAY_RUSH

    @property
    def is_customised(self) -> bool:
        """Whether models or backtest were chosen by the sender."""
        return self.train_model_types is not None or self.backtest is not None

    @property
    def models(self) -> tuple[ModelType, ...]:
        """The models that compete, defaults filled in."""
        return tuple(self.train_model_types) if self.train_model_types else DEFAULT_MODELS

    @property
    def scoring(self) -> BacktestSettings:
        """How they are scored, defaults filled in."""
        return self.backtest or BacktestSettings()

    def run_config(self) -> dict[str, Any] | None:
        """The resolved half of a customised request; null where neither half was sent."""
        if not self.is_customised:
            return None
        return {"train_model_types": [str(name) for name in self.models], "backtest": self.scoring.model_dump()}

    def frame(self) -> dict[str, Any]:
        """The request as it would be sent: legacy fields always, later ones only where they say something."""
        sent = self.model_dump(mode="json", exclude_none=True)
        if sent["preservation"] == "ephemeral":
            del sent["preservation"]
        if self.seed_overrides is not None:
            sent["seed_overrides"] = self.seed_overrides.given()
        return {name: sent[name] for name in (*LEGACY_FIELDS, *(name for name in sent if name not in LEGACY_FIELDS))}

    @model_validator(mode="before")
    @classmethod
    def _empty_overrides_mean_none(cls, values: object) -> object:
        if isinstance(values, Mapping) and values.get("seed_overrides") == {}:
            return {**values, "seed_overrides": None}
        return values

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        for field, is_broken, allowed in _CONTRADICTIONS:
            if is_broken(self):
                raise contradiction(field, allowed)
        return self


_CONTRADICTIONS: tuple[tuple[str, Callable[[RunRequest], bool], str], ...] = (
    ("workspace_name", lambda r: r.workspace_name is not None and not r.keeps, "a name only with preservation keep"),
    (
        "replayed_from_workspace_id",
        lambda r: r.replayed_from_workspace_id is not None and not r.keeps,
        "a source only with preservation keep",
    ),
    ("seed_overrides", lambda r: r.seed_overrides is not None and r.skip_seed, "overrides only with skip_seed false"),
    ("as_of", lambda r: r.as_of is not None and r.skip_seed, "a last day only with skip_seed false"),
    ("as_of", lambda r: r.as_of is not None and r.has_fixed_days, "null with holiday_rush, whose days are fixed"),
    (
        "data_fingerprint",
        lambda r: r.data_fingerprint is not None and not r.skip_seed,
        "a fingerprint only with skip_seed true",
    ),
    (
        "seed_overrides.window_days",
        lambda r: r.has_fixed_days and r.seed_overrides is not None and r.seed_overrides.window_days is not None,
        "null with holiday_rush, whose days are fixed",
    ),
    (
        "train_model_types",
        lambda r: len(set(r.train_model_types or ())) != len(r.train_model_types or ()),
        "each model type once",
    ),
)
"""Fields that must agree: the field to blame, when it is broken, what is allowed."""


def is_legacy(values: Mapping[str, Any]) -> bool:
    """Whether a start frame has no field of a later version; what nobody knows does not count."""
    return not (RunRequest.model_fields.keys() - set(LEGACY_FIELDS)) & values.keys()


def parse_request(payload: Mapping[str, Any] | str | bytes) -> RunRequest:
    """The request in `payload` (an object, or its JSON); InvalidInputError names each refused field."""
    return parse_as(RunRequest, payload, "run request")
